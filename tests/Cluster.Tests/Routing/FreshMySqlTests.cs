using Dapper;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>On MySQL 5.6, the oldest with GTIDs.</summary>
public sealed class FreshOnOldestMySqlTests(OldestMySqlFixture fixture) : FreshMySqlTests(fixture), IClassFixture<OldestMySqlFixture>;

/// <summary>On the newest MySQL that Debian has; skipped where it cannot be had.</summary>
public sealed class FreshOnCurrentMySqlTests(CurrentMySqlFixture fixture) : FreshMySqlTests(fixture), IClassFixture<CurrentMySqlFixture>;

/// <summary>Global reads and bounded ones on a real MySQL.</summary>
public abstract class FreshMySqlTests(MySqlFixture fixture)
{
    private const string Count = "select count(*) from writes";

    private static readonly ReadSessionOptions Patient = new() { MaxWaitMilliseconds = 60_000 };
    private static readonly ReadSessionOptions Hasty = new() { MaxWaitMilliseconds = 100 };

    private static readonly ReadSessionOptions OfThisSecond = new() { MaxStalenessMilliseconds = 1000 };

    [SkippableFact]
    public async Task A_global_read_contains_what_others_wrote()
    {
        await using var source = fixture.BuildSource();
        for (var i = 0; i < 50; i++)
        {
            var written = await WriteOutsideAsync();
            using var session = ReadSession.Begin(ReadConsistency.Global, Patient);
            Assert.Equal(written, await CountAsync(source));
            Assert.NotEqual("primary", Assert.Single(session.GetDecisions()).Server);
        }
    }

    [SkippableFact]
    public async Task Where_no_replica_applies_global_and_bounded_reads_go_to_the_primary_and_others_are_old()
    {
        await using var source = fixture.BuildSource();
        await WriteOutsideAsync();
        using (ReadSession.Begin(ReadConsistency.Global, Patient))
        {
            await CountAsync(source);
        }

        foreach (var replica in fixture.Cluster.Replicas)
        {
            await MySqlCluster.ExecuteAsync(replica, $"{Stop} {Thread}");
        }

        try
        {
            var written = await WriteOutsideAsync();
            await Task.Delay(OfThisSecond.MaxStalenessMilliseconds + 100);
            using (ReadSession.Begin(ReadConsistency.Causal, Hasty))
            {
                Assert.Equal(written - 1, await CountAsync(source));
            }

            using (var global = ReadSession.Begin(ReadConsistency.Global, Hasty))
            {
                Assert.Equal(written, await CountAsync(source));
                Assert.Equal("primary", Assert.Single(global.GetDecisions()).Server);
            }

            using var bounded = ReadSession.Begin(ReadConsistency.Monotonic, OfThisSecond);
            Assert.Equal(written, await CountAsync(source));
            Assert.Equal("primary", Assert.Single(bounded.GetDecisions()).Server);
        }
        finally
        {
            foreach (var replica in fixture.Cluster.Replicas)
            {
                await MySqlCluster.ExecuteAsync(replica, $"{Start} {Thread}");
            }
        }

        // They prove it when they are asked.
        await Eventually.IsAsync(
            async () =>
            {
                using var session = ReadSession.Begin(ReadConsistency.Monotonic, OfThisSecond);
                await CountAsync(source);
                return session.GetDecisions()[0].Server != "primary";
            },
            "the replicas are fresh again"
        );
    }

    private string Stop => fixture.Release == MySqlRelease.Oldest ? "stop slave" : "stop replica";

    private string Start => fixture.Release == MySqlRelease.Oldest ? "start slave" : "start replica";

    private const string Thread = "sql_thread";

    private async Task<long> WriteOutsideAsync()
    {
        await using var connection = new MySqlConnection(fixture.Cluster.Primary);
        await connection.ExecuteAsync("insert into writes (note) values ('w')");
        return await connection.ExecuteScalarAsync<long>(Count);
    }

    private static async Task<long> CountAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(Count);
    }
}
