using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Dapper;
using Microsoft.EntityFrameworkCore;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>A planned series as its makers did not expect it: what is left on the connection that it keeps, who is found to have it, and
/// who gives it back.</summary>
public sealed class SeriesTrapTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string Mark = "select this_connection() from this_server";
    private const string Name = "traps";

    private MariaDbReplica Replica => fixture.Cluster.Replicas[0];

    private static ReadSession Series(
        int reads = 9,
        ReadConsistency level = ReadConsistency.Monotonic,
        ReplicaLoss policy = ReplicaLoss.Primary
    ) =>
        ReadSession.Begin(
            level,
            new ReadSessionOptions
            {
                Reads = reads,
                OnReplicaLoss = policy,
                MaxWaitMilliseconds = 10_000,
            }
        );

    /// <summary>What the statement itself sets is known when it has run.</summary>
    [Theory]
    [InlineData("set time_zone = '+05:00'; select now()")]
    [InlineData("set time_zone = '+05:00'")]
    [InlineData("select 1; set time_zone = '+05:00'; select 2")]
    public async Task What_a_closing_readers_text_has_set_no_other_read_finds(string text)
    {
        await using var source = Build();
        using var session = Series();
        var left = await source.OpenConnectionAsync();
        await using var command = Command(left, text);
        await (await command.ExecuteReaderAsync(CommandBehavior.CloseConnection)).DisposeAsync();
        Assert.Equal(ConnectionState.Closed, left.State);
        await using var next = await source.OpenConnectionAsync();
        Assert.Equal(0, await next.ExecuteScalarAsync<long>("select timestampdiff(hour, utc_timestamp(), now()) from this_server"));
        Assert.Equal(Name, next.ServerName);
    }

    /// <summary>The driver has one reader for each of its connections, and hands it out again.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_was_closed_stays_closed_while_another_reads_on_it(bool isSnapshot)
    {
        await using var source = Build();
        using var session = Series(level: isSnapshot ? ReadConsistency.Snapshot : ReadConsistency.Monotonic);
        await using var first = await source.OpenConnectionAsync();
        await using var command = Command(first);
        await (await command.ExecuteReaderAsync(CommandBehavior.CloseConnection)).DisposeAsync();
        await using var second = await source.OpenConnectionAsync();
        await using var other = Command(second, "select 1 as n from this_server union all select 2");
        await using (var reader = await other.ExecuteReaderAsync())
        {
            Assert.True(await reader.ReadAsync());
            Assert.Equal((ConnectionState.Closed, null), (first.State, first.ServerName));
            if (!isSnapshot)
            {
                await Assert.ThrowsAsync<InvalidOperationException>(() => command.ExecuteScalarAsync());
                await first.OpenAsync();
                Assert.NotNull(await command.ExecuteScalarAsync());
            }

            Assert.True(await reader.ReadAsync());
            Assert.Equal(2, reader.GetInt32(0));
        }

        Assert.NotNull(await other.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public async Task What_was_cancelled_before_it_began_closes_nothing(int reads)
    {
        await using var source = Build();
        using var session = Series(reads);
        await using var connection = await source.OpenConnectionAsync();
        await using var command = Command(connection);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            command.ExecuteReaderAsync(CommandBehavior.CloseConnection, new CancellationToken(canceled: true))
        );
        Assert.Equal(ConnectionState.Open, connection.State);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public async Task A_mistake_that_the_driver_finds_closes_nothing(int reads)
    {
        await using var source = Build();
        using var inUse = new LeaseTests.ConnectionsInUse(Name);
        using (var session = Series(reads))
        {
            await using var connection = await source.OpenConnectionAsync();
            await using var command = Command(connection, "select @missing from this_server");
            await Assert.ThrowsAsync<MySqlException>(() => command.ExecuteReaderAsync(CommandBehavior.CloseConnection));
            Assert.Equal(ConnectionState.Open, connection.State);
            command.CommandText = Mark;
            Assert.NotNull(await command.ExecuteScalarAsync());
        }

        Assert.Equal(0, inUse.Count);
    }

    [Theory]
    [InlineData(0, ReplicaLoss.Fail)]
    [InlineData(9, ReplicaLoss.Fail)]
    [InlineData(9, ReplicaLoss.CaughtUp)]
    public async Task A_kept_connection_that_died_before_a_question_of_ours_costs_no_replica(int reads, ReplicaLoss policy)
    {
        await using var source = Build();
        await fixture.Cluster.WaitForReplicasAsync();
        using var session = Series(reads, ReadConsistency.Causal, policy);
        await ReadAsync(source);
        await using (var connection = await source.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("insert into writes (server) values ('primary')");
        }

        await ReadAsync(source);
        await using (var connection = await source.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("insert into writes (server) values ('primary')");
        }

        await KillConnectionsAsync();
        await ReadAsync(source);
        Assert.Equal(Name, session.GetDecisions()[^1].Server);
    }

    public enum First
    {
        Prepare,
        Setting,
        Transaction,
        ShowWarnings,
        Bounded,
    }

    public static IEnumerable<object[]> Firsts =>
        from first in Enum.GetValues<First>()
        from reads in (int[])[0, 9]
        select new object[] { first, reads };

    [Theory]
    [MemberData(nameof(Firsts))]
    public async Task What_is_asked_first_of_a_kept_connection_that_died_is_answered(First first, int reads)
    {
        await using var source = Build();
        using var session = Series(reads);
        await ReadAsync(source);
        await KillConnectionsAsync();
        await using var connection = await source.OpenConnectionAsync();
        switch (first)
        {
            case First.Prepare:
                await using (var command = Command(connection))
                {
                    await command.PrepareAsync();
                }

                break;
            case First.Setting:
                await connection.ExecuteAsync("set time_zone = '+05:00'");
                break;
            case First.Transaction:
                await (await connection.BeginTransactionAsync()).DisposeAsync();
                break;
            case First.ShowWarnings:
                await connection.QueryAsync("show warnings");
                break;
            default:
                using (ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { MaxStalenessMilliseconds = 1 }))
                {
                    await connection.ExecuteScalarAsync<long>(Mark);
                }

                break;
        }
    }

    /// <summary>A reader outlives its data source, and closes its connection all the same.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public async Task A_reader_that_outlives_its_data_source_gives_its_connection_back(int reads)
    {
        var source = Build(isTimed: true);
        using var session = Series(reads);
        var connection = await source.OpenConnectionAsync();
        var id = await connection.ExecuteScalarAsync<long>(Mark);
        await using var command = Command(connection);
        var reader = await command.ExecuteReaderAsync(CommandBehavior.CloseConnection);
        await source.DisposeAsync();
        await reader.DisposeAsync();
        await GoneAsync(id);
        GC.KeepAlive(connection);
    }

    /// <summary>Each of them once more than needed, in the wrong order, and half read.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task However_it_ends_the_next_read_goes_on_on_it(int way)
    {
        await using var source = Build();
        using var inUse = new LeaseTests.ConnectionsInUse(Name);
        const string Text = "select 1 as n from this_server; select 2 as n union all select 3; select 4 as n";
        using (var session = Series(30))
        {
            var id = await ReadAsync(source);
            for (var round = 0; round < 4; round++)
            {
                var connection = source.CreateConnection();
                switch (way)
                {
                    case 0:
                        await using (var grid = await connection.QueryMultipleAsync(Text))
                        {
                            Assert.Equal(1, await grid.ReadSingleAsync<int>());
                            Assert.Equal([2, 3], await grid.ReadAsync<int>());
                        }

                        break;
                    case 1:
                        using (var grid = connection.QueryMultiple(Text))
                        {
                            Assert.Equal([1], grid.Read<int>());
                        }

                        break;
                    case 2:
                        await connection.OpenAsync();
                        var closed = await Command(connection, Text).ExecuteReaderAsync(CommandBehavior.CloseConnection);
                        Assert.True(await closed.ReadAsync());
                        Assert.True(await closed.NextResultAsync());
                        await closed.CloseAsync();
                        closed.Close();
                        await closed.DisposeAsync();
                        break;
                    case 3:
                        await connection.OpenAsync();
                        var command = Command(connection, Text);
                        var outlives = await command.ExecuteReaderAsync(CommandBehavior.CloseConnection);
                        await command.DisposeAsync();
                        Assert.True(await outlives.ReadAsync());
                        Assert.True(await outlives.NextResultAsync());
                        Assert.True(await outlives.NextResultAsync());
                        Assert.False(await outlives.NextResultAsync());
                        outlives.Dispose();
                        break;
                    case 4:
                        foreach (var row in connection.Query<int>("select 1 from this_server union all select 2", buffered: false))
                        {
                            Assert.Equal(1, row);
                            break;
                        }

                        break;
                    case 5:
                        await connection.OpenAsync();
                        using (var table = new DataTable())
                        {
                            table.Load(
                                await Command(connection)
                                    .ExecuteReaderAsync(CommandBehavior.CloseConnection | CommandBehavior.SequentialAccess)
                            );
                        }

                        break;
                    default:
                        await connection.OpenAsync();
                        await using (
                            var single = await Command(connection, "select seq from seq_1_to_50000")
                                .ExecuteReaderAsync(CommandBehavior.CloseConnection | CommandBehavior.SingleRow)
                        )
                        {
                            Assert.True(single.Read());
                        }

                        break;
                }

                Assert.Equal(ConnectionState.Closed, connection.State);
                Assert.Equal(id, await ReadAsync(source));
                Assert.Equal(1, inUse.Count);
                await connection.DisposeAsync();
                Assert.Equal(id, await ReadAsync(source));
                Assert.Equal(1, inUse.Count);
            }
        }

        Assert.Equal(0, inUse.Count);
    }

    /// <summary>Gone before its reader.</summary>
    [Fact]
    public async Task A_connection_that_is_closed_under_its_reader_ends_that()
    {
        await using var source = Build();
        using var inUse = new LeaseTests.ConnectionsInUse(Name);
        using (var session = Series(30))
        {
            for (var round = 0; round < 3; round++)
            {
                var connection = await source.OpenConnectionAsync();
                var reader = await Command(connection, "select seq from seq_1_to_50000")
                    .ExecuteReaderAsync(CommandBehavior.CloseConnection);
                Assert.True(await reader.ReadAsync());
                await connection.DisposeAsync();
                Assert.True(reader.IsClosed);
                Assert.Equal(0, inUse.Count);
                await ReadAsync(source);
                Assert.Equal(1, inUse.Count);
                await reader.DisposeAsync();
                await ReadAsync(source);
                await ReadAsync(source);
                Assert.Equal(1, inUse.Count);
            }
        }

        Assert.Equal(0, inUse.Count);
    }

    [Theory]
    [InlineData("create temporary table t (n int)", "select count(*) from t")]
    [InlineData("set @mine = 5", "select @mine")]
    [InlineData("set autocommit = 0", "select 1 from this_server")]
    [InlineData("use information_schema", "select database()")]
    [InlineData("select get_lock('mine', 0)", "select 1 from this_server")]
    [InlineData("start transaction read only", "select 1 from this_server")]
    [InlineData("set session transaction isolation level read committed", "select 1 from this_server")]
    [InlineData("lock tables writes read", "select 1 from this_server")]
    [InlineData("select 1 into @mine from this_server", "select @mine")]
    [InlineData("select @mine := 1 from this_server", "select @mine")]
    [InlineData("prepare p from 'select 1'", "select 1 from this_server")]
    [InlineData("handler this_server open", "select 1 from this_server")]
    [InlineData("set role none", "select 1 from this_server")]
    public async Task A_statement_that_leaves_something_leaves_it_on_no_replica(string text, string next)
    {
        await using var source = Build();
        using var session = Series();
        var before = await LeaseTests.ResetsAsync(Replica);
        await ReadAsync(source);
        await using (var connection = await source.OpenConnectionAsync())
        {
            await Record.ExceptionAsync(() => connection.ExecuteAsync(text));
            Assert.Equal("primary", connection.ServerName);
        }

        await using var after = await source.OpenConnectionAsync();
        await Record.ExceptionAsync(() => after.ExecuteScalarAsync(next));
        await ReadAsync(source);
    }

    [Theory]
    [InlineData(ReplicaLoss.Primary)]
    [InlineData(ReplicaLoss.Fail)]
    [InlineData(ReplicaLoss.CaughtUp)]
    [InlineData(ReplicaLoss.Redraw)]
    public async Task A_replica_that_dies_under_a_closing_reader_is_lost(ReplicaLoss policy)
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions().UseTimeProvider(new LeaseTests.ClockWithoutTimers()));
        var events = new ConcurrentQueue<ReadSessionEventArgs>();
        source.SessionEvent += (_, e) => events.Enqueue(e);
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(fixture.Cluster.Replicas[2]),
            new ReadSessionOptions
            {
                Reads = 9,
                OnReplicaLoss = policy,
                MaxWaitMilliseconds = 10_000,
            }
        );
        await ReadAsync(source);
        var connection = await source.OpenConnectionAsync();
        await using var command = Command(connection, "select seq, repeat('x', 1000) from seq_1_to_2000000");
        var reader = await command.ExecuteReaderAsync(CommandBehavior.CloseConnection);
        Assert.True(await reader.ReadAsync());
        await fixture.Cluster.Replicas[2].KillAsync();
        try
        {
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                while (await reader.ReadAsync()) { }
            });
            await Record.ExceptionAsync(async () => await reader.DisposeAsync());
            Assert.NotEqual(ConnectionState.Open, connection.State);
            if (policy == ReplicaLoss.Fail)
            {
                await Assert.ThrowsAsync<ReplicaLostException>(() => ReadAsync(source));
            }
            else
            {
                await ReadAsync(source);
                Assert.NotEqual("replica3", session.GetDecisions()[^1].Server);
                Assert.Single(events, e => e.Kind == ReadSessionEventKind.Moved);
            }

            await connection.DisposeAsync();
        }
        finally
        {
            await fixture.Cluster.Replicas[2].RestartAsync();
        }
    }

    [Theory]
    [InlineData("ConnectionReset=false")]
    [InlineData("ConnectionLifeTime=1")]
    [InlineData("Pooling=false")]
    [InlineData("ConnectionIdleTimeout=1;MinimumPoolSize=1")]
    public async Task With_the_drivers_options_it_is_the_same(string options)
    {
        await using var source = Build(options: ";" + options);
        await ReadAsync(source);
        for (var call = 0; call < 3; call++)
        {
            using var session = Series(5);
            var ids = new HashSet<long>();
            for (var i = 0; i < 4; i++)
            {
                var left = await source.OpenConnectionAsync();
                await using var reader = await Command(left).ExecuteReaderAsync(CommandBehavior.CloseConnection);
                Assert.True(await reader.ReadAsync());
                ids.Add(reader.GetInt64(0));
            }

            Assert.Single(ids);
            await Task.Delay(500);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Contexts_of_a_pool_that_try_again_read_on_one_connection(bool isAsync)
    {
        await using var source = Build(b => b.ForPomelo());
        var options = new DbContextOptionsBuilder<Shop>();
        options.AllowManyProviders();
        options.UseMySql(source, new MariaDbServerVersion(new Version(10, 11)), o => o.EnableRetryOnFailure()).AllowManyProviders();
        var pool = new Microsoft.EntityFrameworkCore.Infrastructure.PooledDbContextFactory<Shop>(options.Options, 2);
        await using (var warm = await pool.CreateDbContextAsync())
        {
            await warm.Servers.ToListAsync();
        }

        using var inUse = new LeaseTests.ConnectionsInUse(Name);
        var before = await LeaseTests.ResetsAsync(Replica);
        using (var session = Series(7))
        {
            for (var i = 0; i < 6; i++)
            {
                await using var context = await pool.CreateDbContextAsync();
                Assert.Equal(1, isAsync ? await context.Servers.CountAsync() : context.Servers.Count());
                Assert.Equal(1, inUse.Count);
            }
        }

        Assert.Equal(0, inUse.Count);
        Assert.Equal(1, await LeaseTests.ResetsAsync(Replica) - before);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_replica_that_is_removed_between_is_left(bool isLeftBehind)
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions().UseTimeProvider(new LeaseTests.ClockWithoutTimers()));
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(Replica),
            new ReadSessionOptions { Reads = 9, OnReplicaLoss = ReplicaLoss.Redraw }
        );
        var left = await source.OpenConnectionAsync();
        var reader = await Command(left).ExecuteReaderAsync(CommandBehavior.CloseConnection);
        await reader.DisposeAsync();
        if (!isLeftBehind)
        {
            await left.CloseAsync();
        }

        source.UpdateReplicas([.. fixture.Cluster.Replicas.Skip(1).Select(r => new ReplicaSettings(r.Name, r.ConnectionString, 1))]);
        await ReadAsync(source);
        Assert.NotEqual(Replica.Name, session.GetDecisions()[^1].Server);
        await left.DisposeAsync();
        await ReadAsync(source);
    }

    /// <summary>The same connection object, again and again, in a loop over another's rows.</summary>
    [Fact]
    public async Task A_loop_over_rows_reads_beside_them()
    {
        await using var source = Build();
        using var inUse = new LeaseTests.ConnectionsInUse(Name);
        using (var session = Series(40))
        {
            await using var rows = await source.OpenConnectionAsync();
            await using var one = source.CreateConnection();
            await using var command = Command(one);
            await using var outer = await Command(rows, "select seq from seq_1_to_20").ExecuteReaderAsync(CommandBehavior.CloseConnection);
            while (await outer.ReadAsync())
            {
                await one.OpenAsync();
                await using (var inner = await command.ExecuteReaderAsync(CommandBehavior.CloseConnection))
                {
                    Assert.True(await inner.ReadAsync());
                }

                Assert.Equal(ConnectionState.Closed, one.State);
                Assert.Equal(ConnectionState.Open, rows.State);
            }
        }

        Assert.Equal(0, inUse.Count);
    }

    private async Task KillConnectionsAsync()
    {
        await using var admin = new MySqlConnection(Replica.AdminConnectionString + ";Pooling=false");
        await admin.OpenAsync();
        foreach (var id in await admin.QueryAsync<long>("select id from information_schema.processlist where user = 'app'"))
        {
            await admin.ExecuteAsync($"kill {id}");
        }

        await Eventually.BecomesAsync(
            0L,
            () => admin.ExecuteScalarAsync<long>("select count(*) from information_schema.processlist where user = 'app'")
        );
    }

    private async Task GoneAsync(long id)
    {
        await using var admin = new MySqlConnection(Replica.AdminConnectionString);
        await Eventually.IsAsync(
            async () =>
                await admin.ExecuteScalarAsync<long>("select count(*) from information_schema.processlist where id = @id", new { id }) == 0,
            "the connection is gone from the server"
        );
    }

    private ReplicatedMySqlDataSource Build(
        Func<ReplicatedMySqlDataSourceBuilder, ReplicatedMySqlDataSourceBuilder>? configure = null,
        bool isTimed = false,
        string options = ""
    )
    {
        var builder = (configure ?? (b => b))(new ReplicatedMySqlDataSourceBuilder())
            .UsePrimary(fixture.Cluster.Primary.ConnectionString)
            .AddReplica(Name, Replica.ConnectionString + options)
            .RecordDecisions();
        return (isTimed ? builder : builder.UseTimeProvider(new LeaseTests.ClockWithoutTimers())).Build();
    }

    private static DbCommand Command(DbConnection connection, string text = Mark)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        return command;
    }

    private static async Task<long> ReadAsync(DbDataSource source)
    {
        await using var connection = source.CreateConnection();
        return await connection.QuerySingleAsync<long>(Mark);
    }

    private sealed class Shop(DbContextOptions<Shop> options) : DbContext(options)
    {
        public DbSet<ThisServer> Servers => Set<ThisServer>();

        protected override void OnModelCreating(ModelBuilder model) =>
            model.Entity<ThisServer>(server =>
            {
                server.ToTable("this_server").HasKey(s => s.Name);
                server.Property(s => s.Name).HasColumnName("name");
            });
    }

    private sealed class ThisServer
    {
        public string Name { get; set; } = "";
    }
}
