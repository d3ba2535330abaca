using MonotonicReads.Servers;

namespace MonotonicReads.Sessions;

/// <summary>The run of the primary that a session knows: the one of its first read or write, or the one whose barrier it passed last. A
/// field of the session's pin; safe for concurrent use.</summary>
internal struct KnownPrimary
{
    private int _incarnation;
    private string? _run;

    /// <summary>What every process calls it; empty before it is known, and where it has no name.</summary>
    public readonly string Run => Volatile.Read(in _run) ?? "";

    /// <summary>Whether the primary is another run of the server.</summary>
    public readonly bool IsOther(RoutedServer primary) =>
        Volatile.Read(in _incarnation) is not 0 and var known && known != primary.Incarnation;

    /// <summary>Whether the primary was restarted since.</summary>
    public readonly bool WasRestarted(RoutedServer primary) =>
        Volatile.Read(in _incarnation) is not 0 and var known && known < primary.RestartedAs;

    /// <summary>The session reads or writes; the first time counts.</summary>
    public void Know(RoutedServer primary)
    {
        if (Volatile.Read(in _incarnation) == 0 && primary.Incarnation is not 0 and var now)
        {
            var run = primary.Run;
            if (Interlocked.CompareExchange(ref _incarnation, now, 0) == 0)
            {
                Volatile.Write(ref _run, run);
            }
        }
    }

    /// <summary>This run contains what the session has read.</summary>
    public void Pass(int incarnation, string run)
    {
        Volatile.Write(ref _run, run);
        Volatile.Write(ref _incarnation, incarnation);
    }
}
