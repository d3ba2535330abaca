namespace MonotonicReads.Testing;

/// <summary>A run that broke its check.</summary>
/// <param name="Run">What it did.</param>
/// <param name="Broken">The check; null where it threw.</param>
/// <param name="Thrown">What it threw; null for nothing.</param>
internal sealed record AssignmentFailure(Recording Run, string? Broken, Exception? Thrown)
{
    private readonly IReadOnlyList<SentStatement> _reads =
    [
        .. Run.Statements.Where(static statement => !statement.Writes && !statement.HasFailed),
    ];

    /// <summary>In words, to be followed by "in so many ...".</summary>
    public string What =>
        Broken is not null ? $"The check '{Asking.OneLine(Broken)}' fails" : $"{Thrown!.GetType().Name} ({FirstLine(Thrown.Message)})";

    /// <summary>How many times its reads go from one moment to another, whether never back in time, then how many see the past, then how
    /// many there are.</summary>
    public (int Changes, bool IsForward, int Late, int Reads) Length =>
        (Pairs.Count(static pair => pair.First != pair.Second), !GoesBack, Late, _reads.Count);

    /// <summary>Whether a read sees an earlier moment than one before.</summary>
    public bool GoesBack => Pairs.Any(static pair => pair.First > pair.Second);

    /// <summary>Whether all that it read was the present.</summary>
    public bool IsOfThePresent => Late == 0;

    /// <summary>Whether all that it read was one moment.</summary>
    public bool IsOfOneMoment => Length.Changes == 0;

    /// <summary>Whether a replica caught up in it, between two reads of a session.</summary>
    public bool HasAdvanced => Run.Choices.Exists(static choice => choice is { Kind: Recording.ChoiceKind.Advance, Chosen: 1 });

    /// <summary>In how many sessions its reads ran.</summary>
    public int Sessions => _reads.Where(static read => read.Session is not null).Select(static read => read.Session).Distinct().Count();

    /// <summary>How many reads ran outside a session.</summary>
    public int Outside => _reads.Count(static read => read.Session is null);

    /// <summary>What was written in the unit's session, if anything.</summary>
    public bool ReadsWhatItWrote => Run.Statements.Exists(static statement => statement.Writes);

    private int Late => _reads.Count(static read => read.Moment != SentStatement.Present);

    private IEnumerable<(int First, int Second)> Pairs =>
        _reads.Select(static read => read.Moment).Zip(_reads.Skip(1).Select(static read => read.Moment));

    private static string FirstLine(string text) => Asking.OneLine(text.Trim().Split('\n', 2)[0]);
}
