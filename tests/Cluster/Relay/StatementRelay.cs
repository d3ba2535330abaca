using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MonotonicReads.Cluster.Relay.Login;
using MonotonicReads.Cluster.Relay.Sessions;
using MonotonicReads.Cluster.Relay.Wire;
using MySqlConnector;

namespace MonotonicReads.Cluster.Relay;

/// <summary>
/// Stands between clients and servers on the loopback, speaks the MySQL protocol to both sides and sends each statement where a
/// route says, as ProxySQL and MaxScale do: a transaction stays on its server, settings of the session hold on all of them.
/// For tests alone: it has one user, no TLS, and keeps all it has seen.
/// </summary>
/// <remarks>
/// Refused: COM_CHANGE_USER and LOAD DATA LOCAL INFILE. Of what ties a connection to a server in the proxies, it knows
/// transactions and what <see cref="RelayClient.PinnedTo"/> says: temporary tables, locks and user variables stay behind on
/// the server they were made on.
/// </remarks>
public sealed class StatementRelay : IAsyncDisposable
{
    private const byte Utf8 = 45; // utf8mb4_general_ci, known to every server

    // No machine is that busy.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<int, Task> _running = new();
    private readonly ConcurrentDictionary<int, RelaySession> _sessions = new();
    private readonly ConcurrentQueue<Exception> _faults = new();
    private readonly Lock _lock = new();
    private readonly List<RelayedStatement> _statements = [];
    private readonly ServerGreeting _greeting;
    private Task _accepting = Task.CompletedTask;
    private long _commands;
    private int _connections;
    private bool _isDisposed;

    private StatementRelay(IReadOnlyList<RelayServer> servers, IStatementRoute route, ServerGreeting greeting, int port)
    {
        (Servers, Route, _greeting, _listener) = (servers, route, greeting, new(IPAddress.Loopback, port));
    }

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>For MySqlConnector: the relay's address, with the servers' user and database.</summary>
    public string ConnectionString =>
        new MySqlConnectionStringBuilder
        {
            Server = "127.0.0.1",
            Port = (uint)Port,
            UserID = Servers[0].User,
            Password = Servers[0].Password,
            Database = Servers[0].Database,
            SslMode = MySqlSslMode.None,
        }.ConnectionString;

    /// <summary>How long a server may take to open a connection before the relay leaves it out: 30 seconds unless a test of a server that
    /// stands still sets it.</summary>
    public TimeSpan OpenTimeout { get; set; } = Patience;

    /// <summary>The servers, in the order that routes walk them.</summary>
    public IReadOnlyList<RelayServer> Servers { get; }

    /// <summary>The route.</summary>
    public IStatementRoute Route { get; }

    /// <summary>All statements so far, in the order they were sent: a copy.</summary>
    public IReadOnlyList<RelayedStatement> Statements
    {
        get
        {
            lock (_lock)
            {
                return [.. _statements];
            }
        }
    }

    /// <summary>
    /// The commands that clients have sent: statements, resets, pings, closings. Each is a round trip, unless the client sends
    /// several before it reads.
    /// </summary>
    public long Commands => Interlocked.Read(ref _commands);

    /// <summary>The connections that are open now.</summary>
    public int OpenConnections => _sessions.Count;

    /// <summary>What went wrong in the relay itself. Disposing it throws the same; a client that leaves is nothing wrong.</summary>
    public IReadOnlyList<Exception> Faults => [.. _faults];

    /// <summary>Starts a relay. It asks each server that it can reach what it speaks, and offers its clients what all of them do.</summary>
    /// <param name="servers">The servers; all with the same user.</param>
    /// <param name="route">Where statements go.</param>
    /// <param name="port">The port of one that was there before; 0 is a free one.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="ArgumentException">There is no server, or their users differ.</exception>
    /// <exception cref="InvalidOperationException">No server can be reached.</exception>
    public static async Task<StatementRelay> StartAsync(
        IReadOnlyList<RelayServer> servers,
        IStatementRoute route,
        int port = 0,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(servers);
        ArgumentNullException.ThrowIfNull(route);
        if (servers.Select(server => (server.User, server.Password)).Distinct().Count() != 1)
        {
            throw new ArgumentException("A relay needs servers, all with the same user and password.", nameof(servers));
        }

        ServerGreeting? offered = null;
        foreach (var server in servers)
        {
            var login = new ClientLogin(Capabilities.Relayed, uint.MaxValue >> 8, Utf8, server.User, [], "", "");
            try
            {
                await using var backend = await Backend.OpenAsync(server, login, "", Patience, cancellation).ConfigureAwait(false);
                offered = (offered ?? backend.Greeting) with
                {
                    Capabilities = (offered?.Capabilities ?? Capabilities.Relayed) & backend.Greeting.Capabilities,
                };
            }
            catch (RelayBackendException)
            {
                server.IsAvailable = false;
            }
        }

        var relay = new StatementRelay(
            servers,
            route,
            offered ?? throw new InvalidOperationException("The relay reaches none of its servers."),
            port
        );
        relay._listener.Start();
        relay._accepting = Task.Run(relay.AcceptAsync, CancellationToken.None);
        return relay;
    }

    /// <summary>Forgets the statements and commands so far.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _statements.Clear();
        }

        Interlocked.Exchange(ref _commands, 0);
    }

    /// <summary>Closes all connections and waits until they are closed. May be called more than once.</summary>
    /// <exception cref="AggregateException">Something went wrong in the relay itself: see <see cref="Faults"/>.</exception>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        await _end.CancelAsync().ConfigureAwait(false);
        _listener.Stop();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_running.Values).ConfigureAwait(false);
        _listener.Dispose();
        _end.Dispose();
        if (!_faults.IsEmpty)
        {
            throw new AggregateException("The relay failed.", _faults);
        }
    }

    internal void CountCommand() => Interlocked.Increment(ref _commands);

    internal void Record(RelayedStatement statement)
    {
        lock (_lock)
        {
            _statements.Add(statement);
        }
    }

    /// <summary>Kills what a client's server is doing for it: the client knows the relay's number, the server its own.</summary>
    internal async Task KillAsync(int client, bool onlyQuery, CancellationToken cancellation)
    {
        if (!_sessions.TryGetValue(client, out var session))
        {
            throw new RelayRefusedException(1094, $"Unknown thread id: {client}");
        }

        if (session.Busy is not { } busy)
        {
            return;
        }

        var login = new ClientLogin(_greeting.Capabilities, uint.MaxValue >> 8, Utf8, busy.Server.User, [], "", "");
        var backends = new SessionBackends(login, this);
        await using (backends.ConfigureAwait(false))
        {
            var backend = await backends.ReadyAsync(busy.Server, cancellation).ConfigureAwait(false);
            var kill = $"KILL {(onlyQuery ? "QUERY" : "CONNECTION")} {busy.ConnectionId}";
            await backends
                .RunAsync(backend, [(byte)CommandKind.Query, .. System.Text.Encoding.ASCII.GetBytes(kill)], cancellation)
                .ConfigureAwait(false);
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync(_end.Token).ConfigureAwait(false);
            }
            catch (Exception exception)
                when (exception is OperationCanceledException or InvalidOperationException or SocketException
                    && _end.IsCancellationRequested
                )
            {
                // Nothing listens any more.
                return;
            }

            var number = ++_connections;
            var serving = ServeAsync(number, socket);
            _running[number] = serving;
            _ = serving.ContinueWith(_ => _running.TryRemove(number, out Task? _), TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(int number, Socket socket)
    {
        var channel = new PacketChannel(socket);
        await using var closing = channel.ConfigureAwait(false);
        try
        {
            var greeting = _greeting with { ConnectionId = (uint)number };
            var login = await ClientReception
                .AdmitAsync(channel, greeting, Servers[0].User, Servers[0].Password, _end.Token)
                .ConfigureAwait(false);
            if (login is null)
            {
                return;
            }

            var session = new RelaySession(
                this,
                number,
                channel,
                login with
                {
                    Capabilities = login.Capabilities & _greeting.Capabilities,
                }
            );
            await using var ending = session.ConfigureAwait(false);
            _sessions[number] = session;
            await session.RunAsync(_end.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client has left, or the relay is being disposed.
        }
        catch (Exception exception)
        {
            _faults.Enqueue(exception);
        }
        finally
        {
            _sessions.TryRemove(number, out _);
        }
    }
}
