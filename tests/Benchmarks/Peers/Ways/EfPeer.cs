using Microsoft.EntityFrameworkCore;
using MonotonicReads.Benchmarks.Peers.Pages;
using MonotonicReads.Benchmarks.Peers.Servers;

namespace MonotonicReads.Benchmarks.Peers.Ways;

/// <summary>EF Core on Pomelo: each context has a replica that was drawn for it, writes have a context of their own.</summary>
internal sealed class EfPeer(ServerStrings servers) : IPeer
{
    // The user's lines:
    private readonly DbContextOptions[] _replicas = [.. servers.Replicas.Select(PeerContext.On)];
    private readonly DbContextOptions _primary = PeerContext.On(servers.Primary);

    public IRequest Begin(Visitor visitor) =>
        new EfRequest(visitor, new(_replicas[Random.Shared.Next(_replicas.Length)]), () => new(_primary));

    // to here.

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
