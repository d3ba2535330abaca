using System.Collections.Immutable;
using MonotonicReads.Cli.Loading;

namespace MonotonicReads.Cli.Baselines;

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
