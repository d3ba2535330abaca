namespace MonotonicReads.Benchmarks.Peers.Pages;

/// <summary>A request that knows nothing but the repository.</summary>
internal sealed class ShopRequest(Visitor visitor, IShop shop) : IRequest
{
    public Task<PageVersions> PageAsync() => shop.PageAsync();

    public Task<long> OwnAsync() => shop.OwnAsync(visitor.Id);

    public Task WriteAsync(long value) => shop.WriteAsync(visitor.Id, value);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
