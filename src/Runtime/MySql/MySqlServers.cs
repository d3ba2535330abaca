using System.Data;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MonotonicReads.Choosing;
using MonotonicReads.Observability;
using MonotonicReads.Proxies;
using MonotonicReads.Routing;
using MonotonicReads.Servers;
using MySqlConnector;

namespace MonotonicReads.MySql;

/// <summary>Makes the servers of a <see cref="ReplicatedMySqlDataSource"/> from connection strings, at the start and later.</summary>
internal sealed class MySqlServers(bool isForPomelo, bool allowsWritableReplicas, DriverHooks hooks, ILoggerFactory loggerFactory)
{
    private readonly List<ConnectionPool> _made = [];
    private ProxyDialect? _dialect;
    private ConnectionPool? _behind;
    private string _behindText = "";
    private AnsweringServers? _answering;

    /// <summary>What is told of each run of a server that was not there before; set when the data source is there.</summary>
    public RoutedSource? Source { get; set; }

    /// <summary>Whether a replica may take writes.</summary>
    public bool AllowsWritableReplicas => allowsWritableReplicas;

    /// <inheritdoc cref="DriverHooks.CallbacksMayMeet"/>
    public bool CallbacksMayMeet => hooks.CallbacksMayMeet;

    /// <summary>Makes servers, all of them or none: where one cannot be made, the pools of the others are disposed. One caller at a
    /// time.</summary>
    /// <param name="make">Makes them here.</param>
    public T AllOrNone<T>(Func<T> make)
    {
        _made.Clear();
        try
        {
            return make();
        }
        catch
        {
            // Their password providers would be asked for ever.
            _made.ForEach(static pool => pool.Dispose());
            throw;
        }
        finally
        {
            _made.Clear();
        }
    }

    /// <summary>From now on every server is reached through a proxy.</summary>
    /// <param name="dialect">How it is spoken to.</param>
    /// <param name="connectionString">What <see cref="Parse"/> returned.</param>
    /// <returns>The proxy, where nobody says which server is meant.</returns>
    public ProxyRoute Behind(ProxyDialect dialect, string connectionString)
    {
        _dialect = dialect;
        _answering = dialect is { NamesServers: true, IsExact: false } ? new AnsweringServers() : null;
        _behindText = connectionString;
        var builder = Builder(ProxyRoute.Name, connectionString, first: null);
        _behind = Made(new ConnectionPool(builder.Build(), PoolSize(builder)));
        return new ProxyRoute(dialect, new RoutedServer(ProxyRoute.Name, _behind, isPrimary: false));
    }

    /// <summary>Makes the primary; connects to nothing.</summary>
    /// <param name="connectionString">What <see cref="Parse"/> returned; not used through a proxy.</param>
    public RoutedServer CreatePrimary(string? connectionString) =>
        Create(ReplicaSet.PrimaryName, connectionString, isPrimary: true, place: 0);

    /// <summary>Makes a replica; connects to nothing.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="connectionString">What <see cref="Parse"/> returned; not used through a proxy.</param>
    /// <param name="place">Its place among the replicas, from 0.</param>
    public RoutedServer CreateReplica(string name, string connectionString, int place) =>
        Create(name, connectionString, isPrimary: false, place);

    /// <summary>Makes the replicas; connects to nothing.</summary>
    /// <param name="replicas">What <see cref="Parsed"/> returned.</param>
    public ReplicaTable CreateReplicas(IReadOnlyList<ReplicaSettings> replicas) =>
        new(replicas.Select((replica, place) => (CreateReplica(replica.Name, replica.ConnectionString, place), replica.Weight)).ToList());

    /// <summary>Checks the replicas' connection strings and completes them.</summary>
    /// <inheritdoc cref="Parse"/>
    public List<ReplicaSettings> Parsed(IEnumerable<ReplicaSettings> replicas) =>
        [.. replicas.Select(replica => replica with { ConnectionString = Parse(replica.Name, replica.ConnectionString) })];

    /// <summary>Makes a data source of the driver's for the primary, or the proxy, that chooses no database and pools nothing.</summary>
    /// <param name="primary">The primary.</param>
    public MySqlDataSource WithoutDatabase(RoutedServer primary)
    {
        var builder = _behind is null
            ? Builder(ReplicaSet.PrimaryName, primary.Settings!, first: null)
            : Builder(ProxyRoute.Name, _behindText, first: null);
        builder.ConnectionStringBuilder.Database = "";
        builder.ConnectionStringBuilder.Pooling = false;
        return builder.Build();
    }

    /// <summary>Opens a connection of no pool to a server that nobody asks what it is: it may be refused to all others. Behind a proxy it
    /// leads to the proxy.</summary>
    /// <param name="server">The server.</param>
    /// <param name="cancellation">Ends the opening.</param>
    public async Task<DbConnection> OpenUnjudgedAsync(RoutedServer server, CancellationToken cancellation)
    {
        var builder = _behind is null
            ? Builder(server.Name, server.Settings!, first: null)
            : Builder(ProxyRoute.Name, _behindText, first: null);
        builder.ConnectionStringBuilder.Pooling = false;

        // The password is fetched by the data source: it is closed with the connection.
        var source = builder.Build();
        var connection = source.CreateConnection();
        try
        {
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            connection.StateChange += (_, change) =>
            {
                if (change.CurrentState == ConnectionState.Closed)
                {
                    source.Dispose();
                }
            };
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The server is none of the data source's any more.</summary>
    public void Forget(RoutedServer server) => _answering?.Forget(server);

    private void Changed(RoutedServer server, bool isOther) => Source?.NoteRun(server, isOther);

    private RoutedServer Create(string name, string? connectionString, bool isPrimary, int place)
    {
        var identity = new ServerIdentity(isPrimary, mayWrite: isPrimary || allowsWritableReplicas, _answering);
        var server = _behind is null
            ? Direct(name, connectionString!, isPrimary, identity)
            : new RoutedServer(name, _behind, isPrimary)
            {
                Settings = connectionString,
                Address = _dialect!.AddressOf(isPrimary ? null : name, place),
                Introduction = _dialect.NamesPrimary ? identity.AskAsync : null,
            };
        identity.Follow(server, Changed);
        server.HeardOfNewWriter = () => Source?.Divergence?.NoteNewWriter(server);
        _answering?.Add(server);
        return server;
    }

    private RoutedServer Direct(string name, string connectionString, bool isPrimary, ServerIdentity identity)
    {
        var parsed = new MySqlConnectionStringBuilder(connectionString);
        return new RoutedServer(
            name,
            Made(
                new ConnectionPool(generation =>
                {
                    var builder = Builder(
                        name,
                        connectionString,
                        (opened, cancellation) => identity.CheckAsync(opened, generation, cancellation)
                    );
                    generation.Size = PoolSize(builder);
                    generation.Ask = opened => identity.CheckAsync((MySqlConnection)opened, generation, CancellationToken.None);
                    return builder.Build();
                })
            ),
            isPrimary
        )
        {
            Settings = connectionString,
            Introduction = identity.AskAsync,
            Host = parsed.Server,
            Port = (int)parsed.Port,
        };
    }

    private MySqlDataSourceBuilder Builder(string name, string connectionString, MySqlConnectionOpenedCallback? first)
    {
        var builder = new MySqlDataSourceBuilder(connectionString).UseName(name);
        if (!ReferenceEquals(loggerFactory, NullLoggerFactory.Instance))
        {
            builder.UseLoggerFactory(new QuietLoggerFactory(loggerFactory));
        }

        hooks.Apply(name, builder, first);
        return builder;
    }

    private ConnectionPool Made(ConnectionPool pool)
    {
        _made.Add(pool);
        return pool;
    }

    private static int PoolSize(MySqlDataSourceBuilder builder)
    {
        var text = builder.ConnectionStringBuilder;
        return text.Pooling ? (int)Math.Min(text.MaximumPoolSize, int.MaxValue) : int.MaxValue;
    }

    /// <summary>Checks the connection string of a proxy and completes it, with what the driver must leave out there.</summary>
    /// <param name="dialect">How it is spoken to; null where nobody has said.</param>
    /// <param name="connectionString">The string.</param>
    /// <exception cref="ArgumentException">As of <see cref="Parse"/>; or it asks for what the proxy does not bear.</exception>
    public string ParseProxy(ProxyDialect? dialect, string connectionString)
    {
        var parsed = new MySqlConnectionStringBuilder(Parse(ProxyRoute.Name, connectionString));
        if (dialect is null or { BearsPipelining: true })
        {
            return parsed.ConnectionString;
        }

        if (parsed.ContainsKey(nameof(parsed.Pipelining)) && parsed.Pipelining)
        {
            throw new ArgumentException(
                $"The connection string of '{ProxyRoute.Name}' has Pipelining=True, with which transactions fail through {dialect.Proxy} "
                    + $"(\"Packet received out-of-order\"). Remove it: UseProxy sets Pipelining=False."
            );
        }

        parsed.Pipelining = false;
        return parsed.ConnectionString;
    }

    /// <summary>Checks a connection string and completes it. Messages name the server and never the string, which has a password.</summary>
    /// <exception cref="ArgumentException">It cannot be parsed, names no host or several, or follows redirections.</exception>
    public string Parse(string name, string connectionString)
    {
        if (_behind is not null && connectionString.Length == 0)
        {
            // Only the proxy connects to it.
            return connectionString;
        }

        var parsed = ConnectionText.Parsed(name, connectionString);
        if (string.IsNullOrWhiteSpace(parsed.Server))
        {
            throw new ArgumentException($"The connection string of '{name}' names no host (Server=...).");
        }

        if (parsed.Server.Contains(',', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"The connection string of '{name}' names several hosts. They would share one pool, and nobody could tell which of them "
                    + $"answers: add each as a server of its own."
            );
        }

        if (parsed.ServerRedirectionMode != MySqlServerRedirectionMode.Disabled)
        {
            throw new ArgumentException(
                $"The connection string of '{name}' lets the server redirect (ServerRedirectionMode), so that another server could answer "
                    + $"in its name. Remove it."
            );
        }

        if (isForPomelo)
        {
            parsed.AllowUserVariables = true;
            parsed.UseAffectedRows = false;
        }

        return parsed.ConnectionString;
    }
}
