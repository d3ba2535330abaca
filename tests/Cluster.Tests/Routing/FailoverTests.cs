using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>Primaries that are behind for good: one that crashed and lost what its replicas have, and one that was promoted without it.</summary>
public sealed class FailoverTests : IAsyncLifetime
{
    private const string Newest = "select coalesce(max(id), 0) from writes";
    private static readonly ReadSessionOptions CaughtUp = new() { OnReplicaLoss = ReplicaLoss.CaughtUp, MaxWaitMilliseconds = 1000 };

    private MariaDbCluster? _cluster;

    private MariaDbCluster Cluster => _cluster!;

    private MariaDbReplica Ahead => Cluster.Replicas[0];

    private MariaDbReplica Behind => Cluster.Replicas[1];

    public async Task InitializeAsync()
    {
        _cluster = await MariaDbCluster.StartAsync(replicas: 2);
        await ExecuteAsync(Cluster.Primary, "create table app.writes (id bigint auto_increment primary key, note varchar(20))");
        await InsertAsync(Cluster.Primary);
        await Cluster.WaitForReplicasAsync();
    }

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    [Fact]
    public async Task A_primary_that_lost_what_it_had_sent_is_not_read()
    {
        await using var source = Build(Cluster.Primary.ConnectionString);
        await Behind.StopReplicationAsync();
        for (var attempt = 0; attempt < 20; attempt++)
        {
            using (ReadSession.Begin(ReadConsistency.Primary))
            {
                await NewestAsync(source); // the primary is known
            }

            await Cluster.Primary.OldEnoughAsync();
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, CaughtUp);
            source.UpdateReplicas([new("ahead", Ahead.ConnectionString), new("behind", Behind.ConnectionString, 0)]);
            var written = await InsertAsync(Cluster.Primary);
            while (await NewestAsync(source) < written) { }

            // Its tables lose their last second. Its log does not: asked for its position, it says that it has the write.
            await Cluster.Primary.RestartAsync();
            await using var primary = new MySqlConnection(Cluster.Primary.ConnectionString);
            if (await primary.ExecuteScalarAsync<long>(Newest) >= written)
            {
                continue; // flushed just then
            }

            source.UpdateReplicas([new("behind", Behind.ConnectionString)]);
            var exception = await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
            Assert.Contains("not proved", exception.Message, StringComparison.Ordinal);
            return;
        }

        Assert.Fail("The primary never lost its last write: the test proves nothing.");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_promoted_primary_is_read_where_it_has_what_was_seen(bool hasIt)
    {
        MariaDbServer leadsTo = Cluster.Primary;
        using var relay = new CommandRelay(() => leadsTo.Port);
        await using var source = Build(
            new MySqlConnectionStringBuilder(Cluster.Primary.ConnectionString) { Port = (uint)relay.Port }.ConnectionString
        );
        source.UpdateReplicas([new("ahead", Ahead.ConnectionString)]);
        using (ReadSession.Begin(ReadConsistency.Primary))
        {
            await NewestAsync(source);
        }

        if (!hasIt)
        {
            await Behind.StopReplicationAsync();
        }

        var written = await InsertAsync(Cluster.Primary);
        await Ahead.CatchUpAsync();
        await (hasIt ? Behind.CatchUpAsync() : Task.CompletedTask);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, CaughtUp);
        Assert.Equal(written, await NewestAsync(source));

        await Cluster.Primary.KillAsync();
        await ExecuteAsync(Behind, "stop slave; reset slave all; set global read_only = 0");
        leadsTo = Behind;
        relay.Break();
        for (var i = 0; i < 3; i++)
        {
            // The numbers of what it lacks go to others, so that its position is beyond it.
            await ExecuteAsync(Behind, "insert into app.writes (id, note) values (null, 'new'); delete from app.writes where note = 'new'");
        }

        await Ahead.KillAsync();
        if (hasIt)
        {
            Assert.Equal(written, await NewestAsync(source));
        }
        else
        {
            var exception = await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
            Assert.Contains("not proved", exception.Message, StringComparison.Ordinal);
        }
    }

    private ReplicatedMySqlDataSource Build(string primary) =>
        new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .UsePrimary(primary)
            .AddReplica("ahead", Ahead.ConnectionString)
            .AddReplica("behind", Behind.ConnectionString, 0)
            .Build();

    private static async Task<long> InsertAsync(MariaDbServer server)
    {
        await using var connection = new MySqlConnection(server.ConnectionString);
        return await connection.ExecuteScalarAsync<long>("insert into writes (note) values ('seen') returning id");
    }

    private static async Task<long> NewestAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = source.CreateConnection();
        return await connection.ExecuteScalarAsync<long>(Newest);
    }

    private static async Task ExecuteAsync(MariaDbServer server, string sql)
    {
        await using var connection = new MySqlConnection(server.AdminConnectionString);
        await connection.ExecuteAsync(sql);
    }
}
