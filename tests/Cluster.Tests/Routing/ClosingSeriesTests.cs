using System.Data;
using System.Data.Common;
using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>
/// A planned series of reads that close their connection with the reader, as Dapper's do on a closed one: for the caller it is closed, and
/// the driver's is kept.
/// </summary>
public sealed class ClosingSeriesTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string Mark = "select this_connection() from this_server";
    private const string Name = "closing";

    private MariaDbReplica Replica => fixture.Cluster.Replicas[0];

    public enum Style
    {
        Dapper,
        DapperSynchronous,
        DapperUnbuffered,
        SameConnection,
        SameConnectionSynchronous,
        Disposed,
        LeftBehind,
        Batch,
    }

    public static TheoryData<Style> Styles => new(Enum.GetValues<Style>());

    private static ReadSession Series(int reads = 9) =>
        ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { Reads = reads });

    [Theory]
    [MemberData(nameof(Styles))]
    public async Task It_is_read_on_one_connection_that_is_reset_once(Style style)
    {
        await using var source = Build();
        var left = new List<DbConnection>();
        await using var one = source.CreateConnection();
        await ReadAsync(source, one, style, left);
        using var inUse = new LeaseTests.ConnectionsInUse(Name);
        var before = await LeaseTests.ResetsAsync(Replica);
        using (Series(5))
        {
            var ids = new HashSet<long>();
            for (var i = 0; i < 4; i++)
            {
                ids.Add(await ReadAsync(source, one, style, left));
                Assert.Equal(1, inUse.Count);
            }

            Assert.Single(ids);
            await ReadAsync(source, one, style, left);
            Assert.Equal(0, inUse.Count);
        }

        Assert.Equal(1, await LeaseTests.ResetsAsync(Replica) - before);
        left.ForEach(connection => Assert.Equal(ConnectionState.Closed, connection.State));
        left.ForEach(connection => connection.Dispose());
        Assert.Equal(0, inUse.Count);
        Assert.True(await source.OpenConnectionAsync() is { State: ConnectionState.Open });
    }

    [Fact]
    public async Task For_the_caller_it_is_closed_with_its_reader()
    {
        await using var source = Build();
        using var session = Series();
        await using var connection = await source.OpenConnectionAsync();
        await using var command = Command(connection);
        await using (var reader = await command.ExecuteReaderAsync(CommandBehavior.CloseConnection))
        {
            Assert.IsType<MySqlDataReader>(reader);
            Assert.Equal((ConnectionState.Open, Name), (connection.State, connection.ServerName));
        }

        Assert.Equal((ConnectionState.Closed, null), (connection.State, connection.ServerName));
        await Assert.ThrowsAsync<InvalidOperationException>(() => command.ExecuteScalarAsync());
        Assert.Throws<InvalidOperationException>(() => connection.Inner);
        Assert.Throws<InvalidOperationException>(() => connection.ChangeDatabase("app"));
        Assert.Throws<InvalidOperationException>(() => connection.BeginTransaction());
        await connection.OpenAsync();
        Assert.NotNull(await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Who_listens_hears_of_it_at_once()
    {
        await using var source = Build();
        using var session = Series();
        await using var connection = source.CreateConnection();
        var states = new List<ConnectionState>();
        connection.StateChange += (_, change) => states.Add(change.CurrentState);
        for (var i = 0; i < 2; i++)
        {
            await connection.OpenAsync();
            await using var command = Command(connection);
            await (await command.ExecuteReaderAsync(CommandBehavior.CloseConnection)).DisposeAsync();
            Assert.Equal([ConnectionState.Connecting, ConnectionState.Open, ConnectionState.Closed], states.Skip(3 * i));
        }
    }

    /// <summary>The driver refuses it, and the first one's rows are read to their end.</summary>
    [Fact]
    public async Task A_second_statement_beside_the_reader_closes_nothing()
    {
        await using var source = Build();
        using var inUse = new LeaseTests.ConnectionsInUse(Name);
        using (Series())
        {
            await using var connection = await source.OpenConnectionAsync();
            await using var command = Command(connection, "select 1 as n from this_server union all select 2");
            await using var reader = await command.ExecuteReaderAsync(CommandBehavior.CloseConnection);
            Assert.True(await reader.ReadAsync());
            await using var second = Command(connection);
            foreach (var behavior in new[] { CommandBehavior.CloseConnection, CommandBehavior.Default })
            {
                var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => second.ExecuteReaderAsync(behavior));
                Assert.Contains("already in use", refused.Message, StringComparison.Ordinal);
                Assert.Equal(ConnectionState.Open, connection.State);
            }

            Assert.True(await reader.ReadAsync());
            Assert.Equal(2, reader.GetInt32(0));
            await reader.CloseAsync();
            Assert.Equal(ConnectionState.Closed, connection.State);
            await connection.OpenAsync();
            Assert.NotNull(await second.ExecuteScalarAsync());
        }

        Assert.Equal(0, inUse.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_statement_that_fails_closes_it_and_the_series_goes_on(bool isCancelled)
    {
        await using var source = Build();
        using var inUse = new LeaseTests.ConnectionsInUse(Name);
        using (var session = Series())
        {
            await using var held = new MySqlConnection(Replica.AdminConnectionString + ";Pooling=false");
            await held.OpenAsync();
            await held.ExecuteAsync("lock tables app.this_server write");
            var connection = await source.OpenConnectionAsync();
            await using var command = Command(connection, isCancelled ? RoutingFixture.WhoAnswers : "select nothing from writes");
            using var cancellation = new CancellationTokenSource();
            var failing = command.ExecuteReaderAsync(CommandBehavior.CloseConnection, cancellation.Token);
            if (isCancelled)
            {
                await RunsAsync(RoutingFixture.WhoAnswers);
                await cancellation.CancelAsync();
            }

            await Assert.ThrowsAnyAsync<Exception>(() => failing);
            Assert.Equal(ConnectionState.Closed, connection.State);
            await held.ExecuteAsync("unlock tables");
            await using var other = source.CreateConnection();
            await other.QuerySingleAsync<long>(Mark);
            Assert.Equal(1, inUse.Count);
            Assert.All(session.GetDecisions(), decision => Assert.Equal(Name, decision.Server));
        }

        Assert.Equal(0, inUse.Count);
    }

    /// <summary>Cancelled between two rows, and closed half way.</summary>
    [Fact]
    public async Task A_reader_that_is_left_half_way_closes_it()
    {
        await using var source = Build();
        using var inUse = new LeaseTests.ConnectionsInUse(Name);
        using (Series())
        {
            for (var i = 0; i < 3; i++)
            {
                var connection = await source.OpenConnectionAsync();
                await using var command = Command(connection, "select seq from seq_1_to_100000");
                using var cancellation = new CancellationTokenSource();
                await using (var reader = await command.ExecuteReaderAsync(CommandBehavior.CloseConnection))
                {
                    Assert.True(await reader.ReadAsync());
                    await cancellation.CancelAsync();

                    // Rows that have come already are read all the same.
                    await Record.ExceptionAsync(async () =>
                    {
                        while (await reader.ReadAsync(cancellation.Token)) { }
                    });
                }

                Assert.Equal(ConnectionState.Closed, connection.State);
            }

            Assert.Equal(1, inUse.Count);
        }

        Assert.Equal(0, inUse.Count);
    }

    [Fact]
    public async Task Who_has_the_drivers_connection_has_it_alone()
    {
        await using var source = Build();
        using var session = Series();
        await using var connection = await source.OpenConnectionAsync();
        await using var command = Command(connection);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.CloseConnection);
        Assert.IsType<MySqlConnection>(connection.Inner);
        await reader.CloseAsync();
        Assert.Equal(ConnectionState.Closed, connection.State);
        var before = await LeaseTests.ResetsAsync(Replica);
        await using var other = source.CreateConnection();
        await other.QuerySingleAsync<long>(Mark);
        Assert.Equal(1, await LeaseTests.ResetsAsync(Replica) - before);
    }

    [Fact]
    public async Task What_is_left_behind_goes_back_after_a_while()
    {
        await using var source = Build(isTimed: true);
        using var inUse = new LeaseTests.ConnectionsInUse(Name);
        using var session = Series();
        var connection = await source.OpenConnectionAsync();
        await using var command = Command(connection);
        var reader = await command.ExecuteReaderAsync(CommandBehavior.CloseConnection);
        Assert.True(await reader.ReadAsync());
        await Task.Delay(300);
        Assert.Equal(1, inUse.Count);
        Assert.Equal(ConnectionState.Open, connection.State);
        await reader.DisposeAsync();
        await Eventually.IsAsync(() => Task.FromResult(inUse.Count == 0), "the driver has its connection back");
        Assert.Equal(ConnectionState.Closed, connection.State);
        await connection.OpenAsync();
        Assert.NotNull(await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Whoever_waits_gets_what_was_left_behind()
    {
        await using var source = Build(options: ";MaximumPoolSize=1");
        using var session = Series();
        for (var i = 0; i < 20; i++)
        {
            await ReadAsync(source, null!, Style.LeftBehind, []);
            await OutsideAsync(async () => Assert.NotEqual(0, await ReadAsync(source, null!, Style.Disposed, [])));
        }
    }

    /// <summary>A caught-up policy asks what was read, on the connection that is kept or, where that is another read's by now, on another.</summary>
    [Theory]
    [InlineData(Style.Dapper)]
    [InlineData(Style.LeftBehind)]
    public async Task What_was_seen_is_known(Style style)
    {
        await using var source = fixture.BuildSource(b => b.UseTimeProvider(new LeaseTests.ClockWithoutTimers()).RecordDecisions());
        await fixture.Cluster.WaitForReplicasAsync();
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(Replica),
            new ReadSessionOptions { Reads = 9, OnReplicaLoss = ReplicaLoss.CaughtUp }
        );
        var left = new List<DbConnection>();
        for (var i = 0; i < 3; i++)
        {
            await ReadAsync(source, null!, style, left);
        }

        left.ForEach(connection => connection.Dispose());
        var pin = session.PinFor(source.Routed);
        Assert.NotNull(pin.Seen);
        Assert.NotNull(pin.EndedReads);
    }

    [Fact]
    public async Task Reads_side_by_side_lose_nothing()
    {
        await using var source = Build(isTimed: true, options: ";MaximumPoolSize=4");
        using var inUse = new LeaseTests.ConnectionsInUse(Name);
        for (var round = 0; round < 30; round++)
        {
            using var session = Series(30);
            await Task.WhenAll(
                Enumerable.Range(0, 24).Select(i => Task.Run(() => ReadAsync(source, source.CreateConnection(), (Style)(i % 8), [])))
            );
        }

        await Eventually.IsAsync(() => Task.FromResult(inUse.Count == 0), "the driver has its connections back");
    }

    [Fact]
    public async Task A_disposed_data_source_has_none_of_it()
    {
        var source = Build();
        using var inUse = new LeaseTests.ConnectionsInUse(Name);
        using var session = Series();
        await ReadAsync(source, null!, Style.LeftBehind, []);
        await source.DisposeAsync();
        Assert.Equal(0, inUse.Count);
    }

    private ReplicatedMySqlDataSource Build(bool isTimed = false, string options = "")
    {
        var builder = new ReplicatedMySqlDataSourceBuilder()
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

    private static async Task<long> ReadAsync(ReplicatedMySqlDataSource source, DbConnection one, Style style, List<DbConnection> left)
    {
        switch (style)
        {
            case Style.Dapper:
                await using (var closed = source.CreateConnection())
                {
                    return await closed.QuerySingleAsync<long>(Mark);
                }

            case Style.DapperSynchronous:
                using (var closed = source.CreateConnection())
                {
                    return closed.QuerySingle<long>(Mark);
                }

            case Style.DapperUnbuffered:
                await using (var closed = source.CreateConnection())
                {
                    return closed.Query<long>(Mark, buffered: false).Sum();
                }

            case Style.SameConnection:
                await one.OpenAsync();
                return await OfAsync(await Command(one).ExecuteReaderAsync(CommandBehavior.CloseConnection));
            case Style.SameConnectionSynchronous:
                one.Open();
                return Of(Command(one).ExecuteReader(CommandBehavior.CloseConnection));
            case Style.Disposed:
                await using (var opened = await source.OpenConnectionAsync())
                {
                    return await OfAsync(await Command(opened).ExecuteReaderAsync(CommandBehavior.CloseConnection));
                }

            case Style.LeftBehind:
                left.Add(await source.OpenConnectionAsync());
                return await OfAsync(await Command(left[^1]).ExecuteReaderAsync(CommandBehavior.CloseConnection));
            default:
                await using (var opened = await source.OpenConnectionAsync())
                {
                    await using var batch = opened.CreateBatch();
                    batch.BatchCommands.Add(batch.CreateBatchCommand());
                    batch.BatchCommands[0].CommandText = Mark;
                    return await OfAsync(await batch.ExecuteReaderAsync(CommandBehavior.CloseConnection));
                }
        }
    }

    private static async Task<long> OfAsync(DbDataReader reader)
    {
        await using (reader)
        {
            Assert.True(await reader.ReadAsync());
            return reader.GetInt64(0);
        }
    }

    private static long Of(DbDataReader reader)
    {
        using (reader)
        {
            Assert.True(reader.Read());
            return reader.GetInt64(0);
        }
    }

    private async Task RunsAsync(string text)
    {
        await using var admin = new MySqlConnection(Replica.AdminConnectionString);
        await Eventually.IsAsync(
            async () =>
                await admin.ExecuteScalarAsync<long>(
                    "select count(*) from information_schema.processlist where info like @text",
                    new { text }
                ) > 0,
            "the statement runs"
        );
    }

    private static async Task OutsideAsync(Func<Task> read)
    {
        Task other;
        using (ExecutionContext.SuppressFlow())
        {
            other = Task.Run(read);
        }

        await other.WaitAsync(TimeSpan.FromMinutes(1));
    }
}
