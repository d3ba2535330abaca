using System.Text;
using MonotonicReads.Cluster;

namespace MonotonicReads.Testing.Tests.Conformance;

/// <summary>The same behaviours on simulated and real replicas. What each shows is in docs/testing-conformance.md, and so is why.</summary>
public sealed class ConformanceTests
{
    private const string Page = "docs/testing-conformance.md";
    private const string Begin = "<!-- observed: begin -->\n";
    private const string End = "<!-- observed: end -->";
    private static readonly string[] Kinds = ["real MariaDB", "over MariaDB", "over MySQL", "embedded"];

    [SkippableTheory]
    [InlineData("real MariaDB")]
    [InlineData("over MariaDB")]
    [InlineData("over MySQL")]
    [InlineData("embedded")]
    public async Task Replicas_behave_as_the_page_says(string kind)
    {
        Skip.If(kind == "over MySQL" && !MySqlRelease.Oldest.IsInstalled, "There is no MySQL 5.6.");
        var observed = new Dictionary<string, string>();
        foreach (var (name, observe) in Behaviours.All)
        {
            observed[name] = await Observation.OfAsync(kind, name, observe);
        }

        if (Repository.WritesDocs)
        {
            Write(kind, observed);
        }

        var column = Array.IndexOf(Kinds, kind) + 1;
        var expected = Rows().ToDictionary(row => row[0], row => row[column]);
        var differing = Behaviours
            .All.Where(behaviour => observed[behaviour.Name] != expected.GetValueOrDefault(behaviour.Name))
            .Select(behaviour =>
                $"{behaviour.Name}\n  {Page} says: {expected.GetValueOrDefault(behaviour.Name)}\n  observed: {observed[behaviour.Name]}"
            )
            .ToList();
        Assert.True(differing.Count == 0, $"{kind} differs in {differing.Count}:\n{string.Join('\n', differing)}");
    }

    [Fact]
    public void Each_difference_from_real_replicas_has_its_reason()
    {
        var text = File.ReadAllText(Repository.PathOf(Page));
        var reasons = text[text.IndexOf("## The differences", StringComparison.Ordinal)..];
        foreach (var row in Rows().Where(row => row.Skip(2).Any(cell => cell != row[1])))
        {
            Assert.Contains($"**{row[0]}**", reasons, StringComparison.Ordinal);
        }
    }

    private static List<string[]> Rows()
    {
        var text = File.ReadAllText(Repository.PathOf(Page));
        var from = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        return
        [
            .. text[from..text.IndexOf(End, StringComparison.Ordinal)]
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Skip(2)
                .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)),
        ];
    }

    // One column at a time: the tests of a class run one after the other.
    private static void Write(string kind, Dictionary<string, string> observed)
    {
        var before = Rows().ToDictionary(row => row[0]);
        var table = new StringBuilder($"| what is done | {string.Join(" | ", Kinds)} |\n|---|---|---|---|---|\n");
        foreach (var (name, _) in Behaviours.All)
        {
            var row = before.GetValueOrDefault(name) ?? [name, "", "", "", ""];
            row[Array.IndexOf(Kinds, kind) + 1] = observed[name];
            table.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        }

        var text = File.ReadAllText(Repository.PathOf(Page));
        var from = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        File.WriteAllText(Repository.PathOf(Page), text[..from] + table + text[text.IndexOf(End, StringComparison.Ordinal)..]);
    }
}
