using System.Collections.Immutable;

namespace MonotonicReads.Cli.Explaining;

/// <summary>What settles a finding, what each does at run time, and what it costs; docs/choosing.md has the same at length.</summary>
internal static class Remedies
{
    private static readonly Remedy Monotonic = new(
        "[Monotonic]",
        "All reads of a call go to one replica, so that a later one never shows an older state.",
        "nothing on the wire"
    );

    private static readonly Remedy Snapshot = new(
        "[Monotonic(Snapshot = true)]",
        "All reads of a call show one moment: for numbers that have to agree.",
        "one command to begin and one to end; a lost replica is an exception"
    );

    private static readonly Remedy Causal = new(
        "[Causal]",
        "As [Monotonic], and each read waits until its replica has what the session wrote, or goes elsewhere.",
        "one command with the write and one for the first read after it; waiting where replicas are behind"
    );

    private static readonly Remedy Global = new(
        "[Global]",
        "As [Causal], and each read has what anybody had written when the call began.",
        "one command to the primary for each call, and one for its first read; waiting where replicas are behind"
    );

    private static readonly Remedy Primary = new(
        "[Primary]",
        "All reads of a call run on the primary, which has every write.",
        "the primary's capacity: no replica takes this load"
    );

    private static readonly Remedy Eventual = new(
        "[Eventual(\"why\")]",
        "Nothing changes: stale and contradicting answers are accepted, and the reason says why that does no harm.",
        "nothing, but what it accepts"
    );

    /// <summary>The remedies for a rule, the one that mostly fits first.</summary>
    public static ImmutableArray<Remedy> For(string rule) =>
        rule == "MR1003"
            ? [Causal, Global, Primary, Eventual, InCode("Causal")]
            : [Monotonic, Snapshot, Causal, Global, Primary, Eventual, InCode("Monotonic")];

    private static Remedy InCode(string level) =>
        new(
            $"using var session = ReadSession.Begin(ReadConsistency.{level});",
            $"The same as [{level}], for the code that follows it: where no wrapper runs (static and private methods, top-level code, "
                + "what a framework creates).",
            "the same"
        );
}

/// <param name="Code">What to write.</param>
/// <param name="Does">What happens at run time.</param>
/// <param name="Costs">What it costs.</param>
internal sealed record Remedy(string Code, string Does, string Costs);
