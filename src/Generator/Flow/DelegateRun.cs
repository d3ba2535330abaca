namespace MonotonicReads.Generator.Flow;

/// <summary>A delegate parameter that the method runs.</summary>
/// <param name="Parameter">Its ordinal.</param>
/// <param name="InTransaction">Always inside a transaction scope of the method's.</param>
/// <param name="Repeatedly">In a loop.</param>
/// <param name="Through">What the method runs it through: a cache where it holds nothing.</param>
internal sealed record DelegateRun(int Parameter, bool InTransaction, bool Repeatedly, Detour Through = Detour.None);
