namespace MonotonicReads.Generator;

/// <summary>The names of the generator's steps: tests ask each for the reason of its run.</summary>
internal static class TrackingNames
{
    /// <summary>The types and contracts on which an annotation stands in this compilation; one step per attribute.</summary>
    public const string Annotated = nameof(Annotated);

    /// <summary>The names of annotated interfaces and base classes in references.</summary>
    public const string ReferencedContracts = nameof(ReferencedContracts);

    /// <summary>The names of all annotated interfaces and base classes.</summary>
    public const string Contracts = nameof(Contracts);

    /// <summary>The classes that may implement or derive from contracts.</summary>
    public const string Implementers = nameof(Implementers);

    /// <summary>The types to decide about, each once.</summary>
    public const string Candidates = nameof(Candidates);

    /// <summary>The lines of each plans file.</summary>
    public const string PlansFiles = nameof(PlansFiles);

    /// <summary>What all plans files say.</summary>
    public const string PlannedReads = nameof(PlannedReads);

    /// <summary>The plan of each wrapper.</summary>
    public const string Plans = nameof(Plans);

    public static IReadOnlyList<string> All { get; } =
    [Annotated, ReferencedContracts, Contracts, Implementers, Candidates, PlansFiles, PlannedReads, Plans];
}
