namespace MonotonicReads.Benchmarks.Peers.Pages;

/// <summary>A request with one context for its reads; a write has a context of its own.</summary>
internal sealed class EfRequest(Visitor visitor, PeerContext reading, Func<PeerContext> writing) : IRequest
{
    public Task<PageVersions> PageAsync() => EfPage.ReadAsync(reading);

    public Task<long> OwnAsync() => EfPage.OwnAsync(reading, visitor.Id);

    public async Task WriteAsync(long value)
    {
        await using var context = writing();
        await EfPage.WriteAsync(context, visitor.Id, value);
    }

    public ValueTask DisposeAsync() => reading.DisposeAsync();
}
