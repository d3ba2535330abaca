using System.Diagnostics;

namespace MonotonicReads.Detection;

/// <summary>
/// What reads belong to where neither code nor an activity says it: the asynchronous method in which a connection was created, and what it
/// calls from then on. What an asynchronous method sets is gone when it returns, so that its caller's later reads are not seen with it; but
/// the connection keeps its flow, wherever it goes.
/// </summary>
/// <param name="time">The clock of who began it.</param>
internal sealed class SeriesFlow(TimeProvider time)
{
    private const string WebRequest = "Microsoft.AspNetCore.Hosting.HttpRequestIn";

    /// <summary>Nobody says when a flow ends, and whatever was begun in it inherits it: after so long a connection that is created or
    /// opened has another.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private static readonly AsyncLocal<SeriesFlow?> Ambient = new();

    private static readonly AsyncLocal<CallingMethods?> Begun = new();

    private long _last = time.GetTimestamp();

    /// <summary>The user's methods in which a connection was created and that have not returned since; null for none.</summary>
    public static CallingMethods? Callers
    {
        get => Begun.Value;
        set => Begun.Value = value;
    }

    /// <summary>Whether nothing was read in it for a while.</summary>
    public bool IsIdle => time.GetElapsedTime(Volatile.Read(ref _last)) >= Pause;

    /// <summary>The running flow; begins one where there is none and nothing better.</summary>
    public static SeriesFlow Enter(TimeProvider time)
    {
        if (Ambient.Value is { IsIdle: false } running)
        {
            return running;
        }

        var begun = new SeriesFlow(time);
        if (SeriesUnit.Current is null && RootActivity() is null)
        {
            Ambient.Value = begun;
        }

        return begun;
    }

    /// <summary>What the reads of now belong to.</summary>
    /// <param name="ofConnection">The flow in which the connection was created.</param>
    public static object UnitNow(SeriesFlow ofConnection) =>
        SeriesUnit.Current?.Key ?? (object?)RootActivity() ?? (Ambient.Value is { IsIdle: false } running ? running : ofConnection).Touch();

    public static SeriesUnitKind KindOf(object unit) =>
        unit switch
        {
            SeriesUnit begun => begun.Kind,
            Activity activity => IsRequest(activity) ? SeriesUnitKind.Request : SeriesUnitKind.Activity,
            _ => SeriesUnitKind.Flow,
        };

    /// <summary>The activity of the web request that runs; null for none.</summary>
    public static Activity? RunningRequest() => RootActivity() is { } root && IsRequest(root) ? root : null;

    /// <summary>Something is read in it.</summary>
    public SeriesFlow Touch()
    {
        Volatile.Write(ref _last, time.GetTimestamp());
        return this;
    }

    /// <summary>
    /// The outermost running activity of this process that is no call of something else: what traces each statement makes a root of its
    /// own where nothing else runs. One that has stopped is over, and whoever still has it is somebody else's work. A request is one where
    /// its client is in the process, too.
    /// </summary>
    private static Activity? RootActivity()
    {
        Activity? root = null;
        for (var activity = Activity.Current; activity is not null && root is not { OperationName: WebRequest }; activity = activity.Parent)
        {
            root = activity.IsStopped || IsCall(activity) ? root : activity;
        }

        return root;
    }

    private static bool IsRequest(Activity activity) => activity.OperationName == WebRequest;

    // Not all that trace statements say that they are a client's.
    private static bool IsCall(Activity activity) =>
        activity.Kind == ActivityKind.Client
        || (
            activity.Kind == ActivityKind.Internal
            && (activity.GetTagItem("db.system.name") is not null || activity.GetTagItem("db.system") is not null)
        );
}
