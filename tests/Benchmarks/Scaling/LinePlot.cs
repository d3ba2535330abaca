using System.Globalization;
using MonotonicReads.Architecture.Tests.Picture;

namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>Lines over an axis, in one picture for light and dark pages.</summary>
/// <param name="Title">What it shows; also what is read out in its place.</param>
/// <param name="Across">What the axis across counts.</param>
/// <param name="Up">What the axis up counts.</param>
/// <param name="Lines">The lines.</param>
internal sealed record LinePlot(string Title, string Across, string Up, IReadOnlyList<PlotLine> Lines)
{
    private const double Width = 720;
    private const double Height = 400;
    private const double Left = 84;
    private const double Right = 700;
    private const double Top = 60;
    private const double Bottom = 300;
    private const int Marks = 5;

    private const string Styles = """
        text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1f2933; font-size: 12px; }
        .title { font-size: 15px; font-weight: 600; }
        .up { text-anchor: end; }
        .across { text-anchor: middle; }
        .panel { fill: #f7f9fb; stroke: #d3dae1; }
        .grid { fill: none; stroke: #e4e7eb; }
        .line0, .line1, .line2, .line3 { fill: none; stroke-width: 2.5; }
        .line0 { stroke: #2f74c0; }
        .line1 { stroke: #c81e1e; }
        .line2 { stroke: #1f2933; stroke-dasharray: 3 4; }
        .line3 { stroke: #1a7f45; stroke-dasharray: 9 4; }
        @media (prefers-color-scheme: dark) {
          text { fill: #e4e7eb; }
          .panel { fill: #161b22; stroke: #30363d; }
          .grid { stroke: #30363d; }
          .line0 { stroke: #58a6ff; }
          .line1 { stroke: #f85149; }
          .line2 { stroke: #cbd2d9; }
          .line3 { stroke: #3fb950; }
        }
        """;

    /// <summary>Whether the axis across goes by powers of ten.</summary>
    public bool IsLogarithmicAcross { get; init; }

    /// <summary>The same of the axis up.</summary>
    public bool IsLogarithmicUp { get; init; }

    /// <summary>How a number of the axis up is written.</summary>
    public string UpFormat { get; init; } = "#,0.##";

    /// <summary>The picture as SVG; the same for the same numbers.</summary>
    public string Draw()
    {
        var across = Axis.Over(Lines.SelectMany(line => line.Points.Select(point => point.Across)), IsLogarithmicAcross);
        var up = Axis.Over(Lines.SelectMany(line => line.Points.Select(point => point.Up)), IsLogarithmicUp);
        var svg = new Svg();
        svg.Box(8, 8, Width - 16, Height - 16, "panel");
        svg.Text(24, 34, Title, "title");
        foreach (var mark in up.Marks(Marks))
        {
            var y = Bottom - (up.Place(mark) * (Bottom - Top));
            svg.Line((Left, y), (Right, y), "grid");
            svg.Text(Left - 8, y + 4, mark.ToString(UpFormat, CultureInfo.InvariantCulture), "up");
        }

        foreach (var mark in across.Marks(Marks))
        {
            var x = Left + (across.Place(mark) * (Right - Left));
            svg.Line((x, Top), (x, Bottom), "grid");
            svg.Text(x, Bottom + 18, mark.ToString("#,0.##", CultureInfo.InvariantCulture), "across");
        }

        svg.Text((Left + Right) / 2, Bottom + 38, $"across: {Across}; up: {Up}", "across");
        var name = Left;
        for (var i = 0; i < Lines.Count; i++)
        {
            for (var at = 1; at < Lines[i].Points.Count; at++)
            {
                svg.Line(Place(Lines[i].Points[at - 1]), Place(Lines[i].Points[at]), $"line{i}");
            }

            svg.Line((name, Bottom + 62), (name + 28, Bottom + 62), $"line{i}");
            svg.Text(name + 36, Bottom + 66, Lines[i].Name, "name");
            name += 56 + Svg.Width(Lines[i].Name, 12);
        }

        return svg.ToString(Width, Height, Title, Styles);

        (double X, double Y) Place((double Across, double Up) point) =>
            (Left + (across.Place(point.Across) * (Right - Left)), Bottom - (up.Place(point.Up) * (Bottom - Top)));
    }

    private sealed record Axis(double From, double To, bool IsLogarithmic)
    {
        public static Axis Over(IEnumerable<double> values, bool isLogarithmic)
        {
            var all = values.ToList();
            return isLogarithmic
                ? new(Math.Floor(Math.Log10(all.Min())), Math.Ceiling(Math.Log10(all.Max())), true)
                : new(0, Round(all.Max()), false);
        }

        public double Place(double value) => ((IsLogarithmic ? Math.Log10(value) : value) - From) / (To - From);

        public IEnumerable<double> Marks(int count) =>
            IsLogarithmic
                ? Enumerable.Range((int)From, (int)(To - From) + 1).Select(power => Math.Pow(10, power))
                : Enumerable.Range(0, count + 1).Select(mark => From + ((To - From) * mark / count));

        // To the next of 1, 2, 2.5, 5 and their tens.
        private static double Round(double most)
        {
            var ten = Math.Pow(10, Math.Floor(Math.Log10(most)));
            return new[] { 1, 2, 2.5, 5, 10 }.First(step => step * ten >= most) * ten;
        }
    }
}

/// <summary>A line of a plot.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Points">Its points, from left to right.</param>
internal sealed record PlotLine(string Name, IReadOnlyList<(double Across, double Up)> Points);
