using System.Data;
using MonotonicReads.Servers;

namespace MonotonicReads.Sessions;

/// <summary>
/// The connection that a planned series keeps between two reads in one data source, so that the next read needs no opening and no reset. At
/// most one; concurrent reads open others. It goes back to its pool when the series ends, when nobody has read on it for
/// <see cref="LongestIdle"/>, or when somebody else would have to wait for a connection to the same server or be given a new one.
/// </summary>
/// <param name="plan">The series.</param>
/// <param name="source">The data source.</param>
internal sealed class SessionLease(SeriesPlan plan, ISessionSource source)
{
    private HeldConnection? _kept;
    private HeldConnection? _awaited;
    private volatile bool _hasEnded;

    /// <summary>A kept connection goes back after being idle for so long, and at most half as long again.</summary>
    public static readonly TimeSpan LongestIdle = TimeSpan.FromMilliseconds(50);

    // Who comes back that soon would have it still, did the pool hold one more.
    private static readonly TimeSpan SoonMissed = LongestIdle / 5;

    public SeriesPlan Plan => plan;

    public ISessionSource Source => source;

    public SessionLease? Next { get; init; }

    /// <summary>The kept connection, if it is open on the server; one on another is given back.</summary>
    /// <returns>Null where there is none to take.</returns>
    public PooledConnection? TryTake(RoutedServer server) =>
        (Volatile.Read(ref _kept) is not null ? TakeKept(server) : null)
        ?? (Volatile.Read(ref _awaited) is { HasEndedReading: true } awaited ? TakeAwaited(awaited, server) : null);

    /// <summary>Keeps a connection for the series' next read.</summary>
    /// <param name="connection">The connection, open and between two statements.</param>
    /// <param name="server">Its server.</param>
    /// <returns>False where one is kept already, or the series has ended: the caller disposes the connection.</returns>
    public bool TryKeep(PooledConnection connection, RoutedServer server)
    {
        if (_hasEnded || Volatile.Read(ref _kept) is { List: not null })
        {
            return false;
        }

        var held = new HeldConnection(connection, server);
        var before = Volatile.Read(ref _kept);
        if (!connection.Held.TryKeep(held, source.Time.GetTimestamp()))
        {
            return false;
        }

        if (!ReferenceEquals(Interlocked.CompareExchange(ref _kept, held, before), before))
        {
            // Another read was first. Nobody is to find it in two places.
            return !held.TryClaim();
        }

        // Who ended the series meanwhile may not have seen it.
        return !_hasEnded || !held.TryClaim();
    }

    /// <summary>A reader is about to run that is to close the connection. Once it is closed the connection is for the next read, or goes
    /// back.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="server">Its server.</param>
    /// <param name="listener">Who listens to the driver's connection until another has it.</param>
    /// <returns>Null where another reader is awaited, or the series has ended: the driver closes the connection.</returns>
    public HeldConnection? TryAwait(PooledConnection connection, RoutedServer server, StateChangeEventHandler listener)
    {
        var before = Volatile.Read(ref _awaited);
        if (_hasEnded || before is { List: not null })
        {
            return null;
        }

        var held = new HeldConnection(connection, server) { Listener = listener };
        return ReferenceEquals(Interlocked.CompareExchange(ref _awaited, held, before), before) && connection.Held.TryAwait(held)
            ? held
            : null;
    }

    /// <summary>The series has ended: nothing is kept from now on.</summary>
    public void End()
    {
        _hasEnded = true;
        if (Interlocked.Exchange(ref _kept, null) is { } kept && kept.TryClaim())
        {
            HeldConnections.GiveBack(kept);
        }

        // While it is being read its connection waits for the reader.
        if (Volatile.Read(ref _awaited) is { HasEndedReading: true } awaited && awaited.TryClaim())
        {
            HeldConnections.GiveBack(awaited);
        }
    }

    private PooledConnection? TakeKept(RoutedServer server)
    {
        if (Interlocked.Exchange(ref _kept, null) is not { } kept)
        {
            return null;
        }

        if (!kept.TryClaim())
        {
            if (kept.WasNeeded && source.Time.GetElapsedTime(kept.Since) < SoonMissed)
            {
                kept.Server.Pool.HoldMore();
            }

            return null;
        }

        return Fitting(kept, server);
    }

    private static PooledConnection? TakeAwaited(HeldConnection awaited, RoutedServer server)
    {
        if (!awaited.TryClaim())
        {
            return null;
        }

        awaited.Pooled.Connection.StateChange -= awaited.Listener;
        return Fitting(awaited, server);
    }

    private static PooledConnection? Fitting(HeldConnection held, RoutedServer server)
    {
        if (ReferenceEquals(held.Server, server) && held.MayBeReadOn)
        {
            return held.Pooled;
        }

        HeldConnections.GiveBack(held);
        return null;
    }
}
