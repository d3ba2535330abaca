using System.Globalization;
using System.Text;

namespace MonotonicReads.Benchmarks.Peers.Results;

/// <summary>The tables of docs/comparison.md, between two marks; the prose around them is nobody's but its authors'.</summary>
internal static class ComparisonTables
{
    public const string Begin = "<!-- written by tests/Benchmarks, peers: begin -->\n";
    public const string End = "<!-- written by tests/Benchmarks, peers: end -->\n";

    private const string NotMeasured = "–";

    /// <summary>The page with the tables of these results.</summary>
    /// <exception cref="InvalidDataException">A mark is missing.</exception>
    public static string Written(string page, Comparison comparison)
    {
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        var end = page.IndexOf(End, StringComparison.Ordinal);
        return begin >= 0 && end > begin
            ? page[..(begin + Begin.Length)] + Of(comparison) + page[end..]
            : throw new InvalidDataException($"The page has no place for the tables: {Begin.Trim()} and {End.Trim()} belong around it.");
    }

    /// <summary>All tables, with the run that they come from.</summary>
    public static string Of(Comparison comparison)
    {
        var text = new StringBuilder("\n");
        Seen(text, comparison.Peers);
        Fast(text, comparison.Peers);
        Killed(text, comparison.Peers);
        return text.Append(CultureInfo.InvariantCulture, $"{comparison.Date:yyyy-MM-dd}, {comparison.Machine}.\n\n")
            .Append(CultureInfo.InvariantCulture, $"```bash\n{comparison.Command}\n```\n\n")
            .AppendJoin("", comparison.Packages.Select(static package => $"- {package}\n"))
            .Append('\n')
            .ToString();
    }

    private static void Seen(StringBuilder text, IReadOnlyList<PeerResult> peers) =>
        Table(
            text,
            "What is seen",
            [
                "pages that ran backwards",
                "own write missed in the same request",
                "in the next",
                "2.3 s later",
                "reads on the primary",
                "lines a user writes",
            ],
            peers,
            static peer => peer.Seen,
            static (peer, seen) =>
                [
                    OutOf(seen.Backwards, seen.Pages),
                    OutOf(seen.MissedInSameRequest, seen.Visits),
                    OutOf(seen.MissedInNextRequest, seen.Visits),
                    OutOf(seen.MissedLater, seen.Visits),
                    Invariant($"{seen.OnPrimary:P1}"),
                    Count(peer.Lines),
                ]
        );

    private static void Fast(StringBuilder text, IReadOnlyList<PeerResult> peers)
    {
        int[] levels = [.. peers.SelectMany(static peer => peer.Fast ?? []).Select(static fast => fast.Concurrency).Distinct().Order()];
        Table(
            text,
            "How fast",
            [.. levels.Select(static level => $"{level} at once")],
            peers,
            static peer => peer.Fast,
            (_, fast) => [.. levels.Select(level => Ratio(fast.FirstOrDefault(result => result.Concurrency == level)))]
        );
    }

    private static void Killed(StringBuilder text, IReadOnlyList<PeerResult> peers) =>
        Table(
            text,
            "What a fault shows",
            [
                "a replica dies: pages that failed",
                "ran backwards",
                "last failure after",
                "longest page",
                "the primary stands still: pages that failed",
                "ran backwards",
                "longest page",
            ],
            peers,
            static peer => peer.Killed,
            static (_, killed) =>
                [
                    OutOf(killed.ReplicaDies.Failed, killed.ReplicaDies.Pages),
                    Count(killed.ReplicaDies.Backwards),
                    killed.ReplicaDies.LastFailureSeconds is { } last ? Invariant($"{last:F1} s") : "none failed",
                    Invariant($"{killed.ReplicaDies.LongestMilliseconds / 1_000:F1} s"),
                    OutOf(killed.PrimaryStops.Failed, killed.PrimaryStops.Pages),
                    Count(killed.PrimaryStops.Backwards),
                    Invariant($"{killed.PrimaryStops.LongestMilliseconds / 1_000:F1} s"),
                ]
        );

    // Peers of which this was not measured have no row, and a table without rows is none.
    private static void Table<TPart>(
        StringBuilder text,
        string title,
        string[] columns,
        IReadOnlyList<PeerResult> peers,
        Func<PeerResult, TPart?> part,
        Func<PeerResult, TPart, string[]> cells
    )
        where TPart : class
    {
        var rows = peers.Where(peer => part(peer) is not null).Select(peer => (peer.Name, Cells: cells(peer, part(peer)!))).ToList();
        if (rows.Count == 0)
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"### {title}\n\n| | {string.Join(" | ", columns)} |\n|---");
        text.Insert(text.Length, "|---:", columns.Length).Append("|\n");
        foreach (var (name, values) in rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {string.Join(" | ", values)} |\n");
        }

        text.Append('\n');
    }

    private static string Ratio(FastResult? fast) =>
        fast is null ? NotMeasured : Invariant($"{fast.Ratio:F2} ({fast.LowerQuartile:F2} to {fast.UpperQuartile:F2})");

    // Of many the share is what is compared; a single one must not be rounded away.
    private static string OutOf(int count, int all) => count == 0 ? "0" : Invariant($"{count} of {all} ({(double)count / all:P1})");

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
