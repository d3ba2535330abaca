namespace MonotonicReads.Generator.Flow;

/// <summary>A delegate parameter that the method runs.</summary>
/// <param name="Parameter">Its ordinal.</param>
/// <param name="InTransaction">Always inside a transaction scope of the method's.</param>
/// <param name="Repeatedly">In a loop.</param>
/// <param name="After">The delegate parameters that may have run before it, as bits.</param>
/// <param name="AfterReads">The method may have read before.</param>
/// <param name="AfterWrites">The method may have written before.</param>
/// <param name="Through">What the method runs it through: a cache where it holds nothing.</param>
/// <param name="Around">What the method has begun around it.</param>
internal sealed record DelegateRun(
    int Parameter,
    bool InTransaction,
    bool Repeatedly,
    ulong After = 0,
    bool AfterReads = false,
    bool AfterWrites = false,
    Detour Through = Detour.None,
    Surroundings? Around = null
);
