using MonotonicReads.Cluster.Relay.Wire;

namespace MonotonicReads.Cluster.Relay.Login;

/// <summary>A client's answer to the greeting, received by the relay or sent by it.</summary>
internal sealed record ClientLogin(
    Capabilities Capabilities,
    uint MaxPacket,
    byte Collation,
    string User,
    byte[] Proof,
    string Database,
    string Plugin
)
{
    public static ClientLogin Read(byte[] payload)
    {
        var reader = new PayloadReader(payload);
        var capabilities = (Capabilities)reader.UInt32();
        if (!capabilities.HasFlag(Capabilities.Protocol41 | Capabilities.SecureConnection))
        {
            throw new RelayProtocolException("The client speaks the protocol of before MySQL 4.1.");
        }

        var maxPacket = reader.UInt32();
        var collation = reader.Byte();
        reader.Bytes(19);
        var ofMariaDb = reader.UInt32();
        if (!capabilities.HasFlag(Capabilities.ClientMySql))
        {
            capabilities |= (Capabilities)((ulong)ofMariaDb << 32);
        }

        var user = reader.ZeroTerminated();
        var length = capabilities.HasFlag(Capabilities.PluginAuthenticationLengthEncoded) ? (int)reader.LengthEncoded() : reader.Byte();
        var proof = reader.Bytes(length).ToArray();
        var database = capabilities.HasFlag(Capabilities.ConnectWithDatabase) ? reader.ZeroTerminated() : "";
        var plugin = capabilities.HasFlag(Capabilities.PluginAuthentication) ? reader.ZeroTerminated() : "";
        return new(capabilities, maxPacket, collation, user, proof, database, plugin);
    }

    /// <summary>Without connection attributes: those of the client are the relay's business.</summary>
    public byte[] Write()
    {
        var capabilities = Capabilities & ~(Capabilities.ConnectAttributes | Capabilities.ConnectWithDatabase);
        capabilities |= Database.Length > 0 ? Capabilities.ConnectWithDatabase : Capabilities.None;
        var writer = new PayloadWriter()
            .UInt32((uint)capabilities)
            .UInt32(MaxPacket)
            .Byte(Collation)
            .Zeros(19)
            .UInt32(capabilities.HasFlag(Capabilities.ClientMySql) ? 0 : (uint)((ulong)capabilities >> 32))
            .ZeroTerminated(User)
            .Byte((byte)Proof.Length)
            .Bytes(Proof);
        return (Database.Length > 0 ? writer.ZeroTerminated(Database) : writer).ZeroTerminated(Plugin).ToPayload();
    }
}
