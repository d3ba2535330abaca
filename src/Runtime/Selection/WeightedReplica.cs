namespace MonotonicReads;

/// <summary>A replica as a selector sees it.</summary>
/// <param name="Name">The replica's name, unique among its peers.</param>
/// <param name="Weight">Its share of the sessions relative to the others; 0 or more, 0 takes no new sessions.</param>
/// <param name="IsAvailable">Whether it can be picked now.</param>
public readonly record struct WeightedReplica(string Name, int Weight, bool IsAvailable);
