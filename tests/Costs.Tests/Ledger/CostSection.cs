using System.Globalization;

namespace MonotonicReads.Costs.Tests.Ledger;

/// <summary>The costs of one kind.</summary>
/// <param name="Title">What is counted.</param>
/// <param name="Costs">The costs, in the order of the file.</param>
internal sealed record CostSection(string Title, IReadOnlyList<Cost> Costs)
{
    /// <summary>What a measurement found otherwise than the file has it; nothing where they agree.</summary>
    /// <param name="measured">The costs of this moment.</param>
    public IEnumerable<string> DifferencesTo(IReadOnlyList<Cost> measured)
    {
        var known = Costs.ToDictionary(static cost => cost.What, static cost => cost.Amount, StringComparer.Ordinal);
        foreach (var (what, amount) in measured)
        {
            if (!known.Remove(what, out var before))
            {
                yield return Invariant($"{what}: {amount:0.##}, and costs.txt has no such line");
            }
            else if (before != amount)
            {
                yield return Invariant($"{what}: {amount:0.##}, was {before:0.##} ({amount - before:+0.##;-0.##})");
            }
        }

        foreach (var what in known.Keys)
        {
            yield return $"{what}: not measured any more, and still in costs.txt";
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
