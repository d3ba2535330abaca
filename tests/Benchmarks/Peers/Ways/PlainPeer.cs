using MonotonicReads.Benchmarks.Peers.Pages;
using MonotonicReads.Benchmarks.Peers.Servers;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Peers.Ways;

/// <summary>The driver and one replica: what all the others are compared with.</summary>
internal sealed class PlainPeer(ServerStrings servers) : IPeer
{
    // The user's lines:
    private readonly MySqlDataSource _primary = new(servers.Primary);
    private readonly MySqlDataSource _replica = new(servers.Replicas[0]);

    // to here.

    public IRequest Begin(Visitor visitor) => new DapperRequest(visitor, _replica.CreateConnection, _primary.CreateConnection);

    public async ValueTask DisposeAsync()
    {
        await _replica.DisposeAsync();
        await _primary.DisposeAsync();
    }
}
