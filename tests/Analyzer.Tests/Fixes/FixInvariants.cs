using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Analyzer.Tests.Fixes;

/// <summary>What may stand around the text that a fix changes, and what has to be the same afterwards.</summary>
internal static class FixInvariants
{
    private static readonly string[] Fillers =
    [
        " ",
        "\n    ",
        " /* kept */ ",
        " // kept\n        ",
        "\n#pragma warning disable CS0168 // kept\n        ",
        "\n#region kept\n#endregion\n        ",
        "\n#if OTHER\n        // kept\n#endif\n        ",
        "\n#if !OTHER\n        // kept\n#else\n        // kept too\n#endif\n        ",
    ];

    private static readonly Dictionary<string, Func<string, string>> Layouts = new(StringComparer.Ordinal)
    {
        ["lf"] = static s => s,
        ["crlf"] = static s => s.ReplaceLineEndings("\r\n"),
        ["tabs"] = static s => s.Replace("    ", "\t", StringComparison.Ordinal).ReplaceLineEndings("\r\n"),
        ["no last line end"] = static s => s.TrimEnd(),
    };

    /// <summary>A place from 1 to 4, what stands there, and the file's layout.</summary>
    public static TheoryData<int, int, string> Variants
    {
        get
        {
            var data = new TheoryData<int, int, string>();
            for (var place = 1; place <= 4; place++)
            {
                for (var filler = 0; filler < Fillers.Length; filler++)
                {
                    // Every layout with every place and every filler, not all three crossed.
                    data.Add(place, filler, Layouts.Keys.ElementAt((place + filler) % Layouts.Count));
                }
            }

            return data;
        }
    }

    public static string InLayout(string source, string layout) => Layouts[layout](source);

    /// <summary>The shape with the filler at its place, and nothing or a space at the others.</summary>
    public static string Filled(string shape, int place, int filler) =>
        Regex.Replace(
            shape,
            "@([1-4])",
            m =>
                m.Value[1] - '0' == place ? Fillers[filler]
                : m.Value[1] is '1' or '2' ? " "
                : ""
        );

    /// <summary>Nothing is taken away but what is named, line ends stay of one kind, and so does the other branch of every <c>#if</c>.</summary>
    public static void CheckKept(string old, string text, params string[] replaced)
    {
        using (var pieces = Pieces(text).GetEnumerator())
        {
            foreach (var piece in Pieces(old).Where(p => !replaced.Contains(p)))
            {
                var found = false;
                while (!found && pieces.MoveNext())
                {
                    found = pieces.Current == piece;
                }

                Assert.True(found, $"'{piece}' is taken away:\n{text}");
            }
        }

        Assert.Equal(KindsOfLineEnd(old), KindsOfLineEnd(text));
        Assert.Equal(Regex.Match(old, @"\s*\z").Value, Regex.Match(text, @"\s*\z").Value);
        foreach (var kept in new[] { "kept", "#if", "#else", "#endif", "#region", "#pragma", "//" })
        {
            Assert.Equal(Regex.Count(old, kept), Regex.Count(text, kept));
        }

        foreach (var symbols in new[] { Array.Empty<string>(), ["OTHER"] })
        {
            if (Parses(old, symbols))
            {
                Assert.True(Parses(text, symbols), $"[{string.Join(' ', symbols)}] does not parse:\n{text}");
            }
        }
    }

    public static Document Document(string source, Encoding? encoding = null)
    {
        var workspace = new AdhocWorkspace();
        var project = workspace.AddProject(
            ProjectInfo.Create(
                ProjectId.CreateNewId(),
                VersionStamp.Default,
                "Shop",
                "Shop",
                LanguageNames.CSharp,
                compilationOptions: new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true),
                parseOptions: new CSharpParseOptions(LanguageVersion.Latest),
                metadataReferences: ReadRules.References
            )
        );
        return project.AddDocument("Orders.cs", SourceText.From(source, encoding ?? Encoding.UTF8), filePath: "/Orders.cs");
    }

    public static async Task<Document> AppliedAsync(Document document, CodeAction action)
    {
        var operation = (await action.GetOperationsAsync(default)).OfType<ApplyChangesOperation>().Single();
        return operation.ChangedSolution.GetDocument(document.Id)!;
    }

    public static async Task<Document> AllAsync(CodeFixProvider fix, string key, Document document, ImmutableArray<Diagnostic> found)
    {
        var context = new FixAllContext(document, fix, FixAllScope.Document, key, fix.FixableDiagnosticIds, new Given(found), default);
        return await fix.GetFixAllProvider()!.GetFixAsync(context) is { } action ? await AppliedAsync(document, action) : document;
    }

    private static bool Parses(string text, string[] symbols) =>
        CSharpSyntaxTree
            .ParseText(text, new CSharpParseOptions(LanguageVersion.Latest, preprocessorSymbols: symbols))
            .GetDiagnostics()
            .All(static d => d.Severity < DiagnosticSeverity.Error);

    /// <summary>Tokens, comments and directives in the order in which they stand.</summary>
    private static IEnumerable<string> Pieces(string text) =>
        CSharpSyntaxTree
            .ParseText(text)
            .GetRoot()
            .DescendantTokens()
            .SelectMany(static t =>
                t.LeadingTrivia.Select(static l => l.ToFullString().Trim())
                    .Append(t.Text)
                    .Concat(t.TrailingTrivia.Select(static l => l.ToFullString().Trim()))
            )
            .Where(static p => p.Length > 0);

    private static string KindsOfLineEnd(string text) =>
        string.Join(
            ' ',
            Regex
                .Matches(text, "\r\n|\n|\r")
                .Select(static m => m.Value.Replace("\r", "CR").Replace("\n", "LF"))
                .Distinct()
                .Order(StringComparer.Ordinal)
        );

    private sealed class Given(ImmutableArray<Diagnostic> found) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>(found);

        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>(found);

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult(Enumerable.Empty<Diagnostic>());
    }
}
