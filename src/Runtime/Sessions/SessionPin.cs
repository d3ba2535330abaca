namespace MonotonicReads;

/// <summary>
/// Where a session reads in one data source: nowhere yet, on a replica, or on the primary. It goes only forward, and
/// a replica is given up for another only while nothing was read on it.
/// </summary>
internal sealed class SessionPin(ReadSession session, ReplicatedDataSource source)
{
    private volatile RoutedServer? _server;
    private volatile PinLoss? _loss;
    private volatile bool _hasRead;
    private int _incarnation;

    public ReadSession Session => session;

    public ReplicatedDataSource Source => source;

    public SessionPin? Next { get; set; }

    public RoutedServer? Server => _server;

    public PinLoss? Loss => _loss;

    /// <summary>Takes the drawn server unless a concurrent read was first; everyone gets the first one's.</summary>
    public RoutedServer Agree(RoutedServer drawn)
    {
        lock (this)
        {
            return _server ??= drawn;
        }
    }

    /// <summary>Notes a read on a replica; adopts the replica if none was drawn.</summary>
    /// <returns>Whether the session may read there.</returns>
    public bool TryRead(RoutedServer replica)
    {
        if (_hasRead && ReferenceEquals(_server, replica) && _loss is null)
        {
            return true;
        }

        lock (this)
        {
            if (_loss is not null || !ReferenceEquals(_server ??= replica, replica))
            {
                return false;
            }

            _incarnation = replica.Incarnation;
            _hasRead = true;
            return true;
        }
    }

    /// <summary>From now on the session reads on the primary.</summary>
    public void BindPrimary(RoutedServer primary)
    {
        if (!ReferenceEquals(_server, primary))
        {
            lock (this)
            {
                _server = primary;
            }
        }
    }

    /// <summary>A replica refused to open: gives it up if nothing was read on it.</summary>
    /// <returns>Whether the session may be drawn again.</returns>
    public bool TryLeave(RoutedServer replica)
    {
        lock (this)
        {
            if (!ReferenceEquals(_server, replica))
            {
                return true;
            }

            if (_hasRead)
            {
                return false;
            }

            _server = null;
            return true;
        }
    }

    /// <summary>Whether the replica is another run of the server than the one that the session has read.</summary>
    public bool IsOtherIncarnation(RoutedServer replica)
    {
        lock (this)
        {
            return _hasRead && ReferenceEquals(_server, replica) && _incarnation != replica.Incarnation;
        }
    }

    /// <summary>Records that the replica which the session has read is lost; the first record stays.</summary>
    /// <returns>Whether this call recorded it.</returns>
    public bool TryLose(RoutedServer replica, PinLoss loss)
    {
        lock (this)
        {
            if (_loss is not null || !ReferenceEquals(_server, replica))
            {
                return false;
            }

            _loss = loss;
            return true;
        }
    }
}

/// <summary>How a pinned replica was lost.</summary>
internal sealed record PinLoss(string Replica, ReplicaLossReason Reason, Exception? Exception);
