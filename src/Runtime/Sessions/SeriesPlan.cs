namespace MonotonicReads.Sessions;

/// <summary>A call whose reads were counted beforehand, and what it keeps between them. Safe for concurrent use.</summary>
/// <param name="reads">How many reads it makes.</param>
internal sealed class SeriesPlan(int reads)
{
    private SessionLease? _leases;
    private int _done;
    private volatile bool _hasEnded;

    /// <summary>Whether the last read has run, or the call has ended.</summary>
    public bool IsAtEnd => _hasEnded || Volatile.Read(ref _done) >= reads;

    /// <summary>The plan of a number of reads.</summary>
    /// <returns>Null where there is no next read to keep anything for.</returns>
    public static SeriesPlan? Of(int reads) => reads > 1 ? new SeriesPlan(reads) : null;

    /// <summary>Takes note of a read.</summary>
    /// <param name="by">One, or minus one for a read that did not run.</param>
    public void Count(int by) => Interlocked.Add(ref _done, by);

    /// <summary>What is kept in a data source; concurrent callers get one and the same.</summary>
    public SessionLease LeaseIn(ISessionSource source)
    {
        while (true)
        {
            var first = Volatile.Read(ref _leases);
            for (var lease = first; lease is not null; lease = lease.Next)
            {
                if (ReferenceEquals(lease.Source, source))
                {
                    return lease;
                }
            }

            Interlocked.CompareExchange(ref _leases, new SessionLease(this, source) { Next = first }, first);
        }
    }

    /// <summary>The call has ended: nothing is kept from now on.</summary>
    public void End()
    {
        _hasEnded = true;
        for (var lease = Volatile.Read(ref _leases); lease is not null; lease = lease.Next)
        {
            lease.End();
        }
    }
}
