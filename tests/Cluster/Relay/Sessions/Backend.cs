using System.Net.Sockets;
using MonotonicReads.Cluster.Relay.Login;
using MonotonicReads.Cluster.Relay.Wire;

namespace MonotonicReads.Cluster.Relay.Sessions;

/// <summary>One client's connection to one server.</summary>
internal sealed class Backend : IAsyncDisposable
{
    private readonly PacketChannel _channel;

    private Backend(RelayServer server, PacketChannel channel, ServerGreeting greeting, string database)
    {
        (Server, _channel, Greeting, Database) = (server, channel, greeting, database);
    }

    public RelayServer Server { get; }

    public ServerGreeting Greeting { get; }

    public string Database { get; set; }

    /// <summary>How many of the session's settings hold here.</summary>
    public int Settings { get; set; }

    /// <exception cref="RelayBackendException">The server is not there.</exception>
    /// <exception cref="RelayRefusedException">It is, and refused the login.</exception>
    public static async Task<Backend> OpenAsync(
        RelayServer server,
        ClientLogin login,
        string database,
        TimeSpan timeout,
        CancellationToken cancellation
    )
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(timeout);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        PacketChannel? channel = null;
        try
        {
            await socket.ConnectAsync(server.Host, server.Port, deadline.Token).ConfigureAwait(false);
            channel = new PacketChannel(socket);
            var greeting = await BackendLogin.EnterAsync(channel, server, login, database, deadline.Token).ConfigureAwait(false);
            return new(server, channel, greeting, database);
        }
        catch (Exception exception)
        {
            socket.Dispose();
            if (channel is not null)
            {
                await channel.DisposeAsync().ConfigureAwait(false);
            }

            if (
                exception is SocketException or IOException
                || (exception is OperationCanceledException && !cancellation.IsCancellationRequested)
            )
            {
                throw new RelayBackendException(server, "cannot be reached", exception);
            }

            throw;
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> command, CancellationToken cancellation)
    {
        try
        {
            _channel.BeginCommand();
            await _channel.WriteAsync(command, cancellation).ConfigureAwait(false);
            await _channel.FlushAsync(cancellation).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw new RelayBackendException(Server, "has closed the connection", exception);
        }
    }

    public async Task<byte[]> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            return await _channel.ReadAsync(cancellation).ConfigureAwait(false)
                ?? throw new RelayBackendException(Server, "has closed the connection");
        }
        catch (IOException exception)
        {
            throw new RelayBackendException(Server, "has closed the connection", exception);
        }
    }

    /// <summary>Answers LOCAL INFILE with an empty file, as a continuation of the command.</summary>
    public async Task SendNoFileAsync(CancellationToken cancellation)
    {
        await _channel.WriteAsync(ReadOnlyMemory<byte>.Empty, cancellation).ConfigureAwait(false);
        await _channel.FlushAsync(cancellation).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // Else the server counts an aborted connection.
            using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            await SendAsync(new[] { (byte)CommandKind.Quit }, soon.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RelayBackendException or OperationCanceledException)
        {
            // It has gone already, or does not listen.
        }

        await _channel.DisposeAsync().ConfigureAwait(false);
    }
}
