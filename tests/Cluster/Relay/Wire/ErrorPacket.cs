namespace MonotonicReads.Cluster.Relay.Wire;

/// <summary>An error, from a server or of the relay's own.</summary>
internal static class ErrorPacket
{
    public const byte Header = 0xFF;

    public static byte[] Write(int code, string message) =>
        new PayloadWriter().Byte(Header).UInt16(code).Text("#HY000").Text(message).ToPayload();

    public static bool Is(ReadOnlySpan<byte> payload) => payload.Length > 0 && payload[0] == Header;

    public static (int Code, string Message) Read(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload[1..]);
        var code = reader.UInt16();
        var text = System.Text.Encoding.UTF8.GetString(reader.ToEnd());
        return (code, text.StartsWith('#') && text.Length >= 6 ? text[6..] : text);
    }
}
