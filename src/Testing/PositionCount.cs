namespace MonotonicReads.Testing;

/// <summary>
/// The positions of a set: a count of its own, in the form of a GTID set of one server. A held replica has what was counted when it was
/// held; whatever a read elsewhere may have seen since gets a number that is larger, whoever wrote it.
/// </summary>
internal sealed class PositionCount
{
    private readonly string _server = Guid.NewGuid().ToString();
    private long _count = 1;

    /// <summary>What the server has for sure.</summary>
    public ReplicationPosition Current => At(Interlocked.Read(ref _count));

    /// <summary>What contains all that was written until now, and nothing that is held has.</summary>
    public ReplicationPosition Next() => At(Interlocked.Increment(ref _count));

    private MySqlGtidSet At(long count) => MySqlGtidSet.OfServer(FormattableString.Invariant($"{_server}:1-{count}"));
}
