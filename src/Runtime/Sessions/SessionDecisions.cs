namespace MonotonicReads.Sessions;

/// <summary>Where a session's reads were sent, where that is recorded. A field of the session; safe for concurrent use.</summary>
internal struct SessionDecisions
{
    private List<RoutingDecision>? _decisions;

    public void Add(RoutingDecision decision)
    {
        var decisions = Volatile.Read(ref _decisions) ?? Interlocked.CompareExchange(ref _decisions, [], null) ?? _decisions!;
        lock (decisions)
        {
            decisions.Add(decision);
        }
    }

    public readonly IReadOnlyList<RoutingDecision> Copy()
    {
        if (_decisions is not { } decisions)
        {
            return [];
        }

        lock (decisions)
        {
            return [.. decisions];
        }
    }
}
