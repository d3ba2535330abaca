using MonotonicReads.Cluster.Relay.Wire;

namespace MonotonicReads.Cluster.Relay.Login;

/// <summary>Logs the relay in at a server, with what its client has asked for.</summary>
internal static class BackendLogin
{
    private const byte SwitchPlugin = 0xFE;
    private const byte MoreData = 0x01;
    private const byte FastSuccess = 0x03;

    /// <exception cref="RelayRefusedException">The server refused; its own error.</exception>
    /// <exception cref="RelayProtocolException">The server wants an authentication that the relay does not know.</exception>
    public static async Task<ServerGreeting> EnterAsync(
        PacketChannel server,
        RelayServer where,
        ClientLogin client,
        string database,
        CancellationToken cancellation
    )
    {
        var greeting = ServerGreeting.Read(await NextAsync(server, cancellation).ConfigureAwait(false));
        var login = client with
        {
            Capabilities =
                client.Capabilities & greeting.Capabilities & ~(Capabilities.PluginAuthenticationLengthEncoded | Capabilities.ClientMySql)
                | (client.Capabilities & Capabilities.ClientMySql)
                | Capabilities.PluginAuthentication,
            User = where.User,
            Database = database,
            Plugin = greeting.Plugin,
            Proof = Proof(greeting.Plugin, where.Password, greeting.Salt),
        };
        await SendAsync(server, login.Write(), cancellation).ConfigureAwait(false);
        while (true)
        {
            var answer = await NextAsync(server, cancellation).ConfigureAwait(false);
            switch (answer[0])
            {
                case OkPacket.Header:
                    return greeting;
                case MoreData when answer.Length == 2 && answer[1] == FastSuccess:
                    break;
                case SwitchPlugin:
                    await SendAsync(server, Switched(answer, where.Password), cancellation).ConfigureAwait(false);
                    break;
                case ErrorPacket.Header:
                    var (code, message) = ErrorPacket.Read(answer);
                    throw new RelayRefusedException(code, message);
                default:
                    throw new RelayProtocolException($"{where.Name} wants an authentication that the relay does not know.");
            }
        }
    }

    private static byte[] Switched(byte[] request, string password)
    {
        var reader = new PayloadReader(request.AsSpan(1));
        var plugin = reader.ZeroTerminated();
        return Proof(plugin, password, reader.ToEnd()[..20]);
    }

    private static byte[] Proof(string plugin, string password, ReadOnlySpan<byte> salt) =>
        plugin == NativePassword.Plugin || password.Length == 0 ? NativePassword.Proof(password, salt) : []; // the server will ask for another plugin, or refuse

    private static async Task<byte[]> NextAsync(PacketChannel server, CancellationToken cancellation) =>
        await server.ReadAsync(cancellation).ConfigureAwait(false)
        ?? throw new EndOfStreamException("The server closed the connection during the login.");

    private static async Task SendAsync(PacketChannel server, byte[] payload, CancellationToken cancellation)
    {
        await server.WriteAsync(payload, cancellation).ConfigureAwait(false);
        await server.FlushAsync(cancellation).ConfigureAwait(false);
    }
}
