namespace MonotonicReads.Cluster.Relay.Wire;

/// <summary>The end of metadata or rows.</summary>
internal static class EofPacket
{
    private const byte Header = 0xFE;

    // A row may start with the same byte: with a first column of 16 MB or more.
    public static bool IsEnd(ReadOnlySpan<byte> payload, Capabilities capabilities) =>
        payload.Length > 0 && payload[0] == Header && payload.Length < (capabilities.HasFlag(Capabilities.DeprecateEof) ? 0xFFFFFF : 9);

    public static ServerStatus Status(ReadOnlySpan<byte> payload, Capabilities capabilities)
    {
        if (capabilities.HasFlag(Capabilities.DeprecateEof))
        {
            return OkPacket.Status(payload);
        }

        var reader = new PayloadReader(payload[1..]);
        reader.UInt16(); // warnings
        return (ServerStatus)reader.UInt16();
    }
}
