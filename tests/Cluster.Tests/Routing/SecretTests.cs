using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>Whatever fails, no log record, exception, event, finding, span or metric has a password in it.</summary>
public sealed class SecretTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string Secret = "Hush4711";

    [Theory]
    [InlineData("Server=a;Password=Hush4711;Nonsense=1", "3. of its 3")]
    [InlineData("Server=a;Password=pass;Hush4711=word", "3. of its 3")] // the password had a semicolon, and no quotes
    [InlineData("Server=a;Port=Hush4711", "'port'")]
    [InlineData("Server=a;SslMode=Hush4711", "'sslmode'")]
    [InlineData("Hush4711", "no list")]
    [InlineData("Server=a;Password='Hush4711", "no list")]
    [InlineData("Server=a,b;Password=Hush4711", "several hosts")]
    [InlineData("Password=Hush4711", "no host")]
    [InlineData("Server=a;Password=Hush4711;ServerRedirectionMode=Required", "redirect")]
    public void A_bad_connection_string_is_not_quoted(string text, string message)
    {
        var exception = Assert.Throws<ArgumentException>(() =>
            new ReplicatedMySqlDataSourceBuilder().UsePrimary("Server=a").AddReplica("r1", text).Build()
        );
        Assert.Contains(message, exception.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("'r1'", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, exception.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Nothing_that_is_told_has_a_password_in_it()
    {
        await ExecuteAsync(
            "create or replace user quiet identified by 'Hush4711'; grant select, insert on app.* to quiet; grant binlog monitor on *.* to quiet"
        );
        await fixture.Cluster.WaitForReplicasAsync();

        // From here on: the driver's spans show the text of a statement, and that one sets the password.
        using var told = new Told();
        foreach (var password in new[] { Secret, Secret + "wrong" })
        {
            await using var source = Build(told, password);
            source.SessionEvent += (_, e) => told.Add($"{e.Kind} {e.From} {e.To} {e.Reason} {e.Exception}");
            foreach (
                var (level, policy) in new[]
                {
                    (ReadConsistency.Monotonic, ReplicaLoss.Fail),
                    (ReadConsistency.Causal, ReplicaLoss.CaughtUp),
                    (ReadConsistency.Primary, ReplicaLoss.Primary),
                }
            )
            {
                using var session = ReadSession.Begin(level, new ReadSessionOptions { OnReplicaLoss = policy });
                await told.TryAsync(() => RoutingFixture.AskAsync(source));
                await told.TryAsync(() => InsertAsync(source));
                await told.TryAsync(() => RoutingFixture.AskAsync(source));
                await told.TryAsync(async () => told.Add(await session.ToTokenAsync(SessionTokenOptions.WithKey(new byte[32]))));
                source.UpdateReplicas([.. Settings(password).Skip(1)]);
                await told.TryAsync(() => RoutingFixture.AskAsync(source));
                await told.TryAsync(() => RoutingFixture.AskAsync(source));
                source.UpdateReplicas([.. Settings(password)]);
            }

            told.Add(string.Join("; ", await source.ValidateTopologyAsync()));
            told.Add(string.Join("; ", Settings(password)));
            told.Add(source.ConnectionString + source.Primary.ConnectionString + source.CreateConnection().ConnectionString);
            await Eventually.IsAsync(() => source.GetServers().All(s => s.CheckedAt is not null), "the monitor has looked at every server");

            told.Add(string.Join("; ", source.GetServers()));
            var health = await new ReplicatedMySqlHealthCheck(source).CheckHealthAsync(
                new HealthCheckContext { Registration = new HealthCheckRegistration("x", _ => null!, null, null) }
            );
            told.Add(health.Description + string.Join("; ", health.Data.Values));
        }

        Assert.Contains(told.All, t => t.Contains("Access denied", StringComparison.Ordinal));
        Assert.Contains(told.All, t => t.Contains(nameof(ReplicaLostException), StringComparison.Ordinal));
        Assert.Contains(told.All, t => t.StartsWith("MySqlConnector", StringComparison.Ordinal));
        Assert.Equal([], told.All.Where(t => t.Contains("Hush", StringComparison.OrdinalIgnoreCase)).Distinct());
    }

    [Fact]
    public async Task Nor_has_what_is_told_of_options()
    {
        using var told = new Told();
        var settings = new Dictionary<string, string?>
        {
            ["Db:Primary"] = $"Server=a;Password={Secret}",
            ["Db:Monitor"] = "false",
            ["Db:TopologyValidation"] = "Off",
            ["Db:Replicas:0:Name"] = "r1",
            ["Db:Replicas:0:ConnectionString"] = $"Server=b;Password={Secret}",
        };
        var root = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        using var host = new HostBuilder()
            .ConfigureServices(services => services.AddReplicatedMySqlDataSource(root.GetSection("Db")).AddSingleton<ILoggerFactory>(told))
            .Build();
        await host.StartAsync();

        // A change that is refused, one in the wrong place, and one that needs a restart.
        root["Db:Replicas:0:ConnectionString"] = $"Server=b;Password={Secret};Nonsense=1";
        root.Reload();
        (root["Db:Replicas:0:ConnectionString"], root["Db:DrainTimeout"]) = ($"Server=b;Password={Secret}", $"Server=b;Password={Secret}");
        root.Reload();
        (root["Db:DrainTimeout"], root["Db:Primary"]) = ("00:00:05", $"Server=a2;Password={Secret}");
        root.Reload();
        root["Db:Primary"] = $"Server=a;Password={Secret};Port=x";
        using var bad = new HostBuilder()
            .ConfigureServices(services => services.AddReplicatedMySqlDataSource(root.GetSection("Db")).AddSingleton<ILoggerFactory>(told))
            .Build();
        told.Add((await Assert.ThrowsAsync<OptionsValidationException>(() => bad.StartAsync())).ToString());
        await host.StopAsync();

        Assert.Equal(2, told.All.Where(t => t.Contains("refused", StringComparison.Ordinal)).Distinct().Count());
        Assert.Single(told.All, t => t.Contains("next start only: Primary, DrainTimeout.", StringComparison.Ordinal));
        Assert.Equal([], told.All.Where(t => t.Contains("Hush", StringComparison.OrdinalIgnoreCase)).Distinct());
    }

    private ReplicatedMySqlDataSource Build(Told told, string password)
    {
        var builder = new ReplicatedMySqlDataSourceBuilder()
            .UsePrimary(Text(fixture.Cluster.Primary.ConnectionString, password))
            .UseLoggerFactory(told)
            .UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMilliseconds(50) });
        foreach (var (name, text, weight) in Settings(password))
        {
            builder.AddReplica(name, text, weight);
        }

        return builder.Build();
    }

    private IEnumerable<ReplicaSettings> Settings(string password) =>
        fixture.Cluster.Replicas.Select(r => new ReplicaSettings(r.Name, Text(r.ConnectionString, password)));

    private static string Text(string connectionString, string password) =>
        new MySqlConnectionStringBuilder(connectionString) { UserID = "quiet", Password = password }.ConnectionString;

    private static async Task<int> InsertAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.Primary.OpenConnectionAsync();
        return await connection.ExecuteAsync("insert into writes (server, note) values ('primary', 'secret')");
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new MySqlConnection(fixture.Cluster.Primary.AdminConnectionString);
        await connection.ExecuteAsync(sql);
    }

    /// <summary>Everything that was said, wherever it was said.</summary>
    private sealed class Told : ILoggerFactory
    {
        private readonly ActivityListener _spans;
        private readonly MeterListener _meters = new();

        public Told()
        {
            _spans = new ActivityListener
            {
                ShouldListenTo = source => source.Name is "MonotonicReads" or "MySqlConnector",
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = span =>
                    Add(
                        $"{span.OperationName} {span.StatusDescription} {string.Join(' ', span.TagObjects)} {string.Join(' ', span.Events.SelectMany(e => e.Tags))}"
                    ),
            };
            ActivitySource.AddActivityListener(_spans);
            _meters.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name is "MonotonicReads" or "MySqlConnector")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _meters.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Add(instrument.Name + string.Join(' ', tags.ToArray())));
            _meters.SetMeasurementEventCallback<double>(
                (instrument, _, tags, _) => Add(instrument.Name + string.Join(' ', tags.ToArray()))
            );
            _meters.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Add(instrument.Name + string.Join(' ', tags.ToArray())));
            _meters.Start();
        }

        public ConcurrentQueue<string> All { get; } = new();

        public void Add(string text) => All.Enqueue(text);

        public async Task TryAsync(Func<Task> act)
        {
            try
            {
                await act();
            }
            catch (DbException exception)
            {
                Add(exception.ToString());
            }
        }

        public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
            _spans.Dispose();
            _meters.Dispose();
        }

        private sealed class Category(Told told, string name) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel,
                EventId eventId,
                TState state,
                Exception? exception,
                Func<TState, Exception?, string> formatter
            ) => told.Add($"{name} {eventId.Id} {formatter(state, exception)} {exception}");
        }
    }
}
