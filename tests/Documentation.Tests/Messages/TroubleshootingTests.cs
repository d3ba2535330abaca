using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Documentation.Tests.Messages;

/// <summary>Whoever has a message finds some of its words on the page for that.</summary>
public sealed partial class TroubleshootingTests
{
    private const string PagePath = "docs/troubleshooting.md";

    // Caught before anyone sees it, and what cannot happen.
    private static readonly string[] Unseen =
    [
        "No level that a session can have.",
        "the remainder is below the sum of the weights",
        "The head is not whole.",
        "A position has no kind.",
        "A length is not whole.",
        "A text is not whole.",
    ];

    // So many words in a row are what somebody would search for.
    private const int Searched = 4;

    private static readonly Page Troubleshooting = new(PagePath);

    private static readonly string Words = Normalized(Troubleshooting.Text);

    private static readonly string[] Folders = ["src/Runtime", "src/Runtime.AspNetCore", "src/Runtime.EntityFrameworkCore"];

    public static TheoryData<string> Projects => [.. Folders];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_exception_is_there(string project)
    {
        var missing = Sources(project)
            .SelectMany(static source => Texts(source.Root).Select(text => (source.Name, Text: text)))
            .Where(static one => !IsThere(one.Text) && !Unseen.Contains(one.Text))
            .Select(static one => $"{one.Name}: {one.Text}")
            .ToList();
        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    [Fact]
    public void Every_log_record_has_a_row()
    {
        var ids = Folders
            .SelectMany(Sources)
            .SelectMany(static source => LogRecord().Matches(source.Root.ToFullString()))
            .Select(static match => match.Groups["id"].Value)
            .ToList();
        Assert.True(ids.Count > 30, $"Only {ids.Count} log records were found.");
        var rows = RowStart().Matches(Troubleshooting.Text).SelectMany(static row => row.Groups["ids"].Value.Split(", ")).ToHashSet();
        Assert.DoesNotContain(ids, id => !rows.Contains(id));
    }

    [Fact]
    public void Every_finding_of_the_lint_has_a_row()
    {
        var ids = Sources("src/Runtime/Topology")
            .SelectMany(static source => Finding().Matches(source.Root.ToFullString()))
            .Select(static match => match.Value)
            .Distinct()
            .ToList();
        Assert.True(ids.Count > 10, $"Only {ids.Count} findings were found.");
        Assert.DoesNotContain(ids, static id => !Troubleshooting.Text.Contains($"| {id} |", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_rule_has_a_link() =>
        Assert.DoesNotContain(
            Directory.GetFiles(Path.Combine(Page.Root, "docs", "rules"), "MR*.md").Select(Path.GetFileName),
            static name => !Troubleshooting.Text.Contains($"(rules/{name})", StringComparison.Ordinal)
        );

    [Fact]
    public void A_message_that_is_not_there_is_seen()
    {
        Assert.True(IsThere("Replica 'r1' accepts writes (read_only=0), so that a write is lost."));
        Assert.False(IsThere("Replica 'r1' is painted in a colour of which nobody knows the name."));
    }

    private static IEnumerable<(string Name, CompilationUnitSyntax Root)> Sources(string folder) =>
        Directory
            .GetFiles(Path.Combine(Page.Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(static file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Select(static file => (Path.GetFileName(file), CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetCompilationUnitRoot()));

    /// <summary>What exceptions are made with, the parts of one text together.</summary>
    private static IEnumerable<string> Texts(CompilationUnitSyntax root) =>
        root.DescendantNodes()
            .Select(static node =>
                node switch
                {
                    ObjectCreationExpressionSyntax { Type: IdentifierNameSyntax { Identifier.ValueText: var type } } made
                        when type.EndsWith("Exception", StringComparison.Ordinal) => made.ArgumentList,
                    InvocationExpressionSyntax
                    {
                        Expression: MemberAccessExpressionSyntax
                        {
                            Expression: IdentifierNameSyntax { Identifier.ValueText: "LostSession" }
                        }
                    } lost => lost.ArgumentList,
                    _ => null,
                }
            )
            .OfType<ArgumentListSyntax>()
            .Select(static arguments =>
                string.Join(
                    " … ",
                    arguments
                        .DescendantTokens()
                        .Where(static t => t.IsKind(SyntaxKind.StringLiteralToken) || t.IsKind(SyntaxKind.InterpolatedStringTextToken))
                        .Select(static t => t.ValueText)
                )
            )
            .Where(text => text.Split('…').Any(part => Normalized(part).Split(' ').Length >= Searched));

    private static bool IsThere(string text) =>
        text.Split('…')
            .Select(static part => Normalized(part).Split(' '))
            .Any(static words =>
                Enumerable
                    .Range(0, Math.Max(0, words.Length - Searched + 1))
                    .Any(at => Words.Contains(string.Join(' ', words.Skip(at).Take(Searched)), StringComparison.Ordinal))
            );

    private static string Normalized(string text) => NoWord().Replace(text, " ").Trim().ToUpperInvariant();

    [GeneratedRegex("[^A-Za-z0-9_]+")]
    private static partial Regex NoWord();

    [GeneratedRegex(@"\[LoggerMessage\(\s*(?<id>\d+),")]
    private static partial Regex LogRecord();

    [GeneratedRegex(@"^\| (?<ids>\d+(, \d+)*) \|", RegexOptions.Multiline)]
    private static partial Regex RowStart();

    [GeneratedRegex("MRT[0-9]{3}")]
    private static partial Regex Finding();
}
