using MonotonicReads.Servers;

namespace MonotonicReads.Sessions;

/// <summary>
/// One run of a series of reads. It is sent again only where nothing but plain reads was sent: by whatever session, or by none, in the flow
/// of control that began in it. Safe for concurrent use.
/// </summary>
/// <param name="lost">The replicas that earlier runs lost: it does not read on them.</param>
/// <param name="around">The run that this one is part of; null for none.</param>
/// <param name="time">The clock.</param>
internal sealed class SeriesRun(IReadOnlyCollection<RoutedServer> lost, SeriesRun? around, TimeProvider time)
{
    /// <summary>How long a run that is over refuses what is no plain read. Not for good: what it began may live as long as the
    /// process, and serve others.</summary>
    public static readonly TimeSpan RefusesFor = SeriesRuns.LatestRestart;

    private const int ReadsOnly = 0;
    private const int HasMore = 1;
    private const int IsOver = 2;

    private int _state;
    private long _endedAt;

    /// <summary>How its session's reads on replicas ended.</summary>
    public RunReads Reads { get; } = new();

    /// <summary>Whether anything but plain reads was sent, so that it may not be sent again.</summary>
    public bool HasSentMore => Volatile.Read(ref _state) == HasMore;

    /// <summary>Something is sent that is no plain read. Where the driver's connection is handed out it can be anything.</summary>
    /// <exception cref="InvalidOperationException">The run is over and another one has begun, which sends the same.</exception>
    public void Note()
    {
        around?.Note();
        if (
            Interlocked.CompareExchange(ref _state, HasMore, ReadsOnly) == IsOver
            && time.GetElapsedTime(Volatile.Read(ref _endedAt)) <= RefusesFor
        )
        {
            throw new InvalidOperationException(
                "This is no plain read, and it comes from a series of reads that lost its replica and runs again: it would be sent twice. "
                    + "It was not sent. Await all that the series begins, and write outside of it."
            );
        }
    }

    /// <summary>Something may have been sent that is no plain read, and nothing can be refused any more.</summary>
    public void Mark()
    {
        around?.Mark();
        Interlocked.CompareExchange(ref _state, HasMore, ReadsOnly);
    }

    /// <summary>Another run may take its place: from now on nothing but plain reads comes of this one.</summary>
    /// <returns>False where something else was sent.</returns>
    public bool TryEnd()
    {
        Volatile.Write(ref _endedAt, time.GetTimestamp());
        return Interlocked.CompareExchange(ref _state, IsOver, ReadsOnly) == ReadsOnly;
    }

    /// <summary>Whether an earlier run lost it.</summary>
    public bool Avoids(RoutedServer server) => lost.Contains(server);
}
