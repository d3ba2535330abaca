using MonotonicReads.Benchmarks.Peers.Pages;
using MonotonicReads.Benchmarks.Peers.Servers;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Peers.Ways;

/// <summary>The driver's own balancing over the replicas, in one of its modes.</summary>
internal sealed class BalancedPeer(ServerStrings servers, MySqlLoadBalance mode) : IPeer
{
    // The user's lines:
    private readonly MySqlDataSource _primary = new(servers.Primary);
    private readonly MySqlDataSource _replicas = new(servers.Balanced + $";LoadBalance={mode}");

    // to here.

    public IRequest Begin(Visitor visitor) => new DapperRequest(visitor, _replicas.CreateConnection, _primary.CreateConnection);

    public async ValueTask DisposeAsync()
    {
        await _replicas.DisposeAsync();
        await _primary.DisposeAsync();
    }
}
