using System.Diagnostics;

namespace MonotonicReads.Observability;

/// <summary>
/// The activity source "MonotonicReads": a span wherever a read is held up before its statement runs. A read that is not held up has
/// none; the driver's own spans show it.
/// </summary>
internal static class RoutingActivities
{
    private static readonly ActivitySource Source = new(MonotonicReadsTelemetry.ActivitySourceName);

    /// <summary>A server is waited for, or asked how far it is.</summary>
    public static Activity? Wait(SessionTags session, ServerTags server) => Start("monotonic_reads.wait", session, server);

    /// <summary>The primary is asked whether it has committed what its replicas show.</summary>
    public static Activity? Barrier(SessionTags session, ServerTags primary) => Start("monotonic_reads.barrier", session, primary);

    /// <summary>A replica is looked for that contains what the session must see.</summary>
    public static Activity? Search(SessionTags session, ServerTags from) => Start("monotonic_reads.search", session, from);

    /// <summary>Notes on the caller's span that the session goes on elsewhere.</summary>
    public static void NoteMove(string source, string from, string to, string reason) =>
        Note(
            "monotonic_reads.moved",
            new ActivityTagsCollection
            {
                ["monotonic_reads.data_source"] = source,
                ["monotonic_reads.from"] = from,
                ["monotonic_reads.to"] = to,
                ["monotonic_reads.reason"] = reason,
            }
        );

    /// <summary>Notes on the caller's span that its reads run again.</summary>
    public static void NoteRestart(string source, string replica, string reason) =>
        Note(
            "monotonic_reads.restarted",
            new ActivityTagsCollection
            {
                ["monotonic_reads.data_source"] = source,
                ["monotonic_reads.replica"] = replica,
                ["monotonic_reads.reason"] = reason,
            }
        );

    // A move that is found while a server is asked happens in a span of ours, which is gone before the caller's is looked at.
    private static void Note(string name, ActivityTagsCollection tags)
    {
        var activity = Activity.Current;
        while (activity is not null && ReferenceEquals(activity.Source, Source))
        {
            activity = activity.Parent;
        }

        if (activity is { IsAllDataRequested: true })
        {
            activity.AddEvent(new ActivityEvent(name, tags: tags));
        }
    }

    public static void Failed(Activity? activity, Exception exception) =>
        activity?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", exception.GetType().FullName);

    private static Activity? Start(string name, SessionTags session, ServerTags server)
    {
        var activity = Source.StartActivity(name, ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            if (server.System is { } system)
            {
                activity.SetTag("db.system.name", system);
            }

            if (server.Host is { } address)
            {
                activity.SetTag("server.address", address);
                activity.SetTag("server.port", server.Port);
            }

            activity.SetTag("monotonic_reads.server", server.Name);
            activity.SetTag("monotonic_reads.level", RoutingMetrics.Text(session.Level));
            activity.SetTag("monotonic_reads.session.id", session.Id.ToString());
        }

        return activity;
    }
}
