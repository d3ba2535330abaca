namespace MonotonicReads.Cli.Reports.Model;

/// <summary>The words that all outputs share.</summary>
internal static class Words
{
    /// <summary>A state as data: stable, since scripts compare it.</summary>
    public static string Of(ReportState state) =>
        state switch
        {
            ReportState.Open => "open",
            ReportState.Baselined => "baselined",
            ReportState.Suppressed => "suppressed",
            ReportState.Accepted => "accepted",
            ReportState.Pinned => "pinned",
            ReportState.Snapshot => "snapshot",
            ReportState.Causal => "causal",
            _ => "primary",
        };

    /// <summary>What a state means, in a line.</summary>
    public static string Meaning(ReportState state) =>
        state switch
        {
            ReportState.Open => "reported; nothing declares what its reads need",
            ReportState.Baselined => "a line of the baseline accepts it for the time being",
            ReportState.Suppressed => "a pragma, an attribute or a severity of none keeps it quiet",
            ReportState.Accepted => "[Eventual]: stale and out-of-order answers are accepted, with a reason",
            ReportState.Pinned => "[Monotonic]: its reads stay on one replica",
            ReportState.Snapshot => "[Monotonic(Snapshot = true)]: its reads show one moment",
            ReportState.Causal => "[Causal], [Global]: its reads also see its own writes, or everybody's",
            _ => "[Primary]: its reads run on the primary",
        };

    /// <summary>A fate as data.</summary>
    public static string Of(ReadFate fate) =>
        fate switch
        {
            ReadFate.Alone => "alone",
            ReadFate.Settled => "settled",
            ReadFate.NeedsMonotonic => "needs-monotonic",
            ReadFate.NeedsCausal => "needs-causal",
            ReadFate.DeclaredPrimary => "declared-primary",
            ReadFate.InTransaction => "in-transaction",
            ReadFate.PrimaryConnection => "primary-connection",
            _ => "primary-statement",
        };

    /// <summary>What a fate means, in a line.</summary>
    public static string Meaning(ReadFate fate) =>
        fate switch
        {
            ReadFate.Alone => "no finding comes to it: any replica can answer it as the code stands",
            ReadFate.Settled => "a declaration already says what it needs",
            ReadFate.NeedsMonotonic => "can leave once the findings that come to it are pinned to one replica ([Monotonic])",
            ReadFate.NeedsCausal => "can leave once the findings that come to it wait for their own writes ([Causal])",
            ReadFate.DeclaredPrimary => "stays: [Primary] says so",
            ReadFate.InTransaction => "stays: it runs in a transaction",
            ReadFate.PrimaryConnection => "stays: its connection comes from the primary",
            _ => "stays: a lock, or something that only the primary can answer",
        };

    /// <summary><c>Orders.Get</c> of <c>Orders.Get(int)</c>; a handler's or a local function's name as it is.</summary>
    public static string Bare(string name) =>
        name.IndexOf('(', StringComparison.Ordinal) is > 0 and var bracket && name.EndsWith(')') && !name.AsSpan(0, bracket).Contains(' ')
            ? name[..bracket]
            : name;

    /// <summary>What a place does, itself or through its call.</summary>
    public static string Does(ReportSite site) =>
        (site.Reads, site.Writes) switch
        {
            (true, true) => "reads and writes",
            (true, _) => "reads",
            _ => "writes",
        };

    /// <summary>How often a series was seen, in words.</summary>
    public static string Of(RuntimeCount seen) =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{seen.Units} {(seen.Units == 1 ? "unit" : "units")} of work, {seen.Spread} of them on several servers"
        );

    /// <summary>A documentation id as people say it: <c>Orders.Get</c> of <c>M:Shop.Orders.Get(System.Int32)</c>.</summary>
    public static string Short(string id)
    {
        var end = id.IndexOf('(', StringComparison.Ordinal) is > 0 and var open ? open : id.Length;
        var local = id.IndexOf('~', StringComparison.Ordinal) is > 0 and var tilde ? " › " + id[(tilde + 1)..] : "";
        end = local.Length > 0 ? Math.Min(end, id.IndexOf('~', StringComparison.Ordinal)) : end;
        var dot = id.LastIndexOf('.', end - 1) is > 0 and var member ? id.LastIndexOf('.', member - 1) : -1;
        return id[(Math.Max(dot, 1) + 1)..end] + local;
    }

    /// <summary>A place of a series.</summary>
    public static string Of(RuntimeSite site) =>
        site.Frames.Select(static frame => Short(frame.Method)).Distinct(StringComparer.Ordinal).Take(2).ToList() switch
        {
            [] => "no code of the solution",
            [var alone] => alone,
            [var method, var caller, ..] => $"{method} (called by {caller})",
        };

    /// <summary>A series in a line, without how often it was seen.</summary>
    public static string Of(RuntimeSeries series) =>
        $"{(series.IsAfterWrite ? "a read after a write" : "reads")}: {string.Join(", ", series.Sites.Select(Of).Distinct())}"
        + (series.MeetIn is { } met ? $"; meet in {Short(met)}" : "; no method is on the stack of all");

    /// <summary><c>1 unit</c>, <c>2 units</c>.</summary>
    public static string Count(int number, string one, string? many = null) =>
        number == 1 ? $"1 {one}" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{number} {many ?? one + "s"}");
}
