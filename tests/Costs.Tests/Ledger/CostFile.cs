using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace MonotonicReads.Costs.Tests.Ledger;

/// <summary>costs.txt: what is committed is what is allowed, exactly.</summary>
internal static class CostFile
{
    private const string Rewriting = "MONOTONIC_READS_WRITE_DOCS=1 tests/run.sh costs";

    private static readonly string[] Titles =
    [
        "Bytes allocated by one operation, without a network",
        "Commands that the servers get",
        "Outputs of the generator's steps that are made again after an edit",
        "What the analyzers have the compiler bind of fixed sources, beyond what it binds itself",
    ];

    public static string Allocations => Titles[0];

    public static string RoundTrips => Titles[1];

    public static string Steps => Titles[2];

    public static string Binding => Titles[3];

    private static string Location { get; } = BesideThisFile();

    /// <summary>Compares with the file, or writes the section anew where that is asked for.</summary>
    /// <param name="title">Which section.</param>
    /// <param name="measured">What was measured.</param>
    public static void Check(string title, IReadOnlyList<Cost> measured)
    {
        var sections = File.Exists(Location) ? Parse(File.ReadAllLines(Location)) : [];
        if (Environment.GetEnvironmentVariable("MONOTONIC_READS_WRITE_DOCS") == "1")
        {
            var others = sections.Where(section => section.Title != title);
            File.WriteAllText(Location, Text([.. others, new CostSection(title, measured)]));
            return;
        }

        var section = sections.FirstOrDefault(section => section.Title == title) ?? new CostSection(title, []);
        var differences = section.DifferencesTo(measured).ToList();
        Assert.True(differences.Count == 0, Explain(title, differences));
    }

    /// <summary>The sections of a file; lines that begin with # say nothing.</summary>
    public static IReadOnlyList<CostSection> Parse(IEnumerable<string> lines)
    {
        var sections = new List<CostSection>();
        var costs = new List<Cost>();
        foreach (var line in lines.Where(static line => line.Length > 0 && line[0] != '#'))
        {
            if (line[0] == '[')
            {
                sections.Add(new CostSection(line.Trim('[', ']'), costs = []));
                continue;
            }

            var parts = line.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            costs.Add(new Cost(parts[1], decimal.Parse(parts[0], CultureInfo.InvariantCulture)));
        }

        return sections;
    }

    /// <summary>The file with these sections, in its own order.</summary>
    public static string Text(IReadOnlyList<CostSection> sections)
    {
        var text = new StringBuilder()
            .Append("# What things cost: exact numbers, never time. tests/Costs.Tests measures them again and compares.\n")
            .Append(
                CultureInfo.InvariantCulture,
                $"# {Rewriting}   writes this file anew. Written on {RuntimeInformation.FrameworkDescription}.\n"
            );
        foreach (var section in sections.OrderBy(static section => Array.IndexOf(Titles, section.Title)))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n[{section.Title}]\n");
            foreach (var (what, amount) in section.Costs)
            {
                text.Append(CultureInfo.InvariantCulture, $"{amount, 8:0.##}  {what}\n");
            }
        }

        return text.ToString();
    }

    private static string Explain(string title, IEnumerable<string> differences) =>
        $"""
            {title}: tests/Costs.Tests/costs.txt has it otherwise.

              {string.Join("\n  ", differences)}

            Where that is meant, {Rewriting} writes the file anew. This is {RuntimeInformation.FrameworkDescription}; the file says on which one
            it was written.
            """;

    private static string BesideThisFile([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "costs.txt"));
}
