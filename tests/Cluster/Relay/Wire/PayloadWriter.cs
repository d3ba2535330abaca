using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MonotonicReads.Cluster.Relay.Wire;

/// <summary>Builds a payload from front to back.</summary>
internal sealed class PayloadWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public PayloadWriter Byte(byte value) => Bytes([value]);

    public PayloadWriter UInt16(int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.GetSpan(2), (ushort)value);
        _buffer.Advance(2);
        return this;
    }

    public PayloadWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
        return this;
    }

    public PayloadWriter Bytes(ReadOnlySpan<byte> bytes)
    {
        _buffer.Write(bytes);
        return this;
    }

    public PayloadWriter Zeros(int count)
    {
        _buffer.GetSpan(count)[..count].Clear();
        _buffer.Advance(count);
        return this;
    }

    public PayloadWriter Text(string text) => Bytes(Encoding.UTF8.GetBytes(text));

    public PayloadWriter ZeroTerminated(string text) => Text(text).Byte(0);

    public byte[] ToPayload() => _buffer.WrittenSpan.ToArray();
}
