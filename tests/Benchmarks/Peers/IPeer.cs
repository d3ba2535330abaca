namespace MonotonicReads.Benchmarks.Peers;

/// <summary>One way to read from replicas: what an application sets up once.</summary>
internal interface IPeer : IAsyncDisposable
{
    /// <summary>A request of this visitor begins; not asynchronous, so that a session can be ambient from here on.</summary>
    IRequest Begin(Visitor visitor);
}

/// <summary>What the application does in one request. It ends when this is disposed.</summary>
internal interface IRequest : IAsyncDisposable
{
    /// <summary>The page of four queries.</summary>
    Task<PageVersions> PageAsync();

    /// <summary>What the visitor wrote last, 0 where nothing is found.</summary>
    Task<long> OwnAsync();

    /// <summary>Writes what the visitor reads back; once for each visitor.</summary>
    Task WriteAsync(long value);
}
