using System.Data.Common;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MonotonicReads.Configuration;
using MonotonicReads.Runtime.Tests.Support;

namespace MonotonicReads.Runtime.Tests.DependencyInjection;

public class AddReplicatedMySqlDataSourceTests
{
    private const string Good = """
        { "Db": {
            "Primary": "Server=db0;Password=secret0",
            "Replicas": [ { "Name": "r1", "ConnectionString": "Server=db1;Password=secret1", "Weight": 2 }, { "name": "r2", "connectionString": "Server=db2;Password=secret2" } ],
            "Selector": "WeightedRendezvous", "ForPomelo": true, "AllowWritableReplicas": "true", "DrainTimeout": "00:05:00",
            "Monitor": { "Interval": "00:00:05", "MaxLag": "00:00:30", "Jitter": "0.1", "Instances": 40, "maxLooksPerSecond": "12.5", "Timeout": "00:00:02", "FailuresUntilDown": 4, "SuccessesUntilUp": 5, "HeartbeatQuery": "select 0" },
            "SeriesDetector": { "SampleRate": "0.01", "ReportFile": "series.jsonl", "UserAssemblies": [ "Shop.*" ], "UnitTimeout": "00:01:00" },
            "TopologyValidation": "Off" } }
        """;

    [Fact]
    public async Task It_is_registered_under_its_three_types_as_one_and_disposed_with_the_container()
    {
        var services = new ServiceCollection().AddReplicatedMySqlDataSource(
            Section(
                Good.Replace("\"Monitor\": {", "\"Monitor\": false, \"Unused\": {", StringComparison.Ordinal)
                    .Replace(
                        "\"Unused\": { \"Interval\": \"00:00:05\", \"MaxLag\": \"00:00:30\", \"Jitter\": \"0.1\", \"Instances\": 40, \"maxLooksPerSecond\": \"12.5\", \"Timeout\": \"00:00:02\", \"FailuresUntilDown\": 4, \"SuccessesUntilUp\": 5, \"HeartbeatQuery\": \"select 0\" },",
                        "",
                        StringComparison.Ordinal
                    )
            )
        );
        var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
        var source = provider.GetRequiredService<ReplicatedMySqlDataSource>();

        Assert.Same(source, provider.GetRequiredService<ReplicatedDataSource>());
        Assert.Same(source, provider.GetRequiredService<DbDataSource>());
        Assert.Equal([("primary", 0), ("r1", 2), ("r2", 1)], source.GetServers().Select(s => (s.Name, s.Weight)));
        Assert.All(source.GetServers(), s => Assert.Null(s.CheckedAt));
        await provider.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => source.OpenConnection());
    }

    [Fact]
    public void Every_key_is_read()
    {
        var options = new ReplicatedMySqlOptions();
        OptionsReader.Read(Section(Good), options);

        Assert.Empty(options.Unread);
        Assert.Empty(OptionsCheck.Failures(options));
        Assert.Equal(
            [new ReplicaSettings("r1", "Server=db1;Password=secret1", 2), new ReplicaSettings("r2", "Server=db2;Password=secret2")],
            options.Replicas
        );
        Assert.Equal(
            ("Server=db0;Password=secret0", ReplicaSelection.WeightedRendezvous, true, true),
            (options.Primary, options.Selector, options.ForPomelo, options.AllowWritableReplicas)
        );
        Assert.Equal((TimeSpan.FromMinutes(5), TopologyValidation.Off), (options.DrainTimeout, options.TopologyValidation));
        var monitor = options.Monitor!;
        Assert.Equal(
            (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), 0.1, TimeSpan.FromSeconds(2)),
            (monitor.Interval, monitor.MaxLag, monitor.Jitter, monitor.Timeout)
        );
        Assert.Equal((40, 12.5), (monitor.Instances, monitor.MaxLooksPerSecond));
        var detector = options.SeriesDetector!;
        Assert.Equal(
            (0.01, "series.jsonl", "Shop.*", TimeSpan.FromMinutes(1)),
            (detector.SampleRate, detector.ReportFile, Assert.Single(detector.UserAssemblies), detector.UnitTimeout)
        );
        Assert.Equal((4, 5, "select 0"), (monitor.FailuresUntilDown, monitor.SuccessesUntilUp, monitor.HeartbeatQuery));
    }

    [Fact]
    public async Task All_mistakes_are_told_at_once_at_the_start_and_no_password_with_them()
    {
        const string Bad = """
            { "Db": {
                "Replicas": [ { "Name": "r1", "ConnectionString": "Server=db1,db2;Password=secret1", "Weight": -2 }, { "Name": "r1", "ConnectionString": "Password=secret2;Nonsense=3", "Wieght": 5 }, { "ConnectionString": "Server=db3", "Weight": "many" } ],
                "Selector": "Best", "ForPomelo": "perhaps", "DrainTimeout": "soon", "Monitor": { "Intervall": "00:00:05", "Jitter": "7", "Instances": "many", "MaxLooksPerSecond": "few" }, "SeriesDetector": { "SampleRate": "2", "Sample": 1 }, "TopologyValidation": "3", "Replica": [] } }
            """;
        var host = Host(services => services.AddReplicatedMySqlDataSource(Section(Bad)));
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        string[] expected =
        [
            "Primary is missing",
            "names several hosts",
            "negative weight",
            "'r1' cannot be parsed",
            "Db:Replicas:1:Wieght is not understood",
            "empty name",
            "Db:Replicas:2:Weight is 'many', not a whole number",
            "Db:Selector is 'Best', not WeightedModulo or WeightedRendezvous",
            "Db:ForPomelo is 'perhaps'",
            "Db:DrainTimeout is 'soon'",
            "Db:Monitor:Intervall is not understood",
            "Jitter",
            "Db:Monitor:Instances is 'many', not a whole number",
            "Db:Monitor:MaxLooksPerSecond is 'few', not a number",
            "Db:SeriesDetector:Sample is not understood",
            "SampleRate",
            "Db:TopologyValidation is '3'",
            "Db:Replica is not understood",
        ];
        Assert.All(expected, text => Assert.Contains(text, exception.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
        Assert.Equal(exception.Failures.Count(), exception.Failures.Distinct().Count());
    }

    [Theory]
    [InlineData("{ \"Db\": { \"Primary\": \"Server=a\" } }", "No replica")]
    [InlineData(
        "{ \"Db\": { \"Primary\": \"Server=a\", \"Replicas\": [ { \"Name\": \"r\", \"ConnectionString\": \"Server=b\", \"Weight\": 0 } ] } }",
        "weights of all replicas are 0"
    )]
    [InlineData(
        "{ \"Db\": { \"Primary\": \"Server=a\", \"Replicas\": [ { \"Name\": \"r\", \"ConnectionString\": \"Server=b\" }, { \"Name\": \"r\", \"ConnectionString\": \"Server=c\" } ] } }",
        "Two servers"
    )]
    [InlineData(
        "{ \"Db\": { \"Primary\": \"Server=a\", \"DrainTimeout\": \"-00:00:01\", \"Replicas\": [ { \"Name\": \"r\", \"ConnectionString\": \"Server=b\" } ] } }",
        "DrainTimeout"
    )]
    [InlineData(
        "{ \"Db\": { \"Primary\": \"Server=a\", \"Monitor\": { \"Instances\": 0 }, \"Replicas\": [ { \"Name\": \"r\", \"ConnectionString\": \"Server=b\" } ] } }",
        "Instances ('0') must be"
    )]
    [InlineData(
        "{ \"Db\": { \"Primary\": \"Server=a\", \"Monitor\": { \"MaxLooksPerSecond\": 0 }, \"Replicas\": [ { \"Name\": \"r\", \"ConnectionString\": \"Server=b\" } ] } }",
        "MaxLooksPerSecond must be more than 0"
    )]
    public void One_mistake_is_told_once(string json, string message)
    {
        var provider = new ServiceCollection().AddReplicatedMySqlDataSource(Section(json)).BuildServiceProvider();
        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<ReplicatedMySqlDataSource>());

        Assert.Contains(message, Assert.Single(exception.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void Keyed_data_sources_stand_beside_each_other()
    {
        using var provider = new ServiceCollection()
            .AddKeyedReplicatedMySqlDataSource("a", o => Configure(o, "ra"))
            .AddKeyedReplicatedMySqlDataSource("b", Section(Good.Replace("\"Monitor\": {", "\"Monitor\": {", StringComparison.Ordinal)))
            .AddReplicatedMySqlDataSource(o => Configure(o, "r"))
            .BuildServiceProvider();

        Assert.Equal(["ra"], Replicas(provider.GetRequiredKeyedService<ReplicatedMySqlDataSource>("a")));
        Assert.Equal(["r1", "r2"], Replicas((ReplicatedMySqlDataSource)provider.GetRequiredKeyedService<DbDataSource>("b")));
        Assert.Equal(["r"], Replicas(provider.GetRequiredService<ReplicatedMySqlDataSource>()));
    }

    [Fact]
    public void It_follows_the_configuration_and_refuses_a_bad_change()
    {
        var root = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Db:Primary"] = "Server=a",
                    ["Db:Monitor"] = "false",
                    ["Db:Replicas:0:Name"] = "r1",
                    ["Db:Replicas:0:ConnectionString"] = "Server=b",
                }
            )
            .Build();
        using var provider = new ServiceCollection().AddReplicatedMySqlDataSource(root.GetSection("Db")).BuildServiceProvider();
        var source = provider.GetRequiredService<ReplicatedMySqlDataSource>();
        var first = source.Replicas[0];

        (root["Db:Replicas:0:Weight"], root["Db:Replicas:1:Name"], root["Db:Replicas:1:ConnectionString"]) = ("5", "r2", "Server=c");
        root.Reload();
        Assert.Equal([("primary", 0), ("r1", 5), ("r2", 1)], source.GetServers().Select(s => (s.Name, s.Weight)));
        Assert.Same(first, source.Replicas[0]);

        root["Db:Replicas:1:Weight"] = "-1";
        root.Reload();
        Assert.Equal([5, 1], source.GetServers().Skip(1).Select(s => s.Weight));

        (root["Db:Replicas:1:Weight"], root["Db:Replicas:0:ConnectionString"]) = ("0", "Server=b2");
        root.Reload();
        Assert.Equal([5, 0], source.GetServers().Skip(1).Select(s => s.Weight));
        Assert.NotSame(first, source.Replicas[0]);
        Assert.True(first.IsGone(source.Routed.Time));
    }

    [Fact]
    public void A_change_that_the_proxy_does_not_take_is_logged_and_not_thrown()
    {
        var log = new RecordingLog();
        var root = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Db:Proxy:ConnectionString"] = "Server=proxy",
                    ["Db:Proxy:Dialect"] = "ProxySql",
                    ["Db:Replicas:0:Name"] = "r1",
                    ["Db:Replicas:1:Name"] = "r2",
                }
            )
            .Build();
        using var provider = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(new OneCategory(log))
            .AddReplicatedMySqlDataSource(root.GetSection("Db"))
            .BuildServiceProvider();
        var source = provider.GetRequiredService<ReplicatedMySqlDataSource>();

        root["Db:Replicas:0:Name"] = "r0";
        root.Reload();

        Assert.Equal(["r1", "r2"], Replicas(source));
        Assert.Contains("'r1' has left its place", Assert.Single(log.Records, record => record.Id.Id == 10).Text, StringComparison.Ordinal);
    }

    private sealed class OneCategory(RecordingLog log) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) =>
            categoryName == "MonotonicReads" ? log.CreateLogger(categoryName) : NullLogger.Instance;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose() { }
    }

    [Fact]
    public async Task The_health_check_says_what_the_monitor_knows()
    {
        using var provider = new ServiceCollection()
            .AddLogging()
            .AddReplicatedMySqlDataSource(o =>
            {
                Configure(o, "r");
                o.Monitor = new MonitorOptions { Interval = TimeSpan.FromMilliseconds(20), Timeout = TimeSpan.FromMilliseconds(200) };
            })
            .AddHealthChecks()
            .AddCheck<ReplicatedMySqlHealthCheck>("mysql")
            .Services.BuildServiceProvider();
        var health = provider.GetRequiredService<HealthCheckService>();
        var report = await health.CheckHealthAsync();
        for (var i = 0; !(IsDown(report, "primary") && IsDown(report, "r")) && i < 500; i++)
        {
            await Task.Delay(20);
            report = await health.CheckHealthAsync();
        }

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.StartsWith("No server can be reached: primary (", report.Entries["mysql"].Description, StringComparison.Ordinal);
        Assert.StartsWith(
            "down, replication unknown, lag unknown, weight 1, takes no new sessions: ",
            (string)report.Entries["mysql"].Data["r"],
            StringComparison.Ordinal
        );
        using var unmonitored = new ReplicatedMySqlDataSourceBuilder()
            .UsePrimary("Server=127.0.0.1;Port=1")
            .AddReplica("r", "Server=127.0.0.1;Port=1")
            .Build();
        var result = await new ReplicatedMySqlHealthCheck(unmonitored).CheckHealthAsync(
            new HealthCheckContext { Registration = new HealthCheckRegistration("x", _ => null!, null, null) }
        );
        Assert.Equal(HealthStatus.Unhealthy, result.Status);
    }

    [Fact]
    public void What_only_a_new_start_changes_is_named()
    {
        Assert.Empty(Changed(_ => { }, _ => { }));
        Assert.Equal(["OnReplicaLoss"], Changed(_ => { }, o => o.OnReplicaLoss = ReplicaLoss.Fail));
        Assert.Equal(["Monitor"], Changed(_ => { }, o => o.Monitor!.Instances = 2));
        Assert.Equal(["Monitor"], Changed(_ => { }, o => o.Monitor!.MaxLooksPerSecond = 20));
        Assert.Empty(Changed(o => o.Monitor!.Instances = 2, o => o.Monitor!.Instances = 2));
        Assert.Equal(["Proxy"], Changed(_ => { }, o => o.Proxy = Proxy(5)));
        Assert.Equal(["Proxy"], Changed(o => o.Proxy = Proxy(5), o => o.Proxy = Proxy(6)));
        Assert.Empty(Changed(o => o.Proxy = Proxy(5), o => o.Proxy = Proxy(5)));
        Assert.Empty(Changed(o => Configure(o, "r1"), o => Configure(o, "r2")));

        static ProxyOptions Proxy(int hostgroup) =>
            new()
            {
                ConnectionString = "Server=p",
                Dialect = ProxyDialect.ProxySql with { ReplicaHostgroups = new Dictionary<string, int> { ["r1"] = hostgroup } },
            };

        static List<string> Changed(Action<ReplicatedMySqlOptions> atStart, Action<ReplicatedMySqlOptions> now)
        {
            var (before, after) = (new ReplicatedMySqlOptions(), new ReplicatedMySqlOptions());
            atStart(before);
            now(after);
            return OptionsCheck.FixedAtStart(before, after);
        }
    }

    // Each server has a loop of its own.
    private static bool IsDown(HealthReport report, string server) =>
        ((string)report.Entries["mysql"].Data[server]).StartsWith("Down", StringComparison.Ordinal);

    // Port 1 refuses at once: nothing listens there.
    private static void Configure(ReplicatedMySqlOptions options, string replica)
    {
        options.Primary = "Server=127.0.0.1;Port=1";
        options.Replicas.Add(new ReplicaSettings(replica, "Server=127.0.0.1;Port=1"));
    }

    private static IEnumerable<string> Replicas(ReplicatedMySqlDataSource source) => source.GetServers().Skip(1).Select(s => s.Name);

    private static IHost Host(Action<IServiceCollection> configure) => new HostBuilder().ConfigureServices(configure).Build();

    private static IConfigurationSection Section(string json) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build().GetSection("Db");
}
