namespace MonotonicReads.Benchmarks.Peers;

/// <summary>Somebody who comes back: the cookie is what a browser would bring.</summary>
internal sealed class Visitor
{
    private static long _last;

    public long Id { get; } = Interlocked.Increment(ref _last);

    public string? Cookie { get; set; }
}
