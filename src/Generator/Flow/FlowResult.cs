using MonotonicReads.Generator.Collections;

namespace MonotonicReads.Generator.Flow;

/// <summary>What the flow of one method, accessor, initialiser or local function shows.</summary>
/// <param name="OwnSequentialReads">Replica reads of the body's own that follow another such read in another unit, with the first such
/// read.</param>
/// <param name="SequentialReads">The same over all reads, those of callees too.</param>
/// <param name="ReadsAfterWrites">Replica reads that follow a write outside their unit, with the first such write.</param>
/// <param name="SequentialThrough">Replica reads that follow another only through a cache, a context or an event.</param>
/// <param name="AfterWritesThrough">Replica reads that follow a write in that way.</param>
/// <param name="Reads">How many places read, wherever they are routed.</param>
/// <param name="FirstWrite">The first place that writes, itself or through a call; null for none.</param>
/// <param name="Summary">What a caller needs to know.</param>
internal sealed record FlowResult(
    Items<Fault> OwnSequentialReads,
    Items<Fault> SequentialReads,
    Items<Fault> ReadsAfterWrites,
    Items<Fault> SequentialThrough,
    Items<Fault> AfterWritesThrough,
    ReadCount Reads,
    Site? FirstWrite,
    MethodSummary Summary
)
{
    /// <summary>The lambdas that it maps, which are units of their own.</summary>
    public Items<HandlerLambda> Handlers { get; init; } = [];

    /// <summary>True where anything meets, be it only now and then.</summary>
    public bool IsAtFault =>
        !SequentialReads.IsEmpty || !ReadsAfterWrites.IsEmpty || !SequentialThrough.IsEmpty || !AfterWritesThrough.IsEmpty;

    /// <summary>Of a body that sends nothing.</summary>
    public static readonly FlowResult Nothing = new(
        [],
        [],
        [],
        [],
        [],
        new ReadCount(0, 0, MayRepeat: false, ThroughCalls: false),
        FirstWrite: null,
        MethodSummary.Nothing
    );

    /// <summary>Of a body that could not be followed: nothing is known to be at fault, and nothing is known not to be there.</summary>
    public static readonly FlowResult Empty = new(
        [],
        [],
        [],
        [],
        [],
        new ReadCount(0, 0, MayRepeat: true, ThroughCalls: true),
        FirstWrite: null,
        MethodSummary.Nothing
    );
}

/// <summary>The reads of one body, those of its callees counted as one for each call.</summary>
/// <param name="Sites">The places in the body that read on some path.</param>
/// <param name="Most">The most of them that one path passes.</param>
/// <param name="MayRepeat">True where one of them may read more than once.</param>
/// <param name="ThroughCalls">True where one of them is a call of a method that reads, however often, or where the body is several pieces
/// of work.</param>
internal sealed record ReadCount(int Sites, int Most, bool MayRepeat, bool ThroughCalls)
{
    /// <summary>The places that read through a call.</summary>
    public Items<Site> Calls { get; init; } = [];

    /// <summary>Whether the body is several pieces of work.</summary>
    public bool StartsAfresh { get; init; }
}
