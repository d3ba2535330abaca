using System.Data.Common;
using MonotonicReads.Benchmarks.Peers.Pages;
using MonotonicReads.Benchmarks.Peers.Servers;

namespace MonotonicReads.Benchmarks.Peers.Ways;

/// <summary>Ours: the class is annotated, and the page sees one moment.</summary>
internal sealed class SnapshotPeer(ServerStrings servers) : IPeer
{
    // The user's lines:
    private readonly ReplicatedMySqlDataSource _source = new ReplicatedMySqlDataSourceBuilder()
        .UsePrimary(servers.Primary)
        .AddReplica("replica1", servers.Replicas[0])
        .AddReplica("replica2", servers.Replicas[1])
        .AddReplica("replica3", servers.Replicas[2])
        .UseMonitor()
        .Build();

    public IRequest Begin(Visitor visitor) => new ShopRequest(visitor, new ConsistentSnapshotShop(new SnapshotShop(_source)));

    // to here.

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}

/// <summary>The generator makes its wrapper.</summary>
// The user's lines:
[Monotonic]
// to here.
internal sealed class SnapshotShop(DbDataSource source) : DapperShop(source), IShop
{
    // The user's lines:
    [Monotonic(Snapshot = true)]
    // to here.
    public Task<PageVersions> PageAsync() => ReadPageAsync();

    public Task<long> OwnAsync(long visitor) => ReadOwnAsync(visitor);

    public Task WriteAsync(long visitor, long value) => WriteNoteAsync(visitor, value);
}
