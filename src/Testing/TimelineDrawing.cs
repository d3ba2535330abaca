using System.Globalization;
using System.Net;
using System.Text;

namespace MonotonicReads.Testing;

/// <summary>Draws a timeline: a lane for each server that was read, a dot for each read, and red where time runs backwards.</summary>
internal static class TimelineDrawing
{
    private const int Left = 190;
    private const int Step = 150;
    private const int LaneHeight = 70;
    private const int Top = 70;
    private const int LongestTitle = 100;

    private const string Style = """
        <style>
        text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; font-size: 12.5px; fill: #1f2933; }
        .title { font-size: 16px; font-weight: 600; }
        .name { font-size: 13px; font-weight: 600; }
        .number { font-size: 12px; font-weight: 700; text-anchor: middle; fill: #ffffff; }
        .saw { fill: #52606d; }
        .panel { fill: #ffffff; stroke: #d3dae1; }
        .lane { stroke: #9fb3c8; stroke-width: 2; }
        .step { stroke: #486581; stroke-width: 1.5; }
        .back { stroke: #c81e1e; stroke-width: 2.5; }
        </style>
        """;

    public static string Of(Timeline timeline, string what)
    {
        var lanes = timeline.Lanes;
        var texts = timeline.All.Count + timeline.Writes.Count;
        var width = Math.Max(Left + Step * timeline.All.Count + 20, 860);
        var bottom = Top + LaneHeight * lanes.Count;
        var height = bottom + 20 + 40 * texts;
        var svg = new StringBuilder();
        Add(
            svg,
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">"""
        );
        Add(svg, $"<title>{Text(what)}</title>");
        svg.Append(Style).Append('\n');
        Add(svg, $"""<rect class="panel" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="6"/>""");
        Add(svg, $"""<text class="title" x="20" y="30">{Text(Timeline.Cut(what, LongestTitle))}</text>""");
        for (var lane = 0; lane < lanes.Count; lane++)
        {
            var y = YOf(lane);
            Add(svg, $"""<text class="name" x="20" y="{y - 2}">{Text(Timeline.ShortName(lanes[lane]))}</text>""");
            Add(svg, $"""<text class="saw" x="20" y="{y + 14}">shows {Text(timeline.ShownBy(lanes[lane]))}</text>""");
            Add(svg, $"""<line class="lane" x1="{Left}" y1="{y}" x2="{width - 20}" y2="{y}"/>""");
        }

        Dots(svg, timeline, lanes);
        var line = bottom + 20;
        foreach (var write in timeline.Writes)
        {
            line = Entry(svg, line, "write", "on the primary: " + write.Line, saw: null);
        }

        for (var i = 0; i < timeline.All.Count; i++)
        {
            var read = timeline.All[i];
            var number = (i + 1).ToString(CultureInfo.InvariantCulture);
            line = Entry(svg, line, number, $"{Timeline.ShortName(Timeline.LaneOf(read.Statement))}: {read.Statement.Line}", SawOf(read));
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Dots(StringBuilder svg, Timeline timeline, IReadOnlyList<Timeline.Lane> lanes)
    {
        for (var i = 1; i < timeline.All.Count; i++)
        {
            var (from, to) = (LaneOf(timeline, lanes, i - 1), LaneOf(timeline, lanes, i));
            var way = GoesBack(timeline, i) ? "back" : "step";
            Add(svg, $"""<line class="{way}" x1="{XOf(i - 1)}" y1="{YOf(from)}" x2="{XOf(i)}" y2="{YOf(to)}"/>""");
        }

        for (var i = 0; i < timeline.All.Count; i++)
        {
            var lane = LaneOf(timeline, lanes, i);
            var fill =
                GoesBack(timeline, i) ? "#c81e1e"
                : timeline.All[i].Statement.Writes ? "#52606d"
                : "#2f6f9f";
            Add(svg, $"""<circle cx="{XOf(i)}" cy="{YOf(lane)}" r="12" fill="{fill}"/>""");
            Add(svg, $"""<text class="number" x="{XOf(i)}" y="{YOf(lane) + 4}">{i + 1}</text>""");
        }
    }

    private static string? SawOf(AssignedRead read) =>
        read.Statement.HasFailed ? "failed"
        : read.Saw is null ? null
        : "saw: " + read.Saw;

    private static int Entry(StringBuilder svg, int y, string number, string text, string? saw)
    {
        Add(svg, $"""<text class="name" x="20" y="{y}">{number}</text>""");
        Add(svg, $"""<text x="62" y="{y}">{Text(Timeline.Cut(text, 105))}</text>""");
        if (saw is not null)
        {
            Add(svg, $"""<text class="saw" x="62" y="{y + 16}">{Text(saw)}</text>""");
        }

        return y + (saw is null ? 24 : 40);
    }

    private static bool GoesBack(Timeline timeline, int read) =>
        read > 0 && timeline.All[read].Statement.Moment < timeline.All[read - 1].Statement.Moment;

    private static int LaneOf(Timeline timeline, IReadOnlyList<Timeline.Lane> lanes, int read)
    {
        var lane = Timeline.LaneOf(timeline.All[read].Statement);
        return lanes.TakeWhile(other => other != lane).Count();
    }

    private static int XOf(int read) => Left + Step * read + Step / 2;

    private static int YOf(int lane) => Top + LaneHeight * lane + LaneHeight / 2 - 10;

    private static string Text(string text) => WebUtility.HtmlEncode(Asking.OneLine(text));

    private static void Add(StringBuilder svg, FormattableString text) => svg.Append(FormattableString.Invariant(text)).Append('\n');
}
