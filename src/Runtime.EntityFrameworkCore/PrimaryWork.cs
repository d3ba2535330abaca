namespace MonotonicReads.EntityFrameworkCore;

/// <summary>
/// Work that reads and writes on the primary alone, whatever session runs: in one of its own, so that a check of the database does not
/// keep the running session there.
/// </summary>
internal sealed class PrimaryWork : IDisposable
{
    private readonly ReplicatedMySqlDataSource _source;
    private readonly ReadSession? _running = ReadSession.Current;
    private readonly ReadSession _own = ReadSession.Begin(ReadConsistency.Primary, Guid.NewGuid());
    private readonly bool _writes;

    private PrimaryWork(ReplicatedMySqlDataSource source, bool writes)
    {
        _source = source;
        _writes = writes;
    }

    /// <summary>Looks, and changes nothing.</summary>
    public static PrimaryWork Reading(ReplicatedMySqlDataSource source) => new(source, writes: false);

    /// <summary>Changes something, of which the running session learns.</summary>
    public static PrimaryWork Writing(ReplicatedMySqlDataSource source) => new(source, writes: true);

    public void Dispose()
    {
        _own.Dispose();
        if (_writes)
        {
            _running?.PinFor(_source.Routed).MarkWritten();
        }
    }
}
