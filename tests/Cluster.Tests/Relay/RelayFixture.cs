using Dapper;
using MonotonicReads.Cluster.Relay;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Relay;

/// <summary>A primary and three replicas, and a table that tells which server answered without any <c>@</c>.</summary>
public sealed class RelayFixture : IAsyncLifetime
{
    /// <summary>The name of the server that answers.</summary>
    public const string WhoAnswers = "select name from who";

    private MariaDbCluster? _cluster;

    public MariaDbCluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster has not been started.");

    public async Task InitializeAsync()
    {
        _cluster = await MariaDbCluster.StartAsync(replicas: 3, ["--max-allowed-packet=64M"]);
        await using (var primary = new MySqlConnection(Cluster.Primary.ConnectionString))
        {
            await primary.ExecuteAsync(
                "create table servers (id bigint primary key, name varchar(20)); create table notes (id int auto_increment primary key, note varchar(100)); "
                    + "create view who as select name from servers where id = (select variable_value from information_schema.global_variables where variable_name = 'server_id')"
            );
            foreach (var server in Cluster.Replicas.Prepend(Cluster.Primary))
            {
                await primary.ExecuteAsync("insert into servers values (@ServerId, @Name)", new { server.ServerId, server.Name });
            }
        }

        await Cluster.WaitForReplicasAsync();
    }

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    /// <summary>The cluster's servers, replicas weighted.</summary>
    public IReadOnlyList<RelayServer> Servers(params IReadOnlyList<int> weights) => RelayServer.Of(Cluster, weights);

    /// <summary>The rules that we write for ProxySQL.</summary>
    public static QueryRules EmittedRules
    {
        get
        {
            var set = new ReplicatedMySqlOptions { Primary = "Server=db0" };
            set.Replicas.Add(new ReplicaSettings("r1", "Server=db1"));
            return QueryRules.Of(ProxyConfiguration.For(ProxyDialect.ProxySql, set), otherwise: 0);
        }
    }

    public Task<StatementRelay> ThroughForkAsync(params IReadOnlyList<int> weights) =>
        StatementRelay.StartAsync(Servers(weights), new ShopifyForkRoute(seed: 1, rules: EmittedRules));

    public Task<StatementRelay> ThroughProxySqlAsync()
    {
        var servers = Servers();
        return StatementRelay.StartAsync(servers, ProxySqlRoute.WithHostgroupPerReplica(seed: 1, servers, rules: EmittedRules));
    }

    public Task<StatementRelay> ThroughMaxScaleAsync() => StatementRelay.StartAsync(Servers(), new MaxScaleRoute(seed: 1));

    /// <summary>One connection, not pooled.</summary>
    public static async Task<MySqlConnection> OpenAsync(StatementRelay relay, Action<MySqlConnectionStringBuilder>? change = null)
    {
        var settings = new MySqlConnectionStringBuilder(relay.ConnectionString) { Pooling = false, Pipelining = false };
        change?.Invoke(settings);
        var connection = new MySqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}
