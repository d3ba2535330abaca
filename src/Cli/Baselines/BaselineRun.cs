using System.Collections.Immutable;
using MonotonicReads.Cli.Loading;
using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Baselines;

/// <summary>What the user asked for.</summary>
internal enum BaselineMode
{
    /// <summary>Write the files that are not there.</summary>
    Write,

    /// <summary>Say what would have to change, and write nothing.</summary>
    Check,

    /// <summary>Remove what does not occur any more.</summary>
    Update,

    /// <summary>The same, and add what is new.</summary>
    Accept,
}

/// <summary>One file after the run.</summary>
/// <param name="State">As it was found.</param>
/// <param name="Added">Lines that came.</param>
/// <param name="Removed">Lines that went.</param>
/// <param name="IsNew">Whether the file was not there.</param>
internal sealed record BaselineChange(BaselineState State, int Added = 0, int Removed = 0, bool IsNew = false)
{
    /// <summary>Findings that a line accepts now.</summary>
    public IEnumerable<Finding> Left => Added > 0 ? State.Accepted.Concat(State.New) : State.Accepted;

    /// <summary>Findings that the build tells now.</summary>
    public ImmutableArray<Finding> Open => Added > 0 ? [.. State.New.Where(static f => f.Member is null)] : State.New;

    /// <summary>Lines that are stale now.</summary>
    public ImmutableArray<BaselineLine> Stale => Removed > 0 ? [] : State.Stale;

    public bool IsFine => Open.IsEmpty && Stale.IsEmpty && State.NotUnderstood.IsEmpty;
}

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

        // Where something does not compile its findings are not seen, and their lines only look stale.
        var removed = mode is BaselineMode.Update or BaselineMode.Accept && state.IsComplete ? state.Stale.Length : 0;
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
                    + "\nNothing was written. --check lists what differs, --update removes what is stale, --update --accept-new adds what is new too."
            );
        }
    }
}
