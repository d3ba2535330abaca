using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MonotonicReads.Runtime.Tests.Proxies;

public class UseProxyTests
{
    private const string Address = "Server=proxy;Database=shop;Username=app;Password=secret";

    [Fact]
    public void A_policy_that_the_proxy_cannot_keep_fails_at_Build()
    {
        foreach (var dialect in new ProxyDialect[] { ProxyDialect.ShopifyFork, ProxyDialect.MaxScale, ProxyDialect.SqlCommenter })
        {
            foreach (var policy in new[] { ReplicaLoss.Primary, ReplicaLoss.CaughtUp, ReplicaLoss.Fail })
            {
                var refused = Assert.Throws<NotSupportedException>(() => Builder(dialect).UseReplicaLoss(policy).Build());
                Assert.Contains("UseReplicaLoss(ReplicaLoss.Redraw)", refused.Message);
            }

            using var kept = Builder(dialect).UseReplicaLoss(ReplicaLoss.Redraw).Build();
        }

        using var exact = Builder(ProxyDialect.ProxySql).Build();
        Assert.Throws<NotSupportedException>(() => Builder(ProxyDialect.MaxScale).Build());
    }

    [Fact]
    public async Task A_session_that_asks_for_more_fails_before_anything_is_sent()
    {
        await using var source = Builder(ProxyDialect.ShopifyFork).UseReplicaLoss(ReplicaLoss.Redraw).Build();
        var proxy = source.Proxy!;
        using (var causal = ReadSession.Begin(ReadConsistency.Causal))
        {
            Assert.Contains(
                "It keeps Monotonic, Primary.",
                Assert.Throws<NotSupportedException>(() => proxy.ThrowIfNotKept(causal.Consistency, causal.LossIn(source.Routed))).Message
            );
        }

        using (var strict = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Fail }))
        {
            Assert.Throws<NotSupportedException>(() => proxy.ThrowIfNotKept(strict.Consistency, strict.LossIn(source.Routed)));
        }

        using (var plain = ReadSession.Begin(ReadConsistency.Monotonic))
        {
            proxy.ThrowIfNotKept(plain.Consistency, plain.LossIn(source.Routed));
        }

        using (var primary = ReadSession.Begin(ReadConsistency.Primary))
        {
            proxy.ThrowIfNotKept(primary.Consistency, primary.LossIn(source.Routed));
        }
    }

    [Fact]
    public void A_proxy_that_picks_itself_needs_no_replicas_and_has_no_monitor()
    {
        using var source = new ReplicatedMySqlDataSourceBuilder()
            .UseProxy(Address, ProxyDialect.ShopifyFork)
            .UseReplicaLoss(ReplicaLoss.Redraw)
            .Build();
        Assert.Equal(["primary", "proxy"], source.GetServers().Select(server => server.Name));
        Assert.Throws<NotSupportedException>(() =>
            Builder(ProxyDialect.ShopifyFork).UseReplicaLoss(ReplicaLoss.Redraw).UseMonitor().Build()
        );
        Assert.Throws<InvalidOperationException>(() =>
            new ReplicatedMySqlDataSourceBuilder().UseProxy(Address, ProxyDialect.ProxySql).Build()
        );
        Assert.Throws<ArgumentException>(() => Builder(ProxyDialect.ProxySql with { FirstReplicaHostgroup = 0 }).Build());
    }

    [Fact]
    public void Passwords_stay_out_and_nulls_are_refused()
    {
        using var source = Builder(ProxyDialect.ProxySql).Build();
        Assert.DoesNotContain("secret", source.ConnectionString, StringComparison.Ordinal);
        Assert.Contains("proxy", source.ConnectionString, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => Builder(null!));
        Assert.Throws<ArgumentNullException>(() => new ReplicatedMySqlDataSourceBuilder().UseProxy(null!, ProxyDialect.ProxySql));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReplicatedMySqlDataSourceBuilder().UseReplicaLoss((ReplicaLoss)9));
        Assert.Contains(
            "several hosts",
            Assert
                .Throws<ArgumentException>(() =>
                    new ReplicatedMySqlDataSourceBuilder().UseProxy("Server=a,b", ProxyDialect.ProxySql).AddReplica("r1", "").Build()
                )
                .Message
        );
    }

    [Theory]
    [InlineData("ProxySql")]
    [InlineData("ShopifyFork")]
    [InlineData("SqlCommenter")]
    [InlineData("MaxScale")]
    public void The_driver_waits_for_each_answer_where_the_proxy_needs_it(string name)
    {
        ProxyDialect dialect = name switch
        {
            "ProxySql" => ProxyDialect.ProxySql,
            "ShopifyFork" => ProxyDialect.ShopifyFork,
            "MaxScale" => ProxyDialect.MaxScale,
            _ => ProxyDialect.SqlCommenter,
        };
        var bears = name == "MaxScale";
        Assert.Equal(bears, Pipelining(Address));
        Assert.False(Pipelining(Address + ";Pipelining=False"));
        if (bears)
        {
            Assert.True(Pipelining(Address + ";Pipelining=True"));
            return;
        }

        var refused = Assert.Throws<ArgumentException>(() => Pipelining(Address + ";Pipelining=True"));
        Assert.Contains("Pipelining=True", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);

        bool Pipelining(string address)
        {
            using var source = new ReplicatedMySqlDataSourceBuilder()
                .UseProxy(address, dialect)
                .UseReplicaLoss(ReplicaLoss.Redraw)
                .AddReplica("r1", "")
                .Build();
            return new MySqlConnector.MySqlConnectionStringBuilder(source.ConnectionString).Pipelining;
        }
    }

    [Fact]
    public void What_the_published_fork_does_not_keep_is_told_at_Build()
    {
        foreach (var dialect in new ProxyDialect[] { ProxyDialect.ShopifyFork, ProxyDialect.MaxScale, ProxyDialect.ProxySql })
        {
            using var log = new Told();
            using var source = Builder(dialect).UseReplicaLoss(ReplicaLoss.Redraw).UseLoggerFactory(log).Build();
            Assert.Equal(dialect is ShopifyForkDialect ? 1 : 0, log.Records.Count(record => record.Id == 30));
            Assert.All(
                log.Records.Where(record => record.Id == 30),
                record => Assert.Contains("ProxyDialect.ProxySql", record.Text, StringComparison.Ordinal)
            );
        }
    }

    private sealed class Told : ILoggerFactory, ILogger
    {
        public System.Collections.Concurrent.ConcurrentQueue<(int Id, string Text)> Records { get; } = new();

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
        ) => Records.Enqueue((eventId.Id, formatter(state, exception)));

        public void Dispose() { }
    }

    [Fact]
    public void Configuration_names_the_dialect_and_its_properties()
    {
        using var provider = Provider(
            ("Proxy:ConnectionString", Address),
            ("Proxy:Dialect", "proxysql"),
            ("Proxy:PrimaryHostgroup", "10"),
            ("Proxy:ReaderHostgroup", "11"),
            ("Proxy:ReplicaHostgroups:r1", "21"),
            ("Proxy:ReplicaHostgroups:r2", "22"),
            ("Proxy:ReadDeadline", "00:00:05"),
            ("Proxy:UsesMinGtid", "true"),
            ("Replicas:0:Name", "r1"),
            ("Replicas:1:Name", "r2")
        );
        var dialect = Assert.IsType<ProxySqlDialect>(provider.GetRequiredService<ReplicatedMySqlDataSource>().Proxy!.Dialect);
        Assert.Equal(
            (10, 11, 22, TimeSpan.FromSeconds(5), true),
            (dialect.PrimaryHostgroup, dialect.ReaderHostgroup, dialect.HostgroupOf("r2", 0), dialect.ReadDeadline, dialect.UsesMinGtid)
        );

        using var fork = Provider(
            ("OnReplicaLoss", "Redraw"),
            ("Proxy:ConnectionString", Address),
            ("Proxy:Dialect", "ShopifyFork"),
            ("Proxy:Key", "job"),
            ("Proxy:TokenDelimiter", ";"),
            ("Proxy:KeyValueDelimiter", "="),
            ("Proxy:MergesComments", "True")
        );
        Assert.Equal(
            ProxyDialect.ShopifyFork with
            {
                Key = "job",
                TokenDelimiter = ';',
                KeyValueDelimiter = '=',
                MergesComments = true,
            },
            fork.GetRequiredService<ReplicatedMySqlDataSource>().Proxy!.Dialect
        );

        using var unlimited = Provider(
            ("Proxy:ConnectionString", Address),
            ("Proxy:Dialect", "ProxySql"),
            ("Proxy:ReadDeadline", ""),
            ("Replicas:0:Name", "r1")
        );
        Assert.Null(unlimited.GetRequiredService<ReplicatedMySqlDataSource>().Proxy!.Dialect.Deadline);
    }

    [Fact]
    public void All_mistakes_of_a_proxy_are_told_at_once()
    {
        using var provider = Provider(
            ("Proxy:ConnectionString", "Server=a,b;Password=secret"),
            ("Proxy:Dialect", "MaxScale"),
            ("Proxy:PrimaryHostgroup", "1"),
            ("Replicas:0:Name", "bad name")
        );
        var failures = Assert.Throws<OptionsValidationException>(provider.GetRequiredService<ReplicatedMySqlDataSource>).Failures.ToList();
        Assert.Equal(4, failures.Count);
        Assert.Contains(failures, failure => failure.Contains("Proxy:PrimaryHostgroup is not understood", StringComparison.Ordinal));
        Assert.Contains(failures, failure => failure.Contains("several hosts", StringComparison.Ordinal));
        Assert.Contains(failures, failure => failure.Contains("'bad name'", StringComparison.Ordinal));
        Assert.Contains(failures, failure => failure.Contains("UseReplicaLoss", StringComparison.Ordinal));
        Assert.DoesNotContain(failures, failure => failure.Contains("secret", StringComparison.Ordinal));

        using var unknown = Provider(("Proxy:Dialect", "HAProxy"), ("Replicas:0:Name", "r1"));
        Assert.Equal(2, Assert.Throws<OptionsValidationException>(unknown.GetRequiredService<ReplicatedMySqlDataSource>).Failures.Count());
    }

    private static ReplicatedMySqlDataSourceBuilder Builder(ProxyDialect dialect) =>
        new ReplicatedMySqlDataSourceBuilder().UseProxy(Address, dialect).AddReplica("r1", "Server=db1").AddReplica("r2", "");

    private static ServiceProvider Provider(params (string Key, string Value)[] values)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(values.ToDictionary(value => "Shop:" + value.Key, value => (string?)value.Value))
            .Build();
        return new ServiceCollection().AddReplicatedMySqlDataSource(configuration.GetSection("Shop")).BuildServiceProvider();
    }
}
