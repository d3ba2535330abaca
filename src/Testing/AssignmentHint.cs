namespace MonotonicReads.Testing;

/// <summary>What keeps a unit of work from what broke it, told by where its reads ran.</summary>
internal static class AssignmentHint
{
    /// <summary>The hint.</summary>
    /// <param name="shortest">What is shown.</param>
    /// <param name="failures">All that broke.</param>
    public static string Of(AssignmentFailure shortest, IReadOnlyList<AssignmentFailure> failures) =>
        shortest.IsOfThePresent
            ? "It breaks also where every read sees the present: look at the check, and at what was set up. No annotation helps."
        : shortest.IsOfOneMoment ? OfThePast(shortest)
        : shortest.HasAdvanced
            ? "Its replica applied the write between two reads of one session, which [Monotonic] allows:\n"
                + "[Monotonic(Snapshot = true)] keeps them at one moment."
        : OfOrder(shortest) + OfForward(failures);

    private static string OfThePast(AssignmentFailure shortest) =>
        shortest.ReadsWhatItWrote
            ? "All its reads see one earlier moment, without what the unit wrote: [Causal] reads where that has arrived,\n"
                + "[Primary] reads the present. [Monotonic] keeps reads in order, and does not make them newer."
            : "All its reads see one earlier moment: they are in order, and too old, so that [Monotonic] does not help. [Primary]\n"
                + "reads the present; [Causal] sees what its own session wrote, or the one whose token it resumes.";

    private static string OfOrder(AssignmentFailure shortest) =>
        (shortest.Sessions, shortest.Outside) switch
        {
            (0, _) => "[Monotonic] keeps its reads on one replica.",
            (1, 0) => "Its session did not stay on one replica.",
            (1, _) => "Some of its reads run in a session and some outside: begin one around all of them, with [Monotonic] on the\n"
                + "method that makes them or with ReadSession.Begin.",
            (var sessions, _) => FormattableString.Invariant(
                $"Its reads run in {sessions} sessions, each with a replica of its own: begin one around all of them, with\n"
            ) + "[Monotonic] on the method that makes them or with ReadSession.Begin.",
        };

    private static string OfForward(IReadOnlyList<AssignmentFailure> failures) =>
        failures.Any(static failure => failure is { GoesBack: false, IsOfOneMoment: false })
            ? " It breaks also where no read goes back in time, as when that replica\n"
                + "applies the write between two reads: [Monotonic(Snapshot = true)] keeps them at one moment."
            : "";
}
