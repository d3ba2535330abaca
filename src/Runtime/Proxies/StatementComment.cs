using System.Buffers;
using System.Text;

namespace MonotonicReads.Proxies;

/// <summary>Writes keys into the comment that a statement begins with.</summary>
/// <param name="tokenDelimiter">Stands between two keys.</param>
/// <param name="valueDelimiter">Stands between a key and its value.</param>
internal readonly struct StatementComment(char tokenDelimiter, char valueDelimiter)
{
    /// <summary>How many bytes ProxySQL keeps of a comment at most; a key beyond it would be lost without a word.</summary>
    public const int LongestComment = 1_021;

    private const string Beginning = "/*";
    private const string End = "*/";

    private static readonly SearchValues<char> WordCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
    );

    /// <summary>Further keys that a comment of the program's loses, since they choose servers too.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>A comment of its own, with the space behind it.</summary>
    public string Alone(params ReadOnlySpan<(string Key, string Value)> keys) => $"/* {string.Join(tokenDelimiter, Written(keys))} */ ";

    /// <summary>
    /// Puts keys first in the comment that the statement begins with, in place of any of the same name there.
    /// </summary>
    /// <returns>Null where the statement begins with none that can be extended: with a hint (<c>/*+</c>), with conditional text
    /// (<c>/*!</c>, <c>/*M!</c>), with a comment that does not end, or with one that would become too long to be read.</returns>
    public string? Merged(string text, params ReadOnlySpan<(string Key, string Value)> keys)
    {
        var at = text.AsSpan().IndexOfAnyExcept(" \t\r\n");
        if (at < 0 || !text.AsSpan(at).StartsWith(Beginning, StringComparison.Ordinal))
        {
            return null;
        }

        var body = text.AsSpan(at + Beginning.Length);
        var length = body.IndexOf(End, StringComparison.Ordinal);
        if (
            length < 0
            || body.StartsWith("!", StringComparison.Ordinal)
            || body.StartsWith("+", StringComparison.Ordinal)
            || body.StartsWith("M!", StringComparison.Ordinal)
        )
        {
            return null;
        }

        var kept = Written(keys);
        foreach (
            var token in body[..length]
                .ToString()
                .Split(tokenDelimiter, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        )
        {
            if (!IsOurs(keys, KeyOf(token)))
            {
                kept.Add(token);
            }
        }

        var comment = $"/*{string.Join(tokenDelimiter, kept)}*/";
        return Encoding.UTF8.GetByteCount(comment) - Beginning.Length - End.Length > LongestComment
            ? null
            : string.Concat(comment, text.AsSpan(at + Beginning.Length + length + End.Length));
    }

    /// <summary>Whether a key can be read back, and nothing in it ends the comment or begins another key.</summary>
    public static bool IsWord(string text) => text.Length > 0 && text.AsSpan().IndexOfAnyExcept(WordCharacters) < 0;

    /// <summary>Whether a character can stand between keys without ending the comment or being a part of one.</summary>
    public static bool IsDelimiter(char delimiter) => delimiter is ';' or ',' or '=' or ':' or '|' or '&';

    private List<string> Written(ReadOnlySpan<(string Key, string Value)> keys)
    {
        var written = new List<string>(keys.Length);
        foreach (var (key, value) in keys)
        {
            written.Add($"{key}{valueDelimiter}{value}");
        }

        return written;
    }

    private bool IsOurs(ReadOnlySpan<(string Key, string Value)> keys, ReadOnlySpan<char> key)
    {
        foreach (var (own, _) in keys)
        {
            if (key.Equals(own, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        foreach (var other in Without)
        {
            if (key.Equals(other, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    // Delimiters before the key count for nothing.
    private ReadOnlySpan<char> KeyOf(string token)
    {
        var rest = token.AsSpan();
        while (rest.Length > 0 && (rest[0] == valueDelimiter || char.IsWhiteSpace(rest[0])))
        {
            rest = rest[1..];
        }

        return rest[..(rest.IndexOf(valueDelimiter) is >= 0 and var end ? end : rest.Length)].Trim();
    }
}
