namespace MonotonicReads.Cluster.Relay;

/// <summary>Where comments and quoted texts end.</summary>
internal static class SqlComments
{
    /// <summary>The index after the comment that starts at an index; the index itself where none starts.</summary>
    public static int EndAt(string text, int start)
    {
        if (text[start] == '#' || (Has(text, start, "--") && start + 2 < text.Length && char.IsWhiteSpace(text[start + 2])))
        {
            var line = text.IndexOf('\n', start);
            return line < 0 ? text.Length : line + 1;
        }

        if (Has(text, start, "/*"))
        {
            var end = text.IndexOf("*/", start + 2, StringComparison.Ordinal);
            return end < 0 ? text.Length : end + 2;
        }

        return start;
    }

    /// <summary>The index after the text in quotes that starts at an index. A doubled quote starts another one, which is as good.</summary>
    public static int EndOfQuoted(string text, int start)
    {
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == text[start])
            {
                return i + 1;
            }
        }

        return text.Length;
    }

    private static bool Has(string text, int start, string mark) => string.CompareOrdinal(text, start, mark, 0, mark.Length) == 0;
}
