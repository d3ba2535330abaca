using MonotonicReads.Architecture.Tests.Picture;

namespace MonotonicReads.Documentation.Tests.Pictures;

/// <summary>Panels beside each other: lanes of servers, their states as bars, reads as numbered marks that a line joins.</summary>
internal static class ScenePicture
{
    private const double Margin = 20;
    private const double PanelWidth = 500;
    private const double Names = 74;
    private const double LaneHeight = 66;
    private const double BarHeight = 24;
    private const double Top = 62;

    private const string Styles = """
        text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1f2933; }
        .title { font-size: 16px; font-weight: 600; }
        .name { font-size: 13px; font-weight: 600; }
        .state { font-size: 12px; text-anchor: middle; fill: #3e4c59; }
        .shows, .wrong { font-size: 12.5px; text-anchor: middle; }
        .wrong { fill: #c81e1e; font-weight: 600; }
        .number { font-size: 12px; font-weight: 700; text-anchor: middle; fill: #ffffff; }
        .panel { fill: #f7f9fb; stroke: #d3dae1; }
        .before { fill: #e4e7eb; }
        .after { fill: #b6d4f5; }
        .later { fill: #8fe0b0; }
        .mark { fill: #2f74c0; stroke: #ffffff; stroke-width: 2; }
        .write { fill: #52606d; stroke: #ffffff; stroke-width: 2; }
        .bad { fill: #c81e1e; stroke: #ffffff; stroke-width: 2; }
        .way { fill: none; stroke: #2f74c0; stroke-width: 2; }
        .back { fill: none; stroke: #c81e1e; stroke-width: 2; stroke-dasharray: 5 4; }
        .wait { fill: none; stroke: #2f74c0; stroke-width: 3; stroke-dasharray: 2 4; }
        .dead { fill: none; stroke: #c81e1e; stroke-width: 3; stroke-linecap: round; }
        @media (prefers-color-scheme: dark) {
          text { fill: #e4e7eb; }
          .state { fill: #cbd2d9; }
          .wrong { fill: #ff7b72; }
          .panel { fill: #161b22; stroke: #30363d; }
          .before { fill: #30363d; }
          .after { fill: #1d4473; }
          .later { fill: #1b5e3a; }
          .mark { fill: #58a6ff; stroke: #161b22; }
          .write { fill: #8b949e; stroke: #161b22; }
          .bad { fill: #f85149; stroke: #161b22; }
          .way, .wait { stroke: #58a6ff; }
          .back, .dead { stroke: #f85149; }
        }
        """;

    public static string Draw(string title, params Scene[] scenes)
    {
        var svg = new Svg();
        for (var i = 0; i < scenes.Length; i++)
        {
            Panel(svg, scenes[i], Margin + (i * (PanelWidth + Margin)));
        }

        var height = Top + (scenes.Max(static s => s.Lanes.Count) * LaneHeight) + (2 * Margin);
        return svg.ToString((scenes.Length * (PanelWidth + Margin)) + Margin, height, title, Styles);
    }

    private static void Panel(Svg svg, Scene scene, double left)
    {
        svg.Box(left, Margin, PanelWidth, Top + (scene.Lanes.Count * LaneHeight) - Margin + 14, "panel");
        svg.Text(left + 16, Margin + 26, scene.Title, "title");
        for (var lane = 0; lane < scene.Lanes.Count; lane++)
        {
            Bars(svg, scene.Lanes[lane], scene.Reads, left, lane);
        }

        foreach (var (earlier, later) in scene.Reads.Zip(scene.Reads.Skip(1)))
        {
            var from = Place(left, earlier.At, earlier.Lane);
            var to = Place(left, later.WaitsFrom ?? later.At, later.Lane);
            svg.Thread([from, to], later.IsWrong ? "back" : "way");
        }

        var number = 0;
        for (var i = 0; i < scene.Reads.Count; i++)
        {
            var read = scene.Reads[i];
            number += read.IsWrite ? 0 : 1;
            // A line that leads down, or comes from below, must not cross the words.
            var next = scene.Reads.ElementAtOrDefault(i + 1);
            var isCrossed = next?.Lane > read.Lane || (i > 0 && scene.Reads[i - 1].Lane > read.Lane);
            Mark(svg, read, number, left, isCrossed ? -(BarHeight / 2) - 8 : (BarHeight / 2) + 17);
        }
    }

    private static void Bars(Svg svg, Lane lane, IReadOnlyList<Read> reads, double left, int number)
    {
        var y = Place(left, 0, number).Y;
        svg.Text(left + 16, y + 4, lane.Name, "name");
        for (var i = 0; i < lane.Says.Count; i++)
        {
            var from = Place(left, lane.Says[i].From, number).X;
            var end = i + 1 < lane.Says.Count ? lane.Says[i + 1].From : lane.DiesAt ?? Scene.Duration;
            var to = Place(left, end, number).X;
            svg.Box(
                from,
                y - (BarHeight / 2),
                Math.Max(0, to - from - 2),
                BarHeight,
                i switch
                {
                    0 => "before",
                    1 => "after",
                    _ => "later",
                }
            );
            var half = Svg.Width(lane.Says[i].State, 12) / 2;
            var middle = i == 0 ? from + half + 8 : to - half - 10;
            var isCovered = reads.Any(r => r.Lane == number && Math.Abs(Place(left, r.At, number).X - middle) < half + 14);
            if ((2 * half) + 30 < to - from && !isCovered)
            {
                svg.Text(middle, y + 4, lane.Says[i].State, "state");
            }
        }

        if (lane.DiesAt is { } death)
        {
            var x = Place(left, death, number).X + 8;
            svg.Line((x - 7, y - 7), (x + 7, y + 7), "dead");
            svg.Line((x - 7, y + 7), (x + 7, y - 7), "dead");
        }
    }

    private static void Mark(Svg svg, Read read, int number, double left, double words)
    {
        var (x, y) = Place(left, read.At, read.Lane);
        if (read.WaitsFrom is { } since)
        {
            svg.Line((Place(left, since, read.Lane).X, y), (x, y), "wait");
        }

        svg.Circle(
            x,
            y,
            11,
            read.IsWrong ? "bad"
                : read.IsWrite ? "write"
                : "mark"
        );
        svg.Text(x, y + 4, Number(number, read), "number");
        svg.Text(x, y + words, read.Shows, read.IsWrong ? "wrong" : "shows");
    }

    private static string Number(int number, Read read) =>
        read.IsWrite ? "W" : number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static (double X, double Y) Place(double left, double time, int lane) =>
        (left + Names + 16 + (time / Scene.Duration * (PanelWidth - Names - 32)), Margin + Top + (lane * LaneHeight) + (BarHeight / 2));
}
