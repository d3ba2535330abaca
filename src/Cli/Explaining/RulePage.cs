using System.Text;
using System.Text.RegularExpressions;
using MonotonicReads.Cli.Reports;

namespace MonotonicReads.Cli.Explaining;

/// <summary>The page of a rule, docs/rules/MR1001.md, as text for a terminal.</summary>
internal static partial class RulePage
{
    /// <summary>The rules that have a page.</summary>
    public static IReadOnlyList<string> Rules { get; } = [.. Embedded.Names("MR", ".md").Select(static n => n[..^".md".Length])];

    /// <summary>The text without what only a page needs: fences, marks of emphasis, the addresses of links.</summary>
    public static string Text(string rule)
    {
        var text = new StringBuilder();
        var inCode = false;
        foreach (var line in Embedded.Text(rule + ".md").TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                inCode = !inCode;
                continue;
            }

            if (inCode)
            {
                text.Append("    ").Append(line).Append('\n');
            }
            else if (Plain(line) is { } plain)
            {
                text.Append(plain).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>Null for a line that only draws a table.</summary>
    private static string? Plain(string line)
    {
        if (line.Length > 0 && line.Trim('|', '-', ':', ' ').Length == 0)
        {
            return null;
        }

        if (line.StartsWith('|'))
        {
            var cells = line.Trim('|').Split('|').Select(static c => c.Trim());
            line = string.Join(": ", cells.Where(static c => c.Length > 0));
        }

        var isHead = line.StartsWith('#');
        line = Link().Replace(line.TrimStart('#').TrimStart(isHead ? ' ' : '\0'), "$1");
        line = Emphasis().Replace(line, "$1");
        return isHead ? line.ToUpperInvariant() : line;
    }

    [GeneratedRegex(@"\[([^\]]+)\]\([^)]+\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\*\*([^*]+)\*\*")]
    private static partial Regex Emphasis();
}
