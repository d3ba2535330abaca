using System.Data.Common;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace Storefront.Data;

/// <summary>A replica's own server process. Its lag is the delay with which it applies the primary's log.</summary>
internal sealed class MariaDbShopReplica(MariaDbReplica server) : IShopReplica, IAsyncDisposable
{
    private readonly MySqlDataSource _direct = new(server.ConnectionString);
    private TimeSpan _lag;

    public string Name => server.Name;

    public bool IsUp => server.IsRunning;

    public TimeSpan Lag => _lag;

    public DbDataSource Direct => _direct;

    public async Task SetLagAsync(TimeSpan lag)
    {
        _lag = lag;
        if (IsUp)
        {
            await server.SetDelayAsync(lag);
        }
    }

    public Task KillAsync() => IsUp ? server.KillAsync() : Task.CompletedTask;

    public async Task ReviveAsync()
    {
        if (!IsUp)
        {
            await server.RestartAsync();
            await server.SetDelayAsync(_lag);
        }
    }

    public ValueTask DisposeAsync() => _direct.DisposeAsync();
}
