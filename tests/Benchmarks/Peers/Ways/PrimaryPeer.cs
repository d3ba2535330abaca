using MonotonicReads.Benchmarks.Peers.Pages;
using MonotonicReads.Benchmarks.Peers.Servers;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Peers.Ways;

/// <summary>Written by hand: everything on the primary, and the replicas idle.</summary>
internal sealed class PrimaryPeer(ServerStrings servers) : IPeer
{
    // The user's lines:
    private readonly MySqlDataSource _primary = new(servers.Primary);

    // to here.

    public IRequest Begin(Visitor visitor) => new DapperRequest(visitor, _primary.CreateConnection, _primary.CreateConnection);

    public ValueTask DisposeAsync() => _primary.DisposeAsync();
}
