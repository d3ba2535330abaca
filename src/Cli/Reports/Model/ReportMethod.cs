using System.Collections.Immutable;

namespace MonotonicReads.Cli.Reports.Model;

/// <summary>A body that reads or writes, itself or through what it calls.</summary>
/// <param name="Key">Its documentation id, with what tells local functions and handlers apart.</param>
/// <param name="Name">Its type's and its own name.</param>
/// <param name="Project">The index of its project.</param>
/// <param name="Place">Where it is declared.</param>
/// <param name="Sites">Its places in the order of the source.</param>
internal sealed record ReportMethod(string Key, string Name, int Project, ReportPlace Place, ImmutableArray<ReportSite> Sites)
{
    /// <summary>From where to where it stands, a handler's lambda alone; null where that is not in source.</summary>
    public ReportPlace? Extent { get; init; }
}

/// <summary>A place that reads or writes: a statement that is sent, or a call of a body that sends one.</summary>
/// <param name="Name">What is called.</param>
/// <param name="Library">For a statement the assembly whose member sends it; null for a call.</param>
/// <param name="Statement">The statement's text where it is known.</param>
/// <param name="Code">The line of source.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Read">What can become of the read; null where it does not read, or is a call.</param>
/// <param name="Reads">Whether it reads, itself or through its call.</param>
/// <param name="Writes">Whether it writes.</param>
/// <param name="Through">Why it is rarely come to: a cache, a log; null for nothing.</param>
/// <param name="Calls">The bodies that it runs, by index.</param>
internal sealed record ReportSite(
    string Name,
    string? Library,
    string? Statement,
    string Code,
    ReportPlace Place,
    ReadFate? Read,
    bool Reads,
    bool Writes,
    string? Through,
    ImmutableArray<int> Calls
);

/// <summary>What can become of one place that reads.</summary>
internal enum ReadFate
{
    /// <summary>No finding comes to it: it can be answered by any replica as it stands.</summary>
    Alone,

    /// <summary>Declared already.</summary>
    Settled,

    /// <summary>Once the findings that come to it are pinned: <c>[Monotonic]</c>.</summary>
    NeedsMonotonic,

    /// <summary>Once the findings that come to it wait for their writes: <c>[Causal]</c>.</summary>
    NeedsCausal,

    /// <summary>Stays: <c>[Primary]</c>, or a session of it.</summary>
    DeclaredPrimary,

    /// <summary>Stays: in a transaction.</summary>
    InTransaction,

    /// <summary>Stays: through a connection of the primary.</summary>
    PrimaryConnection,

    /// <summary>Stays: the statement asks what only the primary can answer.</summary>
    PrimaryStatement,
}

/// <summary>How many places read, by what can become of them.</summary>
internal sealed record ReadEstimate(ImmutableArray<FateCount> Counts)
{
    public int All => Counts.Sum(static c => c.Places);

    public int LeaveNow => Counts.Where(static c => c.Fate <= ReadFate.Settled).Sum(static c => c.Places);

    public int LeaveOnceSettled =>
        Counts.Where(static c => c.Fate is ReadFate.NeedsMonotonic or ReadFate.NeedsCausal).Sum(static c => c.Places);

    public int Stay => All - LeaveNow - LeaveOnceSettled;

    public static bool Stays(ReadFate fate) => fate >= ReadFate.DeclaredPrimary;
}

internal readonly record struct FateCount(ReadFate Fate, int Places);
