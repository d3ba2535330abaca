using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace MonotonicReads.Documentation.Tests;

/// <summary>A page of the documentation, as GitHub reads it.</summary>
/// <param name="path">From the root of the repository, with slashes.</param>
public sealed class Page(string path)
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UseAutoIdentifiers(AutoIdentifierOptions.GitHub)
        .UsePipeTables()
        .Build();

    private MarkdownDocument? _document;

    public static string Root { get; } = FindRoot();

    /// <summary>README.md, CHANGELOG.md and what lies beside it, everything below docs and samples, and the packages' own READMEs.</summary>
    public static IEnumerable<Page> All { get; } =
    [
        .. Directory.GetFiles(Root, "*.md").Select(Relative).Order(StringComparer.Ordinal).Select(static p => new Page(p)),
        .. Directory
            .GetFiles(System.IO.Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(System.IO.Path.Combine(Root, "samples"), "*.md", SearchOption.AllDirectories))
            .Concat(Directory.GetFiles(System.IO.Path.Combine(Root, "src"), "README.md", SearchOption.AllDirectories))
            .Select(Relative)
            .Where(static p => !p.Contains("/bin/", StringComparison.Ordinal) && !p.Contains("/obj/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(static p => new Page(p)),
    ];

    public string Path { get; } = path;

    public string Text { get; } = File.ReadAllText(System.IO.Path.Combine(Root, path)).ReplaceLineEndings("\n");

    public MarkdownDocument Document => _document ??= Markdown.Parse(Text, Pipeline);

    /// <summary>What <c>#...</c> may name: headings, and anchors written as HTML.</summary>
    public ISet<string> Anchors =>
        Document.Descendants<HeadingBlock>().Select(static h => h.GetAttributes().Id ?? "").ToHashSet(StringComparer.Ordinal);

    /// <summary>Each link and picture: where it leads, and its line.</summary>
    public IEnumerable<(string Target, int Line)> Links => Document.Descendants<LinkInline>().Select(static l => (l.Url ?? "", l.Line + 1));

    public override string ToString() => Path;

    private static string Relative(string file) => System.IO.Path.GetRelativePath(Root, file).Replace('\\', '/');

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "Analyzer.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
