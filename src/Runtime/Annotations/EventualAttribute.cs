namespace MonotonicReads;

/// <summary>
/// Stale and out-of-order answers are accepted for the member, for the reason given. Silences the read rules; opens
/// no session and is not wrapped.
/// </summary>
/// <param name="reason">Why this is acceptable, for the next reader. An empty text is a compiler warning (MR1005).</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class | AttributeTargets.Interface)]
public sealed class EventualAttribute(string reason) : Attribute
{
    /// <summary>Why stale and out-of-order answers are acceptable here.</summary>
    public string Reason { get; } = reason;
}
