using Dapper;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>A MySQL replica that somebody writes to after it was compared, and that dies.</summary>
public sealed class WrittenMySqlReplicaTests
{
    private const string Newest = "select max(id) from writes";
    private static readonly SessionTokenOptions Tokens = SessionTokenOptions.WithKey(new byte[32]);

    [SkippableTheory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task What_it_told_since_then_does_not_vanish(bool isOldest, bool isWrittenTo)
    {
        var release = isOldest ? MySqlRelease.Oldest : MySqlRelease.Current;
        Skip.IfNot(release.IsInstalled, "This MySQL is not there.");
        await using var cluster = await MySqlCluster.StartAsync(release, replicas: 1);
        await MySqlCluster.ExecuteAsync(cluster.Primary, "create table writes (id bigint primary key); insert into writes values (3)");
        await Eventually.BecomesAsync(3L, () => NewestOrNoneAsync(cluster.Replicas[0]));
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UsePrimary(cluster.Primary)
            .AddReplica("one", cluster.Replicas[0] + ";MaximumPoolSize=1")
            .RecordDecisions()
            .Build();

        // They are compared when both have been met.
        await using (await source.Primary.OpenConnectionAsync()) { }

        Assert.Equal(3, await NewestAsync(source));
        await Eventually.IsAsync(() => source.Replicas.Single().Compared is not null, "they are compared");
        if (isWrittenTo)
        {
            await MySqlCluster.ExecuteAsync(cluster.Replicas[0], "insert into writes values (77)");
        }

        using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 60_000 });
        await using (var connection = await source.Primary.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("insert into writes values (10)");
        }

        await using (var connection = await source.OpenConnectionAsync())
        {
            Assert.Equal(isWrittenTo ? 77 : 10, await connection.ExecuteScalarAsync<long>(Newest));
            Assert.Equal("one", session.GetDecisions()[^1].Server);

            // While the session has the only connection nobody else can ask.
            await cluster.Servers[1].KillAsync();
        }

        var token = await session.ToTokenAsync(Tokens);
        await ReadsAsync();
        session.Dispose();
        using var resumed = ReadSession.Resume(token, Tokens);
        await ReadsAsync();

        async Task ReadsAsync()
        {
            if (isWrittenTo)
            {
                await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
            }
            else
            {
                Assert.Equal(10, await NewestAsync(source));
            }
        }
    }

    private static async Task<long> NewestAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(Newest);
    }

    private static async Task<long> NewestOrNoneAsync(string server)
    {
        try
        {
            await using var connection = new MySqlConnection(server + ";Pooling=False");
            return await connection.ExecuteScalarAsync<long?>(Newest) ?? 0;
        }
        catch (MySqlException)
        {
            // The database, or the table, has not arrived yet.
            return 0;
        }
    }
}
