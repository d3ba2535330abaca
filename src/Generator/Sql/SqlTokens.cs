namespace MonotonicReads.Generator.Sql;

internal enum SqlTokenKind
{
    End,
    Word,
    QuotedName,
    Text,
    Number,
    Symbol,
    Variable,
    SystemVariable,
    Unknown,
}

/// <summary>
/// Splits MySQL and MariaDB text into tokens, comments left out, the body of an executable comment (<c>/*! ... */</c>)
/// kept in. It never fails: an unterminated string or comment runs to the end.
/// </summary>
internal struct SqlTokens
{
    private readonly string text;
    private int position;
    private int executableComments;

    public SqlTokens(string text)
    {
        this.text = text;
        position = 0;
        executableComments = 0;
        Kind = SqlTokenKind.End;
        Start = 0;
        Length = 0;
    }

    public SqlTokenKind Kind { get; private set; }

    public int Start { get; private set; }

    public int Length { get; private set; }

    public readonly string Value => text.Substring(Start, Length);

    public readonly bool Is(char symbol) => Kind == SqlTokenKind.Symbol && text[Start] == symbol;

    public readonly bool Is(string word) =>
        Kind == SqlTokenKind.Word
        && Length == word.Length
        && string.Compare(text, Start, word, 0, Length, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>Moves to the next token; false at the end of the text.</summary>
    public bool Next()
    {
        SkipSpaceAndComments();
        Start = position;
        Length = 0;
        if (position >= text.Length)
        {
            Kind = SqlTokenKind.End;
            return false;
        }

        var c = text[position];
        if (SqlText.IsUnknown(c))
        {
            // A hole that touches letters is part of a name: `orders_{year}`, `{schema}.orders`.
            position++;
            Kind = SqlTokenKind.Unknown;
        }
        else if (IsWordStart(c))
        {
            position++;
            while (position < text.Length && IsWordPart(text[position]))
            {
                position++;
            }

            Kind = SqlTokenKind.Word;
        }
        else if (char.IsDigit(c))
        {
            while (position < text.Length && (IsWordPart(text[position]) || text[position] == '.'))
            {
                position++;
            }

            Kind = SqlTokenKind.Number;
        }
        else if (c is '\'' or '"' or '`')
        {
            SkipQuoted(c, c);
            Kind = c == '`' ? SqlTokenKind.QuotedName : SqlTokenKind.Text;
        }
        else if (c == '[')
        {
            SkipQuoted(c, ']');
            Kind = SqlTokenKind.QuotedName;
        }
        else if (c == '@')
        {
            Kind = position + 1 < text.Length && text[position + 1] == '@' ? SqlTokenKind.SystemVariable : SqlTokenKind.Variable;
            position += Kind == SqlTokenKind.SystemVariable ? 2 : 1;
            while (position < text.Length && (IsWordPart(text[position]) || text[position] == '.'))
            {
                position++;
            }
        }
        else
        {
            position++;
            Kind = SqlTokenKind.Symbol;
        }

        Length = position - Start;
        return true;
    }

    private static bool IsWordStart(char c) => char.IsLetter(c) || c is '_' or '$' or '#';

    private static bool IsWordPart(char c) => char.IsLetterOrDigit(c) || c is '_' or '$';

    private readonly bool At(string s) => string.CompareOrdinal(text, position, s, 0, s.Length) == 0;

    private void SkipSpaceAndComments()
    {
        while (position < text.Length)
        {
            var c = text[position];
            if (char.IsWhiteSpace(c) || c == '\uFEFF')
            {
                position++;
            }
            else if (At("/*!") || At("/*M!"))
            {
                // The server runs what such a comment holds, after an optional version number.
                position += At("/*!") ? 3 : 4;
                while (position < text.Length && char.IsDigit(text[position]))
                {
                    position++;
                }

                executableComments++;
            }
            else if (executableComments > 0 && At("*/"))
            {
                position += 2;
                executableComments--;
            }
            else if (At("/*"))
            {
                var end = text.IndexOf("*/", position + 2, StringComparison.Ordinal);
                position = end < 0 ? text.Length : end + 2;
            }
            else if (At("--") || (c == '#' && (position + 1 >= text.Length || !IsWordPart(text[position + 1]))))
            {
                var end = text.IndexOf('\n', position);
                position = end < 0 ? text.Length : end + 1;
            }
            else
            {
                return;
            }
        }
    }

    private void SkipQuoted(char open, char close)
    {
        position++;
        while (position < text.Length)
        {
            var c = text[position++];
            if (c == '\\' && (open is '\'' or '"'))
            {
                position++;
            }
            else if (c == close)
            {
                if (position < text.Length && text[position] == close)
                {
                    position++;
                }
                else
                {
                    break;
                }
            }
        }

        position = Math.Min(position, text.Length);
    }
}
