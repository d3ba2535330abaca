using System.Data;
using System.Data.Common;
using System.Transactions;
using MonotonicReads.Choosing;
using MonotonicReads.Observability;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Routing;

/// <summary>What a connection does for a session, and what the session must learn before the driver's connection is let go.</summary>
internal sealed class SessionUse(RoutedSource source)
{
    private SessionPin? _openedFor;
    private ReplicaUse? _reads;
    private PrimaryUse? _primary;
    private TransactionWrites? _transaction;
    private int _epoch;
    private ReadSession? _writing;

    /// <summary>The session's pin that the connection was opened for; null outside a session, and on the primary.</summary>
    public SessionPin? OpenedFor => _openedFor;

    /// <summary>The reads on a replica; null where none was read.</summary>
    public ReplicaUse? Reads => _reads;

    /// <summary>The driver's connection was opened now.</summary>
    /// <param name="pin">The session's pin that it was opened for; null for none.</param>
    /// <param name="joined">The transaction that it is in; null for none.</param>
    public void OpenFor(SessionPin? pin, Transaction? joined = null)
    {
        _openedFor = pin;
        if (joined is not null)
        {
            Enlist(joined);
        }
    }

    /// <summary>The driver's connection is in this transaction from now on: what is written on it commits with that.</summary>
    public void Enlist(Transaction transaction)
    {
        if (_transaction?.AreIn(transaction) != true)
        {
            _transaction = TransactionWrites.In(transaction, source.Reports);
            _primary = _primary is { } use ? use with { Captures = !_transaction.TryAdd(use.Pin) && use.Captures } : null;
        }
    }

    /// <summary>Whether it has written, or read for a causal session, on the primary.</summary>
    public bool HasUsedPrimary => _primary is not null;

    public SessionPin PinOf(ReadSession session) =>
        _reads is { } reads && ReferenceEquals(reads.Pin.Session, session.Root) ? reads.Pin : session.PinFor(source);

    /// <summary>Whether the connection reads on a replica for a session already.</summary>
    public bool ReadsFor(SessionPin pin) => _reads is { } reads && ReferenceEquals(reads.Pin, pin);

    /// <summary>Whether it was opened in a session, or reads for it already.</summary>
    public bool IsOf(SessionPin pin) => ReferenceEquals(pin, _openedFor) || ReadsFor(pin);

    /// <summary>A statement runs now.</summary>
    /// <param name="server">Where.</param>
    /// <param name="session">In which session; null for none.</param>
    /// <param name="pin">Where that reads.</param>
    /// <param name="statement">The statement.</param>
    public void Note(RoutedServer server, ReadSession? session, SessionPin? pin, in Statement statement)
    {
        session?.RefillWait();
        if (statement.ReturnsData)
        {
            pin?.Count(1, session);
        }

        if (pin is not null)
        {
            if (statement.ReturnsData || !statement.IsPlainRead)
            {
                NoteIfLate(pin.Session);
            }

            _writing = statement.IsPlainRead ? null : pin.Session;
            if (server.IsPrimary)
            {
                NotePrimary(server, session!, pin, statement);
            }
            else
            {
                NoteReplica(server, session!, pin);
            }
        }

        if (statement.ReturnsData)
        {
            RoutingMetrics.CountRead(source.ShownName, server.Name, server.IsPrimary, session?.Consistency);
            pin?.Session.NoteDecision(source, server.Name, session!.Consistency);
        }
    }

    /// <summary>The driver's connection is handed out, past all that is noted here: on the primary, and through a proxy, which sends what
    /// is done on it anywhere, the session may write and see something from now on.</summary>
    /// <param name="server">Where it is.</param>
    /// <param name="session">The session.</param>
    /// <param name="isOutdated">Whether it leads elsewhere than the server's address does by now; asked again behind the note.</param>
    /// <exception cref="InvalidOperationException">A statement of the session would not run there, but move or be refused.</exception>
    /// <exception cref="ReplicaLostException">The server is the primary no more.</exception>
    public void Share(RoutedServer server, ReadSession session, Func<bool> isOutdated)
    {
        var pin = PinOf(session);
        if (isOutdated())
        {
            throw server.IsPrimary ? LostSession.PrimaryReplaced(session) : LostSession.NotHandedOut(session, server);
        }

        if (!TryNoteShared(server, session, pin))
        {
            throw ReferenceEquals(pin.Server, server)
                ? LostSession.NotHandedOut(session, server)
                : LostSession.OpenedOutside(session, server, pin);
        }

        if (isOutdated())
        {
            throw server.IsPrimary ? LostSession.PrimaryReplaced(session) : LostSession.NotHandedOut(session, server);
        }
    }

    /// <summary>The driver's connection was handed out, before the session or in it, and is let go next.</summary>
    /// <param name="server">Where it is.</param>
    /// <param name="session">The session.</param>
    /// <param name="isOutdated">Whether it leads elsewhere than the server's address does by now.</param>
    public void NoteSharedUntilNow(RoutedServer server, ReadSession session, bool isOutdated)
    {
        if (!isOutdated)
        {
            // On a replica where the session does not read it was handed out to somebody else, or before.
            TryNoteShared(server, session, PinOf(session));
        }
        else if (server.IsPrimary)
        {
            // It tells no position of the primary that is there now.
            PinOf(session).MarkWritten();
        }
    }

    private bool TryNoteShared(RoutedServer server, ReadSession session, SessionPin pin)
    {
        NoteIfLate(pin.Session);
        if (server.IsPrimary || source.Proxy is not null)
        {
            NotePrimary(source.Primary, session, pin, new Statement(IsPlainRead: false, ReturnsData: server.IsPrimary));
            return true;
        }

        if (!pin.TryRead(server, isFirstOfConnection: !ReadsFor(pin)))
        {
            return false;
        }

        BeginRead(pin.ReadEpoch);
        NoteReplica(server, session, pin);
        return true;
    }

    /// <summary>What was written on the connection is committed next.</summary>
    public void NoteCommit()
    {
        AmbientSession.Run?.Note();
        if (_primary is { } use)
        {
            NoteIfLate(use.Pin.Session);
            _writing = use.Pin.Session;
        }
    }

    /// <summary>What ran has ended. A token that was made meanwhile may not have it.</summary>
    public void NoteEnd()
    {
        if (_writing is { } session)
        {
            _writing = null;
            NoteIfLate(session);
        }
    }

    /// <summary>The driver's connection is let go next: the session learns what was seen and written on it. Nothing here fails.</summary>
    /// <param name="driver">The driver's connection; null where somebody else has it by now.</param>
    /// <param name="link">Where it leads to.</param>
    /// <param name="isClosedByReader">Whether a reader that was told to has closed it, as Dapper's do.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <returns>The question on the driver's connection that got no answer; null where there is none.</returns>
    public async ValueTask<SilentServerException?> LearnAsync(DbConnection? driver, ServerLink link, bool isClosedByReader, bool isAsync)
    {
        SilentServerException? silent = null;
        if (_reads is { } reads)
        {
            ReplicationPosition? seen = null;
            if (reads.TellsSeen && reads.Replica.CanTellWhatWasSeen)
            {
                (seen, silent) = await new UseQuestions(source, driver, isAsync).SeenAsync(reads, isClosedByReader).ConfigureAwait(false);
            }

            EndReads(seen);
        }

        if (_primary is { } use)
        {
            ReplicationPosition? position = null;
            if (use.Captures && silent is null && driver is { State: ConnectionState.Open })
            {
                (position, silent) = await new UseQuestions(source, driver, isAsync).WrittenAsync(use.Saw, link).ConfigureAwait(false);
            }

            EndPrimary(position);
        }

        return silent;
    }

    /// <summary>The connection is nobody's any more; what was not learned is not known.</summary>
    public void End()
    {
        _openedFor = null;
        _transaction = null;
        _writing = null;
        EndReads(seen: null);
        EndPrimary(position: null);
    }

    /// <summary>A read was not executed: of the first on this connection nothing is left.</summary>
    public void TakeBackRead(ReplicaUse reads)
    {
        if (reads is { Reads: 1, IsCounted: true })
        {
            reads.Pin.LeaveReplicaUnread();
            _reads = null;
        }
        else
        {
            EndReads(seen: null);
        }
    }

    /// <summary>Whether the statement that runs counts among the session's reads on its replica.</summary>
    public bool CountsAsRead { get; private set; }

    /// <summary>A statement begins, of which nothing is known yet.</summary>
    public void Begin() => CountsAsRead = false;

    /// <summary>It counts among the session's reads.</summary>
    /// <param name="epoch">The epoch of the session's reads before it.</param>
    public void BeginRead(int epoch) => (CountsAsRead, _epoch) = (true, epoch);

    /// <summary>The statement was prepared only.</summary>
    public void NoteNothingRead()
    {
        if (CountsAsRead)
        {
            _reads?.Pin.NoteNothingRead(_epoch);
        }
    }

    private void NoteIfLate(ReadSession session)
    {
        if (session.TryNoteLateUse())
        {
            source.Reports.LateUse(session.Id);
        }
    }

    private void NoteReplica(RoutedServer server, ReadSession session, SessionPin pin)
    {
        var tellsSeen = session.LossIn(source) == ReplicaLoss.CaughtUp && !session.IsAtEndOfPlan;
        if (_reads is { } reads && ReferenceEquals(reads.Pin, pin))
        {
            _reads = reads with { TellsSeen = reads.TellsSeen && tellsSeen, Reads = reads.Reads + 1 };
            return;
        }

        EndReads(seen: null);
        _reads = new ReplicaUse(pin, server, tellsSeen, Reads: 1, CountsAsRead);
    }

    private void NotePrimary(RoutedServer primary, ReadSession session, SessionPin pin, in Statement statement)
    {
        // On a session that is to go back to a replica what it sees here is binding, as a causal one's; the primary is asked then.
        var isAway = pin.IsAway && session.Consistency != ReadConsistency.Primary;
        var isCausal = isAway || IsCausal(session, pin);
        var falls = statement.ReturnsData && !isCausal && Returns(pin);
        if (statement.ReturnsData && (isCausal || falls))
        {
            pin.SeeRequired();
        }
        else if (statement.ReturnsData)
        {
            pin.ReadPrimary(session.LossIn(source));
        }

        if (!statement.IsPlainRead || (statement.ReturnsData && (isCausal || falls)))
        {
            NotePrimaryUse(pin, statement, isCausal && !isAway);
        }

        if (falls)
        {
            // Last: who finds it away finds that there is something to ask for.
            pin.FallBack(session.LossIn(source));
        }
    }

    private void NotePrimaryUse(SessionPin pin, in Statement statement, bool isTold)
    {
        // What commits later is not in what the connection can tell when it is closed.
        var captures = _transaction?.TryAdd(pin) != true && isTold;
        if (_primary is { } use && ReferenceEquals(use.Pin, pin))
        {
            _primary = use with { Saw = use.Saw || statement.ReturnsData, Captures = use.Captures && captures };
            return;
        }

        EndPrimary(position: null);
        pin.EnterPrimary();
        _primary = new PrimaryUse(pin, statement.ReturnsData, captures);
    }

    // Where it is bound to the primary there is nothing to come back from.
    private bool IsCausal(ReadSession session, SessionPin pin) =>
        session.IsCausal && source.HasPositions && pin.Server is not { IsPrimary: true };

    // Where a run of the primary is all that is known there is nothing to look for on a replica.
    private bool Returns(SessionPin pin) => pin.Session.ReturnsFromPrimary && source.HasPositions && pin.CarriedRun is null;

    private void EndReads(ReplicationPosition? seen)
    {
        if (_reads is { IsCounted: true } reads)
        {
            reads.Pin.LeaveReplica(seen);
        }

        _reads = null;
    }

    private void EndPrimary(ReplicationPosition? position)
    {
        _primary?.Pin.LeavePrimary(position);
        _primary = null;
    }

    /// <summary>The connection's writes and reads on the primary for one session.</summary>
    private readonly record struct PrimaryUse(SessionPin Pin, bool Saw, bool Captures);
}
