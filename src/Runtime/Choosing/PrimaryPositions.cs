using System.Data.Common;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Choosing;

/// <summary>
/// Asks the primary what it has, for whoever must know what it had at a moment or later: one question serves all who wait for it then, and
/// its answer all who come while it is young enough for them.
/// </summary>
/// <param name="source">The data source.</param>
/// <param name="age">Where the answers are kept.</param>
/// <param name="progress">Told of them.</param>
internal sealed class PrimaryPositions(ISessionSource source, StateAge age, ReplicaProgress progress)
{
    private const int MostTries = 3;

    private readonly object _lock = new();
    private Asking? _asking;
    private volatile Silence? _silence;

    /// <summary>Whether the primary said a moment ago that it tells no position. GTIDs can be switched on while it runs.</summary>
    public bool TellsNone =>
        _silence is { } silence
        && silence.Incarnation == source.Primary.Incarnation
        && source.Time.GetElapsedTime(silence.At) < ReplicaProgress.Trusted;

    /// <summary>What the primary had when it was asked at a moment or later.</summary>
    /// <param name="moment">A timestamp, of now or before.</param>
    /// <param name="isAsync">False where the task must be completed.</param>
    /// <param name="cancellation">Ends the waiting for the answer.</param>
    /// <returns>Null where it tells no position.</returns>
    /// <exception cref="Exception">Whatever the driver throws, or a <see cref="TimeoutException"/>: it cannot be asked.</exception>
    public async ValueTask<ReplicationPosition?> SinceAsync(long moment, bool isAsync, CancellationToken cancellation)
    {
        if (age.Since(moment) is { } known)
        {
            return known;
        }

        if (TellsNone)
        {
            return null;
        }

        return isAsync
            ? await Shared(moment).WaitAsync(cancellation).ConfigureAwait(false)
            : await AskAsync(isAsync: false, cancellation).ConfigureAwait(false);
    }

    private Task<ReplicationPosition?> Shared(long moment)
    {
        lock (_lock)
        {
            if (_asking is not { Answer.IsCompleted: false } asking || asking.Began < moment)
            {
                // It is nobody's alone: neither who gives up ends it, nor does the session of who came first run in it.
                using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
                var began = source.Time.GetTimestamp();
                var answer = Task.Run(() => AskAsync(isAsync: true, CancellationToken.None).AsTask());
                _ = answer.ContinueWith(static failed => failed.Exception, TaskScheduler.Default);
                _asking = asking = new Asking(began, answer);
            }

            return asking.Answer;
        }
    }

    private async ValueTask<ReplicationPosition?> AskAsync(bool isAsync, CancellationToken cancellation)
    {
        for (var left = MostTries; left > 0; left--)
        {
            var (position, isOfPrimary) = await AskOnceAsync(isAsync, cancellation).ConfigureAwait(false);
            if (isOfPrimary)
            {
                return position;
            }
        }

        throw new TimeoutException("The primary's address leads to another server each time.");
    }

    // Where the address leads elsewhere by the time of the answer, what was told is not the primary's.
    private async ValueTask<(ReplicationPosition? Position, bool IsOfPrimary)> AskOnceAsync(bool isAsync, CancellationToken cancellation)
    {
        SilentServerException? silent = null;
        DbConnection? connection = null;
        try
        {
            (connection, var generation) = await BoundedOpening
                .OpenOfAsync(source.Primary, BoundedOpening.Patience, source.Time, isAsync, cancellation)
                .ConfigureAwait(false);
            var server = new ServerQuestions(source.Primary, connection, source.Time, isAsync, cancellation);
            var protocol = await source.Primary.ProtocolAsync(server).ConfigureAwait(false);
            var (incarnation, askedAt) = (source.Primary.Incarnation, source.Time.GetTimestamp());
            var (position, takesWrites) = await protocol.SeenOfPrimaryAsync(source.Primary, server).ConfigureAwait(false);
            if (!takesWrites)
            {
                // It was the primary once. A new connection leads to whoever is now, or says that nobody is.
                generation.Retire();
            }

            if (!generation.IsCurrent || !takesWrites)
            {
                return (null, false);
            }

            _silence = position is null ? new Silence(incarnation, askedAt) : null;
            progress.PrimaryHas(position, incarnation);
            age.PrimaryHad(position, incarnation, askedAt);
            return (position, true);
        }
        catch (SilentServerException exception)
        {
            silent = exception;
            throw;
        }
        finally
        {
            await Letting.GoAsync(connection, silent, isAsync).ConfigureAwait(false);
        }
    }

    private sealed record Silence(int Incarnation, long At);

    private sealed record Asking(long Began, Task<ReplicationPosition?> Answer);
}
