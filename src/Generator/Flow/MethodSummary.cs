using MonotonicReads.Generator.Collections;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// What a call of a method does, as its caller needs to know it. However many reads a method makes, its call is one: several that meet are
/// reported in the method itself.
/// </summary>
/// <param name="Effects">The reads and writes that may happen.</param>
/// <param name="Delegates">What becomes of delegates that the method is handed.</param>
internal sealed record MethodSummary(Items<CallEffect> Effects, Items<DelegateRun> Delegates)
{
    public static readonly MethodSummary Nothing = new([], []);

    public static MethodSummary Union(MethodSummary a, MethodSummary b) =>
        ReferenceEquals(a, Nothing) ? b
        : ReferenceEquals(b, Nothing) ? a
        : new MethodSummary(a.Effects.Union(b.Effects), a.Delegates.Union(b.Delegates));
}
