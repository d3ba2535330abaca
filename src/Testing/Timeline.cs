using System.Globalization;
using System.Text;

namespace MonotonicReads.Testing;

/// <summary>What was written and read, in this order, and what the servers showed that were read.</summary>
/// <param name="written">What the test wrote.</param>
/// <param name="reads">What the unit of work sent.</param>
internal sealed class Timeline(IReadOnlyList<SentStatement> written, IReadOnlyList<AssignedRead> reads)
{
    private const int Longest = 80;
    private const int LongestName = 20;

    private readonly IReadOnlyList<int> _held =
    [
        .. reads.Select(static read => read.Statement.Moment).Where(static moment => moment != SentStatement.Present).Distinct().Order(),
    ];

    public IReadOnlyList<SentStatement> Writes => written;

    public IReadOnlyList<AssignedRead> All => reads;

    /// <summary>The lanes: a server that was read, and what it showed, from the present back, the primary last.</summary>
    public IReadOnlyList<Lane> Lanes { get; } =
    [
        .. reads
            .Select(static read => LaneOf(read.Statement))
            .Distinct()
            .OrderBy(static lane => lane.Server == "primary")
            .ThenByDescending(static lane => lane.Moment),
    ];

    public string Text
    {
        get
        {
            var text = new StringBuilder();
            var width = Lanes.Select(lane => NameOf(lane).Length).DefaultIfEmpty(0).Max();
            foreach (var write in written)
            {
                Line(text, "write", "primary".PadRight(width), Cut(write.Line));
            }

            for (var i = 0; i < reads.Count; i++)
            {
                var (statement, saw) = reads[i];
                Line(text, TitleOf(i), NameOf(LaneOf(statement)).PadRight(width), Cut(statement.Line));
                if (statement.HasFailed || saw is not null)
                {
                    Line(text, "", "".PadRight(width), statement.HasFailed ? "failed" : "saw: " + saw);
                }
            }

            text.Append('\n');
            foreach (var lane in Lanes)
            {
                text.Append("  ").Append(NameOf(lane).PadRight(width)).Append("  ");
                foreach (var read in reads)
                {
                    text.Append(LaneOf(read.Statement) == lane ? "--*--" : "-----");
                }

                text.Append('\n');
            }

            return text.ToString();
        }
    }

    /// <summary>Where a statement ran.</summary>
    public static Lane LaneOf(SentStatement statement) => new(statement.Server, statement.Moment);

    /// <summary>What a lane shows.</summary>
    public string ShownBy(Lane lane)
    {
        if (lane.Moment == SentStatement.Present)
        {
            return "the present";
        }

        var shown = written.Count > 0 ? "before the write" : "held";
        return _held.Count < 2
            ? shown
            : string.Create(CultureInfo.InvariantCulture, $"{shown}, moment {_held.ToList().IndexOf(lane.Moment) + 1}");
    }

    /// <summary>A server's name, if need be shorter.</summary>
    public static string ShortName(Lane lane) => Cut(Asking.OneLine(lane.Server), LongestName);

    /// <summary>As much as fits on a line: its beginning, and its end, which says more of a query than its middle.</summary>
    public static string Cut(string text, int longest = Longest) =>
        text.Length <= longest ? text : $"{text[..(longest * 3 / 5)]} ... {text[^(longest * 2 / 5)..]}";

    private string NameOf(Lane lane) => $"{ShortName(lane)} ({ShownBy(lane)})";

    private string TitleOf(int at)
    {
        var (what, number) = reads[at].Statement.Writes
            ? ("write", reads.Take(at + 1).Count(static read => read.Statement.Writes))
            : ("read", reads.Take(at + 1).Count(static read => !read.Statement.Writes));
        return string.Create(CultureInfo.InvariantCulture, $"{what} {number}");
    }

    private static void Line(StringBuilder text, string what, string where, string statement) =>
        text.Append("  ").Append(what.PadRight(8)).Append(where).Append("  ").Append(statement).Append('\n');

    /// <summary>A server while it shows one moment.</summary>
    /// <param name="Server">Its name.</param>
    /// <param name="Moment">The moment's number.</param>
    internal readonly record struct Lane(string Server, int Moment);
}
