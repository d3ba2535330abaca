using System.Globalization;

namespace MonotonicReads.Positions;

/// <summary>Reads a position's text from left to right; what it does not understand it names with its offset.</summary>
internal ref struct PositionText
{
    private readonly ReadOnlySpan<char> _text;
    private readonly string _kind;
    private int _at;

    public PositionText(string text, string kind)
    {
        ArgumentNullException.ThrowIfNull(text);
        _text = text;
        _kind = kind;
    }

    /// <summary>What somebody handed in is bounded; what a server says of itself is as long as it is.</summary>
    /// <exception cref="FormatException">It is too long.</exception>
    public static string Bounded(string text, string kind)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > ReplicationPosition.MaxTextLength)
        {
            throw new FormatException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A {kind} of {text.Length} characters is too long; at most {ReplicationPosition.MaxTextLength} are read."
                )
            );
        }

        return text;
    }

    public bool IsAtEnd
    {
        get
        {
            while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            {
                _at++;
            }

            return _at == _text.Length;
        }
    }

    public readonly int Offset => _at;

    public bool TryTake(char expected)
    {
        if (IsAtEnd || _text[_at] != expected)
        {
            return false;
        }

        _at++;
        return true;
    }

    public void Take(char expected)
    {
        if (!TryTake(expected))
        {
            throw Unexpected($"'{expected}'");
        }
    }

    public readonly bool IsNext(Func<char, bool> kind) => _at < _text.Length && kind(_text[_at]);

    public readonly ReadOnlySpan<char> Peek(int length) => _at + length <= _text.Length ? _text.Slice(_at, length) : default;

    public ReadOnlySpan<char> TakeWhile(Func<char, bool> kind)
    {
        var start = _at;
        while (_at < _text.Length && kind(_text[_at]))
        {
            _at++;
        }

        return _text[start.._at];
    }

    public void Skip(int length) => _at += length;

    /// <summary>A decimal number in a range; the sign and leading blanks belong to no number.</summary>
    public ulong TakeNumber(ulong min, ulong max, string what)
    {
        _ = IsAtEnd;
        var start = _at;
        var digits = TakeWhile(char.IsAsciiDigit);
        if (digits.IsEmpty)
        {
            throw Unexpected(what);
        }

        if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < min || number > max)
        {
            _at = start;
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{Where()}: {what} must be between {min} and {max}."));
        }

        return number;
    }

    public FormatException Unexpected(string expected) =>
        new(IsAtEnd ? $"{Where()}: {expected} is missing at the end." : $"{Where()}: {expected} was expected, not '{_text[_at]}'.");

    private readonly string Where() => string.Create(CultureInfo.InvariantCulture, $"Not a {_kind}, at offset {_at}");
}
