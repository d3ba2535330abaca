namespace MonotonicReads.Sessions;

/// <summary>What the reads of a session in one data source must contain.</summary>
/// <param name="Name">What tokens call the data source: <see cref="SourceName.Text"/>.</param>
/// <param name="Position">The position; null where only the primary will do.</param>
internal sealed record SourceState(string Name, ReplicationPosition? Position)
{
    /// <summary>No run is called so.</summary>
    public const string None = "-";

    public bool IsPrimaryOnly => Position is null;

    /// <summary>The run of the primary that will do where no position is known; empty where that is not known either.</summary>
    public string PrimaryRun { get; init; } = "";

    /// <summary>What contains both, which are of one data source.</summary>
    public SourceState And(SourceState other) =>
        this with
        {
            Position =
                IsPrimaryOnly || other.IsPrimaryOnly || Position!.GetType() != other.Position!.GetType()
                    ? null
                    : Position.Union(other.Position),
            PrimaryRun = BothRuns(other),
        };

    /// <summary>What contains all of them, one for each data source.</summary>
    public static SourceState[] Union(IEnumerable<SourceState> some, IEnumerable<SourceState> others)
    {
        var union = new List<SourceState>();
        foreach (var state in some.Concat(others))
        {
            var at = union.FindIndex(known => known.Name == state.Name);
            if (at < 0)
            {
                union.Add(state);
            }
            else
            {
                union[at] = union[at].And(state);
            }
        }

        return [.. union];
    }

    /// <summary>Where a position is known the run says nothing.</summary>
    public bool Equals(SourceState? other) =>
        other is not null
        && Name == other.Name
        && Equals(Position, other.Position)
        && (Position is not null || PrimaryRun == other.PrimaryRun);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Position);

    public int Length => Position?.ToString().Length ?? 0;

    // The run that will do for both; one that there is not, where they are of two.
    private string BothRuns(SourceState other) =>
        !IsPrimaryOnly ? other.PrimaryRun
        : !other.IsPrimaryOnly || PrimaryRun == other.PrimaryRun ? PrimaryRun
        : None;
}
