using System.Data.Common;
using Dapper;
using MonotonicReads.Cluster.Relay;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Conformance;

/// <summary>A cluster, a relay for each dialect, and what every behaviour came to on every subject, each done once.</summary>
public sealed class ConformanceFixture : IAsyncLifetime
{
    private readonly Dictionary<(Behaviour, Calls, Subject), string> _outcomes = [];
    private readonly List<StatementRelay> _relays = [];
    private MariaDbCluster? _cluster;
    private int _tables;

    public MariaDbCluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster has not been started.");

    /// <summary>The driver alone on the primary, with which all others are compared.</summary>
    public Subject Bare => Subjects[0];

    public IReadOnlyList<Subject> Subjects { get; private set; } = [];

    /// <summary>What went wrong in the relays themselves.</summary>
    public IEnumerable<Exception> RelayFaults => _relays.SelectMany(relay => relay.Faults);

    public async Task InitializeAsync()
    {
        _cluster = await MariaDbCluster.StartAsync(replicas: 3, ["--log-bin-trust-function-creators=1"]);
        await using (var primary = new MySqlConnection(Cluster.Primary.ConnectionString))
        {
            await primary.ExecuteAsync(
                """
                create table numbers (n int primary key, name varchar(20) null);
                insert into numbers values (1, 'one'), (2, 'two'), (3, null);
                create table many (n int primary key);
                insert into many select seq from seq_1_to_400;
                create table kinds (id int primary key auto_increment, i tinyint, s smallint, l bigint, ul bigint unsigned, d decimal(10, 2), f float, db double,
                    t varchar(50) not null, txt text, b blob, g char(36) character set utf8mb4, dt datetime(6), dy date, tm time(6), fl tinyint(1), bits bit(3), y year) default character set utf8mb4;
                insert into kinds values (1, 8, 16, 64, 65, 1.25, 1.5, 2.5, 'text', 'héllo 🙂', x'010203', '0190f0a4-0000-7000-8000-000000000001',
                    '2026-01-02 03:04:05.678901', '2026-01-02', '01:02:03.5', 1, b'101', 2026);
                create procedure double_it(in p int, out q int, inout r int) begin set q = 2 * p; set r = r + p; end;
                create procedure two_results(in p int) begin select p as a; select n from numbers order by n; end;
                create function triple(p int) returns int deterministic return 3 * p;
                create database other;
                create table notes (id int auto_increment primary key, note varchar(100));
                create view endless as select sleep(600) as pause;
                create view who as select variable_value as id from information_schema.global_variables where variable_name = 'server_id';
                """
            );
        }

        await Cluster.WaitForReplicasAsync();
        var servers = RelayServer.Of(Cluster, []);
        var proxySql = await RelayAsync(servers, ProxySqlRoute.WithHostgroupPerReplica(seed: 1, servers));
        var fork = await RelayAsync(servers, new ShopifyForkRoute(seed: 1));
        var maxScale = await RelayAsync(servers, new MaxScaleRoute(seed: 1));
        Subjects =
        [
            new Subject(this, Way.Bare, isInSession: false, kind => new MySqlDataSource(Pooled(Cluster.Primary.ConnectionString, kind)))
            {
                Name = "MySqlConnector",
            },
            new Subject(this, Way.Bare, isInSession: false, kind => new MySqlDataSource(Pooled(Cluster.Replicas[0].ConnectionString, kind)))
            {
                Name = "MySqlConnector, replica",
                IsReplica = true,
            },
            .. Ours(
                Way.Direct,
                kind =>
                    WithReplicas(
                        new ReplicatedMySqlDataSourceBuilder()
                            .UseTimeProvider(new PatientTime())
                            .UsePrimary(Pooled(Cluster.Primary.ConnectionString, kind)),
                        kind
                    )
            ),
            new Subject(
                this,
                Way.Direct,
                isInSession: true,
                kind =>
                    WithReplicas(
                            new ReplicatedMySqlDataSourceBuilder()
                                .UseTimeProvider(new PatientTime())
                                .UsePrimary(Pooled(Cluster.Primary.ConnectionString, kind)),
                            kind
                        )
                        .Build()
            )
            {
                Name = "Direct, in a planned series",
                Reads = int.MaxValue,
            },
            .. Ours(
                Way.ProxySql,
                kind =>
                    WithReplicas(
                        new ReplicatedMySqlDataSourceBuilder()
                            .UseTimeProvider(new PatientTime())
                            .UseProxy(Pooled(proxySql.ConnectionString, kind), ProxyDialect.ProxySql),
                        kind
                    )
            ),
            .. Ours(
                Way.ShopifyFork,
                kind =>
                    new ReplicatedMySqlDataSourceBuilder()
                        .UseTimeProvider(new PatientTime())
                        .UseProxy(Pooled(fork.ConnectionString, kind), ProxyDialect.ShopifyFork)
                        .UseReplicaLoss(ReplicaLoss.Redraw)
            ),
            .. Ours(
                Way.MaxScale,
                kind =>
                    WithReplicas(
                        new ReplicatedMySqlDataSourceBuilder()
                            .UseTimeProvider(new PatientTime())
                            .UseProxy(Pooled(maxScale.ConnectionString, kind), ProxyDialect.MaxScale)
                            .UseReplicaLoss(ReplicaLoss.Redraw),
                        kind
                    )
            ),
        ];
    }

    public async Task DisposeAsync()
    {
        foreach (var subject in Subjects)
        {
            await subject.DisposeAsync();
        }

        foreach (var relay in _relays)
        {
            await relay.DisposeAsync();
        }

        await Cluster.DisposeAsync();
    }

    /// <summary>What came of a behaviour on a subject; null where it cannot be done there.</summary>
    public async Task<string?> OutcomeAsync(Behaviour behaviour, Calls calls, Subject subject)
    {
        if (behaviour.NeedsPrimary && subject.IsReplica)
        {
            return null;
        }

        if (!_outcomes.TryGetValue((behaviour, calls, subject), out var outcome))
        {
            // What waits for a time limit waits on all subjects at once.
            var together = behaviour.Waits ? Subjects.Where(other => !behaviour.NeedsPrimary || !other.IsReplica) : [subject];
            var outcomes = await Task.WhenAll(
                together.Select(async one => (one, Outcome: await Task.Run(() => one.RunAsync(behaviour, calls))))
            );
            foreach (var (one, came) in outcomes)
            {
                _outcomes.Add((behaviour, calls, one), came);
            }

            outcome = _outcomes[(behaviour, calls, subject)];
        }

        return outcome;
    }

    public async Task<string> NewTableAsync()
    {
        var table = $"scratch{Interlocked.Increment(ref _tables)}";
        await using var primary = new MySqlConnection(Cluster.Primary.ConnectionString);
        await primary.ExecuteAsync($"create table {table} (id int auto_increment primary key, note varchar(100))");
        return table;
    }

    public async Task<object?> AskPrimaryAsync(string text)
    {
        await using var primary = new MySqlConnection(Cluster.Primary.ConnectionString);
        return await primary.ExecuteScalarAsync(text);
    }

    private IEnumerable<Subject> Ours(Way way, Func<SourceKind, ReplicatedMySqlDataSourceBuilder> builder)
    {
        DbDataSource Create(SourceKind kind) => (kind == SourceKind.ForPomelo ? builder(kind).ForPomelo() : builder(kind)).Build();
        yield return new Subject(this, way, isInSession: false, Create);
        yield return new Subject(this, way, isInSession: true, Create);
    }

    private ReplicatedMySqlDataSourceBuilder WithReplicas(ReplicatedMySqlDataSourceBuilder builder, SourceKind kind)
    {
        foreach (var replica in Cluster.Replicas)
        {
            builder.AddReplica(replica.Name, Pooled(replica.ConnectionString, kind));
        }

        return builder;
    }

    private static string Pooled(string connectionString, SourceKind kind) =>
        new MySqlConnectionStringBuilder(connectionString)
        {
            Pooling = kind != SourceKind.Unpooled,
            // How long the driver gives the connection on which it ends a statement: what does not come in time it does not end.
            CancellationTimeout = 60,
        }.ConnectionString;

    private async Task<StatementRelay> RelayAsync(IReadOnlyList<RelayServer> servers, IStatementRoute route)
    {
        var relay = await StatementRelay.StartAsync(servers, route);
        _relays.Add(relay);
        return relay;
    }
}
