using System.Collections.Immutable;

namespace MonotonicReads.Cli.Reports.Model;

/// <summary>
/// Everything that a report says; each output is a function of it alone. All order in it is by content, so that two runs over the same
/// sources give the same bytes.
/// </summary>
/// <param name="Solution">The name of what was looked at.</param>
/// <param name="Root">The folder to which paths are relative.</param>
/// <param name="Created">When, as ISO 8601; null unless that was asked for.</param>
/// <param name="Projects">The projects, by path.</param>
/// <param name="Units">Where reads meet, the least settled first, then by file and line.</param>
/// <param name="Methods">The bodies that read or write; units and sites refer to them by index.</param>
/// <param name="Estimate">Which reads can leave the primary.</param>
/// <param name="Gaps">What was not looked at, and why.</param>
internal sealed record Report(
    string Solution,
    string Root,
    string? Created,
    ImmutableArray<ReportProject> Projects,
    ImmutableArray<ReportUnit> Units,
    ImmutableArray<ReportMethod> Methods,
    ReadEstimate Estimate,
    ImmutableArray<string> Gaps
)
{
    /// <summary>What the running program did; null where nobody told.</summary>
    public RuntimeJoin? Runtime { get; init; }
}

/// <param name="Name">Its name.</param>
/// <param name="Path">Its file, relative.</param>
internal sealed record ReportProject(string Name, string Path);

/// <summary>A place in a file, relative and with <c>/</c> between folders; lines and columns begin at 1.</summary>
internal sealed record ReportPlace(string File, int Line, int Column, int EndLine, int EndColumn)
{
    public string Folder => File.LastIndexOf('/') is > 0 and var end ? File[..end] : ".";

    public override string ToString() => $"{File}:{Line}";
}

/// <summary>A method, property, local function or mapped handler in which reads meet.</summary>
/// <param name="Id">Tells it apart; stays the same when lines move.</param>
/// <param name="Member">Its documentation id as the baseline has it.</param>
/// <param name="Name">What messages call it.</param>
/// <param name="Project">The index of its project.</param>
/// <param name="Method">The index of its body.</param>
/// <param name="State">The least settled of its findings.</param>
/// <param name="Findings">By rule.</param>
/// <param name="Callers">The members that call it, in the whole solution.</param>
/// <param name="Reads">What its findings' reads can do.</param>
internal sealed record ReportUnit(
    string Id,
    string? Member,
    string Name,
    int Project,
    int Method,
    ReportState State,
    ImmutableArray<ReportFinding> Findings,
    ImmutableArray<ReportCaller> Callers,
    UnitReads Reads
)
{
    public ReportPlace Place => Findings[0].Place;

    /// <summary>Whether a rule is not settled: what <c>[Eventual]</c>, a session or an annotation declares is.</summary>
    public bool IsOpen => State == ReportState.Open;
}

/// <param name="Rule">The rule's id.</param>
/// <param name="State">Why it is reported, or not.</param>
/// <param name="Message">What the rule says, or would say.</param>
/// <param name="Place">Where.</param>
/// <param name="Because">What settles it; null for nothing.</param>
/// <param name="Meetings">The sites of the unit's body that meet, by index.</param>
internal sealed record ReportFinding(
    string Rule,
    ReportState State,
    string Message,
    ReportPlace Place,
    ReportDeclaration? Because,
    ImmutableArray<ReportMeeting> Meetings
);

internal readonly record struct ReportMeeting(int Earlier, int Later);

/// <param name="By">What declares it: <c>[Monotonic]</c>, a session in code, its callers.</param>
/// <param name="On">What it stands on.</param>
/// <param name="Reason">The reason of <c>[Eventual]</c>.</param>
/// <param name="Place">Where; null where that is another assembly.</param>
internal sealed record ReportDeclaration(string By, string? On, string? Reason, ReportPlace? Place);

/// <param name="Name">The member that calls.</param>
/// <param name="Place">Its first call.</param>
internal sealed record ReportCaller(string Name, ReportPlace Place);

/// <summary>The places that read which a unit's findings come to, by what can become of them.</summary>
internal readonly record struct UnitReads(int CanLeave, int Stay);

/// <summary>What a finding's state is, from the least settled on.</summary>
internal enum ReportState
{
    Open,
    Baselined,
    Suppressed,
    Accepted,
    Pinned,
    Snapshot,
    Causal,
    Primary,
}
