using System.Collections.Concurrent;
using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>A relay before each server, and data sources that lead to them.</summary>
internal sealed class Relays(RoutingFixture fixture) : IDisposable
{
    private readonly Dictionary<string, CommandRelay> _relays = fixture
        .Cluster.Replicas.Prepend<MariaDbServer>(fixture.Cluster.Primary)
        .ToDictionary(server => server.Name, server => new CommandRelay(server.Port));

    public CommandRelay Of(string name) => _relays[name];

    /// <summary>A server ends its connections, and says so on each of them.</summary>
    public void SayGoodbye(string name, int error)
    {
        var server = fixture.Cluster.Replicas.Prepend<MariaDbServer>(fixture.Cluster.Primary).Single(one => one.Name == name);
        Of(name).Counted = async () =>
        {
            await using var admin = new MySqlConnection(server.AdminConnectionString);
            return await admin.ExecuteScalarAsync<long>("select count(*) from information_schema.processlist where user = 'app'");
        };
        Of(name).Farewell = error;
    }

    /// <summary>The way through a relay. The driver asks no server to cancel, and gives an opening up while a restart has time.</summary>
    public static string To(MariaDbServer server, CommandRelay relay) =>
        new MySqlConnectionStringBuilder(server.ConnectionString)
        {
            Port = (uint)relay.Port,
            CancellationTimeout = -1,
            ConnectionTimeout = 4,
        }.ConnectionString;

    public ReplicatedMySqlDataSource Build(ConcurrentQueue<ReadSessionEventArgs> events, string? name = null)
    {
        var builder = new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .UsePrimary(To(fixture.Cluster.Primary, Of("primary")));
        foreach (var replica in fixture.Cluster.Replicas)
        {
            builder.AddReplica(replica.Name, To(replica, Of(replica.Name)));
        }

        var source = (name is null ? builder : builder.UseName(name)).Build();
        source.SessionEvent += (_, e) => events.Enqueue(e);
        return source;
    }

    public void Dispose()
    {
        foreach (var relay in _relays.Values)
        {
            relay.Dispose();
        }
    }
}
