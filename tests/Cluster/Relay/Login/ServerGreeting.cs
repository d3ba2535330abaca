using MonotonicReads.Cluster.Relay.Wire;

namespace MonotonicReads.Cluster.Relay.Login;

/// <summary>The first packet of a connection, from a server or from the relay in its place.</summary>
internal sealed record ServerGreeting(
    string Version,
    uint ConnectionId,
    Capabilities Capabilities,
    byte Collation,
    ServerStatus Status,
    byte[] Salt,
    string Plugin
)
{
    private const byte Protocol = 10;
    private const int FirstSalt = 8;
    private const int SaltLength = 20;

    public static ServerGreeting Read(byte[] payload)
    {
        if (ErrorPacket.Is(payload))
        {
            var (code, message) = ErrorPacket.Read(payload);
            throw new RelayRefusedException(code, message);
        }

        var reader = new PayloadReader(payload);
        if (reader.Byte() is not Protocol and var other)
        {
            throw new RelayProtocolException($"The server speaks version {other} of the protocol.");
        }

        var version = reader.ZeroTerminated();
        var connectionId = reader.UInt32();
        var salt = reader.Bytes(FirstSalt).ToArray();
        reader.Byte();
        var low = reader.UInt16();
        var collation = reader.Byte();
        var status = (ServerStatus)reader.UInt16();
        var high = reader.UInt16();
        reader.Byte(); // length of the salt
        reader.Bytes(6);
        var ofMariaDb = reader.UInt32();
        var capabilities = (Capabilities)(low | ((ulong)high << 16));
        if (!capabilities.HasFlag(Capabilities.ClientMySql))
        {
            capabilities |= (Capabilities)((ulong)ofMariaDb << 32);
        }

        salt = [.. salt, .. reader.Bytes(SaltLength - FirstSalt)];
        reader.Byte();
        return new(version, connectionId, capabilities, collation, status, salt, reader.ZeroTerminated());
    }

    public byte[] Write() =>
        new PayloadWriter()
            .Byte(Protocol)
            .ZeroTerminated(Version)
            .UInt32(ConnectionId)
            .Bytes(Salt.AsSpan(0, FirstSalt))
            .Byte(0)
            .UInt16((int)((ulong)Capabilities & 0xFFFF))
            .Byte(Collation)
            .UInt16((int)Status)
            .UInt16((int)(((ulong)Capabilities >> 16) & 0xFFFF))
            .Byte(SaltLength + 1)
            .Zeros(6)
            .UInt32(Capabilities.HasFlag(Capabilities.ClientMySql) ? 0 : (uint)((ulong)Capabilities >> 32))
            .Bytes(Salt.AsSpan(FirstSalt))
            .Byte(0)
            .ZeroTerminated(Plugin)
            .ToPayload();
}
