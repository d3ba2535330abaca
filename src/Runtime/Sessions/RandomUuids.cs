using System.Security.Cryptography;

namespace MonotonicReads.Sessions;

/// <summary>
/// Random UUIDs (RFC 9562, version 4) from the system's generator, as <see cref="Guid.NewGuid"/> draws them, and many for one call of the
/// system: where that is slow one for each session would cost as much as beginning twenty.
/// </summary>
internal sealed class RandomUuids
{
    private const int UuidSize = 16;
    private const int Count = 32;
    private const int VersionByte = 6;
    private const int VariantByte = 8;

    // Nothing that anybody can see: random bytes that were not handed out yet.
    [ThreadStatic]
    private static RandomUuids? _own;

    private readonly byte[] _bytes = new byte[Count * UuidSize];
    private int _left;

    /// <summary>Another one each time.</summary>
    public static Guid Next() => (_own ??= new RandomUuids()).Take();

    private Guid Take()
    {
        if (_left == 0)
        {
            RandomNumberGenerator.Fill(_bytes);
            _left = Count;
        }

        var next = _bytes.AsSpan(--_left * UuidSize, UuidSize);
        next[VersionByte] = (byte)((next[VersionByte] & 0x0F) | 0x40);
        next[VariantByte] = (byte)((next[VariantByte] & 0x3F) | 0x80);
        var uuid = new Guid(next, bigEndian: true);

        // Who reads the memory later learns no more than from the sessions that there are.
        next.Clear();
        return uuid;
    }
}
