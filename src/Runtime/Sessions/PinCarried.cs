namespace MonotonicReads.Sessions;

/// <summary>What was seen and written in a data source before the session came here, or elsewhere on its behalf. A field of the session's
/// pin, changed under the pin's lock and read without.</summary>
internal struct PinCarried
{
    private string? _run;
    private SourceState[]? _doubts;
    private bool _isPrimaryOnly;

    /// <summary>Whether there is anything that the session's reads must contain.</summary>
    public readonly bool IsAny => Volatile.Read(in _run) is not null;

    /// <summary>The run of the primary without which there is no going on; empty for any.</summary>
    public readonly string Run => Volatile.Read(in _run) ?? "";

    /// <summary>The same; null where only positions are known.</summary>
    public readonly string? PrimaryRun => Volatile.Read(in _isPrimaryOnly) ? Run : null;

    /// <summary>What may be of another data source that has the same name: looked into before anything is read.</summary>
    public readonly IReadOnlyList<SourceState> Doubts => Volatile.Read(in _doubts) ?? [];

    /// <param name="pin">The pin that this belongs to.</param>
    /// <param name="state">What was seen and written.</param>
    /// <param name="match">Whether it is of the pin's data source; tells of a doubt how it ends.</param>
    public void Tell(SessionPin pin, SourceState state, NameMatch match)
    {
        if (match == NameMatch.Perhaps)
        {
            var known = Doubts.FirstOrDefault(doubt => doubt.Name == state.Name);
            Volatile.Write(ref _doubts, [.. Doubts.Where(doubt => doubt != known), known?.And(state) ?? state]);
            return;
        }

        if (match == NameMatch.Same)
        {
            TakeIn(pin, state);
        }

        // One that was told of more meanwhile goes on.
        Volatile.Write(ref _doubts, [.. Doubts.Where(doubt => !ReferenceEquals(doubt, state))]);
    }

    private void TakeIn(SessionPin pin, SourceState state)
    {
        if (state.Position is { } position)
        {
            pin.Require(position);
        }
        else
        {
            pin.BindPrimary(pin.Session.LossIn(pin.Source));
        }

        // One primary cannot be two runs.
        Volatile.Write(ref _isPrimaryOnly, _isPrimaryOnly || state.IsPrimaryOnly);
        Volatile.Write(
            ref _run,
            !state.IsPrimaryOnly || state.PrimaryRun.Length == 0 ? Run
                : Run.Length == 0 || Run == state.PrimaryRun ? state.PrimaryRun
                : SourceState.None
        );
    }
}
