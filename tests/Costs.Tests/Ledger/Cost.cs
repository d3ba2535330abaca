namespace MonotonicReads.Costs.Tests.Ledger;

/// <summary>One line of costs.txt.</summary>
/// <param name="What">What costs it; within a section each has a name of its own.</param>
/// <param name="Amount">How much, exactly.</param>
internal sealed record Cost(string What, decimal Amount);
