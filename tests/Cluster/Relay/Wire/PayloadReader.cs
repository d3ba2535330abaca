using System.Buffers.Binary;
using System.Text;

namespace MonotonicReads.Cluster.Relay.Wire;

/// <summary>Reads the fields of a payload from front to back.</summary>
internal ref struct PayloadReader(ReadOnlySpan<byte> payload)
{
    private ReadOnlySpan<byte> _rest = payload;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte Byte() => Bytes(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > _rest.Length)
        {
            throw new RelayProtocolException($"A payload ended {count - _rest.Length} bytes early.");
        }

        var bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }

    public ReadOnlySpan<byte> ToEnd() => Bytes(_rest.Length);

    public ulong LengthEncoded() =>
        Byte() switch
        {
            0xFC => UInt16(),
            0xFD => UInt16() | ((uint)Byte() << 16),
            0xFE => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8)),
            var small => small,
        };

    /// <summary>Up to a zero byte, or to the end if there is none.</summary>
    public string ZeroTerminated()
    {
        var length = _rest.IndexOf((byte)0);
        var text = Encoding.UTF8.GetString(Bytes(length < 0 ? _rest.Length : length));
        if (length >= 0)
        {
            Bytes(1);
        }

        return text;
    }
}
