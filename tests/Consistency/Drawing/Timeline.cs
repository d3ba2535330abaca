using System.Globalization;
using System.Text;
using MonotonicReads.Consistency.Checking;
using MonotonicReads.Consistency.History;

namespace MonotonicReads.Consistency.Drawing;

/// <summary>A violation as text, and as a picture: a line for each server, time to the right.</summary>
internal static class Timeline
{
    private const int Width = 1_000;
    private const int Left = 90;
    private const int Lane = 46;

    /// <summary>Draws it, and says it.</summary>
    /// <param name="violation">The violation.</param>
    /// <param name="path">The picture's file.</param>
    public static string Tell(Violation violation, string path)
    {
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"  VIOLATION of {violation.Promise}: {violation.Message}");
        var start = violation.Entries.Count > 0 ? violation.Entries.Min(entry => entry.Begin) : 0;
        foreach (var entry in violation.Entries)
        {
            text.AppendLine("    " + Line(entry, start));
        }

        File.WriteAllText(path, Draw(violation));
        return text.Append("    drawn: ").Append(path).ToString();
    }

    /// <summary>An SVG.</summary>
    public static string Draw(Violation violation)
    {
        var entries = violation.Entries;
        string[] lanes = [.. entries.Select(LaneOf).Distinct().Order(StringComparer.Ordinal)];
        var (start, end) = entries.Count > 0 ? (entries.Min(e => e.Begin), entries.Max(e => Math.Max(e.Begin, e.End))) : (0, 1);
        var height = 60 + Lane * Math.Max(1, lanes.Length) + 20 * entries.Count;
        var svg = new StringBuilder();
        svg.AppendLine(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width + Left + 60}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">"
        );
        svg.AppendLine("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>");
        svg.AppendLine(
            CultureInfo.InvariantCulture,
            $"<text x=\"10\" y=\"20\" font-weight=\"bold\">{Escape($"{violation.Promise}: {violation.Message}")}</text>"
        );
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            var y = 56 + lane * Lane;
            svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"10\" y=\"{y + 4}\">{Escape(lanes[lane])}</text>");
            svg.AppendLine(
                CultureInfo.InvariantCulture,
                $"<line x1=\"{Left}\" y1=\"{y}\" x2=\"{Left + Width}\" y2=\"{y}\" stroke=\"#ccc\"/>"
            );
        }

        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            var (x1, x2) = (X(entry.Begin), Math.Max(X(Math.Max(entry.End, entry.Begin)), X(entry.Begin) + 3));
            var y = 56 + Array.IndexOf(lanes, LaneOf(entry)) * Lane;
            svg.AppendLine(
                CultureInfo.InvariantCulture,
                $"<rect x=\"{x1:F1}\" y=\"{y - 7}\" width=\"{x2 - x1:F1}\" height=\"14\" fill=\"{Color(entry, isLast: i == entries.Count - 1)}\"/>"
            );
            svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{x1:F1}\" y=\"{y - 11}\">{i + 1}</text>");
            svg.AppendLine(
                CultureInfo.InvariantCulture,
                $"<text x=\"10\" y=\"{50 + Lane * Math.Max(1, lanes.Length) + 20 * i}\">{i + 1}. {Escape(Line(entry, start))}</text>"
            );
        }

        return svg.AppendLine("</svg>").ToString();

        double X(long time) => Left + (end > start ? (double)(time - start) / (end - start) * Width : 0);
    }

    private static string LaneOf(Entry entry) => entry.Server ?? (entry.Kind == EntryKind.Write ? "writes" : "session");

    private static string Color(Entry entry, bool isLast) =>
        entry.Kind switch
        {
            EntryKind.Error => "#999",
            EntryKind.Write => "#3a3",
            EntryKind.Event or EntryKind.Token or EntryKind.Session => "#c90",
            _ => isLast ? "#d22" : "#37c",
        };

    private static string Line(Entry entry, long start)
    {
        var at = string.Create(
            CultureInfo.InvariantCulture,
            $"{(entry.Begin - start) / 1e6, 9:F3} ms{(entry.End > entry.Begin ? $" to {(entry.End - start) / 1e6:F3}" : "")}"
        );
        var what = entry.Kind switch
        {
            EntryKind.Session =>
                $"session {entry.Session}, {entry.Level}, {entry.Policy}, {entry.Via}{(entry.Token != 0 ? $", from token {entry.Token}" : "")}",
            EntryKind.Read when entry.Child is { } child =>
                $"{entry.Level} read of {child.Parent}, the parent of {child.Number}: {entry.Rows?.Length ?? 0} rows",
            EntryKind.Read when entry.IsExact =>
                $"{entry.Level} read on {entry.Server}: number {entry.Number}, tag {entry.State}{(entry.Key >= 0 ? $", key {entry.Key} version {entry.KeyVersion}" : "")}{(entry.Rows is { } rows ? ", rows " + string.Join(' ', rows.Select(row => $"{row.Tag}<{row.Parent}")) : "")} ({entry.Via})",
            EntryKind.Read =>
                $"{entry.Level} read on {entry.Server}: key {entry.Key} version {entry.KeyVersion}, tag {entry.KeyTag} ({entry.Via})",
            EntryKind.Write => $"write {entry.Tag}{(entry.IsAcknowledged ? ", acknowledged" : ", unknown")} ({entry.Via})",
            EntryKind.Token => $"token {entry.Token} is made",
            _ => $"{entry.Kind} {entry.Text} {entry.Detail}",
        };
        return $"{at}: source {entry.Source}, {what}";
    }

    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);
}
