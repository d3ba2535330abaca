namespace MonotonicReads.Sessions;

/// <summary>The order of the levels, which their numbers do not say: these are fixed, and levels came later.</summary>
internal static class LevelStrength
{
    /// <summary>Larger for the stronger one.</summary>
    public static int Of(ReadConsistency level) =>
        level switch
        {
            ReadConsistency.Eventual => 0,
            ReadConsistency.Monotonic => 1,
            ReadConsistency.Snapshot => 2,
            ReadConsistency.Causal => 3,
            ReadConsistency.Global => 4,
            ReadConsistency.Primary => 5,
            _ => throw new ArgumentOutOfRangeException(nameof(level), level, "No value of ReadConsistency."),
        };

    public static bool IsStrongerThan(this ReadConsistency level, ReadConsistency other) => Of(level) > Of(other);

    public static ReadConsistency Stronger(ReadConsistency one, ReadConsistency other) => one.IsStrongerThan(other) ? one : other;
}
