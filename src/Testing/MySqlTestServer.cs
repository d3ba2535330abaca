using System.Data;
using System.Data.Common;
using System.Globalization;
using MonotonicReads.Servers;
using MySqlConnector;

namespace MonotonicReads.Testing;

/// <summary>
/// A MySQL or MariaDB server. A moment is a pool of connections, each with a transaction begun at that moment, which closing does
/// not end: the driver rolls back what was begun as text only when it resets a connection, and this pool does not.
/// </summary>
internal sealed class MySqlTestServer : ITestServer
{
    private const string Savepoint = "monotonic_reads_moment";
    private const int AccessDenied = 1227;

    private readonly string _connectionString;
    private readonly LaggingReplicasOptions _options;
    private readonly MySqlDataSource _primary;

    private MySqlTestServer(string connectionString, LaggingReplicasOptions options, string version)
    {
        (_connectionString, _options, Version) = (connectionString, options, version);
        _primary = new MySqlDataSourceBuilder(connectionString).UseConnectionOpenedCallback(LimitWaitAsync).Build();
    }

    public string SystemName => ServerProtocol.Of(Version).SystemName;

    public string Version { get; }

    public string Settings => _connectionString;

    public DbDataSource Primary => _primary;

    public bool KeepsLocksOfHeld { get; private set; }

    public static async Task<MySqlTestServer> ConnectAsync(
        string connectionString,
        LaggingReplicasOptions options,
        CancellationToken cancellation
    )
    {
        var connection = new MySqlConnection(connectionString);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            return new MySqlTestServer(connectionString, options, connection.ServerVersion);
        }
    }

    /// <summary>Who changes a table waits for whoever reads it in a transaction, and MySQL waits a year: here as long as the options say.
    /// </summary>
    public ValueTask LimitWaitAsync(MySqlConnectionOpenedContext opened, CancellationToken cancellation) =>
        new(
            RunAsync(
                opened.Connection,
                FormattableString.Invariant($"SET SESSION lock_wait_timeout = {_options.LockWaitSeconds}"),
                cancellation
            )
        );

    public DbDataSource Present(string replica) =>
        new MySqlDataSourceBuilder(_connectionString)
            .UseConnectionOpenedCallback(
                static async (opened, cancellation) =>
                    await RunAsync(opened.Connection, "SET SESSION TRANSACTION READ ONLY", cancellation).ConfigureAwait(false)
            )
            .Build();

    public async Task<DbDataSource> HoldAsync(string replica, CancellationToken cancellation)
    {
        var text = new MySqlConnectionStringBuilder(_connectionString)
        {
            Pooling = true,
            MinimumPoolSize = 0,
            MaximumPoolSize = 1,
            ConnectionReset = false,
            ConnectionIdleTimeout = 0,
            ConnectionLifeTime = 0,
            AutoEnlist = false,
        }.ConnectionString;
        var isHeld = false;
        var sources = new List<DbDataSource>();
        var connections = new List<MySqlConnection>();
        try
        {
            for (var i = 0; i < _options.ConnectionsHeld; i++)
            {
                var source = new MySqlDataSourceBuilder(text)
                    .UseConnectionOpenedCallback(
                        async (opened, token) =>
                        {
                            if (Volatile.Read(ref isHeld))
                            {
                                await ReturnToMomentAsync(opened, replica, token).ConfigureAwait(false);
                            }
                        }
                    )
                    .Build();
                sources.Add(source);
                var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
                connections.Add(connection);
                await RunAsync(connection, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", cancellation).ConfigureAwait(false);
                await LetGoOfLocksAsync(connection, cancellation).ConfigureAwait(false);
            }

            await Task.WhenAll(
                    connections.Select(connection =>
                        RunAsync(connection, $"START TRANSACTION READ ONLY, WITH CONSISTENT SNAPSHOT; SAVEPOINT {Savepoint}", cancellation)
                    )
                )
                .ConfigureAwait(false);
            Volatile.Write(ref isHeld, true);
        }
        catch (Exception exception)
        {
            await CloseAsync(connections).ConfigureAwait(false);
            await CloseAsync(sources).ConfigureAwait(false);
            if (IsFull(exception))
            {
                throw new InvalidOperationException(
                    $"The server has no connection left for replica '{replica}': it was to be held with {_options.ConnectionsHeld}, of "
                        + $"which {connections.Count} opened. Each held replica takes so many of the server's until it advances or the set "
                        + "is disposed: lower LaggingReplicasOptions.ConnectionsHeld, raise the server's max_connections, or run fewer "
                        + "tests at a time.",
                    exception
                );
            }

            throw;
        }

        await CloseAsync(connections).ConfigureAwait(false);
        return new HeldConnections(sources, replica);
    }

    public async Task<string?> ChangesAsync(CancellationToken cancellation)
    {
        try
        {
            var connection = await _primary.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                return await ServerChanges.OfAsync(connection, cancellation).ConfigureAwait(false);
            }
        }
        catch (MySqlException)
        {
            // It may be full, or tell this user nothing.
            return null;
        }
    }

    public void Break(IReadOnlyCollection<DbConnection> connections)
    {
        if (connections.Count == 0)
        {
            return;
        }

        using var killer = _primary.OpenConnection();
        foreach (var connection in connections.OfType<MySqlConnection>())
        {
            try
            {
                using var command = new MySqlCommand(FormattableString.Invariant($"KILL CONNECTION {connection.ServerThread}"), killer);
                command.ExecuteNonQuery();
            }
            catch (InvalidOperationException) when (connection.State != ConnectionState.Open)
            {
                // It was closed meanwhile, and has no thread any more.
            }
            catch (MySqlException exception) when (exception.ErrorCode == MySqlErrorCode.NoSuchThread)
            {
                // It has ended meanwhile.
            }
        }
    }

    // The server has closed it, and the driver finds that.
    public void ThrowIfBroken(DbConnection connection) { }

    // InnoDB says with the first row that it cannot show the table, and readers are the driver's own: this reads that row, and keeps it.
    public void Look(DbDataReader reader, bool isHeld) => _ = isHeld && reader.HasRows;

    public Exception? ExplainedOnPrimary(Exception exception, IReadOnlyList<string> locking) =>
        exception is MySqlException { ErrorCode: MySqlErrorCode.LockWaitTimeout } && locking.Count > 0
            ? new InvalidOperationException(
                $"The statement waited in vain for a lock (1205). Held replicas are read in transactions on this same server, and those of "
                    + $"{string.Join(", ", locking)} may have read a table that the statement changes. "
                    + (
                        KeepsLocksOfHeld
                            ? "MariaDB with a binary log lets go of what they read only for a user with BINLOG ADMIN (SUPER before 10.5): "
                                + "grant it, or call AdvanceAsync before the table is changed."
                            : "Close their connections before the table is changed, and the readers with them."
                    ),
                exception
            )
            : null;

    public ValueTask<bool> BeginSnapshotAsync(ServerQuestions server, bool isHeld) => new(isHeld);

    public ValueTask<bool> EndSnapshotAsync(ServerQuestions server, bool isHeld) => new(isHeld);

    public Exception? Explained(Exception exception, string replica, bool isHeld) =>
        exception switch
        {
            MySqlException { ErrorCode: MySqlErrorCode.TableDefinitionChanged } when isHeld => new InvalidOperationException(
                $"Replica '{replica}' is held at an earlier moment, and the table was created or rebuilt since: InnoDB cannot show it as "
                    + $"it was then (1412). Create and alter tables before HoldAsync(\"{replica}\"), or call AdvanceAsync first.",
                exception
            ),
            _ => null,
        };

    public ValueTask DisposeAsync() => _primary.DisposeAsync();

    private static bool IsFull(Exception exception) =>
        exception is MySqlException { Number: (int)MySqlErrorCode.ConnectionCountError or 1203 or 1226 };

    private static async Task CloseAsync(IEnumerable<IAsyncDisposable> all)
    {
        foreach (var one in all)
        {
            await one.DisposeAsync().ConfigureAwait(false);
        }
    }

    // What was read since a savepoint is locked against changes of the table. MariaDB with a binary log keeps that lock when the
    // transaction goes back there, unless its session does not log.
    private async Task LetGoOfLocksAsync(MySqlConnection connection, CancellationToken cancellation)
    {
        if (!Version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        try
        {
            await RunAsync(connection, "SET SESSION sql_log_bin = 0", cancellation).ConfigureAwait(false);
        }
        catch (MySqlException exception) when (exception.Number == AccessDenied)
        {
            // The user may not, which makes a difference with a binary log alone.
            var command = new MySqlCommand("SELECT @@global.log_bin", connection);
            await using (command.ConfigureAwait(false))
            {
                var logs = await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false);
                KeepsLocksOfHeld |= Convert.ToInt64(logs, CultureInfo.InvariantCulture) != 0;
            }
        }
    }

    // Fails where the transaction has ended, and with it what the connection shows.
    private static async ValueTask ReturnToMomentAsync(MySqlConnectionOpenedContext opened, string replica, CancellationToken cancellation)
    {
        Exception? inner = null;
        if ((opened.Conditions & MySqlConnectionOpenedConditions.New) == 0)
        {
            try
            {
                await RunAsync(opened.Connection, $"ROLLBACK TO SAVEPOINT {Savepoint}", cancellation).ConfigureAwait(false);
                return;
            }
            catch (MySqlException exception) when (exception.ErrorCode == MySqlErrorCode.StoredProcedureDoesNotExist)
            {
                inner = exception;
            }
        }

        throw new InvalidOperationException(
            $"A connection of replica '{replica}' no longer shows the moment at which it was held: a statement on it ended its transaction "
                + "(BEGIN, COMMIT, SET of the session or the like, on Inner), or its connection was dropped. Hold the replica again.",
            inner
        );
    }

    private static async Task RunAsync(MySqlConnection connection, string text, CancellationToken cancellation)
    {
        var command = new MySqlCommand(text, connection);
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
    }
}
