using MonotonicReads.Servers;

namespace MonotonicReads.Sessions;

/// <summary>The run of the primary that a session knows: the one of its first read or write, or the one whose barrier it passed last. A
/// field of the session's pin; safe for concurrent use.</summary>
internal struct KnownPrimary
{
    private RoutedServer.KnownRun? _known;

    /// <summary>What every process calls it; empty before it is known, and where it has no name.</summary>
    public readonly string Run => Volatile.Read(in _known)?.Name ?? "";

    /// <summary>Whether the primary is another run of the server.</summary>
    public readonly bool IsOther(RoutedServer primary) => Volatile.Read(in _known) is { } known && known.Incarnation != primary.Incarnation;

    /// <summary>Whether the primary was restarted since.</summary>
    public readonly bool WasRestarted(RoutedServer primary) =>
        Volatile.Read(in _known) is { } known && known.Incarnation < primary.RestartedAs;

    /// <summary>The session reads or writes; the first time counts.</summary>
    public void Know(RoutedServer primary)
    {
        if (Volatile.Read(in _known) is null && primary.Run is { Incarnation: > 0 } now)
        {
            Interlocked.CompareExchange(ref _known, now, null);
        }
    }

    /// <summary>This run contains what the session has read.</summary>
    public void Pass(RoutedServer.KnownRun run) => Volatile.Write(ref _known, run);
}
