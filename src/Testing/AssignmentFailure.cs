namespace MonotonicReads.Testing;

/// <summary>A run that broke its check.</summary>
/// <param name="Run">What it did.</param>
/// <param name="Broken">The check; null where it threw.</param>
/// <param name="Thrown">What it threw; null for nothing.</param>
internal sealed record AssignmentFailure(Recording Run, string? Broken, Exception? Thrown)
{
    /// <summary>In words, to be followed by "in so many ...".</summary>
    public string What => Broken is not null ? $"The check '{Broken}' fails" : $"{Thrown!.GetType().Name} ({FirstLine(Thrown.Message)})";

    /// <summary>How many times it goes from one moment to another, whether it never goes back in time, then how many reads see the past,
    /// then how many there are.</summary>
    public (int Changes, bool IsForward, int Late, int Reads) Length =>
        (
            Run.Choices.Zip(Run.Choices.Skip(1)).Count(static pair => pair.First.Chosen != pair.Second.Chosen),
            !GoesBack,
            Run.Choices.Count(static choice => choice.Chosen > 0),
            Run.Choices.Count
        );

    /// <summary>Whether a read sees an earlier moment than one before. The first choice is the present, the last the earliest.</summary>
    public bool GoesBack => Run.Choices.Zip(Run.Choices.Skip(1)).Any(static pair => pair.First.Chosen < pair.Second.Chosen);

    /// <summary>Whether all it saw was one moment.</summary>
    public bool IsOfOneMoment => Length.Changes == 0;

    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd();
}
