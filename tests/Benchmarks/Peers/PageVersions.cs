namespace MonotonicReads.Benchmarks.Peers;

/// <summary>
/// The version that each of a page's queries found, in the order in which they were asked. One statement of the writer changes all of
/// them, so that on one server, at one moment, they are the same.
/// </summary>
internal readonly record struct PageVersions(long Order, long Lines, long Payment, long Stock)
{
    /// <summary>Whether a query found less than one before it.</summary>
    public bool RunsBackwards => Lines < Order || Payment < Math.Max(Order, Lines) || Stock < Math.Max(Math.Max(Order, Lines), Payment);
}
