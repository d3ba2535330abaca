namespace MonotonicReads.Sql;

/// <summary>Where words, numbers and what is quoted end, and whether all servers and SQL modes agree on it.</summary>
internal static class SqlLiterals
{
    private static readonly char[] Parentheses = ['(', ')'];

    public static bool IsWordStart(char c) => IsLetter(c) || c is '_' or '$' || c >= 0x80;

    public static bool IsWordPart(char c) => IsWordStart(c) || IsDigit(c);

    public static bool IsDigit(char c) => c is >= '0' and <= '9';

    public static int EndOfWord(string text, int position)
    {
        while (position < text.Length && IsWordPart(text[position]) && !SqlHole.Is(text[position]) && !IsForeignBlank(text[position]))
        {
            position++;
        }

        return position;
    }

    public static bool IsBlank(char c) => c is ' ' or (>= '\t' and <= '\r');

    /// <summary>A blank for us and for other dialects, part of a name for MySQL.</summary>
    public static bool IsForeignBlank(char c) => c >= 0x80 && (c == '\uFEFF' || char.IsWhiteSpace(c));

    /// <summary>A word that a dollar begins: <c>$tag$</c> quotes in PostgreSQL, <c>$1</c> is a parameter there and a name here.</summary>
    public static int EndOfDollarWord(string text, int position, ref SqlDoubts doubts)
    {
        var end = EndOfWord(text, position + 1);
        var digits = SkipDigits(text, position + 1);
        if ((digits > position + 1 && digits < end) || text.IndexOf('$', position + 1, end - position - 1) >= 0)
        {
            doubts |= SqlDoubts.ForeignQuotes;
        }

        return end;
    }

    /// <summary>A backslash hides a quote from MySQL, unless NO_BACKSLASH_ESCAPES is set, and from no one else.</summary>
    public static int EndOfQuoted(string text, int position, ref SqlDoubts doubts)
    {
        var quote = text[position++];
        while (position < text.Length)
        {
            var c = text[position++];
            if (c == '\\' && quote != '`')
            {
                if (position < text.Length && (text[position] == quote || text[position] == '\0'))
                {
                    doubts |= SqlDoubts.Quotes;
                }

                position++;
            }
            else if (c == '\0')
            {
                doubts |= SqlDoubts.Character;
            }
            else if (c == quote)
            {
                if (position >= text.Length || text[position] != quote)
                {
                    return position;
                }

                position++;
            }
        }

        doubts |= SqlDoubts.Quotes;
        return text.Length;
    }

    /// <summary>SQLite and SQL Server quote names in brackets; PostgreSQL indexes with them, MySQL has none.</summary>
    public static int EndOfBracket(string text, int position, ref SqlDoubts doubts)
    {
        var end = text.IndexOf(']', position + 1);
        if (end < 0 || !SqlComments.IsPlain(text, position, end) || text.IndexOfAny(Parentheses, position, end - position) >= 0)
        {
            doubts |= SqlDoubts.ForeignQuotes;
        }

        while (end >= 0 && end + 1 < text.Length && text[end + 1] == ']')
        {
            doubts |= SqlDoubts.ForeignQuotes;
            end = end + 2 < text.Length ? text.IndexOf(']', end + 2) : -1;
        }

        return end < 0 ? text.Length : end + 1;
    }

    /// <summary>"1.0FOR UPDATE" and "1e5FOR UPDATE" lock; "2fa" is a name, and so is "1FOR", of which we are not sure.</summary>
    public static int EndOfNumber(string text, int position, ref SqlDoubts doubts)
    {
        var end = SkipDigits(text, position);
        var isFraction = end < text.Length && text[end] == '.';
        if (isFraction)
        {
            end = SkipDigits(text, end + 1);
        }

        var exponent = SkipExponent(text, end);
        if (isFraction || exponent > end)
        {
            if (exponent < text.Length && IsWordPart(text[exponent]))
            {
                doubts |= SqlDoubts.Number;
            }

            return exponent;
        }

        var suffix = end;
        end = EndOfWord(text, suffix);
        if (BeginsWith(text, suffix, "FOR") || BeginsWith(text, suffix, "LOCK") || BeginsWith(text, suffix, "INTO"))
        {
            doubts |= SqlDoubts.Number;
        }

        return end;
    }

    private static bool IsLetter(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z');

    private static int SkipDigits(string text, int position)
    {
        while (position < text.Length && IsDigit(text[position]))
        {
            position++;
        }

        return position;
    }

    private static int SkipExponent(string text, int position)
    {
        if (position >= text.Length || text[position] is not ('e' or 'E'))
        {
            return position;
        }

        var digits = position + 1;
        if (digits < text.Length && text[digits] is '+' or '-')
        {
            digits++;
        }

        var end = SkipDigits(text, digits);
        return end > digits ? end : position;
    }

    private static bool BeginsWith(string text, int position, string word) =>
        string.Compare(text, position, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0;
}
