using MonotonicReads.Servers;

namespace MonotonicReads.Sessions;

/// <summary>The runs of one series of reads: each has a session, and the next one begins where a session lost its replica.</summary>
/// <param name="consistency">The level.</param>
/// <param name="policy">The other policies.</param>
/// <param name="id">The UUID that each session begins with; null for one of its own.</param>
/// <param name="time">The clock.</param>
internal sealed class SeriesRuns(ReadConsistency consistency, SessionPolicy policy, Guid? id, TimeProvider time)
{
    /// <summary>How often a series is run again.</summary>
    public const int MostRestarts = 2;

    /// <summary>How long after the beginning of the first run another may begin.</summary>
    public static readonly TimeSpan LatestRestart = TimeSpan.FromSeconds(10);

    private readonly long _began = time.GetTimestamp();
    private readonly SeriesRun? _around = AmbientSession.Run;
    private readonly List<RoutedServer> _lost = [];
    private readonly List<(ISessionSource Source, ReplicationPosition Position)> _required = [];
    private readonly List<(SessionPin Pin, PinLoss Loss)> _causes = [];
    private int _restarts;

    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentException">They ask for another policy.</exception>
    public static SeriesRuns Of(ReadConsistency consistency, ReadSessionOptions options, Guid? id, TimeProvider? time = null)
    {
        var policy = SessionPolicy.Of(options) with { OnReplicaLoss = ReplicaLoss.Restart };
        return options.OnReplicaLoss is null or ReplicaLoss.Restart
            ? new SeriesRuns(consistency, policy, id, time ?? TimeProvider.System)
            : throw new ArgumentException(
                $"ReplicaLoss.{options.OnReplicaLoss} runs nothing again. Begin a session with ReadSession.Begin, or leave OnReplicaLoss "
                    + "at its default here.",
                nameof(options)
            );
    }

    /// <summary>Begins the session of the next run, or joins the one that runs around it.</summary>
    public ReadSession Begin()
    {
        // The last one must come to an end: it can go to the primary, which is never wrong behind its barrier.
        var own = _restarts < MostRestarts ? policy : policy with { OnReplicaLoss = ReplicaLoss.Primary };
        var session = SessionOpening.Begin(consistency, own, id, new SeriesRun([.. _lost], _around, time));
        AmbientSession.Run = session.Run ?? _around;
        _required.ForEach(known => session.PinFor(known.Source).Require(known.Position));
        foreach (var (pin, loss) in _causes)
        {
            pin.Source.NoteRestart(pin.Session.Id, session.Id, loss, _restarts);
        }

        _causes.Clear();
        return session;
    }

    /// <summary>The flow goes on behind the series.</summary>
    public void Leave() => AmbientSession.Run = _around;

    /// <summary>A run has failed. Whether the next one may begin: the session lost its replica, and nothing came of the run.</summary>
    /// <param name="session">What <see cref="Begin"/> returned.</param>
    /// <param name="exception">What the run threw.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">The caller's.</param>
    public async ValueTask<bool> TryRunAgainAsync(ReadSession session, Exception exception, bool isAsync, CancellationToken cancellation)
    {
        if (session.Run is not { } run || !MayRunAgain(session, run, exception, cancellation))
        {
            return false;
        }

        for (var pin = session.FirstPin; pin is not null; pin = pin.Next)
        {
            await NoteLossAsync(pin, run.Reads, exception, isAsync, cancellation).ConfigureAwait(false);
        }

        // Last: what is not awaited may send something meanwhile, and a replica may have been asked.
        if (_causes.Count == 0 || !MayRunAgain(session, run, exception, cancellation) || !run.TryEnd())
        {
            return false;
        }

        for (var pin = session.FirstPin; pin is not null; pin = pin.Next)
        {
            if (pin.Required is { } required)
            {
                _required.Add((pin.Source, required));
            }
        }

        _restarts++;
        return true;
    }

    private bool MayRunAgain(ReadSession session, SeriesRun run, Exception exception, CancellationToken cancellation) =>
        !run.HasSentMore
        && session.CarriedIfAny is not ({ HasEnded: true } or { HasTravelled: true })
        && exception is not OperationCanceledException
        && !cancellation.IsCancellationRequested
        && _restarts < MostRestarts
        && time.GetElapsedTime(_began) <= LatestRestart;

    private async ValueTask NoteLossAsync(SessionPin pin, RunReads reads, Exception exception, bool isAsync, CancellationToken cancellation)
    {
        var hasLost =
            pin.Loss is null
            && pin.LastReplica is not null
            && await reads.HaveLostAsync(pin, exception, isAsync, cancellation).ConfigureAwait(false);
        if (pin.Loss is null && pin.Server is { IsPrimary: false } server && (hasLost || server.IsGone(pin.Source.Time)))
        {
            pin.Source.NoteLoss(pin, server, exception);
        }

        // Where the session reads elsewhere by now, or in a snapshot, nothing is noted of the replica.
        var broken = hasLost && pin.LastReplica is { } last ? new PinLoss(last, ReplicaLossReason.ConnectionBroken, exception) : null;
        if ((pin.Loss ?? broken) is not { } loss)
        {
            return;
        }

        _causes.Add((pin, loss));
        if (loss.Reason != ReplicaLossReason.Restarted)
        {
            _lost.Add(loss.Server);
        }
    }
}
