namespace MonotonicReads.Observability;

/// <summary>What is known of a server at a moment.</summary>
/// <param name="Source">Its data source's name.</param>
/// <param name="Server">Its name.</param>
/// <param name="IsPrimary">Whether it takes the writes.</param>
/// <param name="IsUp">Whether it answers; null before the first look.</param>
/// <param name="Lag">How far behind it is; null where nobody knows.</param>
/// <param name="Replicates">Whether it gets what is written; null where nobody knows.</param>
internal readonly record struct ServerReading(string Source, string Server, bool IsPrimary, bool? IsUp, TimeSpan? Lag, bool? Replicates);
