using System.Globalization;
using System.Text;

namespace MonotonicReads.Testing;

/// <summary>What was held, written and read, in this order.</summary>
/// <param name="set">The replicas, as they are still.</param>
/// <param name="written">What was written.</param>
/// <param name="reads">What was read.</param>
internal sealed class Timeline(LaggingReplicas set, IReadOnlyList<SentStatement> written, IReadOnlyList<AssignedRead> reads)
{
    private const int Longest = 100;

    public IReadOnlyList<SentStatement> Writes => written;

    public IReadOnlyList<AssignedRead> All => reads;

    /// <summary>The lanes: those servers that were read, from the present back, with what they show.</summary>
    public IReadOnlyList<(string Name, string Shows)> Lanes =>
        [
            .. set
                .All.Where(replica => reads.Any(read => read.Statement.Server == replica.Name))
                .OrderByDescending(static replica => replica.Held?.Number ?? int.MaxValue)
                .Select(replica => (replica.Name, ShownBy(replica.Name)))
                .Concat(reads.Any(static read => read.Statement.Server == "primary") ? [("primary", "the present")] : []),
        ];

    public string Text
    {
        get
        {
            var text = new StringBuilder();
            var width = Lanes.Select(static lane => lane.Name.Length + lane.Shows.Length + 3).DefaultIfEmpty(0).Max();
            foreach (var write in written)
            {
                Line(text, "write", "primary".PadRight(width), Cut(write.Line));
            }

            for (var i = 0; i < reads.Count; i++)
            {
                var read = reads[i];
                var where = $"{read.Statement.Server} ({ShownBy(read.Statement.Server)})".PadRight(width);
                Line(text, string.Create(CultureInfo.InvariantCulture, $"read {i + 1}"), where, Cut(read.Statement.Line));
                if (read.Saw is not null)
                {
                    Line(text, "", "".PadRight(width), "saw: " + read.Saw);
                }
            }

            text.Append('\n');
            foreach (var (name, shows) in Lanes)
            {
                text.Append("  ").Append($"{name} ({shows})".PadRight(width)).Append("  ");
                foreach (var read in reads)
                {
                    text.Append(read.Statement.Server == name ? "--*--" : "-----");
                }

                text.Append('\n');
            }

            return text.ToString();
        }
    }

    /// <summary>What a server shows.</summary>
    public string ShownBy(string server) =>
        set.All.FirstOrDefault(replica => replica.Name == server)?.Held is null ? "the present"
        : written.Count > 0 ? "before the write"
        : "held";

    /// <summary>As much as fits on a line.</summary>
    public static string Cut(string text, int longest = Longest) => text.Length <= longest ? text : text[..longest] + "...";

    private static void Line(StringBuilder text, string what, string where, string statement) =>
        text.Append("  ").Append(what.PadRight(8)).Append(where).Append("  ").Append(statement).Append('\n');
}
