using MonotonicReads.Cluster;

namespace WebShop.Running;

/// <summary>
/// For trying it out: with <c>--mariadb</c> a primary and two replicas that start with the application, and are gone with it. Nothing of
/// this is needed where servers are.
/// </summary>
public sealed class LocalServers : IAsyncDisposable
{
    public const string Option = "--mariadb";

    private readonly MariaDbCluster? _cluster;

    private LocalServers(MariaDbCluster? cluster) => _cluster = cluster;

    /// <summary>What stands in for appsettings.json; empty where no servers were started.</summary>
    public IReadOnlyDictionary<string, string?> Settings =>
        _cluster is null
            ? new Dictionary<string, string?>()
            : new Dictionary<string, string?>
            {
                ["Shop:Primary"] = _cluster.Primary.ConnectionString,
                ["Shop:Replicas:0:ConnectionString"] = _cluster.Replicas[0].ConnectionString,
                ["Shop:Replicas:1:ConnectionString"] = _cluster.Replicas[1].ConnectionString,
            };

    public static async Task<LocalServers> StartIfAskedAsync(string[] args) =>
        new(args.Contains(Option) ? await MariaDbCluster.StartAsync(replicas: 2) : null);

    /// <summary>From now on the replicas are 1 and 3 seconds late, so that there is something to see.</summary>
    public async Task FallBehindAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.WaitForReplicasAsync();
            await _cluster.Replicas[0].SetDelayAsync(TimeSpan.FromSeconds(1));
            await _cluster.Replicas[1].SetDelayAsync(TimeSpan.FromSeconds(3));
        }
    }

    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}
