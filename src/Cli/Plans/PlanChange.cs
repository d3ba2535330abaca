using Microsoft.CodeAnalysis;

namespace MonotonicReads.Cli.Plans;

/// <summary>One member whose line is to come, to change or to go.</summary>
/// <param name="Member">The method's documentation id.</param>
/// <param name="Before">The number in its line; null where it has none.</param>
/// <param name="After">The number that is proved; null where there is none.</param>
/// <param name="Place">The method, or the line where there is none.</param>
/// <param name="Why">What the rule says of it.</param>
/// <param name="Going">How many lines of it go: all of them, or those behind the first.</param>
internal sealed record PlanChange(string Member, int? Before, int? After, FileLinePositionSpan Place, string Why, int Going)
{
    public bool IsNew => Before is null;

    /// <summary>Whether a line gets another number.</summary>
    public bool IsMended => Before is not null && After is not null && Before != After;
}
