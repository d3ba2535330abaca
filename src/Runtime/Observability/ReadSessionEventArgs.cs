namespace MonotonicReads;

/// <summary>The data of <see cref="ReplicatedDataSource.SessionEvent"/>.</summary>
public sealed class ReadSessionEventArgs : EventArgs
{
    internal ReadSessionEventArgs(ReadSessionEventKind kind, Guid? sessionId, string? from, string? to, string reason, Exception? exception)
    {
        Kind = kind;
        SessionId = sessionId;
        From = from;
        To = to;
        Reason = reason;
        Exception = exception;
    }

    /// <summary>What happened.</summary>
    public ReadSessionEventKind Kind { get; }

    /// <summary>The session's UUID, or <see langword="null"/> outside a session.</summary>
    public Guid? SessionId { get; }

    /// <summary>The server that is left, or <see langword="null"/> where none was chosen.</summary>
    public string? From { get; }

    /// <summary>The server that takes over, or <see langword="null"/> where that is not decided or none does.</summary>
    public string? To { get; }

    /// <summary>Why, in words.</summary>
    public string Reason { get; }

    /// <summary>The driver's exception, or <see langword="null"/> where there is none.</summary>
    public Exception? Exception { get; }
}

/// <summary>What happened to a read session, or to a read outside one.</summary>
public enum ReadSessionEventKind
{
    /// <summary>The replica that the session has read is lost; the policy decides what its next read does.</summary>
    ReplicaLost,

    /// <summary>A replica refused to open before anything was read on it; another server takes the read.</summary>
    ReplicaUnavailable,

    /// <summary>No replica is available; the primary takes the read.</summary>
    NoReplicaAvailable,

    /// <summary>A read ran after its session was disposed; it counts as outside a session. Given once per session.</summary>
    LateRead,

    /// <summary>The session reads on another server from now on: its replica is lost, or did not catch up in time.</summary>
    Moved,

    /// <summary>A replica holds what the primary lacks, and takes no new sessions until it does not.</summary>
    ReplicaDiverged,

    /// <summary>A connection went from its replica to the primary, and the reads after it on this connection too, because of a statement
    /// that is no write and yet not proven to be a plain read: a <c>SET</c> that is not known, a system variable, a text that servers
    /// may read differently.</summary>
    MovedByStatement,

    /// <summary>The session lost its replica, and what it read is read again in a new session, under
    /// <see cref="ReplicaLoss.Restart"/>.</summary>
    Restarted,
}
