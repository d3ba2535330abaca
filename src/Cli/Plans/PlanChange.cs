using Microsoft.CodeAnalysis;

namespace MonotonicReads.Cli.Plans;

/// <summary>One member whose line is to come, to change or to go.</summary>
/// <param name="Member">The method's documentation id.</param>
/// <param name="Before">The number in its line; null where it has none.</param>
/// <param name="After">The number that is proved; null where there is none.</param>
/// <param name="Place">The method, or the line where there is none.</param>
/// <param name="Why">What the rule says of it.</param>
internal sealed record PlanChange(string Member, int? Before, int? After, FileLinePositionSpan Place, string Why)
{
    public bool IsNew => Before is null;
}
