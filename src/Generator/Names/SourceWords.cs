using System.Globalization;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Generator.Names;

/// <summary>
/// The words of a source file outside comments and strings, straight from its text: a tenth of what walking through its nodes costs, which the compiler
/// makes only where they are asked for. Keywords are words too, and so is what stands in the holes of interpolated strings.
/// </summary>
internal struct SourceWords
{
    private readonly char[] text;
    private readonly int length;
    private int position;
    private bool atLineStart;
    private bool created;

    /// <summary>The interpolated strings around the position, with the braces that are open in the innermost hole.</summary>
    private Stack<Interpolation>? around;
    private int braces;

    private SourceWords(char[] text, int length)
    {
        this.text = text;
        this.length = length;
        position = 0;
        atLineStart = true;
        created = false;
        around = null;
        braces = 0;
        IsBroken = false;
        Code = 0;
        Start = 0;
        IsCreated = false;
    }

    [ThreadStatic]
    private static char[]? buffer;

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
        if (buffer is null || buffer.Length < source.Length)
        {
            buffer = new char[Math.Max(source.Length, 1 << 16)];
        }

        source.CopyTo(0, buffer, 0, source.Length);
        return new SourceWords(buffer, source.Length);
    }

    /// <summary>The word that begins at a position of a text.</summary>
    public static string At(SourceText source, int start)
    {
        var end = start;
        while (end < source.Length && IsPart(source[end]))
        {
            end++;
        }

        return source.ToString(TextSpan.FromBounds(start, end));
    }

    /// <summary>Goes on to the next word; false at the end.</summary>
    public bool Next()
    {
        while (position < length)
        {
            var c = text[position];
            if (IsStart(c))
            {
                ReadWord();
                return true;
            }

            if (c is ' ' or '\t')
            {
                position++;
                continue;
            }

            Skip(c);
        }

        IsBroken |= around is { Count: > 0 };
        return false;
    }

    private void ReadWord()
    {
        atLineStart = false;
        Start = position;
        var code = NameCode.Start;
        do
        {
            code = NameCode.With(code, text[position++]);
        } while (position < length && IsPart(text[position]));

        Code = code;
        IsCreated = created;
        if (position - Start == 3 && text[Start] == 'n' && text[Start + 1] == 'e' && text[Start + 2] == 'w')
        {
            created = true;
        }
    }

    private void Skip(char c)
    {
        switch (c)
        {
            case '\n' or '\r':
                position++;
                atLineStart = true;
                return;
            case '#' when atLineStart && around is not { Count: > 0 }:
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
                braces++;
                created = false;
                position++;
                break;
            case '}' when around is { Count: > 0 } && braces == 0:
                LeaveHole();
                break;
            case '}':
                braces--;
                created = false;
                position++;
                break;
            case '.' or ':':
                position++;
                break;
            default:
                created = false;
                position++;
                break;
        }

        atLineStart = false;
    }

    private readonly char Peek(int ahead) => position + ahead < length ? text[position + ahead] : '\0';

    private void SkipLine()
    {
        while (position < length && text[position] is not ('\n' or '\r' or '\u0085' or '\u2028' or '\u2029'))
        {
            position++;
        }
    }

    private void SkipComment()
    {
        for (position += 2; position + 1 < length; position++)
        {
            if (text[position] == '*' && text[position + 1] == '/')
            {
                position += 2;
                return;
            }
        }

        position = length;
        IsBroken = true;
    }

    /// <summary>A literal with its digits, separators, exponent letters and suffix; a dot only where a digit follows.</summary>
    private void SkipNumber()
    {
        while (position < length && (IsPart(text[position]) || (text[position] == '.' && Peek(1) is >= '0' and <= '9')))
        {
            position++;
        }
    }

    private void SkipCharacter()
    {
        if (Peek(1) != '\\')
        {
            position += Peek(2) == '\'' ? 3 : 1;
            return;
        }

        for (position += 3; position < length && text[position] is not ('\'' or '\n' or '\r'); position++) { }

        position++;
    }

    private void SkipPrefixed()
    {
        var dollars = 0;
        var isVerbatim = false;
        for (; Peek(0) is '$' or '@'; position++)
        {
            dollars += text[position] == '$' ? 1 : 0;
            isVerbatim |= text[position] == '@';
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
                position += 2;
                return;
            }

            quotes = 1;
        }

        position += quotes;
        SkipText(new Interpolation(dollars, isVerbatim, quotes, braces));
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
        while (position < length)
        {
            var c = text[position];
            if (c == '"')
            {
                var run = Run('"');
                if (inside.Quotes >= 3 ? run >= inside.Quotes : !inside.IsVerbatim || run % 2 == 1)
                {
                    position += inside.Quotes >= 3 || inside.IsVerbatim ? run : 1;
                    braces = inside.Braces;
                    return;
                }

                position += run;
            }
            else if (c == '\\' && inside is { IsVerbatim: false, Quotes: 1 })
            {
                position += 2;
            }
            else if (c is '\n' or '\r' && inside is { IsVerbatim: false, Quotes: 1 })
            {
                // It is not closed on its line: code that is half typed.
                IsBroken = true;
                braces = inside.Braces;
                return;
            }
            else if (c == '{' && inside.Dollars > 0)
            {
                var run = Run('{');
                position += run;
                if (inside.Quotes >= 3 ? run >= inside.Dollars : run % 2 == 1)
                {
                    (around ??= new Stack<Interpolation>()).Push(inside);
                    braces = 0;
                    return;
                }
            }
            else
            {
                position++;
            }
        }

        IsBroken = true;
    }

    private void LeaveHole()
    {
        var inside = around!.Pop();
        position += inside.Quotes >= 3 ? Math.Min(Run('}'), inside.Dollars) : 1;
        SkipText(inside);
    }

    private static bool IsStart(char c) => (uint)((c | 0x20) - 'a') < 26 || c == '_' || (c >= 128 && char.IsLetter(c));

    private static bool IsPart(char c) => IsStart(c) || (uint)(c - '0') < 10 || (c >= 128 && IsOtherPart(c));

    private static bool IsOtherPart(char c) =>
        char.GetUnicodeCategory(c)
            is UnicodeCategory.DecimalDigitNumber
                or UnicodeCategory.LetterNumber
                or UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.ConnectorPunctuation
                or UnicodeCategory.Format;

    /// <param name="Dollars">How many braces open a hole in a raw string; 0 where the string has no holes.</param>
    /// <param name="IsVerbatim">True after <c>@</c>.</param>
    /// <param name="Quotes">How many quotes close it.</param>
    /// <param name="Braces">The braces that are open in the code around it.</param>
    private readonly record struct Interpolation(int Dollars, bool IsVerbatim, int Quotes, int Braces);
}
