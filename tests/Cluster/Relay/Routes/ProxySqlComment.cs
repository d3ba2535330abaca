using System.Text;

namespace MonotonicReads.Cluster.Relay;

/// <summary>
/// The one comment of a text that ProxySQL reads for keys: the first <c>/* */</c>, wherever it stands. Facts from its
/// source, 2.7.0 (lib/c_tokenizer.cpp, lib/Query_Processor.cpp); not a line of it is used.
/// </summary>
internal static class ProxySqlComment
{
    // Its buffer of 1,024 bytes also holds the closing mark and a zero.
    private const int MaxBytes = 1024 - 3;

    // mysql-query_digests_max_query_length: a comment further behind is never seen.
    private const int MaxQueryBytes = 65_000;

    /// <summary>
    /// The keys and values, in order, trimmed. Delimiters are sets of characters, runs of them count as one. The value
    /// of a key without one is empty; a third part is dropped.
    /// </summary>
    public static IEnumerable<(string Key, string Value)> Keys(string text, string tokenDelimiters, string keyValueDelimiters)
    {
        foreach (var token in (First(text) ?? "").Split(tokenDelimiters.ToCharArray(), StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = token.Split(keyValueDelimiters.ToCharArray(), StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length > 0 && parts[0].Trim() is { Length: > 0 } key)
            {
                yield return (key, parts.Length > 1 ? parts[1].Trim() : "");
            }
        }
    }

    /// <summary>The comment without its marks, cut where ProxySQL cuts it; null if there is none.</summary>
    public static string? First(string text)
    {
        text = Cut(text, MaxQueryBytes);
        for (var i = 0; i < text.Length; )
        {
            if (text[i] is '\'' or '"')
            {
                i = SqlComments.EndOfQuoted(text, i);
                continue;
            }

            var end = SqlComments.EndAt(text, i);
            if (end > i && text[i] == '/')
            {
                var isClosed = end - i >= 4 && text.AsSpan(i, end - i).EndsWith("*/");
                var start = i + (i + 2 < text.Length && text[i + 2] == '!' ? 3 : 2);
                return isClosed && end - 2 >= start ? Cut(text[start..(end - 2)], MaxBytes) : null;
            }

            i = end > i ? end : i + 1;
        }

        return null;
    }

    private static string Cut(string text, int bytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= bytes)
        {
            return text;
        }

        Encoding.UTF8.GetEncoder().Convert(text, new byte[bytes], flush: false, out var used, out _, out _);
        return text[..used];
    }
}
