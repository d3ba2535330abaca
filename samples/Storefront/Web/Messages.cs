namespace Storefront.Web;

/// <summary>One read of a page.</summary>
/// <param name="What">Which of the four queries.</param>
/// <param name="Server">Where it ran.</param>
/// <param name="Applied">The newest change that this server had.</param>
/// <param name="Behind">How many changes the primary was ahead.</param>
/// <param name="Backwards">How many changes older the state was than one that the user had seen; 0 for none.</param>
/// <param name="Within">Whether that one was seen earlier on this page; otherwise on a page before it.</param>
internal sealed record ReadMark(string What, string Server, long Applied, long Behind, long Backwards, bool Within);

/// <summary>One page, as one user saw it.</summary>
/// <param name="Id">Rises with each page.</param>
/// <param name="User">Who looked.</param>
/// <param name="Annotation">The name of the annotation.</param>
/// <param name="Order">Whose page it is.</param>
/// <param name="Reads">Its four reads, in their order.</param>
/// <param name="Placed">The number of the change that the user had just made to this order; null for none.</param>
/// <param name="MissesOwn">Whether that change is missing.</param>
/// <param name="Note">What happened besides; null for nothing.</param>
internal sealed record PageView(
    long Id,
    string User,
    string Annotation,
    long Order,
    IReadOnlyList<ReadMark> Reads,
    long? Placed,
    bool MissesOwn,
    string? Note
)
{
    public bool IsBackwards => Reads.Any(read => read.Backwards > 0);
}

/// <summary>What was counted of one annotation since the start, or since it was set to nothing.</summary>
internal sealed record Tally(string Annotation, long Pages, long Backwards, long Placed, long Missed, long Reads, long OnReplicas)
{
    public Tally With(PageView page) =>
        new(
            Annotation,
            Pages + 1,
            Backwards + (page.IsBackwards ? 1 : 0),
            Placed + (page.Placed is null ? 0 : 1),
            Missed + (page.MissesOwn ? 1 : 0),
            Reads + page.Reads.Count,
            OnReplicas + page.Reads.Count(read => read.Server != "primary")
        );
}

/// <summary>A replica at this moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsUp">Whether it answers.</param>
/// <param name="IsChanging">Whether it is being ended or brought back.</param>
/// <param name="Lag">The seconds behind that were asked for.</param>
/// <param name="Measured">The seconds that it is behind; null where nobody can tell.</param>
internal sealed record ReplicaView(string Name, bool IsUp, bool IsChanging, double Lag, double? Measured);

/// <summary>What the runtime, or this demonstration, said, and how often in a row.</summary>
internal sealed record LogLine(string At, string Text, int Times);

/// <summary>The sliders and the switch, as all tabs have them.</summary>
internal sealed record Settings(string Annotation, int PagesPerSecond);

/// <summary>All that a tab needs to begin, or to begin again.</summary>
internal sealed record Everything(
    string Run,
    string Servers,
    double LagStep,
    double MostLag,
    int MostPagesPerSecond,
    IReadOnlyList<AnnotationView> Annotations,
    Settings Settings,
    IReadOnlyList<ReplicaView> Replicas,
    IReadOnlyList<Tally> Tallies,
    IReadOnlyList<PageView> Pages,
    IReadOnlyList<LogLine> Log
);

internal sealed record AnnotationView(string Name, string Code, string Says, string? UnavailableBecause);

/// <summary>What somebody who ordered something saw then.</summary>
internal sealed record OrderOutcome(PageView Page);

internal sealed record SettingsChange(string? Annotation, int? PagesPerSecond);

internal sealed record ReplicaChange(double? Lag, bool? IsUp);

/// <summary>Somebody orders something.</summary>
/// <param name="User">Who.</param>
internal sealed record NewOrder(string? User);

internal sealed record Nothing;
