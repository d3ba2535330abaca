using MonotonicReads.Cluster.Relay.Login;
using MonotonicReads.Cluster.Relay.Wire;

namespace MonotonicReads.Cluster.Relay.Sessions;

/// <summary>
/// A client's connections to the servers, opened when first needed, and what must hold on each of them before the next
/// statement: its database and its settings.
/// </summary>
internal sealed class SessionBackends(ClientLogin login, StatementRelay relay) : IAsyncDisposable
{
    private readonly Dictionary<RelayServer, Backend> _open = [];
    private readonly List<byte[]> _settings = [];

    public string Database { get; set; } = login.Database;

    public Capabilities Capabilities => login.Capabilities;

    public IReadOnlyCollection<Backend> Open => _open.Values;

    public Backend? Of(RelayServer server) => _open.GetValueOrDefault(server);

    /// <summary>A setting holds on one server and is to hold on all others.</summary>
    public void Set(byte[] command, Backend on)
    {
        _settings.Add(command);
        on.Settings = _settings.Count;
    }

    /// <summary>The connection to a server, set up as the session is.</summary>
    /// <exception cref="RelayBackendException">The server is not there.</exception>
    public async Task<Backend> ReadyAsync(RelayServer server, CancellationToken cancellation)
    {
        if (!_open.TryGetValue(server, out var backend))
        {
            backend = await Backend.OpenAsync(server, login, Database, relay.OpenTimeout, cancellation).ConfigureAwait(false);
            _open.Add(server, backend);
        }

        if (backend.Database != Database)
        {
            await RunAsync(backend, [(byte)CommandKind.InitDatabase, .. System.Text.Encoding.UTF8.GetBytes(Database)], cancellation)
                .ConfigureAwait(false);
            backend.Database = Database;
        }

        for (; backend.Settings < _settings.Count; backend.Settings++)
        {
            await RunAsync(backend, _settings[backend.Settings], cancellation).ConfigureAwait(false);
        }

        return backend;
    }

    /// <summary>Runs a command of the relay's own.</summary>
    /// <exception cref="RelayRefusedException">It failed.</exception>
    public async Task RunAsync(Backend backend, byte[] command, CancellationToken cancellation)
    {
        var response = new ResponseRelay(client: null, Capabilities);
        await backend.SendAsync(command, cancellation).ConfigureAwait(false);
        await response.ResultsAsync(backend, cancellation).ConfigureAwait(false);
        if (response.Error is { } error)
        {
            throw new RelayRefusedException(error.Code, $"{error.Message} (while the relay set up the session on {backend.Server.Name})");
        }
    }

    /// <summary>Resets every open connection.</summary>
    public async Task ResetAsync(CancellationToken cancellation)
    {
        _settings.Clear();
        foreach (var backend in _open.Values.ToArray())
        {
            backend.Settings = 0;
            try
            {
                await RunAsync(backend, [(byte)CommandKind.ResetConnection], cancellation).ConfigureAwait(false);
            }
            catch (RelayBackendException)
            {
                // A server that has gone needs no reset; the next statement that is routed there opens a new connection.
                await DropAsync(backend).ConfigureAwait(false);
            }
        }
    }

    public async Task DropAsync(Backend backend)
    {
        _open.Remove(backend.Server);
        await backend.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var backend in _open.Values)
        {
            await backend.DisposeAsync().ConfigureAwait(false);
        }

        _open.Clear();
    }
}
