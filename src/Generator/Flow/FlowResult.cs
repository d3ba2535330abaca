using MonotonicReads.Generator.Calls;

namespace MonotonicReads.Generator.Flow;

/// <summary>What the flow of one method, accessor, initialiser or local function shows.</summary>
/// <param name="SequentialReads">Replica reads that follow another read in another unit, with the first such read.</param>
/// <param name="ReadsAfterWrites">Replica reads that follow a write outside their unit, with the first such write.</param>
/// <param name="Summary">What a caller needs to know.</param>
internal sealed record FlowResult(Items<Fault> SequentialReads, Items<Fault> ReadsAfterWrites, MethodSummary Summary)
{
    public static readonly FlowResult Empty = new([], [], MethodSummary.Nothing);
}
