using System.Buffers;

namespace MonotonicReads;

internal enum SqlToken
{
    Word,
    Literal,
    OpeningParenthesis,
    Semicolon,
    SystemVariableOrAssignment,
    Other,
}

/// <summary>
/// Cuts a command text into tokens, skipping comments and what is quoted. Where servers or SQL modes disagree on where
/// a string, a comment or a number ends it stops and says that the text is doubtful.
/// </summary>
internal ref struct SqlTokens(string text)
{
    private static readonly SearchValues<char> Quoting = SearchValues.Create("'\"`;#\0");

    private readonly ReadOnlySpan<char> _text = text;
    private int _position;
    private int _start;

    public SqlToken Kind { get; private set; }

    /// <summary>Whether the text cannot be read in one way only; <see cref="Next"/> has ended early.</summary>
    public bool IsDoubtful { get; private set; }

    /// <summary>Whether the token is the second part of a qualified name.</summary>
    public bool FollowsDot { get; private set; }

    /// <summary>Where the token ends.</summary>
    public readonly int End => _position;

    public readonly ReadOnlySpan<char> Word => _text[_start.._position];

    /// <summary>Goes to the next token.</summary>
    /// <returns>Whether there is one.</returns>
    public bool Next()
    {
        FollowsDot = Kind == SqlToken.Other && _position > 0 && _text[_position - 1] == '.';
        if (!SkipBlanksAndComments())
        {
            return false;
        }

        _start = _position;
        var c = _text[_position++];
        switch (c)
        {
            case '\'' or '"' or '`':
                Kind = SqlToken.Literal;
                return SkipQuoted(c);
            case '(':
                Kind = SqlToken.OpeningParenthesis;
                return true;
            case ';':
                Kind = SqlToken.Semicolon;
                return true;
            case '@' when Peek(0) == '@':
            case ':' when Peek(0) == '=':
                Kind = SqlToken.SystemVariableOrAssignment;
                return true;
            case '\0':
                return Doubt();
            case '[' when !IsPlainBracket():
                return Doubt();
            case '$' when OpensDollarQuote():
                return Doubt();
        }

        if (char.IsAsciiDigit(c))
        {
            Kind = SqlToken.Literal;
            return SkipNumber();
        }

        Kind = SqlToken.Other;
        if (IsWordStart(c))
        {
            Kind = SqlToken.Word;
            SkipWord();
        }

        return true;
    }

    /// <summary>Whether the next token is of a kind.</summary>
    public readonly bool IsFollowedBy(SqlToken kind)
    {
        var ahead = this;
        return ahead.Next() && ahead.Kind == kind;
    }

    /// <summary>Whether the next token is a certain word.</summary>
    public readonly bool IsFollowedByWord(string word)
    {
        var ahead = this;
        return ahead.Next() && ahead.Kind == SqlToken.Word && ahead.Word.Equals(word, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c == '_' || c >= 0x80;

    private static bool IsWordPart(char c) => IsWordStart(c) || char.IsAsciiDigit(c) || c == '$';

    private readonly char Peek(int offset) => _position + offset < _text.Length ? _text[_position + offset] : '\n';

    private bool Doubt()
    {
        IsDoubtful = true;
        _position = _text.Length;
        return false;
    }

    private void SkipWord()
    {
        while (_position < _text.Length && IsWordPart(_text[_position]))
        {
            _position++;
        }
    }

    private bool SkipBlanksAndComments()
    {
        while (_position < _text.Length)
        {
            var c = _text[_position];
            if (c is ' ' or '\t' or '\n' or '\r' or '\f' or '\v')
            {
                _position++;
            }
            else if (c == '#' || (c == '-' && Peek(1) == '-'))
            {
                if (!SkipLineComment(c))
                {
                    return Doubt();
                }
            }
            else if (c == '/' && Peek(1) == '*')
            {
                if (!SkipBlockComment())
                {
                    return Doubt();
                }
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    // MySQL wants a blank after "--" and knows "#"; elsewhere it is the other way round.
    private bool SkipLineComment(char mark)
    {
        var length = _text[_position..].IndexOf('\n');
        var line = length < 0 ? _text[_position..] : _text.Slice(_position, length);
        if (line.TrimEnd('\r').Contains('\r'))
        {
            return false;
        }

        var isAgreed =
            mark == '#'
                ? line[1..].IndexOfAny(Quoting) < 0
                    && !line.Contains("/*", StringComparison.Ordinal)
                    && !line.Contains("--", StringComparison.Ordinal)
                : line.Length == 2 || line[2] <= ' ';
        _position += line.Length;
        return isAgreed;
    }

    // "/*!" and "/*M!" are executed; PostgreSQL nests comments, MySQL does not.
    private bool SkipBlockComment()
    {
        var body = _text[(_position + 2)..];
        var length = body.IndexOf("*/", StringComparison.Ordinal);
        if (
            length < 0
            || body[0] == '!'
            || body.StartsWith("M!", StringComparison.Ordinal)
            || body[..length].Contains("/*", StringComparison.Ordinal)
        )
        {
            return false;
        }

        _position += length + 4;
        return true;
    }

    // A backslash hides a quote from MySQL, unless NO_BACKSLASH_ESCAPES is set, and from no one else.
    private bool SkipQuoted(char quote)
    {
        while (_position < _text.Length)
        {
            var c = _text[_position++];
            if (c == '\\' && quote != '`')
            {
                var backslashes = 1;
                while (Peek(0) == '\\')
                {
                    _position++;
                    backslashes++;
                }

                if (backslashes % 2 != 0 && Peek(0) == quote)
                {
                    return Doubt();
                }
            }
            else if (c == '\0')
            {
                return Doubt();
            }
            else if (c == quote)
            {
                if (Peek(0) != quote)
                {
                    return true;
                }

                _position++;
            }
        }

        return Doubt();
    }

    // "1.0FOR UPDATE" and "1e5FOR UPDATE" lock; "2fa" is a name.
    private bool SkipNumber()
    {
        var digitsEnd = _position;
        while (digitsEnd < _text.Length && char.IsAsciiDigit(_text[digitsEnd]))
        {
            digitsEnd++;
        }

        _position = digitsEnd;
        SkipWord();
        var suffix = _text[digitsEnd.._position];
        if (
            suffix.StartsWith("FOR", StringComparison.OrdinalIgnoreCase)
            || suffix.StartsWith("LOCK", StringComparison.OrdinalIgnoreCase)
            || suffix.StartsWith("INTO", StringComparison.OrdinalIgnoreCase)
            || HasMoreThanAnExponent(suffix)
        )
        {
            return Doubt();
        }

        if (Peek(0) != '.' || !suffix.IsEmpty)
        {
            return true;
        }

        _position++;
        var fraction = _position;
        SkipWord();
        return IsFraction(_text[fraction.._position]) || Doubt();
    }

    private static bool HasMoreThanAnExponent(ReadOnlySpan<char> suffix) =>
        suffix.Length > 1 && suffix[0] is 'e' or 'E' && char.IsAsciiDigit(suffix[1]) && suffix[1..].ContainsAnyExceptInRange('0', '9');

    private static bool IsFraction(ReadOnlySpan<char> fraction)
    {
        var rest = fraction.TrimStart("0123456789");
        return rest.IsEmpty || (rest[0] is 'e' or 'E' && !rest[1..].ContainsAnyExceptInRange('0', '9'));
    }

    // SQLite and SQL Server quote names in brackets; others index with them.
    private readonly bool IsPlainBracket()
    {
        var length = _text[_position..].IndexOf(']');
        return length >= 0
            && _text.Slice(_position, length).IndexOfAny(Quoting) < 0
            && !_text.Slice(_position, length).Contains("--", StringComparison.Ordinal)
            && !_text.Slice(_position, length).Contains("/*", StringComparison.Ordinal);
    }

    private readonly bool OpensDollarQuote()
    {
        var i = _position;
        while (i < _text.Length && (char.IsAsciiLetterOrDigit(_text[i]) || _text[i] == '_'))
        {
            i++;
        }

        return i < _text.Length && _text[i] == '$';
    }
}
