namespace MonotonicReads.Sql;

/// <summary>Where a comment begins and ends, and whether all servers agree on it.</summary>
internal static class SqlComments
{
    private static readonly char[] Quoting = ['\'', '"', '`', ';', '#', '\0'];

    /// <summary>
    /// "#" opens a comment in MySQL. "--" wants a blank behind it there; without one it is a comment elsewhere, and in MySQL two
    /// signs, which is what a text means that goes on from an operand or with a number.
    /// </summary>
    public static bool OpensLine(string text, int position)
    {
        if (text[position] == '#')
        {
            return true;
        }

        if (!At(text, position, "--"))
        {
            return false;
        }

        var next = position + 2 < text.Length ? text[position + 2] : '\n';
        return next <= ' ' || !(char.IsDigit(next) || next == '(' || (position > 0 && text[position - 1] > ' '));
    }

    public static int EndOfLine(string text, int position, ref SqlDoubts doubts)
    {
        var end = text.IndexOf('\n', position);
        end = end < 0 ? text.Length : end;
        if (!IsAgreed(text, position, end))
        {
            doubts |= SqlDoubts.Comment;
        }

        return end;
    }

    /// <summary>Of a comment that opens with "/*": PostgreSQL nests such, MySQL does not.</summary>
    public static int EndOfBlock(string text, int position, ref SqlDoubts doubts)
    {
        var end = text.IndexOf("*/", position + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            doubts |= SqlDoubts.Comment;
            return text.Length;
        }

        if (Contains(text, "/*", position + 2, end))
        {
            doubts |= SqlDoubts.Comment;
        }

        return end + 2;
    }

    public static bool IsExecutable(string text, int position) => At(text, position, "/*!") || At(text, position, "/*M!");

    /// <summary>Behind the mark and the version, which has five or six digits.</summary>
    public static int StartOfExecutable(string text, int position)
    {
        var start = text.IndexOf('!', position) + 1;
        var digits = 0;
        while (digits < 6 && start + digits < text.Length && text[start + digits] is >= '0' and <= '9')
        {
            digits++;
        }

        return digits < 5 ? start : start + digits;
    }

    /// <summary>Whether what stands in brackets or behind "#" reads the same where neither quotes nor comments.</summary>
    public static bool IsPlain(string text, int start, int end) =>
        text.IndexOfAny(Quoting, start, end - start) < 0 && !Contains(text, "/*", start, end) && !Contains(text, "--", start, end);

    public static bool At(string text, int position, string mark) => string.CompareOrdinal(text, position, mark, 0, mark.Length) == 0;

    private static bool IsAgreed(string text, int position, int end)
    {
        var carriageReturn = text.IndexOf('\r', position, end - position);
        if (carriageReturn >= 0 && carriageReturn < end - 1)
        {
            return false;
        }

        return text[position] == '#' ? IsPlain(text, position + 1, end) : end == position + 2 || text[position + 2] <= ' ';
    }

    private static bool Contains(string text, string mark, int start, int end) =>
        text.IndexOf(mark, start, end - start, StringComparison.Ordinal) >= 0;
}
