using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Generator.Calls;

/// <summary>
/// What a call that may run several implementations does: what one in three does of those that the project makes. Where it makes none of
/// them, as a library does whose users choose, what at least half of them do: a member that most of its implementations leave to memory is
/// no proof of a read, where one of them happens to reach a database.
/// </summary>
internal sealed class Implementations(MadeTypes made)
{
    /// <param name="targets">What may run.</param>
    /// <param name="summaries">What each of them does, in the same order.</param>
    /// <param name="cancellation">Stops the search.</param>
    public MethodSummary Common(IReadOnlyList<CallTarget> targets, IReadOnlyList<MethodSummary> summaries, CancellationToken cancellation)
    {
        if (targets.Count == 1)
        {
            return summaries[0];
        }

        var union = summaries.Aggregate(MethodSummary.Nothing, MethodSummary.Union);
        var reading = Counts(static e => e.ForRows);
        var writing = Counts(static e => !e.ForRows);
        return reading && writing
            ? union
            : new MethodSummary([.. union.Effects.Where(e => e.ForRows ? reading : writing)], union.Delegates);

        bool Counts(Func<CallEffect, bool> isMeant)
        {
            var does = summaries.Select(summary => summary.Effects.Any(isMeant)).ToList();
            if (does.TrueForAll(static d => d) || !does.Contains(true))
            {
                return does.Contains(true);
            }

            var isMade = targets
                .Select(target => target.Owners.Count == 0 || target.Owners.Any(o => made.Contains(o, cancellation)))
                .ToList();
            if (isMade.Contains(true))
            {
                // Where few of many do, the member is dispatch in general: of what this call runs it says nothing.
                return does.Zip(isMade, static (d, m) => d && m).Count(static d => d) * 3 >= isMade.Count(static m => m);
            }

            var real = does.Where((_, i) => !targets[i].Owners.All(MadeTypes.IsStandIn)).ToList();
            return real.Count(static d => d) * 2 >= real.Count;
        }
    }
}
