using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>Each thing that the lint knows, set up for real, beside a cluster that is well.</summary>
public sealed class TopologyTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private MariaDbServer Primary => fixture.Cluster.Primary;

    private MariaDbReplica First => fixture.Cluster.Replicas[0];

    [Fact]
    public async Task A_cluster_that_is_well_has_no_findings()
    {
        await using var source = fixture.BuildSource();
        Assert.Empty(await source.ValidateTopologyAsync());
    }

    [Fact]
    public async Task A_replica_that_is_the_primary_or_another_replica()
    {
        await using var source = Build(b =>
            b.AddReplica("r1", Primary.ConnectionString)
                .AddReplica("r2", First.ConnectionString)
                .AddReplica("r3", First.ConnectionString)
                .AllowWritableReplicas()
        );
        Assert.Equal([("MRT006", "r1"), ("MRT007", "r3")], await FindingsAsync(source));
    }

    [Fact]
    public async Task An_address_in_front_of_several_servers()
    {
        var connections = 0;
        using var balancer = new CommandRelay(() => fixture.Cluster.Replicas[Interlocked.Increment(ref connections) % 2].Port);
        var address = new MySqlConnectionStringBuilder(First.ConnectionString) { Port = (uint)balancer.Port }.ConnectionString;
        await using var source = Build(b => b.AddReplica("balanced", address));
        var finding = Assert.Single(await source.ValidateTopologyAsync());
        Assert.Equal(("MRT002", "balanced"), (finding.Id, finding.Server));
        Assert.Contains("server_id 2", finding.Message, StringComparison.Ordinal);
        Assert.Contains("server_id 3", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_primary_without_a_log()
    {
        await using var other = await MariaDbCluster.StartAsync(replicas: 0, ["--skip-log-bin"]);
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .UsePrimary(other.Primary.ConnectionString)
            .AddReplica("r1", First.ConnectionString)
            .Build();
        Assert.Equal([("MRT010", "primary")], await FindingsAsync(source));
    }

    [Fact]
    public async Task A_writable_replica()
    {
        await ExecuteAsync(First, "set global read_only = 0");
        try
        {
            await using var refused = fixture.BuildSource();
            await using var allowed = fixture.BuildSource(b => b.AllowWritableReplicas());
            Assert.Equal([("MRT003", "replica1")], await FindingsAsync(refused));
            Assert.Equal([("MRT003", "replica1")], await FindingsAsync(allowed));
        }
        finally
        {
            await ExecuteAsync(First, "set global read_only = 1");
        }
    }

    [Fact]
    public async Task A_server_that_does_not_answer()
    {
        await using var source = Build(b => b.AddReplica("r1", First.ConnectionString).AddReplica("gone", "Server=127.0.0.1;Port=1"));
        Assert.Equal([("MRT001", "gone")], await FindingsAsync(source));
    }

    [Fact]
    public async Task A_user_that_may_not_ask_the_primary()
    {
        await ExecuteAsync(Primary, "create or replace user poor identified by 'poor'; grant select on app.* to poor");
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .UsePrimary(new MySqlConnectionStringBuilder(Primary.ConnectionString) { UserID = "poor", Password = "poor" }.ConnectionString)
            .AddReplica("r1", First.ConnectionString)
            .Build();
        Assert.Equal([("MRT011", "primary")], await FindingsAsync(source));
    }

    [Theory]
    [InlineData("all privileges", "ALL PRIVILEGES")]
    [InlineData("select, read only admin, show databases", "READ_ONLY ADMIN")]
    [InlineData("select, super", null)] // 10.11 took it from SUPER
    [InlineData("select", null)]
    public async Task A_user_that_writes_in_spite_of_read_only(string granted, string? named)
    {
        var name = $"user{granted.Length}";
        await ExecuteAsync(
            Primary,
            $"create or replace user {name} identified by 'x'; grant {granted} on *.* to {name}; grant slave monitor on *.* to {name}"
        );
        await fixture.Cluster.WaitForReplicasAsync();
        var user = new MySqlConnectionStringBuilder(First.ConnectionString) { UserID = name, Password = "x" };
        await using var source = Build(b => b.AddReplica("r1", user.ConnectionString));
        var findings = await source.ValidateTopologyAsync();
        Assert.Equal(named is null ? [] : [("MRT013", TopologySeverity.Warning)], findings.Select(f => (f.Id, f.Severity)));
        Assert.All(findings, finding => Assert.Contains($"({named})", finding.Message, StringComparison.Ordinal));
        await using var writing = new MySqlConnection(user.ConnectionString);
        var refused = await Record.ExceptionAsync(() => writing.ExecuteAsync("set sql_log_bin = 0; create table app.here (id int)"));
        Assert.Equal(named != "ALL PRIVILEGES", refused is MySqlException);
        await ExecuteAsync(First, "set sql_log_bin = 0; drop table if exists app.here");
    }

    [Fact]
    public async Task Several_domains_applied_in_parallel()
    {
        await using var other = await MariaDbCluster.StartAsync(replicas: 1, ["--slave-parallel-threads=2"]);
        await ExecuteAsync(other.Primary, "create table app.other (id int)");

        // The other domain is applied beside the first one, and would not wait for the table.
        await other.WaitForReplicasAsync();
        await ExecuteAsync(other.Primary, "set gtid_domain_id = 7; insert into app.other values (1)");
        await other.WaitForReplicasAsync();
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .UsePrimary(other.Primary.ConnectionString)
            .AddReplica("r1", other.Replicas[0].ConnectionString)
            .Build();
        Assert.Equal([("MRT005", "r1")], await FindingsAsync(source));
    }

    [Fact]
    public async Task A_replica_that_logs_nothing()
    {
        await using var other = await MariaDbCluster.StartAsync(replicas: 1, ["--log-slave-updates=0"]);
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .UsePrimary(other.Primary.ConnectionString)
            .AddReplica("r1", other.Replicas[0].ConnectionString)
            .Build();
        var finding = Assert.Single(await source.ValidateTopologyAsync());
        Assert.Equal(("MRT009", TopologySeverity.Warning, "r1"), (finding.Id, finding.Severity, finding.Server));
    }

    [Fact]
    public async Task A_host_fails_at_its_start_on_an_error_where_it_is_told_to()
    {
        using var bad = Host(o => o.Replicas.Add(new ReplicaSettings("r1", Primary.ConnectionString)), TopologyValidation.Fail);
        var exception = await Assert.ThrowsAsync<TopologyException>(() => bad.StartAsync());
        Assert.Contains("MRT006", exception.Message, StringComparison.Ordinal);
        Assert.All(exception.Findings, finding => Assert.DoesNotContain("read_only", finding.Remedy, StringComparison.Ordinal));

        using var good = Host(o => o.Replicas.Add(new ReplicaSettings("r1", First.ConnectionString)), TopologyValidation.Fail);
        await good.StartAsync();
        await good.StopAsync();
        using var warned = Host(o => o.Replicas.Add(new ReplicaSettings("r1", Primary.ConnectionString)), TopologyValidation.Warn);
        await warned.StartAsync();
        await warned.StopAsync();
    }

    [Fact]
    public async Task What_the_start_looks_at_in_the_background_is_no_part_of_the_start()
    {
        var ambient = new AsyncLocal<string?>();
        var seen = new System.Collections.Concurrent.ConcurrentQueue<string?>();
        using var host = new HostBuilder()
            .ConfigureServices(services =>
                services.AddReplicatedMySqlDataSource(options =>
                {
                    options.Primary = Primary.ConnectionString;
                    options.Monitor = null;
                    options.TopologyValidation = TopologyValidation.Warn;
                    options.Replicas.Add(new ReplicaSettings("r1", First.ConnectionString));
                    options.ConfigureBuilder = b =>
                        b.UseConnectionOpenedCallback(
                            (_, _) =>
                            {
                                seen.Enqueue(ambient.Value);
                                return default;
                            }
                        );
                })
            )
            .Build();
        ambient.Value = "the start";
        await host.StartAsync();
        await host.StopAsync();
        Assert.NotEmpty(seen);
        Assert.All(seen, Assert.Null);
    }

    private ReplicatedMySqlDataSource Build(Func<ReplicatedMySqlDataSourceBuilder, ReplicatedMySqlDataSourceBuilder> replicas) =>
        replicas(new ReplicatedMySqlDataSourceBuilder().UseTimeProvider(new PatientTime()).UsePrimary(Primary.ConnectionString)).Build();

    private IHost Host(Action<ReplicatedMySqlOptions> replicas, TopologyValidation validation) =>
        new HostBuilder()
            .ConfigureServices(services =>
                services.AddReplicatedMySqlDataSource(options =>
                {
                    options.Primary = Primary.ConnectionString;
                    options.Monitor = null;
                    options.TopologyValidation = validation;
                    replicas(options);
                })
            )
            .Build();

    private static async Task<IEnumerable<(string, string)>> FindingsAsync(ReplicatedMySqlDataSource source) =>
        (await source.ValidateTopologyAsync()).Select(finding => (finding.Id, finding.Server));

    private static async Task ExecuteAsync(MariaDbServer server, string sql)
    {
        await using var connection = new MySqlConnection(server.AdminConnectionString);
        await connection.ExecuteAsync(sql);
    }
}
