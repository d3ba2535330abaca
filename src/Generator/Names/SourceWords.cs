using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Generator.Names;

/// <summary>
/// The words of a source file outside comments and strings, straight from its text: a tenth of what walking through its nodes costs, which
/// the compiler makes only where they are asked for. Keywords are words too, and so is what stands in the holes of interpolated strings.
/// </summary>
internal struct SourceWords
{
    private readonly char[] _text;
    private readonly int _length;
    private int _position;
    private bool _atLineStart;
    private bool _created;

    /// <summary>The interpolated strings around the position, with the braces that are open in the innermost hole.</summary>
    private Stack<Interpolation>? _around;
    private int _braces;

    private SourceWords(char[] text, int length)
    {
        _text = text;
        _length = length;
        _atLineStart = true;
    }

    /// <summary>A longer text gets a buffer of its own, so that no thread holds on to the memory of one large file.</summary>
    private const int MaxKept = 1 << 20;

    [ThreadStatic]
    private static char[]? _buffer;

    /// <summary>The code of the current word.</summary>
    public ulong Code { get; private set; }

    /// <summary>Where the current word begins.</summary>
    public int Start { get; private set; }

    /// <summary>True where the current word names a type after <c>new</c>.</summary>
    public bool IsCreated { get; private set; }

    /// <summary>True where a string or comment did not end: in code that is half typed the words are not to be had this way.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The words of a text. Only one can be read at a time on one thread.</summary>
    public static SourceWords Of(SourceText source)
    {
        var text =
            source.Length > MaxKept ? new char[source.Length]
            : _buffer is { } kept && kept.Length >= source.Length ? kept
            : _buffer = new char[Math.Max(source.Length, 2 * (_buffer?.Length ?? 1 << 15))];
        source.CopyTo(0, text, 0, source.Length);
        return new SourceWords(text, source.Length);
    }

    /// <summary>The word that begins at a position of a text.</summary>
    public static string At(SourceText source, int start)
    {
        var end = start;
        while (end < source.Length && WordCharacters.IsPart(source[end]))
        {
            end++;
        }

        return source.ToString(TextSpan.FromBounds(start, end));
    }

    /// <summary>Goes on to the next word; false at the end.</summary>
    public bool Next()
    {
        while (_position < _length)
        {
            var c = _text[_position];
            if (WordCharacters.IsStart(c))
            {
                ReadWord();
                return true;
            }

            if (c is ' ' or '\t')
            {
                _position++;
                continue;
            }

            Skip(c);
        }

        IsBroken |= _around is { Count: > 0 };
        return false;
    }

    private void ReadWord()
    {
        _atLineStart = false;
        Start = _position;
        var code = NameCode.Start;
        do
        {
            code = NameCode.With(code, _text[_position++]);
        } while (_position < _length && WordCharacters.IsPart(_text[_position]));

        Code = code;
        IsCreated = _created;
        if (_position - Start == 3 && _text[Start] == 'n' && _text[Start + 1] == 'e' && _text[Start + 2] == 'w')
        {
            _created = true;
        }
    }

    private void Skip(char c)
    {
        switch (c)
        {
            case '\n' or '\r':
                _position++;
                _atLineStart = true;
                return;
            case '#' when _atLineStart && _around is not { Count: > 0 }:
                SkipLine();
                return;
            case '/' when Peek(1) == '/':
                SkipLine();
                return;
            case '/' when Peek(1) == '*':
                SkipComment();
                return;
            case '"':
                SkipString(dollars: 0, isVerbatim: false);
                break;
            case '$' or '@':
                SkipPrefixed();
                break;
            case '\'':
                SkipCharacter();
                break;
            case >= '0' and <= '9':
                SkipNumber();
                break;
            case '{':
                _braces++;
                _created = false;
                _position++;
                break;
            case '}' when _around is { Count: > 0 } && _braces == 0:
                LeaveHole();
                break;
            case '}':
                _braces--;
                _created = false;
                _position++;
                break;
            case '.' or ':':
                _position++;
                break;
            default:
                _created = false;
                _position++;
                break;
        }

        _atLineStart = false;
    }

    private readonly char Peek(int ahead) => _position + ahead < _length ? _text[_position + ahead] : '\0';

    private void SkipLine()
    {
        while (_position < _length && _text[_position] is not ('\n' or '\r' or '\u0085' or '\u2028' or '\u2029'))
        {
            _position++;
        }
    }

    private void SkipComment()
    {
        for (_position += 2; _position + 1 < _length; _position++)
        {
            if (_text[_position] == '*' && _text[_position + 1] == '/')
            {
                _position += 2;
                return;
            }
        }

        _position = _length;
        IsBroken = true;
    }

    /// <summary>A literal with its digits, separators, exponent letters and suffix; a dot only where a digit follows.</summary>
    private void SkipNumber()
    {
        while (
            _position < _length && (WordCharacters.IsPart(_text[_position]) || (_text[_position] == '.' && Peek(1) is >= '0' and <= '9'))
        )
        {
            _position++;
        }
    }

    private void SkipCharacter()
    {
        if (Peek(1) != '\\')
        {
            _position += Peek(2) == '\'' ? 3 : 1;
            return;
        }

        for (_position += 3; _position < _length && _text[_position] is not ('\'' or '\n' or '\r'); _position++) { }

        _position++;
    }

    private void SkipPrefixed()
    {
        var dollars = 0;
        var isVerbatim = false;
        for (; Peek(0) is '$' or '@'; _position++)
        {
            dollars += _text[_position] == '$' ? 1 : 0;
            isVerbatim |= _text[_position] == '@';
        }

        if (Peek(0) == '"')
        {
            SkipString(dollars, isVerbatim);
        }
    }

    private void SkipString(int dollars, bool isVerbatim)
    {
        var quotes = Run('"');
        if (isVerbatim || quotes < 3)
        {
            // Two quotes are an empty string, or in a verbatim one the opening and half of a doubled one.
            if (quotes == 2 && !isVerbatim)
            {
                _position += 2;
                return;
            }

            quotes = 1;
        }

        _position += quotes;
        SkipText(new Interpolation(dollars, isVerbatim, quotes, _braces));
    }

    private readonly int Run(char c)
    {
        var count = 0;
        while (Peek(count) == c)
        {
            count++;
        }

        return count;
    }

    /// <summary>Skips the text of a string up to its end, or into its next hole.</summary>
    private void SkipText(Interpolation inside)
    {
        while (_position < _length)
        {
            var c = _text[_position];
            if (c == '"')
            {
                if (SkipQuotes(inside))
                {
                    return;
                }
            }
            else if (c == '\\' && inside is { IsVerbatim: false, Quotes: 1 })
            {
                _position += 2;
            }
            else if (c is '\n' or '\r' && inside is { IsVerbatim: false, Quotes: 1 })
            {
                // It is not closed on its line: code that is half typed.
                IsBroken = true;
                _braces = inside.Braces;
                return;
            }
            else if (c == '{' && inside.Dollars > 0)
            {
                if (EntersHole(inside))
                {
                    return;
                }
            }
            else
            {
                _position++;
            }
        }

        IsBroken = true;
    }

    /// <summary>Skips quotes in the text of a string; true where they end it.</summary>
    private bool SkipQuotes(Interpolation inside)
    {
        var run = Run('"');
        if (inside.Quotes >= 3 ? run >= inside.Quotes : !inside.IsVerbatim || run % 2 == 1)
        {
            _position += inside.Quotes >= 3 || inside.IsVerbatim ? run : 1;
            _braces = inside.Braces;
            return true;
        }

        _position += run;
        return false;
    }

    /// <summary>Skips braces in the text of a string; true where they open a hole.</summary>
    private bool EntersHole(Interpolation inside)
    {
        var run = Run('{');
        _position += run;
        if (inside.Quotes >= 3 ? run < inside.Dollars : run % 2 == 0)
        {
            return false;
        }

        (_around ??= new Stack<Interpolation>()).Push(inside);
        _braces = 0;
        return true;
    }

    private void LeaveHole()
    {
        var inside = _around!.Pop();
        _position += inside.Quotes >= 3 ? Math.Min(Run('}'), inside.Dollars) : 1;
        SkipText(inside);
    }

    /// <param name="Dollars">How many braces open a hole in a raw string; 0 where the string has no holes.</param>
    /// <param name="IsVerbatim">True after <c>@</c>.</param>
    /// <param name="Quotes">How many quotes close it.</param>
    /// <param name="Braces">The braces that are open in the code around it.</param>
    private readonly record struct Interpolation(int Dollars, bool IsVerbatim, int Quotes, int Braces);
}
