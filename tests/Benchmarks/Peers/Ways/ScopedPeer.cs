using MonotonicReads.Benchmarks.Peers.Pages;
using MonotonicReads.Benchmarks.Peers.Servers;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Peers.Ways;

/// <summary>Written by hand: each request draws one of three pools and keeps to it.</summary>
internal sealed class ScopedPeer(ServerStrings servers) : IPeer
{
    // The user's lines:
    private readonly MySqlDataSource _primary = new(servers.Primary);
    private readonly MySqlDataSource[] _replicas = [.. servers.Replicas.Select(replica => new MySqlDataSource(replica))];

    public IRequest Begin(Visitor visitor)
    {
        var replica = _replicas[Random.Shared.Next(_replicas.Length)];
        return new DapperRequest(visitor, replica.CreateConnection, _primary.CreateConnection);
    }

    // to here.

    public async ValueTask DisposeAsync()
    {
        foreach (var pool in _replicas.Prepend(_primary))
        {
            await pool.DisposeAsync();
        }
    }
}
