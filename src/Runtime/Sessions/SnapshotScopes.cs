namespace MonotonicReads.Sessions;

/// <summary>The snapshots that a session ends where nobody did before. A field of the session; safe for concurrent use.</summary>
internal struct SnapshotScopes
{
    private SnapshotScope? _first;
    private object? _lock;

    public void Add(SnapshotScope snapshot)
    {
        lock (Lock())
        {
            snapshot.Next = _first;
            Volatile.Write(ref _first, snapshot);
        }
    }

    /// <summary>It has ended before the session.</summary>
    public void Remove(SnapshotScope snapshot)
    {
        if (Volatile.Read(ref _first) is null)
        {
            return;
        }

        lock (Lock())
        {
            if (ReferenceEquals(_first, snapshot))
            {
                Volatile.Write(ref _first, snapshot.Next);
                return;
            }

            var before = _first;
            while (before is not null && !ReferenceEquals(before.Next, snapshot))
            {
                before = before.Next;
            }

            if (before is not null)
            {
                before.Next = snapshot.Next;
            }
        }
    }

    public void End()
    {
        if (Volatile.Read(ref _first) is null)
        {
            return;
        }

        SnapshotScope? snapshot;
        lock (Lock())
        {
            snapshot = _first;
            Volatile.Write(ref _first, null);
        }

        // Taken out of the list, so that nobody changes what follows.
        for (; snapshot is not null; snapshot = snapshot.Next)
        {
            snapshot.End();
        }
    }

    // An object of its own: callers have the session, and may lock it.
    private object Lock() =>
        Volatile.Read(ref _lock) ?? Interlocked.CompareExchange(ref _lock, new object(), null) ?? Volatile.Read(ref _lock)!;
}
