using System.Data.Common;
using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>
/// Where autocommit is off a read begins a transaction, and all later reads on its connection show its moment: a wait for what the session
/// wrote is of no use to them.
/// </summary>
public sealed class AutocommitTests(AutocommitTests.OffFixture fixture) : IClassFixture<AutocommitTests.OffFixture>
{
    private const string Newest = "select coalesce(max(id), 0) from writes";

    public enum Off
    {
        ByInitConnect,
        ByDefault,
        ByDefaultAndNotReset,
    }

    public static TheoryData<Off, bool> Ways =>
        new()
        {
            { Off.ByInitConnect, true },
            { Off.ByDefault, true },
            { Off.ByDefault, false },
            { Off.ByDefaultAndNotReset, true },
        };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_causal_read_on_an_open_connection_shows_what_was_written(Off off, bool isAsync)
    {
        await using var source = await BuildAsync(off);
        using var session = Causal();
        await using var connection = await source.OpenConnectionAsync();
        var before = await ReadAsync(connection, isAsync);
        for (var i = 1; i <= 3; i++)
        {
            await WriteAsync(source, session);
            Assert.Equal(before + i, await ReadAsync(connection, isAsync));
        }

        Assert.StartsWith("replica", connection.ServerName, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_planned_series_too(Off off, bool isAsync)
    {
        await using var source = await BuildAsync(off);
        using var session = Causal(reads: 9);
        var before = await ReadOnceAsync(source, isAsync);
        for (var i = 1; i <= 3; i++)
        {
            await WriteAsync(source, session);
            Assert.Equal(before + i, await ReadOnceAsync(source, isAsync));
        }
    }

    /// <summary>What another connection of the session saw must not be unseen on this one.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_session_does_not_go_back_to_the_moment_of_an_open_connection(Off off, bool isAsync)
    {
        await using var source = await BuildAsync(off);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        await using var older = await source.OpenConnectionAsync();
        await ReadAsync(older, isAsync);
        using (ReadSession.Begin(ReadConsistency.Causal, Guid.NewGuid()))
        {
            await WriteAsync(source, session: null);
        }

        await fixture.Cluster.WaitForReplicasAsync();
        await using var newer = await source.OpenConnectionAsync();
        var seen = await ReadAsync(newer, isAsync);
        Assert.True(await ReadAsync(older, isAsync) >= seen);
    }

    /// <summary>The caller's transaction on the primary is his: what he wrote is there for his next read, and is lost with his rollback.</summary>
    [Fact]
    public async Task What_the_caller_wrote_is_not_rolled_back()
    {
        await using var source = await BuildAsync(Off.ByDefault);
        using var session = Causal();
        await using var connection = await source.OpenConnectionAsync();
        var before = await ReadAsync(connection, isAsync: true);
        await connection.ExecuteAsync("insert into writes (server, note) values ('primary', 'mine')");
        Assert.Equal(
            before + 1,
            await connection.ExecuteScalarAsync<long>("select count(*) + @before from writes where note = 'mine'", new { before })
        );
        await connection.ExecuteAsync("/* ends */ rollback");
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>("select count(*) from writes where note = 'mine'"));
    }

    [Fact]
    public async Task What_the_caller_sets_himself_is_his_transaction_on_the_primary()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        using var session = Causal();
        await using var connection = await source.OpenConnectionAsync();
        await ReadAsync(connection, isAsync: true);
        await connection.ExecuteAsync("set autocommit = 0");
        await ReadAsync(connection, isAsync: true);
        Assert.Equal("primary", connection.ServerName);
        Assert.Equal("primary", session.GetDecisions()[^1].Server);
    }

    private static ReadSession Causal(int reads = 0) =>
        ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { Reads = reads, MaxWaitMilliseconds = 30_000 });

    private async Task<ReplicatedMySqlDataSource> BuildAsync(Off off)
    {
        foreach (var server in fixture.Cluster.Replicas.Cast<MariaDbServer>().Prepend(fixture.Cluster.Primary))
        {
            await using var admin = new MySqlConnection(server.AdminConnectionString + ";Pooling=false");
            await admin.OpenAsync();
            await admin.ExecuteAsync(
                off == Off.ByInitConnect
                    ? "set global init_connect = 'set autocommit = 0'; set global autocommit = 1"
                    : "set global init_connect = ''; set global autocommit = 0"
            );
        }

        // A reset undoes what init_connect did.
        return fixture.BuildSource(replicaOptions: off == Off.ByDefault ? "" : "ConnectionReset=False");
    }

    private static async Task<long> ReadOnceAsync(ReplicatedMySqlDataSource source, bool isAsync)
    {
        await using var connection = source.CreateConnection();
        return isAsync ? await connection.QuerySingleAsync<long>(Newest) : connection.QuerySingle<long>(Newest);
    }

    private static async Task<long> ReadAsync(DbConnection connection, bool isAsync) =>
        isAsync ? await connection.ExecuteScalarAsync<long>(Newest) : connection.ExecuteScalar<long>(Newest);

    private static async Task WriteAsync(ReplicatedMySqlDataSource source, ReadSession? session)
    {
        await using var connection = source.Primary.CreateConnection();
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("insert into writes (server) values ('primary')", transaction: transaction);
        await transaction.CommitAsync();
        Assert.True(session is null || session.HasBeenUsed);
    }

    public sealed class OffFixture : RoutingFixture;
}
