using System.Collections.Immutable;
using MonotonicReads.Cli.Loading;
using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Baselines;

/// <summary>Does what a user asked for, file by file.</summary>
internal static class BaselineRun
{
    public static async Task<ImmutableArray<BaselineChange>> RunAsync(
        AnalyzedSolution solution,
        BaselineMode mode,
        Terminal terminal,
        CancellationToken cancellation
    )
    {
        var states = await BaselineState.OfAsync(solution, cancellation);
        if (mode == BaselineMode.Write)
        {
            RefuseToOverwrite(states, terminal);
        }

        var changes = ImmutableArray.CreateBuilder<BaselineChange>(states.Length);
        foreach (var state in states)
        {
            changes.Add(await ChangeAsync(state, mode, cancellation));
        }

        return changes.MoveToImmutable();
    }

    private static async Task<BaselineChange> ChangeAsync(BaselineState state, BaselineMode mode, CancellationToken cancellation)
    {
        if (state.Text is null)
        {
            return mode is BaselineMode.Write or BaselineMode.Accept
                ? new(state, await BaselineWriter.AddAsync(state, cancellation), IsNew: true)
                : new(state);
        }

        var removed = mode is BaselineMode.Update or BaselineMode.Accept ? state.Stale.Length : 0;
        var added = mode == BaselineMode.Accept ? state.NewEntries.Count() : 0;
        if (removed + added > 0)
        {
            await BaselineWriter.UpdateAsync(state, removed > 0, added > 0, cancellation);
        }

        return new(state, added, removed);
    }

    private static void RefuseToOverwrite(ImmutableArray<BaselineState> states, Terminal terminal)
    {
        string[] differing =
        [
            .. states
                .Where(static s => s.Text is not null && !new BaselineChange(s).IsFine)
                .Select(s =>
                    $"{terminal.Shown(s.Path)} is there already, and differs from what occurs: {s.Stale.Length} stale, {s.New.Length} new, "
                    + $"{s.NotUnderstood.Length} not understood."
                ),
        ];
        if (differing.Length > 0)
        {
            throw CliException.WrongUsage(
                string.Join("\n", differing)
                    + "\nNothing was written. --check lists what differs, --update removes what is stale, "
                    + "--update --accept-new adds what is new too."
            );
        }
    }
}
