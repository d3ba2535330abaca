using MonotonicReads.Servers;

namespace MonotonicReads.Sessions;

/// <summary>What sessions know of a data source.</summary>
internal interface ISessionSource
{
    /// <summary>What session tokens call it.</summary>
    SourceName Name { get; }

    RoutedServer Primary { get; }

    TimeProvider Time { get; }

    /// <summary>What a session does that says nothing of the loss of its replica.</summary>
    ReplicaLoss OnReplicaLoss { get; }

    /// <summary>Whether its servers tell what they contain.</summary>
    bool HasPositions { get; }

    /// <summary>Whether sessions record where each read was sent.</summary>
    bool RecordsDecisions { get; }

    /// <summary>How long a connection may take to open, in seconds; 0 is without end.</summary>
    int ConnectionTimeout { get; }

    /// <summary>Whether an exception says that a server is out of reach.</summary>
    bool IsServerFailure(Exception exception);

    /// <summary>A session loses the replica that it has read on, as an exception tells.</summary>
    void NoteLoss(SessionPin pin, RoutedServer replica, Exception exception);

    /// <summary>Whether a replica has ended one of the connections to it, or does not answer at all.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="connections">Its ids of them.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Ends the question.</param>
    /// <returns>False also where it cannot be asked.</returns>
    ValueTask<bool> HasEndedAnyAsync(
        RoutedServer replica,
        IReadOnlyCollection<int> connections,
        bool isAsync,
        CancellationToken cancellation
    );

    /// <summary>What a session read is read again in a new one.</summary>
    /// <param name="lost">The session.</param>
    /// <param name="next">The new one.</param>
    /// <param name="loss">How the session lost its replica.</param>
    /// <param name="number">The how many-th time that is.</param>
    void NoteRestart(Guid lost, Guid next, PinLoss loss, int number);

    /// <summary>What a session must find again elsewhere of what it saw and wrote here.</summary>
    /// <returns>Null where it saw and wrote nothing.</returns>
    ValueTask<SourceState?> StateOfAsync(SessionPin pin, bool isAsync, CancellationToken cancellation);
}
