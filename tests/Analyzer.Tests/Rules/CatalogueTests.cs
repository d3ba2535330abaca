using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using MonotonicReads.Analyzer.Tests.Robustness;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>
/// Each rule has a source file, a page, a row in the table of rules and a release note, and all of them say the same. The table is written from the rules:
/// with MONOTONIC_READS_WRITE_DOCS=1 in the environment this test writes it.
/// </summary>
public partial class CatalogueTests
{
    private const string Begin = "<!-- rules: written by CatalogueTests -->";
    private const string End = "<!-- end of rules -->";

    private static readonly string Root = FindRoot();

    private static readonly string[] Sections =
    [
        "## What it says",
        "## Bad",
        "## Good",
        "## Stays quiet",
        "## Limits",
        "## Options",
        "## How to fix",
    ];

    public static ImmutableArray<DiagnosticDescriptor> Rules { get; } =
    [.. CrashFuzzTests.Analyzers.SelectMany(a => a.SupportedDiagnostics).DistinctBy(d => d.Id).OrderBy(d => d.Id, StringComparer.Ordinal)];

    public static TheoryData<string> Ids => [.. Rules.Select(r => r.Id)];

    [Fact]
    public void There_are_rules() => Assert.True(Rules.Length >= 8);

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_rule_has_a_file_of_its_own(string id) =>
        Assert.Single(Directory.GetFiles(Path.Combine(Root, "src/Generator/Rules"), id + "*.cs"));

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_rule_has_a_page_with_every_section(string id)
    {
        var rule = Rules.Single(r => r.Id == id);
        var page = File.ReadAllText(Path.Combine(Root, "docs/rules", id + ".md"));
        Assert.Matches($"^# {id}: ", page);
        Assert.Contains($"| Severity | {Severity(rule)} |", page, StringComparison.Ordinal);
        Assert.Contains($"| Category | {rule.Category} |", page, StringComparison.Ordinal);
        Assert.Contains("## Why", page, StringComparison.Ordinal);
        Assert.All(Sections, section => Assert.Contains(section + "\n", page, StringComparison.Ordinal));
        Assert.EndsWith(id + ".md", rule.HelpLinkUri, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_rule_is_tested(string id) =>
        Assert.Contains(
            Directory.GetFiles(Path.Combine(Root, "tests/Analyzer.Tests"), "*Tests.cs", SearchOption.AllDirectories),
            file =>
                File.ReadAllText(file) is var text
                && (text.Contains($"{{|{id}:", StringComparison.Ordinal) || text.Contains($"\"{id}\"", StringComparison.Ordinal))
        );

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_rule_is_in_the_release_notes(string id)
    {
        var rule = Rules.Single(r => r.Id == id);
        var notes =
            File.ReadAllText(Path.Combine(Root, "src/Generator/AnalyzerReleases.Unshipped.md"))
            + File.ReadAllText(Path.Combine(Root, "src/Generator/AnalyzerReleases.Shipped.md"));
        Assert.Contains($"{id} | {rule.Category} | {rule.DefaultSeverity} |", notes, StringComparison.Ordinal);
    }

    [Fact]
    public void No_page_is_left_of_a_rule_that_is_gone() =>
        Assert.Equal(
            Rules.Select(r => r.Id),
            Directory
                .GetFiles(Path.Combine(Root, "docs/rules"), "MR*")
                .Select(f => Path.GetFileNameWithoutExtension(f))
                .Order(StringComparer.Ordinal)
        );

    [Fact]
    public void The_table_of_the_rules_is_the_catalogue()
    {
        var path = Path.Combine(Root, "docs/rules/README.md");
        var readme = File.ReadAllText(path);
        var table =
            Begin
            + "\n| id | default | says |\n|---|---|---|\n"
            + string.Concat(Rules.Select(r => $"| [{r.Id}]({r.Id}.md) | {Severity(r)} | {Says(r)} |\n"))
            + End;
        var written = Table().Replace(readme, table.Replace("$", "$$", StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("MONOTONIC_READS_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, written);
        }

        Assert.Contains(table, File.ReadAllText(path), StringComparison.Ordinal);
    }

    private static string Severity(DiagnosticDescriptor rule) => rule.DefaultSeverity.ToString().ToLowerInvariant();

    private static string Says(DiagnosticDescriptor rule) => rule.Title.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string FindRoot([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));

    [GeneratedRegex(Begin + ".*?" + End, RegexOptions.Singleline)]
    private static partial Regex Table();
}
