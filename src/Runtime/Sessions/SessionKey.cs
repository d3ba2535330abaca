using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MonotonicReads;

/// <summary>
/// The text of a session key, and the UUID derived from it. Both are published with vectors in docs/session-keys.md,
/// so that other programs can derive the same.
/// </summary>
public static class SessionKey
{
    /// <summary>The namespace of the version 5 UUIDs: 0278c927-61b0-43bb-88e8-d4b7fce20cff.</summary>
    public static Guid Namespace { get; } = new("0278c927-61b0-43bb-88e8-d4b7fce20cff");

    /// <summary>
    /// The text of a key: a <see cref="string"/> as it is, a <see cref="Guid"/> in lower case with hyphens, times as
    /// ISO 8601 ("O", instants in UTC), <see cref="TimeSpan"/> as "c", <see cref="decimal"/> without trailing zeros,
    /// everything else in the invariant culture.
    /// </summary>
    /// <typeparam name="T">The key's type.</typeparam>
    /// <param name="key">The key.</param>
    /// <returns>The text; the same on every machine and in every culture.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The key's type has no text of its own (it prints its type's name), so
    /// that all keys would be one.</exception>
    public static string Format<T>(T key) =>
        key switch
        {
            null => throw new ArgumentNullException(
                nameof(key),
                "A session key must not be null: all sessions without one would share a replica."
            ),
            string text => text,
            Guid guid => guid.ToString("D"),
            DateTime { Kind: DateTimeKind.Local } local => local.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture),
            DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
            DateTimeOffset instant => instant.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            DateOnly date => date.ToString("O", CultureInfo.InvariantCulture),
            TimeOnly time => time.ToString("O", CultureInfo.InvariantCulture),
            TimeSpan span => span.ToString("c", CultureInfo.InvariantCulture),
            decimal number => number.ToString("G29", CultureInfo.InvariantCulture),
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => OwnText(key),
        };

    /// <summary>The UUID of a key: RFC 9562, version 5, of the key's UTF-8 text in <see cref="Namespace"/>.</summary>
    /// <param name="key">The key's text; may be empty.</param>
    /// <returns>The same UUID for the same text, everywhere.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is <see langword="null"/>.</exception>
    public static Guid ToGuid(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return ToGuid(Namespace, key);
    }

    internal static Guid ToGuid(Guid space, string name)
    {
        const int GuidSize = 16;
        var input = new byte[GuidSize + Encoding.UTF8.GetByteCount(name)];
        space.TryWriteBytes(input, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, input.AsSpan(GuidSize));

        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 9562 prescribes SHA-1 for version 5; nothing is protected by it.
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..GuidSize], bigEndian: true);
    }

    // ToString() of records and tuples formats its parts in the current culture.
    private static string OwnText<T>(T key)
    {
        var culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            var text = key!.ToString();
            return text is null || text == key.GetType().ToString()
                ? throw new ArgumentException(
                    $"{key.GetType()} has no text of its own to derive a session from: pass the value that identifies it.",
                    nameof(key)
                )
                : text;
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}
