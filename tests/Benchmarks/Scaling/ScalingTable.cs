using System.Text;
using System.Text.RegularExpressions;

namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>What a part found: a table of docs/scaling.md, and the plots beside it.</summary>
/// <param name="Name">The part's name; the table stands between its markers.</param>
/// <param name="Heads">The columns.</param>
/// <param name="Rows">The rows.</param>
internal sealed record ScalingTable(string Name, string[] Heads, IReadOnlyList<string[]> Rows)
{
    private const int Width = 120;
    private const string Page = "docs/scaling.md";

    /// <summary>The plots, by the names of their files in docs/images.</summary>
    public IReadOnlyDictionary<string, LinePlot> Plots { get; init; } = new Dictionary<string, LinePlot>();

    /// <summary>What stands under the table: with what it was measured.</summary>
    public string? Note { get; init; }

    /// <summary>The table as Markdown.</summary>
    public string Markdown()
    {
        var text = new StringBuilder();
        text.Append("| ").AppendJoin(" | ", Heads).Append(" |\n|");
        text.Insert(text.Length, "---|", Heads.Length).Append('\n');
        foreach (var row in Rows)
        {
            text.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        }

        return Note is null ? text.ToString() : text.Append('\n').Append(Wrapped(Note)).Append('\n').ToString();
    }

    /// <summary>Puts the table between its markers on a page.</summary>
    /// <exception cref="InvalidOperationException">They are not there.</exception>
    public string WrittenInto(string page)
    {
        var markers = new Regex(
            $"(<!-- written by scaling-{Name}: begin -->\n).*?(<!-- written by scaling-{Name}: end -->)",
            RegexOptions.Singleline
        );
        return markers.IsMatch(page)
            ? markers.Replace(page, match => $"{match.Groups[1].Value}\n{Markdown()}\n{match.Groups[2].Value}")
            : throw new InvalidOperationException($"{Page} has no markers for scaling-{Name}.");
    }

    /// <summary>Writes table and plots into the documentation.</summary>
    public void Write()
    {
        var page = PathOf(Page);
        File.WriteAllText(page, WrittenInto(File.ReadAllText(page).ReplaceLineEndings("\n")));
        foreach (var (file, plot) in Plots)
        {
            File.WriteAllText(PathOf($"docs/images/{file}"), plot.Draw());
        }
    }

    private static string Wrapped(string text)
    {
        var lines = new List<string> { "" };
        foreach (var word in text.Split(' '))
        {
            if (lines[^1].Length + word.Length >= Width)
            {
                lines.Add("");
            }

            lines[^1] += lines[^1].Length > 0 ? $" {word}" : word;
        }

        return string.Join('\n', lines);
    }

    /// <summary>Where a file of the repository is.</summary>
    public static string PathOf(string file)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Analyzer.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("This is not run in the repository.");
        }

        return Path.Combine(folder.FullName, file);
    }
}
