using System.Collections.Immutable;
using MonotonicReads.Architecture.Tests.Edges;

namespace MonotonicReads.Architecture.Tests.Picture;

/// <summary>docs/architecture.svg: the data's ways at compile time and at run time, and under them the rooms and who stands on whom.</summary>
internal static class ArchitecturePicture
{
    public const string Path = "docs/architecture.svg";

    private const double Margin = 24;
    private const double Width = 1160;
    private const double Inset = 16;
    private const double LineHeight = 14;
    private const double ArrowLength = 24;

    private const string Styles = """
        text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1f2933; }
        .title { font-size: 17px; font-weight: 600; }
        .label { font-size: 13px; fill: #52606d; }
        .name { font-size: 13px; font-weight: 600; text-anchor: middle; }
        .does { font-size: 11px; fill: #3e4c59; text-anchor: middle; }
        .room { font-size: 13px; text-anchor: middle; }
        .number { font-size: 10px; font-weight: 600; fill: #ffffff; text-anchor: middle; }
        .panel { fill: #f7f9fb; stroke: #d3dae1; }
        .step, .used { fill: #e0edfb; stroke: #2f74c0; stroke-width: 1.2; }
        .outside { fill: #ffffff; stroke: #7b8794; stroke-dasharray: 4 3; }
        .box { fill: #ffffff; stroke: #9aa5b1; }
        .way { fill: none; stroke: #2f74c0; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
        .use { fill: none; stroke: #9aa5b1; stroke-width: 1.1; }
        @media (prefers-color-scheme: dark) {
          text { fill: #e4e7eb; }
          .label { fill: #9aa5b1; }
          .does { fill: #cbd2d9; }
          .panel { fill: #161b22; stroke: #30363d; }
          .step, .used { fill: #17324f; stroke: #6cb0f5; }
          .outside { fill: #0d1117; stroke: #8b949e; }
          .box { fill: #21262d; stroke: #6e7681; }
          .way { stroke: #6cb0f5; }
          .use { stroke: #6e7681; }
        }
        """;

    public static string Write(RoomTable compileTime, RoomTable runTime)
    {
        var svg = new Svg();
        var y = Way(svg, "Compile time: from a method to a finding", DataWays.FromSourceToFinding, Margin);
        y = Way(svg, "Compile time: from an annotation to a wrapper", DataWays.FromAnnotationToWrapper, y);
        y = Way(svg, "Run time: from a call to a server", DataWays.FromCallToServer, y);
        // Beside each other where both fit, otherwise one under the other.
        var (leftNeeds, rightNeeds) = (RoomPlan.NeededWidth(compileTime), RoomPlan.NeededWidth(runTime));
        var spare = Width - (3 * Margin) - (4 * Inset) - leftNeeds - rightNeeds;
        var whole = Width - (2 * Margin) - (2 * Inset);
        var left = new RoomPlan(compileTime, spare < 0 ? whole : leftNeeds + (spare / 2));
        var right = new RoomPlan(runTime, spare < 0 ? whole : rightNeeds + (spare / 2));
        var height = spare < 0 ? left.Height : Math.Max(left.Height, right.Height);
        ImmutableArray<Step>[] compileTimeWays = [DataWays.FromSourceToFinding, DataWays.FromAnnotationToWrapper];
        var bottom = Plan(svg, "The rooms of src/Generator", left, compileTimeWays, (Margin, y, height));
        var place = spare < 0 ? (Margin, bottom, right.Height) : (Margin + left.Width + (2 * Inset) + Margin, y, height);
        y = Plan(svg, "The rooms of src/Runtime", right, [DataWays.FromCallToServer], place);
        svg.Text(
            Margin,
            y,
            "A line leads down to a room that is used; what follows from other lines is left out. Blue: on a way above.",
            "label"
        );
        return svg.ToString(
            Width,
            y + Margin,
            "The data's ways at compile time and at run time, and the rooms that they go through",
            Styles
        );
    }

    private static double Way(Svg svg, string title, ImmutableArray<Step> steps, double y)
    {
        svg.Text(Margin, y + 16, title, "title");
        var top = y + 30;
        var room = Width - (2 * Margin) - (ArrowLength * (steps.Length - 1));
        var width = Math.Min(room / steps.Length, 170);
        var texts = steps.Select(s => Lines(s.Does, width - 10, 11).ToList()).ToList();
        var height = 30 + (LineHeight * texts.Max(t => t.Count));
        foreach (var (step, i) in steps.Select((s, i) => (s, i)))
        {
            var x = Margin + (i * (width + ArrowLength));
            svg.Box(x, top, width, height, step.IsOutside ? "outside" : "step");
            svg.Text(x + (width / 2), top + 18, step.Name, "name");
            foreach (var (line, n) in texts[i].Select((l, n) => (l, n)))
            {
                svg.Text(x + (width / 2), top + 34 + (n * LineHeight), line, "does");
            }

            if (i > 0)
            {
                svg.Arrow(x - ArrowLength + 3, x - 3, top + (height / 2));
            }
        }

        return top + height + Margin;
    }

    private static double Plan(Svg svg, string title, RoomPlan plan, ImmutableArray<Step>[] ways, (double X, double Y, double Height) place)
    {
        var bottom = place.Y + place.Height + 66;
        svg.Box(place.X, place.Y, plan.Width + (2 * Inset), bottom - place.Y, "panel");
        svg.Text(place.X + Inset, place.Y + 26, title, "title");
        var (left, top) = (place.X + Inset, place.Y + 46);
        foreach (var line in plan.Lines)
        {
            svg.Thread([.. line.Select(p => (p.X + left, p.Y + top))], "use");
        }

        foreach (var (room, boxX, boxY, boxWidth) in plan.Boxes)
        {
            var isOnAWay = ways.Any(w => w.Any(s => s.IsThrough(room)));
            svg.Box(boxX + left, boxY + top, boxWidth, RoomPlan.BoxHeight, isOnAWay ? "used" : "box");
            svg.Text(boxX + left + (boxWidth / 2), boxY + top + 19, room, "room");
        }

        return bottom + Margin;
    }

    private static IEnumerable<string> Lines(string text, double width, double size)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            var longer = line.Length == 0 ? word : line + " " + word;
            if (line.Length > 0 && Svg.Width(longer, size) > width)
            {
                yield return line;
                longer = word;
            }

            line = longer;
        }

        yield return line;
    }
}
