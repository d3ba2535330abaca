using System.Collections.Concurrent;
using Dapper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MonotonicReads.Cluster.Relay;
using MonotonicReads.Cluster.Tests.Routing;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Proxies;

/// <summary>MySQL 5.6 behind ProxySQL's rules.</summary>
public sealed class OldestMySqlBehindProxySqlTests(OldestMySqlFixture fixture)
    : MySqlBehindProxySqlTests(fixture),
        IClassFixture<OldestMySqlFixture>;

/// <summary>The newest MySQL that Debian has behind ProxySQL's rules; skipped where it cannot be had.</summary>
public sealed class CurrentMySqlBehindProxySqlTests(CurrentMySqlFixture fixture)
    : MySqlBehindProxySqlTests(fixture),
        IClassFixture<CurrentMySqlFixture>;

/// <summary>MySQL's positions without an @, and min_gtid only where the proxy heeds it.</summary>
public abstract class MySqlBehindProxySqlTests(MySqlFixture fixture)
{
    private const string Someone = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    [SkippableFact]
    public async Task Causal_sessions_see_their_writes_and_a_primary_read_goes_behind_the_barrier()
    {
        await using var through = await StartAsync(hasGtid: null);
        for (var i = 0; i < 20; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 10_000 });
            var note = Guid.NewGuid().ToString();
            await using (var primary = await through.Source.Primary.OpenConnectionAsync())
            {
                await primary.ExecuteAsync($"insert into {through.Table} values ('{note}')");
            }

            Assert.Equal(1, await through.ReadAsync($"select count(*) from {through.Table} where note = '{note}'"));
            Assert.StartsWith("replica", session.GetDecisions()[^1].Server, StringComparison.Ordinal);
        }

        using (ReadSession.Begin(ReadConsistency.Monotonic))
        {
            await through.ReadAsync("select 1");
            using var tight = ReadSession.Begin(ReadConsistency.Primary);
            Assert.Equal(1, await through.ReadAsync("select 1"));
        }

        Assert.Empty(through.Route.EndedMultiplexing);
    }

    [SkippableTheory]
    [InlineData(Someone + ":7", true, true)]
    [InlineData(Someone + ":7", false, true)]
    [InlineData(Someone + ":1-7", true, false)]
    [InlineData(Someone + ":7," + "3e11fa47-71ca-11e1-9e33-c80aa9429563:7", true, false)]
    public async Task A_single_transaction_is_waited_for_by_the_proxy_and_anything_else_by_the_read(
        string position,
        bool hasGtid,
        bool isInText
    )
    {
        var log = new Told();
        await using var through = await StartAsync((_, _) => hasGtid, log);
        using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 50 });
        session.ObserveWrite(MySqlGtidSet.Parse(position));
        Assert.Equal(1, await through.ReadAsync("select 1"));

        // Nobody has it: where the proxy says so, or the read's own wait, the primary answers.
        Assert.Equal(isInText && hasGtid ? "replica" : "primary", session.GetDecisions()[^1].Server.TrimEnd('1', '2'));
        Assert.Equal(isInText ? [position] : [], through.Route.CheckedGtids);
        Assert.Empty(through.Route.IgnoredGtids);

        // Once for each replica that is asked: one that does not answer in time leaves another.
        Assert.Equal(!isInText, log.Ids.Contains(15));
    }

    [SkippableFact]
    public async Task What_begins_a_snapshot_is_no_read_for_which_the_proxy_could_wait()
    {
        await using var through = await StartAsync((_, _) => true);
        using var causal = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 50 });
        causal.ObserveWrite(MySqlGtidSet.Parse(Someone + ":7"));
        using var snapshot = ReadSession.Begin(ReadConsistency.Snapshot);
        Assert.Equal(1, await through.ReadAsync("select 1"));
        Assert.Equal("primary", causal.GetDecisions()[^1].Server);
        Assert.Empty(through.Route.CheckedGtids);
    }

    private async Task<Through> StartAsync(Func<RelayServer, string, bool>? hasGtid, Told? log = null)
    {
        var servers = new List<RelayServer> { new("primary", fixture.Cluster.Primary, isPrimary: true) };
        servers.AddRange(fixture.Cluster.Replicas.Select((replica, index) => new RelayServer($"replica{index + 1}", replica)));
        var relay = await StatementRelay.StartAsync(servers, ProxySqlRoute.WithHostgroupPerReplica(seed: 1, servers, hasGtid));
        // The driver resets a connection of 5.6 by COM_CHANGE_USER, which the relay does not pass on.
        var source = new ReplicatedMySqlDataSourceBuilder()
            .UseProxy(relay.ConnectionString + ";ConnectionReset=false", ProxyDialect.ProxySql with { UsesMinGtid = hasGtid is not null })
            .AddReplica("replica1", "")
            .AddReplica("replica2", "")
            .UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMinutes(1) })
            .UseLoggerFactory(log is null ? NullLoggerFactory.Instance : log)
            .RecordDecisions()
            .Build();
        var table = $"app.notes_{Guid.NewGuid():N}";
        await using var primary = new MySqlConnection(fixture.Cluster.Primary);
        await primary.ExecuteAsync($"create database if not exists app; create table {table} (note varchar(50))");
        return new Through(relay, source, table);
    }

    private sealed record Through(StatementRelay Relay, ReplicatedMySqlDataSource Source, string Table) : IAsyncDisposable
    {
        public ProxySqlRoute Route => (ProxySqlRoute)Relay.Route;

        public async Task<long> ReadAsync(string text)
        {
            await using var connection = await Source.OpenConnectionAsync();
            return await connection.ExecuteScalarAsync<long>(text);
        }

        public async ValueTask DisposeAsync()
        {
            await Source.DisposeAsync();
            await Relay.DisposeAsync();
        }
    }

    private sealed class Told : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<int> Ids { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (state?.ToString()?.Contains("ProxySQL", StringComparison.Ordinal) == true)
            {
                Ids.Enqueue(eventId.Id);
            }
        }

        public void Dispose() { }
    }
}
