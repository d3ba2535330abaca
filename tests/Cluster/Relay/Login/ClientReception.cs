using System.Security.Cryptography;
using MonotonicReads.Cluster.Relay.Wire;

namespace MonotonicReads.Cluster.Relay.Login;

/// <summary>Lets a client in, as a server would.</summary>
internal static class ClientReception
{
    private const int AccessDenied = 1045;
    private const byte SwitchPlugin = 0xFE;

    /// <returns>What the client asked for; null if it left or was refused.</returns>
    public static async Task<ClientLogin?> AdmitAsync(
        PacketChannel client,
        ServerGreeting greeting,
        string user,
        string password,
        CancellationToken cancellation
    )
    {
        // A zero would end the salt early in some clients.
        var salt = RandomNumberGenerator.GetItems([.. Enumerable.Range(33, 90).Select(character => (byte)character)], 20);
        await client
            .WriteAsync((greeting with { Salt = salt, Plugin = NativePassword.Plugin }).Write(), cancellation)
            .ConfigureAwait(false);
        await client.FlushAsync(cancellation).ConfigureAwait(false);
        if (await client.ReadAsync(cancellation).ConfigureAwait(false) is not { } answer)
        {
            return null;
        }

        var login = ClientLogin.Read(answer);
        if (login.Plugin is not ("" or NativePassword.Plugin))
        {
            var request = new PayloadWriter().Byte(SwitchPlugin).ZeroTerminated(NativePassword.Plugin).Bytes(salt).Byte(0).ToPayload();
            await client.WriteAsync(request, cancellation).ConfigureAwait(false);
            await client.FlushAsync(cancellation).ConfigureAwait(false);
            if (await client.ReadAsync(cancellation).ConfigureAwait(false) is not { } proof)
            {
                return null;
            }

            login = login with { Proof = proof };
        }

        var isKnown = login.User == user && login.Proof.AsSpan().SequenceEqual(NativePassword.Proof(password, salt));
        await client
            .WriteAsync(
                isKnown ? OkPacket.Write() : ErrorPacket.Write(AccessDenied, $"Access denied for user '{login.User}' at the relay"),
                cancellation
            )
            .ConfigureAwait(false);
        await client.FlushAsync(cancellation).ConfigureAwait(false);
        return isKnown ? login : null;
    }
}
