namespace MonotonicReads.EntityFrameworkCore;

/// <summary>
/// Work that reads and writes on the primary alone, whatever session runs: in one of its own, so that a check of the database does not
/// keep the running session there; or as a part of that, where what was seen binds it.
/// </summary>
internal sealed class PrimaryWork : IDisposable
{
    private readonly ReplicatedMySqlDataSource _source;
    private readonly ReadSession? _running = ReadSession.Current;
    private readonly ReadSession _own;
    private readonly bool _writes;

    private PrimaryWork(ReplicatedMySqlDataSource source, bool joins, bool writes)
    {
        _source = source;
        _writes = writes;
        _own = joins ? ReadSession.Begin(ReadConsistency.Primary) : ReadSession.Begin(ReadConsistency.Primary, Guid.NewGuid());
    }

    /// <summary>Looks whether something is there, of which the running session learns nothing.</summary>
    public static PrimaryWork Looking(ReplicatedMySqlDataSource source) => new(source, joins: false, writes: false);

    /// <summary>Reads what a replica may not have yet: the running session has seen it, unless that shows another moment.</summary>
    public static PrimaryWork Reading(ReplicatedMySqlDataSource source) =>
        new(source, joins: ReadSession.Current is not { Consistency: ReadConsistency.Snapshot }, writes: false);

    /// <summary>Changes something, of which the running session learns.</summary>
    public static PrimaryWork Writing(ReplicatedMySqlDataSource source) => new(source, joins: false, writes: true);

    public void Dispose()
    {
        _own.Dispose();
        if (_writes)
        {
            _running?.PinFor(_source.Routed).MarkWritten();
        }
    }
}
