using System.Data.Common;
using Dapper;
using MonotonicReads.Cluster;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>A planned call inside a session that somebody else began keeps its connection for its own reads, and gives it back with its end.</summary>
public sealed class JoinedSeriesTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string Mark = "select this_connection() from this_server";
    private const string Name = "joined";

    private static readonly SessionTokenOptions Key = SessionTokenOptions.WithKey(new byte[32]);

    private MariaDbReplica Replica => fixture.Cluster.Replicas[0];

    public enum Around
    {
        Session,
        CausalSession,
        Token,
    }

    public static TheoryData<Around> Arounds => new(Enum.GetValues<Around>());

    [Theory]
    [MemberData(nameof(Arounds))]
    public async Task It_is_read_on_one_connection_that_goes_back_with_the_call(Around around)
    {
        await using var source = Build();
        await ReadAsync(source);
        using var inUse = new LeaseTests.ConnectionsInUse(Name);
        using var outer = Begin(around);
        for (var call = 0; call < 2; call++)
        {
            await ReadAsync(source);
            var before = await LeaseTests.ResetsAsync(Replica);
            using (Series(5))
            {
                for (var i = 0; i < 4; i++)
                {
                    await ReadAsync(source);
                    Assert.Equal(1, inUse.Count);
                }
            }

            Assert.Equal(0, inUse.Count);
            Assert.Equal(1, await LeaseTests.ResetsAsync(Replica) - before);
        }
    }

    [Fact]
    public async Task The_last_read_of_it_keeps_nothing()
    {
        await using var source = Build();
        using var inUse = new LeaseTests.ConnectionsInUse(Name);
        using var outer = ReadSession.Begin(ReadConsistency.Monotonic);
        using var call = Series(2);
        await ReadAsync(source);
        Assert.Equal(1, inUse.Count);
        await ReadAsync(source);
        Assert.Equal(0, inUse.Count);
        await ReadAsync(source);
        Assert.Equal(0, inUse.Count);
    }

    /// <summary>Two calls have one connection, and the inner one's end takes it from nobody.</summary>
    [Fact]
    public async Task A_call_inside_is_part_of_the_series()
    {
        await using var source = Build();
        await ReadAsync(source);
        using var inUse = new LeaseTests.ConnectionsInUse(Name);
        var before = await LeaseTests.ResetsAsync(Replica);
        using (Series(9))
        {
            await ReadAsync(source);
            using (Series(2))
            {
                await ReadAsync(source);
                await ReadAsync(source);
            }

            using (ReadSession.Begin(ReadConsistency.Causal))
            {
                await ReadAsync(source);
            }

            await ReadAsync(source);
            Assert.Equal(1, inUse.Count);
        }

        Assert.Equal(0, inUse.Count);
        Assert.Equal(1, await LeaseTests.ResetsAsync(Replica) - before);
    }

    [Fact]
    public async Task What_runs_on_when_it_has_ended_keeps_nothing()
    {
        await using var source = Build();
        using var inUse = new LeaseTests.ConnectionsInUse(Name);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task late;
        using (ReadSession.Begin(ReadConsistency.Monotonic))
        {
            using var call = Series(9);
            await ReadAsync(source);
            late = LateAsync();
        }

        ended.SetResult();
        await late;
        Assert.Equal(0, inUse.Count);

        async Task LateAsync()
        {
            await using var open = await source.OpenConnectionAsync();
            await open.ExecuteScalarAsync<long>(Mark);
            await ended.Task;
            await open.ExecuteScalarAsync<long>(Mark);
            await open.CloseAsync();
            await ReadAsync(source);
        }
    }

    /// <summary>With the last read of the plan too: the session goes on elsewhere.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(9)]
    public async Task A_token_has_what_was_seen(int planned)
    {
        await using var source = Build();
        await fixture.Cluster.WaitForReplicasAsync();
        using var outer = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.CaughtUp });
        using (Series(planned))
        {
            await ReadAsync(source);
            await ReadAsync(source);
        }

        Assert.NotNull(outer.PinFor(source.Routed).Seen);
        using var resumed = ReadSession.Resume(await outer.ToTokenAsync(Key), Key);
        Assert.NotNull(resumed.PinFor(source.Routed).Required);
        Assert.NotEqual(0, await ReadAsync(source));
    }

    private static ReadSession Begin(Around around)
    {
        switch (around)
        {
            case Around.CausalSession:
                return ReadSession.Begin(ReadConsistency.Causal);
            case Around.Token:
                string token;
                using (var session = ReadSession.Begin(ReadConsistency.Monotonic))
                {
                    token = session.ToToken(Key);
                }

                return ReadSession.Resume(token, Key);
            default:
                return ReadSession.Begin(ReadConsistency.Monotonic);
        }
    }

    private static ReadSession Series(int reads) => ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { Reads = reads });

    private ReplicatedMySqlDataSource Build() =>
        new ReplicatedMySqlDataSourceBuilder()
            .UsePrimary(fixture.Cluster.Primary.ConnectionString)
            .AddReplica(Name, Replica.ConnectionString)
            .UseTimeProvider(new LeaseTests.ClockWithoutTimers())
            .Build();

    private static async Task<long> ReadAsync(DbDataSource source)
    {
        await using var connection = source.CreateConnection();
        return await connection.QuerySingleAsync<long>(Mark);
    }
}
