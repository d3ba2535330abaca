using System.Data;
using System.Data.Common;
using System.Globalization;
using MonotonicReads.Sessions;
using MonotonicReads.Sql;

namespace MonotonicReads.Routing;

/// <summary>
/// A connection's part in a snapshot, in which all connections of the session share one, with a read-only transaction on it, and take
/// turns.
/// A field of the connection and no object of its own.
/// </summary>
internal struct SnapshotUse
{
    private SnapshotConnection? _snapshot;
    private int _turn;
    private bool _hasTurn;

    public readonly bool IsTaken => _snapshot is not null;

    /// <summary>Whether nothing runs in it any more, so that its connection is closed.</summary>
    public readonly bool HasEnded => _snapshot is { HasEnded: true };

    /// <summary>The connection reads in this snapshot from now on.</summary>
    public void Enter(SnapshotConnection snapshot) => _snapshot = snapshot;

    public void Leave()
    {
        EndTurn(reader: null);
        _snapshot = null;
    }

    /// <summary>Waits for the turn; who has it says so by <see cref="GotTurn"/>, and <see cref="EndTurn"/> gives it back.</summary>
    public readonly ValueTask TakeTurnAsync(bool isAsync, CancellationToken cancellation) =>
        _snapshot!.TakeTurnAsync(isAsync, cancellation);

    public void GotTurn() => (_hasTurn, _turn) = (true, _snapshot!.Turn);

    /// <summary>Whether what this one read is closed: the driver has one reader for each of its connections, and an open one is another's
    /// where another has had the turn since.</summary>
    public readonly bool HasClosed(in OpenReaders readers) => _snapshot is { } snapshot && (!readers.Any || snapshot.Turn != _turn);

    /// <summary>A statement has run, or failed: the next one may. Does nothing where it did not have the turn.</summary>
    /// <param name="reader">What has to be read first; null for nothing.</param>
    public void EndTurn(DbDataReader? reader)
    {
        if (_hasTurn)
        {
            _hasTurn = false;
            _snapshot!.EndTurn(reader);
        }
    }

    /// <summary>Something was set of the session of the connection that all share.</summary>
    public readonly void ChangedSettings(SessionSettings settings) => _snapshot?.Changed(settings);

    /// <summary>Some of what a text sets may be set of the session of the connection that all share.</summary>
    public readonly void LoseSettings()
    {
        if (_snapshot is not null)
        {
            _snapshot.HasUnknownSettings = true;
        }
    }

    /// <summary>Whether a statement may run here that does more than set something of the session.</summary>
    /// <param name="link">What was set on this one.</param>
    /// <param name="own">What the statement sets; null for nothing.</param>
    /// <exception cref="InvalidOperationException">Something else was set, on another, of the connection that all share.</exception>
    public readonly void CheckSettings(ServerLink link, SessionSettings? own)
    {
        var (all, here) = (_snapshot!.Settings, link.Settings);
        var areSame = all?.Text == here?.Text;
        if (!areSame && own is { AreFirst: true })
        {
            areSame = With(all, own).Text == With(here, own).Text;
        }

        if (!areSame || (_snapshot.HasUnknownSettings && !link.HasUnknownSettings))
        {
            throw new InvalidOperationException(
                $"The reads of a snapshot share one connection, and another of its ReplicatedConnections has changed its session "
                    + $"({(_snapshot.HasUnknownSettings ? "by a text that failed" : all?.Text)}). Run the same on each of them, or on none."
            );
        }
    }

    private static SessionSettings With(SessionSettings? settings, SessionSettings later) => settings?.With(later) ?? later;

    /// <summary>Whether a statement may run here at all, where the session shows a snapshot.</summary>
    /// <exception cref="InvalidOperationException">The connection was opened outside the snapshot, the snapshot has ended, or the statement
    /// is no plain read.</exception>
    /// <exception cref="ReplicaLostException">The snapshot's connection broke.</exception>
    public readonly void Check(ReadSession? session, bool isPlainRead, bool isForPrimary, ISessionSource source)
    {
        if (_snapshot is null)
        {
            if (session?.Snapshot is not null)
            {
                throw isForPrimary
                    ? OnlyReads()
                    : new InvalidOperationException(
                        $"This connection was opened outside the snapshot of read session {session.Id}, whose reads show one moment. Open "
                            + "the connection inside it."
                    );
            }

            return;
        }

        if (session?.Snapshot is null || !ReferenceEquals(session.Snapshot.ConnectionIn(source), _snapshot))
        {
            throw SnapshotConnection.Ended();
        }

        ThrowIfLost(session, _snapshot);
        if (!isPlainRead)
        {
            throw OnlyReads();
        }

        ThrowIfTooOld(session, _snapshot);
    }

    // It is as old as it is. Who asks for less inside has to be told.
    private static void ThrowIfTooOld(ReadSession session, SnapshotConnection snapshot)
    {
        if (
            session.Policies.MaxStaleness is { } bound
            && !(session.Snapshot!.Bound <= bound)
            && !(snapshot.AsOf is { } moment && snapshot.Source.Time.GetElapsedTime(moment) <= bound)
        )
        {
            throw new InvalidOperationException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A snapshot shows the moment at which it began, which is not known to be within the {bound.TotalMilliseconds} ms that "
                        + $"this call asks for. Begin the call outside the snapshot, or the snapshot with that bound."
                )
            );
        }
    }

    /// <summary>The transaction may have ended although the connection is open.</summary>
    public readonly void Lose() => _snapshot!.IsLost = true;

    public readonly void ThrowIfTaken()
    {
        if (_snapshot is not null)
        {
            throw OnlyReads();
        }
    }

    public static void ThrowIfLost(ReadSession session, SnapshotConnection snapshot)
    {
        if (snapshot.IsLost || snapshot.Pooled is { Connection.State: not ConnectionState.Open })
        {
            var lost = new ReplicaLostException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Read session {session.Id} has lost its snapshot: the connection to '{snapshot.Server!.Name}' broke, and no other has "
                        + $"the same state. Run the unit of work again in a new session."
                ),
                session.Id,
                snapshot.Server!.Name,
                innerException: null
            );
            var pin = session.PinFor(snapshot.Source);
            pin.RunReads?.NoteFailure(pin, lost);
            throw lost;
        }
    }

    public static InvalidOperationException OnlyReads() =>
        new(
            "A snapshot session only reads: its transaction is read-only, and a write, a transaction or a read on the primary would show "
                + "another moment. Do it outside the session."
        );
}
