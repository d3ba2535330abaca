namespace MonotonicReads.Sessions;

/// <summary>The snapshots that a session ends where nobody did before. A field of the session; safe for concurrent use.</summary>
internal struct SnapshotScopes
{
    private SnapshotScope? _first;

    public void Add(SnapshotScope snapshot)
    {
        var first = Volatile.Read(ref _first);
        while (true)
        {
            snapshot.Next = first;
            var seen = Interlocked.CompareExchange(ref _first, snapshot, first);
            if (ReferenceEquals(seen, first))
            {
                return;
            }

            first = seen;
        }
    }

    public void End()
    {
        for (var snapshot = Interlocked.Exchange(ref _first, null); snapshot is not null; snapshot = snapshot.Next)
        {
            snapshot.End();
        }
    }
}
