namespace MonotonicReads.Cluster.Tests.Conformance;

/// <summary>One thing that callers of ADO.NET do, and what should come of it.</summary>
/// <param name="Type">The ADO.NET type that it is about.</param>
/// <param name="Name">What is done.</param>
/// <param name="Expected">The outcome by the documentation of System.Data; where that leaves it open, by the driver.</param>
/// <param name="Run">Does it, with the synchronous or the asynchronous members.</param>
public sealed record Behaviour(string Type, string Name, string Expected, Func<Subject, Calls, Task<object?>> Run)
{
    /// <summary>Whether it cannot be done on a bare connection to a replica.</summary>
    public bool NeedsPrimary { get; init; }

    /// <summary>Whether it lasts until a time limit or a cancellation ends it.</summary>
    public bool Waits { get; init; }

    /// <summary>With which members it is done.</summary>
    public IReadOnlyList<Calls> Ways { get; init; } = Calls.Both;

    /// <summary>Where the wrapper deliberately does otherwise than the driver.</summary>
    public IReadOnlyList<Difference> Differences { get; init; } = [];

    /// <summary>The outcome that a subject must have, where the driver alone has this one.</summary>
    public string ExpectedOf(Subject subject, string driversOutcome) =>
        Differences.FirstOrDefault(difference => difference.Applies(subject))?.Outcome ?? driversOutcome;

    public override string ToString() => $"{Type}: {Name}";
}

/// <summary>Where and why the wrapper does otherwise than the driver.</summary>
/// <param name="Applies">For which subjects.</param>
/// <param name="Outcome">What comes of it there.</param>
/// <param name="Reason">Why.</param>
public sealed record Difference(Func<Subject, bool> Applies, string Outcome, string Reason);
