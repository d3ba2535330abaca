using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Cli.Loading;
using MonotonicReads.Cli.Output;
using MonotonicReads.Generator.Options;

namespace MonotonicReads.Cli.Plans;

/// <summary>Does what a user asked for, file by file.</summary>
internal static class PlansRun
{
    /// <returns>Each file with what was written into it; what is left is in the state alone.</returns>
    public static async Task<ImmutableArray<WrittenPlans>> RunAsync(
        AnalyzedSolution solution,
        PlansMode mode,
        CancellationToken cancellation
    )
    {
        var written = ImmutableArray.CreateBuilder<WrittenPlans>();
        foreach (var state in await PlansState.OfAsync(solution, cancellation))
        {
            ImmutableArray<PlanChange> made =
                mode == PlansMode.Check ? [] : [.. state.Changes.Where(c => mode == PlansMode.Write || !c.IsNew)];
            if (!made.IsEmpty)
            {
                var text = state.Text ?? SourceText.From(PlansChanges.Header, new UTF8Encoding(false));
                var plans = made.Select(static c => new PlanEntry(c.Member, c.After ?? 0));
                await WholeFile.WriteAsync(state.Path, text, PlansChanges.Keeping(text, plans), cancellation);
            }

            written.Add(new(state, made));
        }

        return written.ToImmutable();
    }
}

/// <summary>One file after the run.</summary>
/// <param name="State">As it was found.</param>
/// <param name="Made">The changes that were written.</param>
internal sealed record WrittenPlans(PlansState State, ImmutableArray<PlanChange> Made)
{
    /// <summary>The changes that were not.</summary>
    public IEnumerable<PlanChange> Left => State.Changes.Except(Made);

    /// <summary>Whether the file says what is proved. With <c>--update</c> a plan that is not there is no fault.</summary>
    public bool IsFine(PlansMode mode) => State.NotUnderstood.IsEmpty && !Left.Any(c => mode != PlansMode.Update || !c.IsNew);

    public int Added => Made.Count(static c => c.IsNew);

    public int Mended => Made.Count(static c => c.IsMended);

    public int Removed => Made.Sum(static c => c.Going);
}
