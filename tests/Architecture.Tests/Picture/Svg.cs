using System.Globalization;
using System.Security;
using System.Text;

namespace MonotonicReads.Architecture.Tests.Picture;

/// <summary>Writes the few shapes that the picture needs; the same for equal calls on every machine.</summary>
internal sealed class Svg
{
    private readonly StringBuilder _body = new();

    /// <summary>About as wide as a text is, in a font without serifs; enough for boxes around it.</summary>
    public static double Width(string text, double size) => text.Length * size * 0.56;

    public void Box(double x, double y, double width, double height, string style) =>
        Line($"""<rect class="{style}" x="{N(x)}" y="{N(y)}" width="{N(width)}" height="{N(height)}" rx="6"/>""");

    public void Text(double x, double y, string text, string style) =>
        Line($"""<text class="{style}" x="{N(x)}" y="{N(y)}">{SecurityElement.Escape(text)}</text>""");

    public void Circle(double x, double y, double radius, string style) =>
        Line($"""<circle class="{style}" cx="{N(x)}" cy="{N(y)}" r="{N(radius)}"/>""");

    /// <summary>A straight line.</summary>
    public void Line((double X, double Y) from, (double X, double Y) to, string style) =>
        Line($"""<path class="{style}" d="M{N(from.X)} {N(from.Y)}L{N(to.X)} {N(to.Y)}"/>""");

    public void Arrow(double x1, double x2, double y) =>
        Line($"""<path class="way" d="M{N(x1)} {N(y)}H{N(x2 - 7)}M{N(x2 - 8)} {N(y - 5)}L{N(x2)} {N(y)}L{N(x2 - 8)} {N(y + 5)}"/>""");

    /// <summary>A line down through points, upright in each of them.</summary>
    public void Thread(IReadOnlyList<(double X, double Y)> points, string style)
    {
        var path = new StringBuilder(FormattableString.Invariant($"M{N(points[0].X)} {N(points[0].Y)}"));
        foreach (var ((fromX, fromY), (toX, toY)) in points.Zip(points.Skip(1)))
        {
            var middle = N((fromY + toY) / 2);
            path.Append(CultureInfo.InvariantCulture, $"C{N(fromX)} {middle} {N(toX)} {middle} {N(toX)} {N(toY)}");
        }

        Line($"""<path class="{style}" d="{path}"/>""");
    }

    public string ToString(double width, double height, string title, string styles) =>
        $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {N(width)} {N(height)}" width="{N(width)}" height="{N(
            height
        )}" role="img" aria-label="{SecurityElement.Escape(title)}">"""
        + $"\n<title>{SecurityElement.Escape(title)}</title>\n<style>\n{styles}\n</style>\n{_body}</svg>\n";

    private static string N(double number) => Math.Round(number, 1).ToString("0.#", CultureInfo.InvariantCulture);

    private void Line(string line) => _body.Append(line).Append('\n');
}
