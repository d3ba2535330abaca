using System.Collections.Concurrent;
using Dapper;
using MonotonicReads.Cluster.Relay;
using MonotonicReads.Cluster.Tests.Relay;

namespace MonotonicReads.Cluster.Tests.Proxies;

/// <summary>A data source that reaches the cluster of a fixture through a relay, whose record is the proof of what was sent where.</summary>
internal sealed class ThroughProxy : IAsyncDisposable
{
    public const string WhoAnswers = RelayFixture.WhoAnswers;

    private ThroughProxy(StatementRelay relay, ReplicatedMySqlDataSource source)
    {
        (Relay, Source) = (relay, source);
        source.SessionEvent += (_, args) => Events.Enqueue(args);
    }

    public StatementRelay Relay { get; }

    public ReplicatedMySqlDataSource Source { get; }

    /// <summary>What programs sent, without what connections do for themselves and without our own questions.</summary>
    public IReadOnlyList<RelayedStatement> Reads =>
        [
            .. Relay.Statements.Where(statement =>
                statement.Kind is StatementKind.Text or StatementKind.Execute
                && statement.Text.Contains("from who", StringComparison.Ordinal)
            ),
        ];

    /// <summary>What the data source has told.</summary>
    public ConcurrentQueue<ReadSessionEventArgs> Events { get; } = new();

    public ProxySqlRoute ProxySql => (ProxySqlRoute)Relay.Route;

    /// <summary>Through a relay with the route that understands the dialect; replicas have the weights 1, 2 and 3.</summary>
    public static async Task<ThroughProxy> StartAsync(
        RelayFixture fixture,
        ProxyDialect dialect,
        Func<ReplicatedMySqlDataSourceBuilder, ReplicatedMySqlDataSourceBuilder>? configure = null
    )
    {
        var servers = fixture.Servers(1, 2, 3);
        IStatementRoute route = dialect switch
        {
            ShopifyForkDialect fork => new ShopifyForkRoute(
                1,
                fork.TokenDelimiter.ToString(),
                fork.KeyValueDelimiter.ToString(),
                [fork.Key]
            ),
            ProxySqlDialect => ProxySqlRoute.WithHostgroupPerReplica(1, servers),
            MaxScaleDialect => new MaxScaleRoute(1),
            _ => new OneServerRoute(),
        };
        var relay = await StatementRelay.StartAsync(servers, route);
        var builder = new ReplicatedMySqlDataSourceBuilder().UseProxy(relay.ConnectionString, dialect).RecordDecisions();
        if (!dialect.Keeps(ReadConsistency.Monotonic, ReplicaLoss.Primary))
        {
            builder.UseReplicaLoss(ReplicaLoss.Redraw);
        }

        foreach (var server in servers.Where(server => !server.IsPrimary))
        {
            builder.AddReplica(server.Name, "", server.Weight);
        }

        return new ThroughProxy(relay, (configure ?? (b => b))(builder).Build());
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Relay.DisposeAsync();
    }

    public async Task<string> AskAsync()
    {
        await using var connection = await Source.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<string>(WhoAnswers))!;
    }

    /// <summary>The replica that <see cref="ReplicaSelectors.WeightedModulo"/> names for an id.</summary>
    public string Drawn(Guid id)
    {
        WeightedReplica[] replicas =
        [
            .. Relay
                .Servers.Where(server => !server.IsPrimary)
                .Select(server => new WeightedReplica(server.Name, server.Weight, IsAvailable: true)),
        ];
        return replicas[ReplicaSelectors.WeightedModulo.Select(id, replicas)].Name;
    }

    /// <summary>An id that draws this replica.</summary>
    public Guid IdOn(string replica) => Enumerable.Range(0, 10_000).Select(_ => Guid.NewGuid()).First(id => Drawn(id) == replica);

    /// <summary>A key that draws this replica.</summary>
    public string KeyOn(string replica) =>
        Enumerable.Range(0, 10_000).Select(_ => Guid.NewGuid().ToString()).First(key => Drawn(SessionKey.ToGuid(key)) == replica);

    public RelayServer Server(string name) => Relay.Servers.First(server => server.Name == name);
}
