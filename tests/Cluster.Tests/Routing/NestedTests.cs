using System.Transactions;
using Dapper;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>What any handle on a session saw binds all of it, however the handle came to read on the primary.</summary>
public sealed class NestedTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string Newest = "select coalesce(max(id), 0) from writes";

    public enum Way
    {
        PrimaryDataSource,
        LockingRead,
        Transaction,
        AmbientTransaction,
        StillOpen,
        WithoutReplicaThatHasIt,
    }

    public static IEnumerable<object[]> EveryNesting =>
        from outer in new[] { ReadConsistency.Monotonic, ReadConsistency.Causal, ReadConsistency.Primary }
        from inner in new[] { ReadConsistency.Monotonic, ReadConsistency.Causal, ReadConsistency.Primary }
        from way in Enum.GetValues<Way>()
        from policy in Enum.GetValues<ReplicaLoss>()
        select new object[] { outer, inner, way, policy };

    [Theory]
    [MemberData(nameof(EveryNesting))]
    public async Task The_outer_session_never_goes_back_behind_what_the_inner_saw(
        ReadConsistency outer,
        ReadConsistency inner,
        Way way,
        ReplicaLoss policy
    )
    {
        await using var source = fixture.BuildSource();
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            var options = new ReadSessionOptions { OnReplicaLoss = policy, MaxWaitMilliseconds = 200 };
            using var session = ReadSession.Begin(outer, options);
            var before = await ReadAsync(source);
            var written = await WriteElsewhereAsync();
            ReplicatedConnection? open = null;
            long seen;
            using (ReadSession.Begin(inner))
            {
                (seen, open) = await ReadAsync(source, way, session);
            }

            await using (open)
            {
                Assert.Equal(written, seen);
                for (var i = 0; i < 3; i++)
                {
                    Assert.True(await ReadAsync(source) >= seen, $"read {i} went back behind {seen}; before it was {before}");
                }
            }

            using (ReadSession.Begin(ReadConsistency.Snapshot))
            {
                Assert.True(await ReadAsync(source) >= seen);
            }
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }
    }

    [Fact]
    public async Task It_goes_on_on_its_replica_once_that_has_what_the_inner_saw()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { MaxWaitMilliseconds = 20_000 });
        await ReadAsync(source);
        await WriteElsewhereAsync();
        long seen;
        using (ReadSession.Begin(ReadConsistency.Causal))
        {
            (seen, _) = await ReadAsync(source, Way.PrimaryDataSource, session);
        }

        Assert.True(await ReadAsync(source) >= seen);
        Assert.True(await ReadAsync(source) >= seen);
        var replica = session.GetDecisions()[0].Server;
        Assert.Equal([replica, "primary", replica, replica], session.GetDecisions().Select(d => d.Server));
    }

    [Fact]
    public async Task What_the_inner_saw_travels()
    {
        var tokens = SessionTokenOptions.WithKey(new byte[32]);
        await using var source = fixture.BuildSource();
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            string token;
            long seen;
            using (var session = ReadSession.Begin(ReadConsistency.Monotonic))
            {
                await ReadAsync(source);
                await WriteElsewhereAsync();
                using (ReadSession.Begin(ReadConsistency.Causal))
                {
                    (seen, _) = await ReadAsync(source, Way.PrimaryDataSource, session);
                }

                token = await session.ToTokenAsync(tokens);
            }

            using var resumed = ReadSession.Resume(token, tokens);
            Assert.True(await ReadAsync(source) >= seen);
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }
    }

    // A write that nobody read, and a session of its own inside, bind nothing.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_session_that_shadows_it_and_a_write_alone_bind_it_to_nothing(bool isShadowed)
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { MaxWaitMilliseconds = 0 });
        await ReadAsync(source);
        var replica = session.GetDecisions()[0].Server;
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            using (
                isShadowed
                    ? ReadSession.Begin(ReadConsistency.Causal, Guid.NewGuid().ToString())
                    : ReadSession.Begin(ReadConsistency.Causal)
            )
            {
                await using var primary = await source.Primary.OpenConnectionAsync();
                await primary.ExecuteAsync("insert into writes (server, note) values ('primary', 'nested')");
                if (isShadowed)
                {
                    await primary.ExecuteScalarAsync<long>(Newest);
                }
            }

            await ReadAsync(source);
            Assert.Equal([replica, replica], session.GetDecisions().Select(d => d.Server));
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }
    }

    private async Task<(long Seen, ReplicatedConnection? Open)> ReadAsync(ReplicatedMySqlDataSource source, Way way, ReadSession session)
    {
        switch (way)
        {
            case Way.StillOpen:
                var open = (ReplicatedConnection)await source.Primary.OpenConnectionAsync();
                return (await open.ExecuteScalarAsync<long>(Newest), open);
            case Way.LockingRead:
                await using (var connection = await source.OpenConnectionAsync())
                {
                    return (await connection.ExecuteScalarAsync<long>(Newest + " lock in share mode"), null);
                }

            case Way.Transaction:
                await using (var connection = await source.OpenConnectionAsync())
                {
                    await using var transaction = await connection.BeginTransactionAsync();
                    var seen = await connection.ExecuteScalarAsync<long>(Newest, transaction: transaction);
                    await transaction.CommitAsync();
                    return (seen, null);
                }

            case Way.AmbientTransaction:
                using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
                {
                    await using var connection = await source.OpenConnectionAsync();
                    var seen = await connection.ExecuteScalarAsync<long>(Newest);
                    scope.Complete();
                    return (seen, null);
                }

            case Way.WithoutReplicaThatHasIt when ReadSession.Current!.Consistency == ReadConsistency.Causal:
                // The causal read itself falls back.
                await using (var primary = new MySqlConnection(fixture.Cluster.Primary.ConnectionString))
                {
                    session.ObserveWrite(
                        MariaDbGtidList.Parse((await primary.ExecuteScalarAsync<string>("select @@global.gtid_binlog_pos"))!),
                        source
                    );
                }

                return (await ReadAsync(source), null);
            default:
                await using (var connection = await source.Primary.OpenConnectionAsync())
                {
                    return (await connection.ExecuteScalarAsync<long>(Newest), null);
                }
        }
    }

    private static async Task<long> ReadAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(Newest);
    }

    private async Task<long> WriteElsewhereAsync()
    {
        await using var connection = new MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        return await connection.ExecuteScalarAsync<long>("insert into writes (server, note) values ('primary', 'elsewhere') returning id");
    }
}
