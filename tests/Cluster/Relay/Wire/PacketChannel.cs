using System.Buffers.Binary;
using System.Net.Sockets;

namespace MonotonicReads.Cluster.Relay.Wire;

/// <summary>
/// One side of a connection as whole payloads: packets of 16 MB less one byte are joined on reading and split on writing,
/// and sequence numbers are checked and given.
/// </summary>
internal sealed class PacketChannel : IAsyncDisposable
{
    private const int HeaderSize = 4;
    private const int MaxPacket = 0xFFFFFF;
    private const int BufferSize = 64 * 1024;

    private readonly NetworkStream _stream;
    private readonly byte[] _in = new byte[BufferSize];
    private readonly byte[] _out = new byte[BufferSize];
    private int _inStart;
    private int _inEnd;
    private int _outLength;
    private byte _sequence;

    public PacketChannel(Socket socket)
    {
        socket.NoDelay = true;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>A command follows, sent or received: sequence numbers start again.</summary>
    public void BeginCommand() => _sequence = 0;

    /// <summary>Whether the other side has sent more than was read.</summary>
    public bool HasMore => _inStart < _inEnd;

    /// <summary>The next packet has a number too high.</summary>
    public void Misnumber() => _sequence++;

    /// <summary>The next payload; null when the other side has closed the connection before it, or has said that it leaves.</summary>
    /// <exception cref="RelayProtocolException">Packets are out of order.</exception>
    /// <exception cref="EndOfStreamException">The connection ended in the middle of a packet.</exception>
    public async ValueTask<byte[]?> ReadAsync(CancellationToken cancellation)
    {
        var payload = Array.Empty<byte>();
        var header = new byte[HeaderSize];
        for (var isFirst = true; ; isFirst = false)
        {
            if (!await FillAsync(header, mayEnd: isFirst, cancellation).ConfigureAwait(false))
            {
                return null;
            }

            if (header[3] != _sequence)
            {
                if (isFirst && await IsQuitAsync(header, cancellation).ConfigureAwait(false))
                {
                    return null;
                }

                throw new RelayProtocolException($"Packet {header[3]} came where packet {_sequence} was due.");
            }

            _sequence++;
            var length = (int)(BinaryPrimitives.ReadUInt32LittleEndian(header) & MaxPacket);
            var before = payload.Length;
            Array.Resize(ref payload, before + length);
            await FillAsync(payload.AsMemory(before), mayEnd: false, cancellation).ConfigureAwait(false);
            if (length < MaxPacket)
            {
                return payload;
            }
        }
    }

    /// <summary>Writes a payload; it is sent by <see cref="FlushAsync"/> at the latest.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        int length;
        do
        {
            length = Math.Min(payload.Length, MaxPacket);
            var header = new byte[HeaderSize];
            BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)length | ((uint)_sequence++ << 24));
            await AppendAsync(header, cancellation).ConfigureAwait(false);
            await AppendAsync(payload[..length], cancellation).ConfigureAwait(false);
            payload = payload[length..];
        } while (length == MaxPacket); // a full packet is never the last one: an empty one follows if need be
    }

    public async ValueTask FlushAsync(CancellationToken cancellation)
    {
        if (_outLength > 0)
        {
            await _stream.WriteAsync(_out.AsMemory(0, _outLength), cancellation).ConfigureAwait(false);
            _outLength = 0;
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    // A client that gives up in the middle of its login says so, as a command of its own instead of the answer that is due.
    private async ValueTask<bool> IsQuitAsync(byte[] header, CancellationToken cancellation)
    {
        var kind = new byte[1];
        return header is [1, 0, 0, 0]
            && await FillAsync(kind, mayEnd: false, cancellation).ConfigureAwait(false)
            && kind[0] == (byte)CommandKind.Quit;
    }

    private async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (_outLength + bytes.Length > BufferSize)
        {
            await FlushAsync(cancellation).ConfigureAwait(false);
        }

        if (bytes.Length > BufferSize)
        {
            await _stream.WriteAsync(bytes, cancellation).ConfigureAwait(false);
            return;
        }

        bytes.CopyTo(_out.AsMemory(_outLength));
        _outLength += bytes.Length;
    }

    private async ValueTask<bool> FillAsync(Memory<byte> target, bool mayEnd, CancellationToken cancellation)
    {
        var filled = 0;
        while (filled < target.Length)
        {
            if (_inStart == _inEnd)
            {
                _inStart = 0;
                _inEnd = await _stream.ReadAsync(_in, cancellation).ConfigureAwait(false);
                if (_inEnd == 0)
                {
                    return mayEnd && filled == 0
                        ? false
                        : throw new EndOfStreamException("The connection ended in the middle of a packet.");
                }
            }

            var taken = Math.Min(target.Length - filled, _inEnd - _inStart);
            _in.AsMemory(_inStart, taken).CopyTo(target[filled..]);
            _inStart += taken;
            filled += taken;
        }

        return true;
    }
}
