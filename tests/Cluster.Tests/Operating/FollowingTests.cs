using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Operating;

/// <summary>The lint asks each replica whom it follows: what is wrong there, set up for real, beside what only looks like it.</summary>
public sealed class FollowingTests : IAsyncLifetime
{
    private MariaDbCluster _cluster = null!;

    private MariaDbServer Primary => _cluster.Primary;

    private MariaDbReplica First => _cluster.Replicas[0];

    private MariaDbReplica Second => _cluster.Replicas[1];

    public async Task InitializeAsync()
    {
        _cluster = await MariaDbCluster.StartAsync(replicas: 2);
        await HealthTests.AdminAsync(Primary, "create table app.notes (id int auto_increment primary key, note varchar(20))");
        await _cluster.WaitForReplicasAsync();
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_chain_is_no_other_cluster()
    {
        await FollowAsync(Second, First.Port);
        Assert.Empty(await FindAsync(First, Second));

        // The one between them need not be in the configuration.
        Assert.Empty(await FindAsync(Second));
    }

    [Fact]
    public async Task A_replica_of_another_cluster_with_ids_of_its_own()
    {
        await using var other = await OtherAsync("set global server_id = 71; set global gtid_domain_id = 7");
        await HealthTests.AdminAsync(other.Replicas[0], "set global server_id = 72");
        await Eventually.IsAsync(async () => (await FindAsync(other.Replicas[0])).Any(), "it is found");
        var finding = (await FindAsync(other.Replicas[0])).Single(f => f.Id == "MRT015");
        Assert.Equal((TopologySeverity.Error, "r1"), (finding.Severity, finding.Server));
        Assert.Contains("is a replica of another cluster: it follows 127.0.0.1:", finding.Message, StringComparison.Ordinal);
        Assert.Contains("server_id 71", finding.Message, StringComparison.Ordinal);

        // Its history is no divergence: the remedy of that would write another cluster's numbers.
        Assert.DoesNotContain(await FindAsync(other.Replicas[0]), f => f.Id == "MRT012");
    }

    [Fact]
    public async Task A_replica_of_another_cluster_with_the_same_ids()
    {
        await using var other = await OtherAsync("select 1");
        for (var i = 0; i < 20; i++)
        {
            await HealthTests.AdminAsync(Primary, "insert into app.notes (note) values ('only here')");
        }

        var finding = Assert.Single(await FindAsync(other.Replicas[0]));
        Assert.Equal(("MRT015", TopologySeverity.Warning), (finding.Id, finding.Severity));
        Assert.Contains(
            "says that it is not behind, and does not get what the primary had logged",
            finding.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_primary_among_the_replicas_is_not_told_to_be_read_only()
    {
        foreach (var allows in new[] { false, true })
        {
            var finding = Assert.Single(await FindAsync([Primary], b => allows ? b.AllowWritableReplicas() : b));
            Assert.Equal(("MRT006", "r1"), (finding.Id, finding.Server));
            Assert.DoesNotContain("read_only", finding.Remedy, StringComparison.Ordinal);
            Assert.Null(finding.Statement);
        }
    }

    [Fact]
    public async Task A_failover_that_the_configuration_does_not_know_of()
    {
        await HealthTests.AdminAsync(First, "STOP SLAVE; RESET SLAVE ALL; set global read_only = 0");
        await HealthTests.AdminAsync(Primary, "set global read_only = 1");
        await FollowAsync(Primary, First.Port);
        var findings = await FindAsync(First);
        var finding = Assert.Single(findings);
        Assert.Equal(("MRT018", "primary", TopologySeverity.Error), (finding.Id, finding.Server, finding.Severity));
        Assert.Contains("follows 'r1': a failover has changed their places", finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("read_only", finding.Remedy, StringComparison.Ordinal);

        // The old one came back without read_only: that is where it belongs now.
        await HealthTests.AdminAsync(Primary, "set global read_only = 0");
        finding = Assert.Single(await FindAsync(First));
        Assert.EndsWith("'primary' a replica, with SET GLOBAL read_only = 1 there.", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_promoted_replica_beside_a_dead_primary_is_not_told_to_be_read_only()
    {
        await HealthTests.AdminAsync(First, "STOP SLAVE; RESET SLAVE ALL; set global read_only = 0");
        await Primary.KillAsync();
        var findings = await FindAsync(First);
        Assert.Equal(["MRT001", "MRT003"], findings.Select(f => f.Id));
        Assert.StartsWith("If it was promoted, make it the primary in the configuration", findings[1].Remedy, StringComparison.Ordinal);
        Assert.Null(findings[1].Statement);
    }

    [Theory]
    [InlineData("STOP SLAVE", true)]
    [InlineData("STOP SLAVE", false)]
    [InlineData("select 1", true)]
    public async Task A_promoted_replica_with_what_is_left_of_its_channel_is_not_told_to_be_read_only(string stop, bool isPrimaryGone)
    {
        await HealthTests.AdminAsync(First, $"{stop}; set global read_only = 0");
        if (isPrimaryGone)
        {
            await Primary.KillAsync();
        }

        foreach (var allows in new[] { false, true })
        {
            var findings = await FindAsync([First], b => allows ? b.AllowWritableReplicas() : b);
            Assert.Equal(isPrimaryGone ? ["MRT001", "MRT003"] : ["MRT003"], findings.Select(f => f.Id));
            Assert.StartsWith(
                "If it was promoted, make it the primary in the configuration",
                findings[^1].Remedy,
                StringComparison.Ordinal
            );
            Assert.Null(findings[^1].Statement);
        }
    }

    [Fact]
    public async Task A_failover_that_is_finished_has_no_findings()
    {
        await HealthTests.AdminAsync(First, "STOP SLAVE; set global read_only = 0");
        await HealthTests.AdminAsync(Primary, "set global read_only = 1");
        await FollowAsync(Primary, First.Port);
        await FollowAsync(Second, First.Port);
        Assert.Empty(await FindAsync([Primary, Second], b => b, primary: First));
    }

    [Fact]
    public async Task A_new_primary_that_follows_the_old_one_still_is_not_accused()
    {
        await HealthTests.AdminAsync(Primary, "set global read_only = 1");
        await HealthTests.AdminAsync(First, "set global read_only = 0");
        var finding = (await FindAsync([Primary], b => b, primary: First)).Single(f => f.Id == "MRT018");
        Assert.Equal(("primary", TopologySeverity.Warning), (finding.Server, finding.Severity));
        Assert.DoesNotContain("read_only", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_of_several_that_are_wrong_is_named()
    {
        var findings = await FindAsync([Primary, Primary], b => b.AllowWritableReplicas());
        Assert.Equal([("MRT006", "r1"), ("MRT006", "r2")], findings.Select(f => (f.Id, f.Server)));
        findings = await FindAsync(First, First, First);
        Assert.Equal([("MRT007", "r2"), ("MRT007", "r3")], findings.Select(f => (f.Id, f.Server)));
    }

    [Fact]
    public async Task A_small_pool_and_a_busy_one_end_nothing()
    {
        static string Small(MariaDbServer server) =>
            new MySqlConnectionStringBuilder(server.ConnectionString) { MaximumPoolSize = 1, ConnectionTimeout = 2 }.ConnectionString;
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UsePrimary(Small(Primary))
            .AddReplica("r1", Small(First))
            .AddReplica("r2", Small(Second))
            .Build();
        Assert.Empty(await source.ValidateTopologyAsync());
        var busy = new List<System.Data.Common.DbConnection> { await source.Primary.OpenConnectionAsync() };
        for (var replica = 0; replica < 2; replica++)
        {
            // The one that is drawn is the only one with a weight.
            source.UpdateReplicas([
                .. new[] { First, Second }.Select((r, i) => new ReplicaSettings($"r{i + 1}", Small(r), i == replica ? 1 : 0)),
            ]);
            busy.Add(await source.OpenConnectionAsync());
        }

        Assert.Empty(await source.ValidateTopologyAsync());
        busy.ForEach(connection => connection.Dispose());
    }

    [Fact]
    public async Task A_writable_replica_that_follows_the_primary_is_told_to_be_read_only()
    {
        await HealthTests.AdminAsync(First, "set global read_only = 0");
        var finding = Assert.Single(await FindAsync(First));
        Assert.Equal(("MRT003", "SET GLOBAL read_only = 1"), (finding.Id, finding.Statement));
        await HealthTests.AdminAsync(First, finding.Statement!);
        Assert.Empty(await FindAsync(First));
    }

    [Fact]
    public async Task A_replica_that_follows_nobody()
    {
        await HealthTests.AdminAsync(First, "STOP SLAVE; RESET SLAVE ALL");
        var finding = Assert.Single(await FindAsync(First));
        Assert.Equal(("MRT016", TopologySeverity.Error), (finding.Id, finding.Severity));
        Assert.Contains("MASTER_USE_GTID = slave_pos", finding.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("STOP SLAVE SQL_THREAD", "its applier (SQL thread) was stopped")]
    [InlineData("STOP SLAVE IO_THREAD", "its receiver (IO thread) was stopped")]
    public async Task A_stopped_replica_and_the_statement_that_starts_it(string stop, string problem)
    {
        await HealthTests.AdminAsync(First, stop);
        var finding = Assert.Single(await FindAsync(First));
        Assert.Equal(("MRT017", "START SLAVE"), (finding.Id, finding.Statement));
        Assert.Contains(problem, finding.Message, StringComparison.Ordinal);
        await HealthTests.AdminAsync(First, finding.Statement!);
        Assert.Empty(await FindAsync(First));
    }

    [Fact]
    public async Task A_replica_that_fell_over_an_error()
    {
        await HealthTests.AdminAsync(First, "set sql_log_bin = 0; insert into app.notes values (1, 'here')");
        await HealthTests.AdminAsync(Primary, "insert into app.notes values (1, 'there')");
        await Eventually.IsAsync(async () => (await FindAsync(First)).Any(), "it is found");
        var finding = Assert.Single(await FindAsync(First));
        Assert.Equal("MRT017", finding.Id);
        Assert.Contains("error 1062", finding.Message, StringComparison.Ordinal);
        Assert.Null(finding.Statement);
        Assert.StartsWith("Mend what the error says, then START SLAVE.", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replica_of_several_sources_and_each_by_its_name()
    {
        await using var other = await OtherAsync("set global server_id = 71; set global gtid_domain_id = 7");
        await HealthTests.AdminAsync(
            First,
            $"CHANGE MASTER 'it''s other' TO MASTER_HOST='127.0.0.1', MASTER_PORT={other.Primary.Port}, MASTER_USER='app', MASTER_PASSWORD='app', MASTER_USE_GTID=slave_pos"
        );
        var findings = await FindAsync(First);
        Assert.Equal(["MRT017", "MRT020"], findings.Select(f => f.Id));
        Assert.Equal("START SLAVE 'it''s other'", findings[0].Statement);
        Assert.Contains("its receiver of 'it's other' (IO thread) was stopped", findings[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("replicate_do_db", "elsewhere", true)]
    [InlineData("replicate_do_db", "elsewhere,app", false)]
    [InlineData("replicate_ignore_db", "app", true)]
    [InlineData("replicate_ignore_db", "APP", false)]
    [InlineData("replicate_do_table", "elsewhere.notes", true)]
    [InlineData("replicate_do_table", "app.notes", false)]
    [InlineData("replicate_wild_do_table", "a%.%", false)]
    [InlineData("replicate_wild_do_table", "b%.%", true)]
    [InlineData("replicate_wild_ignore_table", "a%.%", true)]
    [InlineData("replicate_wild_ignore_table", "app.%", true)]
    [InlineData("replicate_wild_ignore_table", "app.tmp%", false)]
    public async Task A_filter_that_leaves_the_database_out(string filter, string value, bool isFound)
    {
        await HealthTests.AdminAsync(First, $"STOP SLAVE; set global {filter} = '{value}'; START SLAVE");
        var findings = await FindAsync(First);
        Assert.Equal(isFound ? ["MRT021"] : [], findings.Select(f => f.Id));
        Assert.All(findings, f => Assert.Contains("leaves out the database 'app'", f.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--binlog-ignore-db=app", true)]
    [InlineData("--binlog-do-db=elsewhere", true)]
    [InlineData("--binlog-do-db=app", false)]
    public async Task A_log_that_leaves_the_database_out(string option, bool isFound)
    {
        await Primary.RestartAloneAsync([option]);
        await HealthTests.AdminAsync(Primary, "flush tables");
        var findings = (await FindAsync(First)).Where(f => f.Server == "primary");
        Assert.Equal(isFound ? ["MRT021"] : [], findings.Select(f => f.Id));
    }

    [Fact]
    public async Task Two_that_follow_each_other()
    {
        await FollowAsync(Primary, First.Port);
        var finding = Assert.Single(await FindAsync(First));
        Assert.Equal(("MRT018", TopologySeverity.Warning), (finding.Id, finding.Severity));
        Assert.Contains("'r1' follow each other", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_primary_that_follows_a_server_that_is_not_here()
    {
        await using var other = await OtherAsync("set global server_id = 71; set global gtid_domain_id = 7");
        await FollowAsync(Primary, other.Primary.Port);
        var finding = (await FindAsync(First)).Single(f => f.Id == "MRT018");
        Assert.Equal(TopologySeverity.Warning, finding.Severity);
        await HealthTests.AdminAsync(Primary, "set global read_only = 1");
        finding = (await FindAsync(First)).Single(f => f.Id == "MRT018");
        Assert.Equal(TopologySeverity.Error, finding.Severity);
        Assert.Contains($"follows 127.0.0.1:{other.Primary.Port}", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quotes_and_modes_of_the_server_change_nothing()
    {
        await HealthTests.AdminAsync(First, "set global sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES'");
        await HealthTests.AdminAsync(Primary, "set global sql_mode = 'ANSI,ORACLE'");
        Assert.Empty(await FindAsync(First, Second));
    }

    private async Task<MariaDbCluster> OtherAsync(string setting)
    {
        var other = await MariaDbCluster.StartAsync(replicas: 1);
        await HealthTests.AdminAsync(other.Primary, setting + "; flush binary logs; STOP SLAVE");
        await HealthTests.AdminAsync(other.Replicas[0], "STOP SLAVE; RESET MASTER; set global gtid_slave_pos = ''");
        await HealthTests.AdminAsync(other.Primary, "RESET MASTER; create table app.theirs (id int)");
        await HealthTests.AdminAsync(other.Replicas[0], "START SLAVE");
        await other.WaitForReplicasAsync();
        return other;
    }

    private static Task FollowAsync(MariaDbServer server, int port) =>
        HealthTests.AdminAsync(
            server,
            $"STOP SLAVE; CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={port}, MASTER_USER='app', MASTER_PASSWORD='app', MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1; START SLAVE"
        );

    private Task<IReadOnlyList<TopologyFinding>> FindAsync(params MariaDbServer[] replicas) => FindAsync(replicas, b => b);

    private async Task<IReadOnlyList<TopologyFinding>> FindAsync(
        MariaDbServer[] replicas,
        Func<ReplicatedMySqlDataSourceBuilder, ReplicatedMySqlDataSourceBuilder> configure,
        MariaDbServer? primary = null
    )
    {
        var builder = configure(new ReplicatedMySqlDataSourceBuilder()).UsePrimary((primary ?? Primary).ConnectionString);
        foreach (var (replica, index) in replicas.Select((replica, index) => (replica, index)))
        {
            builder.AddReplica($"r{index + 1}", replica.ConnectionString);
        }

        await using var source = builder.Build();
        return await source.ValidateTopologyAsync();
    }
}
