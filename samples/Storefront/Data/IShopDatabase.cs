using MonotonicReads;

namespace Storefront.Data;

/// <summary>One primary and three replicas, at first 0, 1 and 3 seconds behind it.</summary>
internal interface IShopDatabase : IAsyncDisposable
{
    static readonly TimeSpan[] Lags = [TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)];

    ReplicatedDataSource Source { get; }

    IReadOnlyList<IShopReplica> Replicas { get; }

    /// <summary>What the servers are, for the eye.</summary>
    string Kind { get; }

    /// <summary>Whether the servers tell what they have applied. Without that no session can be proved to go on elsewhere when its replica
    /// is lost, and there are no snapshots.</summary>
    bool HasPositions { get; }

    /// <summary>How finely the lag of a replica can be set.</summary>
    TimeSpan LagStep { get; }
}
