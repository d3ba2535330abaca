using System.Collections.Immutable;

namespace MonotonicReads.Cli.Reports.Model;

/// <summary>What the running program did, beside what the rules say of its code.</summary>
/// <param name="Sources">The data sources that were watched.</param>
/// <param name="Sample">Which share of the units of work was watched, in words; null for all of it.</param>
/// <param name="LeftOut">How many lines of the files were left out, since they are none of the detector's.</param>
/// <param name="Findings">Each finding, in the order of the report's units.</param>
/// <param name="Unforeseen">The series that no finding tells of, those that occurred most first.</param>
internal sealed record RuntimeJoin(
    ImmutableArray<string> Sources,
    string? Sample,
    int LeftOut,
    ImmutableArray<RuntimeFinding> Findings,
    ImmutableArray<RuntimeSeries> Unforeseen
)
{
    public int Confirmed => Findings.Count(static f => f.Seen is not null);

    /// <summary>Those that nothing settles and no series confirms.</summary>
    public IEnumerable<RuntimeFinding> OnlyStatic => Findings.Where(static f => f is { Seen: null, IsUnsettled: true });
}

/// <param name="Unit">The unit, by index.</param>
/// <param name="Rule">The rule's id.</param>
/// <param name="IsUnsettled">Whether nothing declares what its reads need.</param>
/// <param name="Seen">How often its series occurred; null for never.</param>
/// <param name="Because">Why no series confirms it, or what is remarkable of one that does; null for nothing.</param>
internal sealed record RuntimeFinding(int Unit, string Rule, bool IsUnsettled, RuntimeCount? Seen, string? Because);

/// <param name="Units">In how many units of work.</param>
/// <param name="Spread">In how many of them its statements reached several servers.</param>
internal sealed record RuntimeCount(long Units, long Spread);

/// <summary>A series that was seen.</summary>
/// <param name="IsAfterWrite">Whether a read follows a write; else several reads meet.</param>
/// <param name="Seen">How often.</param>
/// <param name="MeetIn">The innermost method that is on the stack of each place; null for none.</param>
/// <param name="Sites">Its places.</param>
internal sealed record RuntimeSeries(bool IsAfterWrite, RuntimeCount Seen, string? MeetIn, ImmutableArray<RuntimeSite> Sites);

/// <param name="Way">How its statements ran: replica, primary, session, write, accepted.</param>
/// <param name="Statements">How many it sends.</param>
/// <param name="Frames">What is on the stack, the innermost first.</param>
/// <param name="Declares">The level that its methods declare; null for none.</param>
/// <param name="After">The places of the series, by index, of which a statement came before and makes one of this at fault.</param>
internal sealed record RuntimeSite(
    string Way,
    int Statements,
    ImmutableArray<RuntimeFrame> Frames,
    string? Declares,
    ImmutableArray<int> After
)
{
    /// <summary>The same place in another series, or in none.</summary>
    public string Key => Way + "\n" + string.Join('\n', Frames);
}

/// <param name="Method">The documentation id.</param>
/// <param name="At">Of a lambda or a local function where it stands, <c>Program.cs:31:20</c>, or that this is not known, <c>?</c>; null for
/// a member.</param>
internal sealed record RuntimeFrame(string Method, string? At);
