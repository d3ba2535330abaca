using Dapper;
using MonotonicReads.Benchmarks.Peers.Pages;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Peers.Servers;

/// <summary>A primary, three replicas and somebody who changes the order all the time, some two hundred times a second.</summary>
internal sealed class PeerShop : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly CancellationTokenSource _over = new();
    private readonly Task _writing;

    private PeerShop(MariaDbCluster cluster)
    {
        Cluster = cluster;
        _writing = Task.Run(ChangeAsync);
    }

    public MariaDbCluster Cluster { get; }

    /// <summary>Starts the servers.</summary>
    /// <param name="delays">How late each replica is, in whole seconds.</param>
    public static async Task<PeerShop> StartAsync(params int[] delays)
    {
        var cluster = await MariaDbCluster.StartAsync(delays.Length, ["--max-connections=6000"], onOnePort: true);
        try
        {
            await using (var connection = new MySqlConnection(cluster.Primary.ConnectionString + ";Pooling=false"))
            {
                await connection.ExecuteAsync(Rows.Schema);
            }

            await cluster.WaitForReplicasAsync();
            foreach (var (replica, delay) in cluster.Replicas.Zip(delays).Where(static pair => pair.Second > 0))
            {
                await replica.SetDelayAsync(TimeSpan.FromSeconds(delay));
            }

            return new(cluster);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _writing;
        _over.Dispose();
        await Cluster.DisposeAsync();
        await MySqlConnection.ClearAllPoolsAsync();
    }

    private async Task ChangeAsync()
    {
        await using var connection = new MySqlConnection(Cluster.Primary.AdminConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        for (var version = 1L; !_over.IsCancellationRequested; version++)
        {
            // A primary that stands still for a while is one of the things that are measured: this waits as long.
            await connection.ExecuteAsync(Rows.Change, new { version }, commandTimeout: 60);
            await Task.Delay(Pause);
        }
    }
}
