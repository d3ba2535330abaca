using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Reading;

/// <summary>What one has without us: a data source of the driver's for each replica, and a draw for each read.</summary>
/// <param name="cluster">The servers.</param>
/// <param name="most">How many reads there may be at once.</param>
internal sealed class PlainSpread(MariaDbCluster cluster, int most) : IAsyncDisposable
{
    private readonly MySqlDataSource[] _sources = [.. cluster.Replicas.Select(server => new MySqlDataSource(Pooled(server, most)))];

    /// <summary>The connection string of a server, with as many connections as all reads of one moment may need.</summary>
    public static string Pooled(MariaDbServer server, int most) =>
        new MySqlConnectionStringBuilder(server.ConnectionString) { MaximumPoolSize = (uint)most, ConnectionTimeout = 15 }.ConnectionString;

    public Task ReadAsync() => Product.ReadAsync(_sources[Random.Shared.Next(_sources.Length)]);

    public async ValueTask DisposeAsync()
    {
        foreach (var source in _sources)
        {
            await source.DisposeAsync();
        }
    }
}
