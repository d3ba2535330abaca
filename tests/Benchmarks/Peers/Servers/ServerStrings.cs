using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Peers.Servers;

/// <summary>What an application has in its settings. The name of the application keeps its pools apart from those of other peers.</summary>
/// <param name="Primary">The server that takes the writes.</param>
/// <param name="Replicas">The others, each alone.</param>
/// <param name="Balanced">The others as hosts of one connection string, for the driver's <c>LoadBalance</c>.</param>
internal sealed record ServerStrings(string Primary, IReadOnlyList<string> Replicas, string Balanced)
{
    /// <summary>A pool that has a connection for each of 256 at once.</summary>
    private const uint PoolSize = 300;

    public static ServerStrings Of(MariaDbCluster cluster, string application)
    {
        var hosts = string.Join(',', cluster.Replicas.Select(replica => replica.Host));
        return new(
            For(cluster.Primary, cluster.Primary.Host),
            [.. cluster.Replicas.Select(replica => For(replica, replica.Host))],
            For(cluster.Replicas[0], hosts)
        );

        string For(MariaDbServer server, string hosts) =>
            new MySqlConnectionStringBuilder(server.ConnectionString)
            {
                Server = hosts,
                MaximumPoolSize = PoolSize,
                ApplicationName = application,
                // What Pomelo asks for; the same for all.
                AllowUserVariables = true,
                UseAffectedRows = false,
            }.ConnectionString;
    }
}
