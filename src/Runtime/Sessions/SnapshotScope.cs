namespace MonotonicReads.Sessions;

/// <summary>
/// From the beginning of a session, or of a handle on one, at level <see cref="ReadConsistency.Snapshot"/> to its end: in each data source
/// all
/// reads show the state of one moment.
/// </summary>
internal sealed class SnapshotScope
{
    private readonly object _lock = new();
    private List<SnapshotConnection>? _connections;
    private bool _hasEnded;

    /// <summary>How old the state may be when it begins; null for any age.</summary>
    public TimeSpan? Bound { get; init; }

    /// <summary>The next one of the same session.</summary>
    public SnapshotScope? Next { get; set; }

    /// <summary>The one connection in a data source; concurrent callers get one and the same.</summary>
    /// <exception cref="InvalidOperationException">The snapshot has ended.</exception>
    public SnapshotConnection ConnectionIn(ISessionSource source)
    {
        lock (_lock)
        {
            if (_hasEnded)
            {
                throw SnapshotConnection.Ended();
            }

            var connection = _connections?.Find(connection => ReferenceEquals(connection.Source, source));
            if (connection is null)
            {
                connection = new SnapshotConnection(source);
                (_connections ??= []).Add(connection);
            }

            return connection;
        }
    }

    /// <summary>Ends the transactions; nobody waits for that.</summary>
    public void End()
    {
        List<SnapshotConnection>? connections;
        lock (_lock)
        {
            if (_hasEnded)
            {
                return;
            }

            _hasEnded = true;
            connections = _connections;
        }

        connections?.ForEach(static connection => connection.End());
    }
}
