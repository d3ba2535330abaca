using System.Data.Common;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MonotonicReads.Choosing;
using MonotonicReads.MySql;
using MonotonicReads.Routing;
using MonotonicReads.Servers;
using MySqlConnector;

namespace MonotonicReads.Testing;

/// <summary>
/// A primary with replicas that lag as a test says, over one ordinary server. A replica shows the present until it is held; from then on it
/// shows that moment. Sessions, selection, routing and wrappers are the real ones.
/// </summary>
/// <remarks>
/// <para>A held replica on MySQL or MariaDB is a number of connections whose <c>REPEATABLE READ</c> snapshot was begun at that moment. It
/// shows what InnoDB shows: a table that was created or altered since cannot be read there, a table of MyISAM or MEMORY shows the present,
/// and server variables are those of the one server. Replicas refuse writes; nobody asks them for <c>read_only</c>.</para>
/// <para>Positions are counted by the set and not taken from the server's log, which it need not have.</para>
/// </remarks>
public sealed class LaggingReplicas : IAsyncDisposable
{
    private readonly ITestServer _server;
    private readonly Dictionary<string, SimulatedReplica> _replicas;
    private int _isDisposed;

    internal LaggingReplicas(ITestServer server, LaggingReplicasOptions options, string[] names)
    {
        _server = server;
        var count = new PositionCount();
        var replicas = names.Select(name => new SimulatedReplica(name, server, count)).ToList();
        _replicas = replicas.ToDictionary(replica => replica.Name, StringComparer.Ordinal);
        Moments = new HeldMoments(server);
        Assigner = new Assigner(replicas, server.Present, Moments) { Otherwise = options.Selector };
        var loggers = options.LoggerFactory ?? NullLoggerFactory.Instance;
        var primary = new RoutedServer(ReplicaSet.PrimaryName, new ConnectionPool(server.Primary), isPrimary: true)
        {
            Settings = server.Settings,
            StandIn = new PrimaryStandIn(server, replicas),
        };
        var set = new ReplicaSet(
            SimulatedReplica.Introduced(primary, server, count, static _ => null),
            new ReplicaTable(replicas.ConvertAll(replica => (replica.Routed, WeightOf(options, replica.Name)))),
            Assigner,
            options.TimeProvider,
            loggers
        )
        {
            Name = ReplicaSet.NameOf("test-" + Guid.NewGuid().ToString("N"), database: null, "localhost"),
            OwnsServers = true,
            HasPositions = true,
            RecordsDecisions = true,
            OnReplicaLoss = options.OnReplicaLoss,
            SeriesDetector = options.SeriesDetector is { } detector ? SeriesDetectorOptions.Checked(detector) : null,
        };
        DataSource = server is MySqlTestServer mysql ? OverMySql(set, mysql, options, loggers) : new ReplicatedDataSource(set);
        Assigner.WatchOver(DataSource.Routed, server);
    }

    /// <summary>The data source, to be handed to what is tested. Over MySQL or MariaDB it is a
    /// <see cref="ReplicatedMySqlDataSource"/>. Sessions record their decisions.</summary>
    public ReplicatedDataSource DataSource { get; }

    /// <summary>The names of the replicas.</summary>
    public IReadOnlyCollection<string> Names => _replicas.Keys;

    /// <inheritdoc cref="OverAsync(string, LaggingReplicasOptions, IEnumerable{string}, CancellationToken)"/>
    public static Task<LaggingReplicas> OverAsync(string connectionString, params string[] replicas) =>
        OverAsync(connectionString, new LaggingReplicasOptions(), replicas, CancellationToken.None);

    /// <inheritdoc cref="OverAsync(string, LaggingReplicasOptions, IEnumerable{string}, CancellationToken)"/>
    public static Task<LaggingReplicas> OverAsync(string connectionString, LaggingReplicasOptions options, params string[] replicas) =>
        OverAsync(connectionString, options, replicas, CancellationToken.None);

    /// <summary>Makes a set over an ordinary MySQL or MariaDB server, which is its primary; it need not replicate, nor log.</summary>
    /// <param name="connectionString">As for MySqlConnector; names a database of the test's own.</param>
    /// <param name="options">How.</param>
    /// <param name="replicas">The replicas' names; at least one.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The set; the caller disposes it.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An empty or repeated name, a weight of a replica that there is not, or a connection string that
    /// cannot be parsed or names no database.</exception>
    /// <exception cref="InvalidOperationException">No name, or weights that sum to 0.</exception>
    /// <exception cref="MySqlException">The server is not there, or refuses.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<LaggingReplicas> OverAsync(
        string connectionString,
        LaggingReplicasOptions options,
        IEnumerable<string> replicas,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        var names = Check(options, replicas);
        var text = new MySqlConnectionStringBuilder(connectionString);
        if (text.Database.Length == 0)
        {
            throw new ArgumentException(
                "The connection string names no database. Give the test one of its own: \"Database=orders_tests\".",
                nameof(connectionString)
            );
        }

        if (options.ForPomelo)
        {
            (text.AllowUserVariables, text.UseAffectedRows) = (true, false);
        }

        var server = await MySqlTestServer.ConnectAsync(text.ConnectionString, options, cancellationToken).ConfigureAwait(false);
        return new LaggingReplicas(server, options, names);
    }

    /// <summary>From now on the replica shows this moment; one that is held moves on to it. Nothing may be written meanwhile.</summary>
    /// <param name="replica">Its name.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Done when it is held.</returns>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    /// <exception cref="InvalidOperationException">It was killed, or the server has no connection left.</exception>
    /// <exception cref="MySqlException">The server refuses.</exception>
    /// <exception cref="ObjectDisposedException">The set was disposed.</exception>
    public Task HoldAsync(string replica, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        return Of(replica).HoldAsync(Moments, cancellationToken);
    }

    /// <summary>From now on the replica shows the present, as one that has caught up.</summary>
    /// <param name="replica">Its name.</param>
    /// <returns>Done when it does.</returns>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    /// <exception cref="InvalidOperationException">It was killed.</exception>
    public Task AdvanceAsync(string replica)
    {
        Of(replica).Advance();
        return Task.CompletedTask;
    }

    /// <summary>From now on the replica refuses, and its open connections break. The moment that it was held at is lost.</summary>
    /// <param name="replica">Its name.</param>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public void Kill(string replica) => Of(replica).Kill();

    /// <summary>A replica that was killed is there again, as another run of it that shows the present; others stay as they are.</summary>
    /// <param name="replica">Its name.</param>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public void Revive(string replica) => Of(replica).Revive();

    /// <inheritdoc
    /// cref="ForEachAssignmentAsync(Func{DbConnection, Task}, Func{AssignmentRun, Task}, AssignmentOptions, CancellationToken)"/>
    public Task<AssignmentSummary> ForEachAssignmentAsync(Func<DbConnection, Task> write, Func<AssignmentRun, Task> body) =>
        ForEachAssignmentAsync(write, body, new AssignmentOptions());

    /// <inheritdoc cref="ForEachAssignmentAsync(Func{AssignmentRun, Task}, AssignmentOptions, CancellationToken)"/>
    public Task<AssignmentSummary> ForEachAssignmentAsync(Func<AssignmentRun, Task> body) =>
        ForEachAssignmentAsync(body, new AssignmentOptions());

    /// <inheritdoc
    /// cref="ForEachAssignmentAsync(Func{DbConnection, Task}, Func{AssignmentRun, Task}, AssignmentOptions, CancellationToken)"/>
    public Task<AssignmentSummary> ForEachAssignmentAsync(
        Func<DbConnection, Task> write,
        Func<AssignmentRun, Task> body,
        AssignmentOptions options
    ) => ForEachAssignmentAsync(write, body, options, CancellationToken.None);

    /// <inheritdoc cref="ForEachAssignmentAsync(Func{AssignmentRun, Task}, AssignmentOptions, CancellationToken)"/>
    public Task<AssignmentSummary> ForEachAssignmentAsync(Func<AssignmentRun, Task> body, AssignmentOptions options) =>
        ForEachAssignmentAsync(body, options, CancellationToken.None);

    /// <summary>
    /// Writes between what late replicas show and the present, then runs a unit of work once for each assignment of its reads to them.
    /// </summary>
    /// <param name="write">The test's own write, on an open connection to the primary. It is done once: a late replica goes on showing
    /// what was before it, the others what is after it.</param>
    /// <param name="body">The unit of work, with its check; begins its sessions itself. It writes only where
    /// <see cref="AssignmentOptions.Reset"/> puts that back.</param>
    /// <param name="options">The bound, what is put back, and where the drawing goes.</param>
    /// <param name="cancellationToken">Ends the call; <see cref="AssignmentRun.CancellationToken"/> has it for the unit of work.</param>
    /// <returns>How many assignments there were.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="AssignmentOptions.MaxAssignments"/> is less than 1.</exception>
    /// <exception cref="AssignmentException">An assignment breaks the check, or the unit of work throws under it.</exception>
    /// <exception cref="InvalidOperationException">The call would prove nothing, or its runs are not alike: no replica shows the present,
    /// or all answer alike; a session runs around the call, or another call; the unit of work sends nothing over the set, sends statements
    /// at the same time, reads in another order when it is run again, or writes what is not put back.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled. Whatever else is canceled in the
    /// unit of work breaks that assignment.</exception>
    /// <remarks>Where no replica is held the last one is, for the time of the call.</remarks>
    public Task<AssignmentSummary> ForEachAssignmentAsync(
        Func<DbConnection, Task> write,
        Func<AssignmentRun, Task> body,
        AssignmentOptions options,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(write);
        ArgumentNullException.ThrowIfNull(body);
        return new AssignmentCall(this, options).RunAsync(write, body, cancellationToken);
    }

    /// <summary>Runs a unit of work once for each assignment of its reads to what the replicas show, some held and some not.</summary>
    /// <param name="body">The unit of work, with its check; begins its sessions itself. It writes only where
    /// <see cref="AssignmentOptions.Reset"/> puts that back.</param>
    /// <param name="options">The bound, what is put back, and where the drawing goes.</param>
    /// <param name="cancellationToken">Ends the call; <see cref="AssignmentRun.CancellationToken"/> has it for the unit of work.</param>
    /// <returns>How many assignments there were.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="AssignmentOptions.MaxAssignments"/> is less than 1.</exception>
    /// <exception cref="AssignmentException">An assignment breaks the check, or the unit of work throws under it.</exception>
    /// <exception cref="InvalidOperationException">The call would prove nothing, or its runs are not alike: all replicas show the same, or
    /// answer alike; a session runs around the call, or another call; the unit of work sends nothing over the set, sends statements
    /// at the same time, reads in another order when it is run again, or writes what is not put back.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled. Whatever else is canceled in the
    /// unit of work breaks that assignment.</exception>
    /// <remarks>With <see cref="AssignmentOptions.Reset"/>, where no replica is held the last one is, for the time of the call: it lacks
    /// what the unit of work writes.</remarks>
    public Task<AssignmentSummary> ForEachAssignmentAsync(
        Func<AssignmentRun, Task> body,
        AssignmentOptions options,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(body);
        return new AssignmentCall(this, options).RunAsync(write: null, body, cancellationToken);
    }

    /// <summary>Ends what is held and closes all connections; the server and its data stay, a SQLite file of the set's own goes. Doing it
    /// twice does nothing.</summary>
    /// <returns>Done when all is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        try
        {
            await DataSource.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            await _server.DisposeAsync().ConfigureAwait(false);
        }
    }

    internal Assigner Assigner { get; }

    internal HeldMoments Moments { get; }

    internal IReadOnlyCollection<SimulatedReplica> All => _replicas.Values;

    internal static string[] Check(LaggingReplicasOptions options, IEnumerable<string> replicas)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(replicas);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ConnectionsHeld, 1);
        ArgumentNullException.ThrowIfNull(options.Selector);
        ArgumentNullException.ThrowIfNull(options.TimeProvider);
        string[] names = [.. replicas];
        ReplicaSet.Check(hasPrimary: true, [.. names.Select(name => new ReplicaSettings(name, "", WeightOf(options, name)))]);
        return options.Weights.Keys.FirstOrDefault(name => !names.Contains(name, StringComparer.Ordinal)) is { } unknown
            ? throw new ArgumentException($"There is a weight of '{unknown}', and no replica of this name.", nameof(options))
            : names;
    }

    private static ReplicatedMySqlDataSource OverMySql(
        ReplicaSet set,
        MySqlTestServer server,
        LaggingReplicasOptions options,
        ILoggerFactory loggers
    )
    {
        var hooks = new DriverHooks();
        hooks.WhenOpened(server.LimitWaitAsync); // also where a database is dropped, on a connection that has none
        return new ReplicatedMySqlDataSource(
            set,
            new MySqlServers(options.ForPomelo, allowsWritableReplicas: true, hooks, loggers),
            monitor: null
        );
    }

    private static int WeightOf(LaggingReplicasOptions options, string? name) =>
        name is not null && options.Weights.TryGetValue(name, out var weight) ? weight : 1;

    private SimulatedReplica Of(string replica) =>
        _replicas.GetValueOrDefault(replica)
        ?? throw new ArgumentException($"There is no replica '{replica}'; there are {string.Join(", ", _replicas.Keys)}.", nameof(replica));
}
