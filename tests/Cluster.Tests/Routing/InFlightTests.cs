using System.Data;
using System.Transactions;
using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>While a statement runs on a connection nothing else happens to it: no move, no question of ours, no return to the pool.</summary>
public sealed class InFlightTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string Insert = "insert into writes (server, note) values ('', 'beside a read')";

    public static TheoryData<string> Seconds { get; } = new(SecondByName.Keys);

    private static Dictionary<string, Func<ReplicatedConnection, Task>> SecondByName =>
        new()
        {
            ["a write"] = connection => connection.ExecuteAsync(Insert),
            ["a synchronous write"] = connection => Task.Run(() => connection.Execute(Insert)),
            ["a read"] = connection => connection.QueryAsync("select 1"),
            ["a reader"] = connection => connection.ExecuteReaderAsync("select 1 for update"),
            ["a batch"] = async connection =>
            {
                await using var batch = connection.CreateBatch();
                batch.BatchCommands.Add(batch.CreateBatchCommand());
                batch.BatchCommands[0].CommandText = Insert;
                await batch.ExecuteNonQueryAsync();
            },
            ["preparing"] = async connection =>
            {
                await using var command = connection.CreateCommand();
                command.CommandText = Insert;
                await command.PrepareAsync();
            },
            ["a transaction"] = async connection => await connection.BeginTransactionAsync(),
            ["a synchronous transaction"] = connection => Task.Run(() => connection.BeginTransaction()),
            ["another database"] = connection => connection.ChangeDatabaseAsync("mysql"),
            ["the schema"] = connection => connection.GetSchemaAsync("Tables"),
            ["enlisting"] = connection =>
            {
                using var transaction = new CommittableTransaction();
                connection.EnlistTransaction(transaction);
                return Task.CompletedTask;
            },
            ["a read on the primary"] = async connection =>
            {
                using var session = ReadSession.Begin(ReadConsistency.Primary);
                await connection.QueryAsync("select 1");
            },
        };

    [Theory]
    [MemberData(nameof(Seconds))]
    public async Task A_second_statement_gets_the_drivers_error_and_nobody_else_notices(string second)
    {
        await using var source = fixture.BuildSource();
        var replica = fixture.Cluster.Replicas[1];
        var before = await CountWritesAsync();
        using (var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.SessionOn(replica)))
        {
            await using var connection = await source.OpenConnectionAsync();
            await using var held = await HeldAsync(replica);
            var read = connection.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers);
            await held.IsWaitedForAsync();

            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => SecondByName[second](connection));

            Assert.Equal("This MySqlConnection is already in use. See https://mysqlconnector.net/conn-reuse", refused.Message);
            Assert.Equal(replica.Name, connection.ServerName);
            await held.DisposeAsync();
            Assert.Equal(replica.Name, await read);
            Assert.Equal(replica.Name, await connection.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers));
        }

        await NobodyElseNoticesAsync(source);
        Assert.Equal(before, await CountWritesAsync());
    }

    [Theory]
    [InlineData(false, ReadConsistency.Monotonic)]
    [InlineData(true, ReadConsistency.Monotonic)]
    [InlineData(true, ReadConsistency.Snapshot)]
    public async Task A_connection_that_is_closed_while_its_statement_runs_goes_back_when_that_has_ended(
        bool isAsync,
        ReadConsistency level
    )
    {
        var replica = fixture.Cluster.Replicas[1];
        await using var source = fixture.BuildSource(b => b.UseReplicaLoss(ReplicaLoss.CaughtUp), maximumPoolSize: 2);
        using (var session = ReadSession.Begin(level, fixture.SessionOn(replica)))
        {
            var connection = await source.OpenConnectionAsync();
            var closings = 0;
            connection.StateChange += (_, change) => closings += change.CurrentState == ConnectionState.Closed ? 1 : 0;
            await using var held = await HeldAsync(replica);
            var read = connection.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers);
            await held.IsWaitedForAsync();
            await Assert.ThrowsAsync<TimeoutException>(() => read.WaitAsync(TimeSpan.FromMilliseconds(20)));

            if (isAsync)
            {
                await connection.DisposeAsync();
            }
            else
            {
                connection.Dispose();
            }

            Assert.Equal((ConnectionState.Closed, 1), (connection.State, closings));
            Assert.Throws<ObjectDisposedException>(() => connection.Inner);
            await held.DisposeAsync();
            Assert.Equal(replica.Name, await read);
            Assert.Equal((ConnectionState.Closed, 1), (connection.State, closings));
            Assert.Equal(replica.Name, await RoutingFixture.AskAsync(source));
        }

        await NobodyElseNoticesAsync(source);
    }

    [Fact]
    public async Task A_write_is_known_to_its_session_although_the_connection_was_closed_before_it_ended()
    {
        await using var source = fixture.BuildSource();
        using var session = ReadSession.Begin(ReadConsistency.Causal);
        await using var locking = new MySqlConnection(fixture.Cluster.Primary.AdminConnectionString);
        await locking.ExecuteAsync("create table if not exists app.slow (id bigint auto_increment primary key)");
        await locking.OpenAsync();
        await locking.ExecuteAsync("lock tables app.slow write");
        var connection = await source.OpenConnectionAsync();
        var write = connection.ExecuteAsync("insert into slow values ()");
        await WaitingOnAsync(fixture.Cluster.Primary);
        await connection.CloseAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.OpenAsync());
        await locking.ExecuteAsync("unlock tables");
        Assert.Equal(1, await write);

        await using var reading = await source.OpenConnectionAsync();
        Assert.Equal(1, await reading.ExecuteScalarAsync<long>("select count(*) from slow"));
        await connection.OpenAsync();
        Assert.Equal(1, await connection.ExecuteScalarAsync<long>("select count(*) from slow"));
        await connection.DisposeAsync();
        await reading.ExecuteAsync("drop table slow");
    }

    [Fact]
    public async Task A_transaction_that_is_given_up_while_its_statement_runs_ends_with_its_connection()
    {
        await using var source = fixture.BuildSource();
        await using var locking = new MySqlConnection(fixture.Cluster.Primary.AdminConnectionString);
        await locking.OpenAsync();
        await locking.ExecuteAsync("lock tables app.this_server write, app.writes write");
        var connection = await source.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        var write = connection.ExecuteAsync(Insert, transaction: transaction);
        await WaitingOnAsync(fixture.Cluster.Primary);

        await Assert.ThrowsAsync<InvalidOperationException>(() => transaction.CommitAsync());
        await connection.DisposeAsync();
        await transaction.DisposeAsync();
        await locking.ExecuteAsync("unlock tables");

        Assert.Equal(1, await write);
        await NobodyElseNoticesAsync(source);
        Assert.Equal(0, await CountWritesAsync());
    }

    private async Task NobodyElseNoticesAsync(ReplicatedMySqlDataSource source)
    {
        for (var i = 0; i < 8; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.SessionOn(fixture.Cluster.Replicas[1]));
            await using var first = await source.OpenConnectionAsync();
            await using var second = await source.OpenConnectionAsync();
            Assert.Equal(fixture.Cluster.Replicas[1].Name, await first.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers));
            Assert.Equal(fixture.Cluster.Replicas[1].Name, await second.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers));
        }

        await using var primary = await source.Primary.OpenConnectionAsync();
        Assert.Equal("primary", await primary.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers));
    }

    private async Task<long> CountWritesAsync()
    {
        await using var connection = new MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        return await connection.ExecuteScalarAsync<long>("select count(*) from writes");
    }

    private static async Task<Held> HeldAsync(MariaDbServer server)
    {
        var connection = new MySqlConnection(server.AdminConnectionString);
        await connection.OpenAsync();
        await connection.ExecuteAsync("lock tables app.this_server write");
        return new Held(server, connection);
    }

    private static Task WaitingOnAsync(MariaDbServer server) =>
        Eventually.IsAsync(
            async () =>
            {
                await using var connection = new MySqlConnection(server.AdminConnectionString);
                return await connection.ExecuteScalarAsync<long>(
                        "select count(*) from information_schema.processlist where state like 'Waiting for table%lock'"
                    ) > 0;
            },
            "a statement that waits for the table"
        );

    /// <summary>The table <c>this_server</c>, locked: who reads it waits.</summary>
    private sealed class Held(MariaDbServer server, MySqlConnection connection) : IAsyncDisposable
    {
        public Task IsWaitedForAsync() => WaitingOnAsync(server);

        public async ValueTask DisposeAsync()
        {
            if (connection.State == ConnectionState.Open)
            {
                await connection.ExecuteAsync("unlock tables");
                await connection.DisposeAsync();
            }
        }
    }
}
