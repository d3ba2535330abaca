using MonotonicReads.Cluster;

namespace MonotonicReads.Cluster.Tests;

/// <summary>Replicas that have all that there is, and get nothing more until this is disposed.</summary>
internal sealed class Frozen : IAsyncDisposable
{
    private readonly MariaDbCluster _cluster;

    private Frozen(MariaDbCluster cluster) => _cluster = cluster;

    public static async Task<Frozen> ReplicasOfAsync(MariaDbCluster cluster)
    {
        await cluster.WaitForReplicasAsync();
        await Task.WhenAll(cluster.Replicas.Select(replica => replica.StopApplyingAsync()));
        return new Frozen(cluster);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_cluster.Replicas.Select(replica => replica.StartApplyingAsync()));
        await _cluster.WaitForReplicasAsync();
    }
}
