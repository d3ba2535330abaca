using MonotonicReads;

namespace Storefront.Data;

/// <summary>One primary and three replicas that are 0, 1 and 3 seconds behind it.</summary>
internal interface IShopDatabase : IAsyncDisposable
{
    static readonly TimeSpan[] Lags = [TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)];

    ReplicatedDataSource Source { get; }
}
