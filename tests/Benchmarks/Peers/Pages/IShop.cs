namespace MonotonicReads.Benchmarks.Peers.Pages;

/// <summary>What the wrappers wrap.</summary>
internal interface IShop
{
    Task<PageVersions> PageAsync();

    Task<long> OwnAsync(long visitor);

    Task WriteAsync(long visitor, long value);
}
