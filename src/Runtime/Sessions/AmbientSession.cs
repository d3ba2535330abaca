namespace MonotonicReads.Sessions;

/// <summary>Which session is running where: flows with the asynchronous control flow.</summary>
internal static class AmbientSession
{
    private static readonly AsyncLocal<ReadSession?> Ambient = new();
    private static readonly AsyncLocal<SeriesRun?> Series = new();

    /// <summary>The run of a series of reads that the flow began in, also after its session ended or was left.</summary>
    public static SeriesRun? Run
    {
        get => Series.Value;
        set => Series.Value = value;
    }

    /// <summary>The running session; null outside one and after it was disposed.</summary>
    public static ReadSession? Live => LiveOf(Ambient.Value);

    public static ReadSession Enter(ReadSession session)
    {
        Ambient.Value = session;
        return session;
    }

    /// <summary>From here on the flow is in no session, whatever runs around it.</summary>
    public static void LeaveAll() => Ambient.Value = null;

    /// <summary>Goes back to the session outside, if this one is the innermost.</summary>
    public static void Leave(ReadSession session)
    {
        if (ReferenceEquals(Ambient.Value, session))
        {
            Ambient.Value = session.Outer;
        }
    }

    /// <summary>The session that a read belongs to.</summary>
    /// <param name="ended">The session that the flow still carries although it was disposed, once for each.</param>
    public static ReadSession? ForRead(out ReadSession? ended)
    {
        var ambient = Ambient.Value;
        var live = LiveOf(ambient);
        ended = live is null && ambient is not null && ambient.Root.TryNoteLateRead() ? ambient.Root : null;
        return live;
    }

    private static ReadSession? LiveOf(ReadSession? session)
    {
        while (session is not null)
        {
            if (session.Root.HasEnded)
            {
                return null;
            }

            if (!session.HasEnded)
            {
                return session;
            }

            session = session.Outer;
        }

        return null;
    }
}
