using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>
/// With <c>ConnectionReset=False</c> a pooled connection comes as it was given back. What we began on one has ended by then, whatever
/// happened meanwhile.
/// </summary>
public sealed class UnresetConnectionTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string Newest = "select coalesce(max(id), 0) from writes";
    private const string Endless = "select count(*) from seq_1_to_100000 a, seq_1_to_100000 b where a.seq + b.seq < 0";
    private const int Connections = 3;

    private MariaDbReplica Replica => fixture.Cluster.Replicas[1];

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_snapshot_that_began_while_its_server_stood_still(bool isAsync, bool isReset)
    {
        await using var source = Build(isReset);
        await FillAsync(source);
        await Replica.PauseAsync();
        Task? late = null;
        try
        {
            using var session = ReadSession.Begin(ReadConsistency.Snapshot, fixture.KeyOn(Replica));

            // The server begins it when it goes on, also where nobody waits any more.
            late = ResumeLaterAsync(TimeSpan.FromSeconds(isAsync ? 2.6 : 3.4));
            await Record.ExceptionAsync(() => isAsync ? ReadAsync(source) : Task.FromResult(Read(source)));
        }
        finally
        {
            await (late ?? Replica.ResumeAsync());
        }

        await ShowsTheNewestAsync(source);
    }

    [Fact]
    public async Task A_snapshot_whose_opening_was_cancelled_at_any_moment()
    {
        using var relay = new CommandRelay(Replica.Port);
        await using var source = Build(port: relay.Port);
        await FillAsync(source);
        relay.Delay = TimeSpan.FromMilliseconds(40);
        var cancelled = 0;
        for (var i = 0; i < 20; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Snapshot, fixture.KeyOn(Replica));
            using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(10 * i));
            var opening = source.OpenConnectionAsync(cancellation.Token).AsTask();
            cancelled += await Record.ExceptionAsync(async () => await (await opening).DisposeAsync()) is null ? 0 : 1;
        }

        relay.Delay = TimeSpan.Zero;
        await ShowsTheNewestAsync(source);
        Assert.InRange(cancelled, 1, 20);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_snapshot_that_ended_while_its_server_stood_still(bool isShort)
    {
        await using var source = Build();
        await FillAsync(source);
        using (ReadSession.Begin(ReadConsistency.Snapshot, fixture.KeyOn(Replica)))
        {
            await ReadAsync(source);
            await Replica.PauseAsync();
        }

        await ResumeLaterAsync(TimeSpan.FromSeconds(isShort ? 2.5 : 6));
        await ShowsTheNewestAsync(source);
    }

    [Fact]
    public async Task A_snapshot_whose_last_reader_is_closed_after_it()
    {
        await using var source = Build();
        await FillAsync(source);
        ReplicatedConnection connection;
        DbDataReader reader;
        using (ReadSession.Begin(ReadConsistency.Snapshot, fixture.KeyOn(Replica)))
        {
            connection = (ReplicatedConnection)await source.OpenConnectionAsync();
            reader = await connection.ExecuteReaderAsync("select seq, repeat('x', 1000) from seq_1_to_20000");
            Assert.True(await reader.ReadAsync());
        }

        await Task.Delay(200);
        var rows = 1;
        while (await reader.ReadAsync())
        {
            rows++;
        }

        Assert.Equal(20_000, rows);
        await reader.DisposeAsync();
        await connection.DisposeAsync();
        await ShowsTheNewestAsync(source);
    }

    [Fact]
    public async Task A_statement_after_the_snapshots_end_says_so_at_once()
    {
        await using var source = Build();
        ReplicatedConnection connection;
        using (ReadSession.Begin(ReadConsistency.Snapshot, fixture.KeyOn(Replica)))
        {
            connection = (ReplicatedConnection)await source.OpenConnectionAsync();
        }

        await using (connection)
        {
            using var clock = MachineTime.Start();
            await using var command = connection.CreateCommand();
            command.CommandText = Newest;
            await Assert.ThrowsAsync<InvalidOperationException>(() => command.ExecuteScalarAsync());
            Assert.InRange(clock.Elapsed.TotalSeconds, 0, 2);
        }
    }

    // Each end begins another one there, or hangs up.
    [Theory]
    [InlineData("CHAIN")]
    [InlineData("RELEASE")]
    public async Task A_snapshot_on_a_server_that_chains_or_releases(string completion)
    {
        await using var admin = new MySqlConnection(Replica.AdminConnectionString);
        await admin.ExecuteAsync($"set global completion_type = '{completion}'");
        try
        {
            await using var source = Build();
            await FillAsync(source);
            using (ReadSession.Begin(ReadConsistency.Snapshot, fixture.KeyOn(Replica)))
            {
                await ReadAsync(source);
            }

            await ShowsTheNewestAsync(source);
        }
        finally
        {
            await admin.ExecuteAsync("set global completion_type = 'NO_CHAIN'");
        }
    }

    // What the user began with the driver's transaction the driver ends, and nothing that it ends is kept.
    [Theory]
    [InlineData("dispose")]
    [InlineData("forget")]
    [InlineData("timeout")]
    [InlineData("cancel")]
    public async Task A_transaction_of_the_users_that_was_abandoned(string how)
    {
        await using var source = Build();
        for (var i = 0; i < 3; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { Reads = 5 });
            await ReadAsync(source);
            await using var connection = await source.OpenConnectionAsync();
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
            await connection.ExecuteScalarAsync<long>(Newest, transaction: transaction);
            using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            var sleep = how switch
            {
                "timeout" => connection.ExecuteScalarAsync<long>(Endless, transaction: transaction, commandTimeout: 1),
                "cancel" => connection.ExecuteScalarAsync<long>(
                    new CommandDefinition(Endless, transaction: transaction, cancellationToken: soon.Token)
                ),
                _ => Task.CompletedTask,
            };
            Assert.Equal(how is "timeout" or "cancel", await Record.ExceptionAsync(() => sleep) is not null);
            if (how == "dispose")
            {
                await transaction.DisposeAsync();
            }
        }

        await using var admin = new MySqlConnection(fixture.Cluster.Primary.AdminConnectionString);
        await NoTransactionAsync(admin);
    }

    // What the user began as text is the user's to end, as on the driver alone; a planned series keeps no such connection.
    [Theory]
    [InlineData("start transaction")]
    [InlineData("begin work")]
    [InlineData("set autocommit = 0")]
    [InlineData("xa start 'kept'")]
    [InlineData("lock tables this_server read")]
    [InlineData("set session transaction isolation level serializable")]
    [InlineData("set transaction read only")]
    public async Task What_a_text_begins_is_on_no_kept_connection(string text)
    {
        await using var source = Build();
        using var session = ReadSession.Begin(
            ReadConsistency.Causal,
            fixture.KeyOn(Replica),
            new ReadSessionOptions { Reads = 9, MaxWaitMilliseconds = 20_000 }
        );
        await ReadAsync(source);
        await using (var connection = (ReplicatedConnection)await source.OpenConnectionAsync())
        {
            await connection.ExecuteAsync(text);
            Assert.Equal("primary", connection.ServerName);
            await connection.ExecuteAsync(
                text.StartsWith("xa", StringComparison.Ordinal) ? "xa end 'kept'; xa rollback 'kept'" : "rollback"
            );
        }

        await using (var connection = (ReplicatedConnection)await source.OpenConnectionAsync())
        {
            Assert.Equal(0, await connection.ExecuteScalarAsync<long>("select count(*) from this_server where name = 'nobody'"));
            Assert.Equal(Replica.Name, connection.ServerName);
            await using var admin = new MySqlConnection(Replica.AdminConnectionString);
            await NoTransactionAsync(admin);
        }
    }

    /// <summary>Nobody has set it there: the connection that took the place of another was told of it by us.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task What_was_set_elsewhere_is_not_left_on_a_connection_of_the_primary(bool isSetting, bool isAsync)
    {
        await using var source = Build();
        for (var i = 0; i < 2 * Connections; i++)
        {
            await using var connection = await source.OpenConnectionAsync();
            if (isSetting)
            {
                await connection.ExecuteAsync("set time_zone = '+05:00', lc_time_names = 'de_DE'");
            }
            else
            {
                await connection.ChangeDatabaseAsync("information_schema");
            }

            await connection.ExecuteAsync("insert into app.writes (server, note) values ('primary', 'set')");
            Assert.Equal("primary", connection.ServerName);
            if (isSetting)
            {
                Assert.Equal("+05:00", await connection.ExecuteScalarAsync<string>("select @@time_zone"));
            }

            if (isAsync)
            {
                await connection.CloseAsync();
            }
            else
            {
                connection.Close();
            }
        }

        var open = new List<DbConnection>();
        try
        {
            for (var i = 0; i < Connections; i++)
            {
                open.Add(await source.Primary.OpenConnectionAsync());
                Assert.Equal(
                    ("SYSTEM", "en_US", "app"),
                    await open[^1].QuerySingleAsync<(string, string, string)>("select @@time_zone, @@lc_time_names, database()")
                );
            }
        }
        finally
        {
            foreach (var connection in open)
            {
                await connection.DisposeAsync();
            }
        }
    }

    private async Task ResumeLaterAsync(TimeSpan delay)
    {
        await Task.Delay(delay);
        await Replica.ResumeAsync();
    }

    /// <summary>Whoever reads next, on however many connections, sees the newest state, and no transaction is left on the replica.</summary>
    private async Task ShowsTheNewestAsync(ReplicatedMySqlDataSource source)
    {
        await using var admin = new MySqlConnection(Replica.AdminConnectionString);
        await NoTransactionAsync(admin);
        var losses = new ConcurrentQueue<ReadSessionEventArgs>();
        source.SessionEvent += (_, loss) => losses.Enqueue(loss);

        // Twice: a transaction without a read shows the moment of the first one.
        for (var round = 0; round < 2; round++)
        {
            await Eventually.IsAsync(() => ShowsTheNewestOnAllAsync(source, losses), "the replica answers in time");
        }
    }

    // False where a busy machine kept the replica from answering in time, and the session went on elsewhere.
    private async Task<bool> ShowsTheNewestOnAllAsync(ReplicatedMySqlDataSource source, ConcurrentQueue<ReadSessionEventArgs> losses)
    {
        await Eventually.IsAsync(() => source.Replicas[1].IsAvailable(source.Routed.Time), "the replica takes sessions again");
        losses.Clear();
        var written = await WriteElsewhereAsync();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(Replica));
        var connections = new List<ReplicatedConnection>();
        try
        {
            for (var i = 0; i < Connections; i++)
            {
                connections.Add((ReplicatedConnection)await source.OpenConnectionAsync());
                if (connections[^1].ServerName != Replica.Name)
                {
                    Assert.True(
                        losses.Any(loss => loss.From == Replica.Name && IsLate(loss.Exception)),
                        string.Join('\n', losses.Select(loss => $"{loss.Kind} {loss.From} {loss.Reason} {loss.Exception}"))
                    );
                    return false;
                }

                Assert.Equal(written, await connections[^1].ExecuteScalarAsync<long>(Newest));
            }

            return true;
        }
        finally
        {
            foreach (var connection in connections)
            {
                await connection.DisposeAsync();
            }
        }
    }

    private static bool IsLate(Exception? exception) =>
        exception is TimeoutException || (exception?.InnerException is { } inner && IsLate(inner));

    private async Task<long> WriteElsewhereAsync()
    {
        await using var primary = new MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        var written = await primary.ExecuteScalarAsync<long>("insert into writes (server, note) values ('primary', 'x') returning id");
        await fixture.Cluster.WaitForReplicasAsync();
        return written;
    }

    private static Task NoTransactionAsync(MySqlConnection admin) =>
        Eventually.IsAsync(
            async () =>
            {
                // The server makes this table anew only when nobody has read it for a tenth of a second.
                await Task.Delay(200);
                return await admin.ExecuteScalarAsync<long>(
                        "select count(*) from information_schema.innodb_trx join information_schema.processlist on id = trx_mysql_thread_id "
                            + "where user = 'app'"
                    ) == 0;
            },
            "no transaction is open"
        );

    private async Task FillAsync(ReplicatedMySqlDataSource source)
    {
        await ReadAsync(source);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(Replica));
        await ReadAsync(source);
    }

    private ReplicatedMySqlDataSource Build(bool isReset = false, int? port = null)
    {
        var builder = new ReplicatedMySqlDataSourceBuilder().UsePrimary(Text(fixture.Cluster.Primary, isReset));
        foreach (var (replica, index) in fixture.Cluster.Replicas.Select((replica, index) => (replica, index)))
        {
            builder.AddReplica(replica.Name, Text(replica, isReset, replica == Replica ? port : null), weight: index + 1);
        }

        return builder.Build();
    }

    private static string Text(MariaDbServer server, bool isReset, int? port = null) =>
        new MySqlConnectionStringBuilder(server.ConnectionString)
        {
            Port = (uint)(port ?? server.Port),
            ConnectionReset = isReset,
            MaximumPoolSize = Connections,
            ConnectionTimeout = 10,
        }.ConnectionString;

    private static async Task<long> ReadAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(Newest);
    }

    private static long Read(ReplicatedMySqlDataSource source)
    {
        using var connection = source.OpenConnection();
        return connection.ExecuteScalar<long>(Newest);
    }
}
