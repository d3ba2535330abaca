namespace MonotonicReads.Observability;

/// <summary>What spans say of a session.</summary>
internal readonly record struct SessionTags(Guid Id, ReadConsistency Level);
