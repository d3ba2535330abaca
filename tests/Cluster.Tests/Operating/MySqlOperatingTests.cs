using MonotonicReads.Cluster.Tests.Routing;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Operating;

/// <summary>In the old words, on MySQL 5.6.</summary>
public sealed class OldestMySqlOperatingTests(OldestMySqlFixture fixture) : MySqlOperatingTests(fixture), IClassFixture<OldestMySqlFixture>;

/// <summary>In the new words, on the newest MySQL that Debian has; skipped where it cannot be had.</summary>
public sealed class CurrentMySqlOperatingTests(CurrentMySqlFixture fixture)
    : MySqlOperatingTests(fixture),
        IClassFixture<CurrentMySqlFixture>;

/// <summary>What monitor and lint see of MySQL's replication.</summary>
public abstract class MySqlOperatingTests(MySqlFixture fixture)
{
    private bool IsOld => fixture.Release == MySqlRelease.Oldest;

    private string Word => IsOld ? "SLAVE" : "REPLICA";

    [SkippableTheory]
    [InlineData(" SQL_THREAD", "its applier (SQL thread) was stopped")]
    [InlineData(" IO_THREAD", "its receiver (IO thread) was stopped")]
    public async Task A_stopped_replica_is_out_and_comes_back(string thread, string problem)
    {
        var replica = fixture.Cluster.Replicas[0];
        await using var app = new Checked(
            fixture.Cluster.Primary,
            fixture.Cluster.Replicas,
            o => o.Monitor = Checked.Often(m => m.MaxLag = TimeSpan.FromSeconds(20))
        );
        await AllInAsync(app);
        await MySqlCluster.ExecuteAsync(replica, $"STOP {Word}{thread}");
        try
        {
            var seen = (await app.StatesAsync(states => states[1].IsKeptOut))[1];
            Assert.Equal((ReplicationState.Stopped, problem, null), (seen.Replication, seen.ReplicationProblem, seen.Lag));
            var finding = (await app.Source.ValidateTopologyAsync()).Single(f => f.Id == "MRT017");
            Assert.Equal(("replica1", $"START {Word}"), (finding.Server, finding.Statement));
        }
        finally
        {
            await MySqlCluster.ExecuteAsync(replica, $"START {Word}");
        }

        await AllInAsync(app);
        Assert.DoesNotContain(await app.Source.ValidateTopologyAsync(), f => f.Id == "MRT017");
    }

    [SkippableFact]
    public async Task A_replica_of_another_cluster_is_known_by_its_uuids()
    {
        Skip.If(!fixture.Release.IsInstalled, "This MySQL is not on this machine.");
        await using var other = await MySqlCluster.StartAsync(fixture.Release, replicas: 1);
        await MySqlCluster.ExecuteAsync(other.Primary, "create table theirs (id int)");
        await using var source = Build(b => b.AddReplica("theirs", other.Replicas[0]));
        await Eventually.IsAsync(
            async () => (await source.ValidateTopologyAsync()).Any(f => f is { Id: "MRT015", Severity: TopologySeverity.Error }),
            "it is found"
        );
        Assert.DoesNotContain(await source.ValidateTopologyAsync(), f => f.Id is "MRT012" or "MRT017" or "MRT016");
    }

    [SkippableFact]
    public async Task The_other_kind_of_server_has_no_positions_to_compare()
    {
        await using var maria = await MariaDbCluster.StartAsync(replicas: 0);
        await HealthTests.AdminAsync(maria.Primary, "set global read_only = 1");
        await using var source = Build(b => b.AddReplica("maria", maria.Primary.ConnectionString));
        var findings = (await source.ValidateTopologyAsync()).Where(f => f.Server == "maria").ToList();
        Assert.Equal(["MRT016", "MRT019"], findings.Select(f => f.Id));
        Assert.StartsWith("is MariaDB, and the primary is MySQL", findings[1].Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_replica_of_the_other_kind_that_is_up_to_date_is_a_finding_and_no_exception()
    {
        await using var maria = await MariaDbCluster.StartAsync(replicas: 1);
        await maria.WaitForReplicasAsync();
        await using var source = Build(b =>
            b.AddReplica("maria", maria.Replicas[0].ConnectionString).AddReplica("r2", fixture.Cluster.Replicas[0])
        );
        var findings = await source.ValidateTopologyAsync();
        Assert.Equal(["MRT019"], findings.Where(f => f.Server == "maria").Select(f => f.Id));
    }

    [SkippableFact]
    public async Task A_user_that_writes_in_spite_of_read_only_by_a_role()
    {
        Skip.If(IsOld, "Roles are of MySQL 8.");
        await MySqlCluster.ExecuteAsync(
            fixture.Cluster.Primary,
            "create role if not exists operators; grant connection_admin on *.* to operators; "
                + "create user if not exists 'ro''le'@'%' identified by 'x'; grant select, replication client on *.* to 'ro''le'@'%'; "
                + "grant operators to 'ro''le'@'%'"
        );
        Assert.Empty(await FindAsync("ro'le", "x"));
        await MySqlCluster.ExecuteAsync(fixture.Cluster.Primary, "set default role operators to 'ro''le'@'%'");
        await Eventually.IsAsync(async () => (await FindAsync("ro'le", "x")).Any(), "the role has arrived");
        var findings = await FindAsync("ro'le", "x");
        Assert.All(findings, f => Assert.Equal("MRT013", f.Id));
        Assert.Contains("(CONNECTION_ADMIN)", findings[0].Message, StringComparison.Ordinal);
        Assert.Equal("REVOKE CONNECTION_ADMIN, SUPER ON *.* FROM 'ro''le'@'%'", findings[0].Statement);
    }

    [SkippableFact]
    public async Task The_remedy_for_a_user_that_may_write_takes_it_away()
    {
        await MySqlCluster.ExecuteAsync(
            fixture.Cluster.Primary,
            IsOld
                ? "grant all on *.* to 'mighty'@'%' identified by 'x'"
                : "create user if not exists 'mighty'@'%' identified by 'x'; grant all on *.* to 'mighty'@'%'"
        );
        await Eventually.IsAsync(async () => (await FindAsync("mighty", "x")).Count == 2, "the user has arrived");
        var statement = (await FindAsync("mighty", "x"))[0].Statement!;
        await MySqlCluster.ExecuteAsync(fixture.Cluster.Primary, statement);
        await Eventually.IsAsync(async () => (await FindAsync("mighty", "x")).Count == 0, statement);
    }

    private async Task<IReadOnlyList<TopologyFinding>> FindAsync(string user, string password)
    {
        string As(string server) =>
            new MySqlConnectionStringBuilder(server)
            {
                UserID = user,
                Password = password,
                AllowPublicKeyRetrieval = true,
            }.ConnectionString;
        var builder = new ReplicatedMySqlDataSourceBuilder().UsePrimary(As(fixture.Cluster.Primary));
        foreach (var (replica, index) in fixture.Cluster.Replicas.Select((replica, index) => (replica, index)))
        {
            builder.AddReplica($"replica{index + 1}", As(replica));
        }

        await using var source = builder.Build();
        return await source.ValidateTopologyAsync();
    }

    private ReplicatedMySqlDataSource Build(Func<ReplicatedMySqlDataSourceBuilder, ReplicatedMySqlDataSourceBuilder> replicas) =>
        replicas(new ReplicatedMySqlDataSourceBuilder().UsePrimary(fixture.Cluster.Primary)).Build();

    private static async Task AllInAsync(Checked app) =>
        await app.StatesAsync(states =>
            states.All(one =>
                one is { Health: ServerHealth.Up, IsKeptOut: false, Error: null } && (one.IsPrimary || one.Lag == TimeSpan.Zero)
            )
        );
}
