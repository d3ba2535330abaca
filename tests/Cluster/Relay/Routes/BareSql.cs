using System.Text;
using System.Text.RegularExpressions;

namespace MonotonicReads.Cluster.Relay;

/// <summary>A text without its comments and without what stands in quotes: what proxies look at when they tell statements apart.</summary>
internal sealed partial class BareSql
{
    public BareSql(string text)
    {
        Text = Strip(text).Trim().TrimEnd(';', ' ', '\n', '\r', '\t');
        IsMulti = Text.Contains(';', StringComparison.Ordinal);
    }

    public string Text { get; }

    public bool IsMulti { get; }

    public bool IsRead => Reads().IsMatch(Text) && !Locks().IsMatch(Text);

    /// <summary>A SET of this session, alone: it must hold on every server that the session comes to.</summary>
    public bool IsSessionSet => !IsMulti && IsSet && !SetsOthers().IsMatch(Text);

    /// <summary>A SET TRANSACTION for the next transaction alone.</summary>
    public bool IsNextTransaction => !IsMulti && NextTransaction().IsMatch(Text);

    public bool IsSet => Set().IsMatch(Text);

    public bool IsReadOnlyTransaction => ReadOnlyTransaction().IsMatch(Text);

    public bool HasVariable => Text.Contains('@', StringComparison.Ordinal);

    /// <summary>The database of a USE; null if it is something else.</summary>
    public static string? UsedDatabase(string text) => Use().Match(text) is { Success: true } use ? use.Groups["name"].Value : null;

    private static string Strip(string text)
    {
        var bare = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; )
        {
            var end = SqlComments.EndAt(text, i);
            if (end > i)
            {
                bare.Append(' ');
                i = end;
            }
            else if (text[i] is '\'' or '"')
            {
                bare.Append('?');
                i = SqlComments.EndOfQuoted(text, i);
            }
            else
            {
                bare.Append(text[i++]);
            }
        }

        return bare.ToString();
    }

    [GeneratedRegex(@"^[\s(]*(select|show|with|values|table|explain|desc|describe)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Reads();

    [GeneratedRegex(@"\bfor\s+(update|share)\b|\block\s+in\s+share\s+mode\b|\binto\s+(outfile|dumpfile)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Locks();

    [GeneratedRegex(@"^\s*set\b", RegexOptions.IgnoreCase)]
    private static partial Regex Set();

    [GeneratedRegex(@"^\s*set\s+(global|@@global|password|statement|default\s+role)\b", RegexOptions.IgnoreCase)]
    private static partial Regex SetsOthers();

    [GeneratedRegex(@"^\s*set\s+transaction\b", RegexOptions.IgnoreCase)]
    private static partial Regex NextTransaction();

    [GeneratedRegex(@"^\s*start\s+transaction\b.*\bread\s+only\b", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex ReadOnlyTransaction();

    [GeneratedRegex(
        @"^\s*(/\*.*?\*/\s*)*use\s+(?:`(?<name>[^`]+)`|(?<name>\w+))\s*;?\s*$",
        RegexOptions.IgnoreCase | RegexOptions.Singleline
    )]
    private static partial Regex Use();
}
