using System.Buffers.Binary;
using System.Text;

namespace MonotonicReads.Sessions;

/// <summary>The bytes of a session token before encryption.</summary>
/// <remarks>
/// Version 1: version, level, expiry in seconds since 1970 (8 bytes), UUID (16), then for each data source its name
/// (<see cref="SourceName.Text"/>) and the kind and text of its position (P: the run of the primary), each text with its length before it:
/// seven bits in a byte, the lowest first, the eighth where more follow.
/// </remarks>
internal static class TokenContent
{
    public const byte Version = 1;

    private const int UuidSize = 16;
    private const int HeadSize = 2 + sizeof(long) + UuidSize;
    private const char Primary = 'P';
    private const char MariaDb = 'A';
    private const char MySql = 'M';

    /// <summary>Writes a token's content.</summary>
    /// <param name="token">The token.</param>
    /// <param name="expiry">When it ceases to be taken, in seconds since 1970.</param>
    /// <param name="sources">Its data sources, whose positions may be larger than the token's own.</param>
    public static byte[] Encode(SessionToken token, long expiry, IReadOnlyList<SourceState> sources)
    {
        var length = HeadSize;
        foreach (var source in sources)
        {
            length += SizeOf(source.Name, kindSize: 0) + SizeOf(PositionText(source), kindSize: 1);
        }

        var bytes = new byte[length];
        bytes[0] = Version;
        bytes[1] = (byte)token.Consistency;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(2), expiry);
        token.SessionId.TryWriteBytes(bytes.AsSpan(HeadSize - UuidSize), bigEndian: true, out _);
        var left = bytes.AsSpan(HeadSize);
        foreach (var source in sources)
        {
            left = Write(left, kind: null, source.Name);
            left = Write(left, KindOf(source), PositionText(source));
        }

        return bytes;
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="FormatException">It did not write this.</exception>
    /// <exception cref="ArgumentException">The expiry is no time.</exception>
    public static SessionToken Decode(ReadOnlySpan<byte> plain)
    {
        if (plain.Length < HeadSize)
        {
            throw new FormatException("The head is not whole.");
        }

        var expiry = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64LittleEndian(plain[2..]));
        var id = new Guid(plain[(HeadSize - UuidSize)..HeadSize], bigEndian: true);
        var sources = new List<SourceState>(1);
        for (var left = plain[HeadSize..]; !left.IsEmpty; )
        {
            var name = Encoding.UTF8.GetString(Take(ref left));
            var position = Take(ref left);
            sources.Add(
                position.IsEmpty
                    ? throw new FormatException("A position has no kind.")
                    : StateOf(name, (char)position[0], Encoding.UTF8.GetString(position[1..]))
            );
        }

        return new SessionToken(id, (ReadConsistency)plain[1], sources) { Expiry = expiry };
    }

    private static SourceState StateOf(string name, char kind, string text) =>
        kind switch
        {
            MariaDb => new(name, MariaDbGtidList.Parse(text)),
            MySql => new(name, MySqlGtidSet.Parse(text)),
            _ => new(name, Position: null) { PrimaryRun = kind == Primary ? text : "" },
        };

    private static char KindOf(SourceState source) =>
        source.Position switch
        {
            null => Primary,
            MariaDbGtidList => MariaDb,
            _ => MySql,
        };

    private static string PositionText(SourceState source) => source.Position?.ToString() ?? source.PrimaryRun;

    private static int SizeOf(string text, int kindSize)
    {
        var size = kindSize + Encoding.UTF8.GetByteCount(text);
        var sizeOfLength = 1;
        for (var rest = size >> 7; rest > 0; rest >>= 7)
        {
            sizeOfLength++;
        }

        return sizeOfLength + size;
    }

    private static Span<byte> Write(Span<byte> to, char? kind, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text) + (kind is null ? 0 : 1);
        for (; length > 0x7F; length >>= 7)
        {
            to[0] = (byte)(length | 0x80);
            to = to[1..];
        }

        to[0] = (byte)length;
        to = to[1..];
        if (kind is { } first)
        {
            to[0] = (byte)first;
            to = to[1..];
        }

        return to[Encoding.UTF8.GetBytes(text, to)..];
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> left)
    {
        var length = 0L;
        for (var bits = 0; ; bits += 7)
        {
            if (left.IsEmpty || bits > 28)
            {
                throw new FormatException("A length is not whole.");
            }

            var next = left[0];
            left = left[1..];
            length |= (long)(next & 0x7F) << bits;
            if (next < 0x80)
            {
                break;
            }
        }

        if (length > left.Length)
        {
            throw new FormatException("A text is not whole.");
        }

        var text = left[..(int)length];
        left = left[(int)length..];
        return text;
    }
}
