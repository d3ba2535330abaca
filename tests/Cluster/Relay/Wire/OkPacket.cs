namespace MonotonicReads.Cluster.Relay.Wire;

/// <summary>The answer without a result set.</summary>
internal static class OkPacket
{
    public const byte Header = 0x00;

    public static byte[] Write(ServerStatus status = ServerStatus.Autocommit) =>
        new PayloadWriter().Byte(Header).Byte(0).Byte(0).UInt16((int)status).UInt16(0).ToPayload();

    /// <summary>The status of an OK, also of one that ends a result set in place of an EOF.</summary>
    public static ServerStatus Status(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload[1..]);
        reader.LengthEncoded(); // affected rows
        reader.LengthEncoded(); // last insert id
        return (ServerStatus)reader.UInt16();
    }
}
