using System.Collections.Immutable;

namespace MonotonicReads.Generator.Flow;

/// <summary>What the flow of one method, accessor, initialiser or local function shows.</summary>
/// <param name="SequentialReads">Replica reads that follow another read in another unit, with the first such read.</param>
/// <param name="ReadsAfterWrites">Replica reads that follow a write outside their unit, with the first such write.</param>
/// <param name="Reads">Every read met, in source order.</param>
/// <param name="Writes">Every write met, in source order.</param>
internal sealed record FlowResult(Items<Fault> SequentialReads, Items<Fault> ReadsAfterWrites, Items<Site> Reads, Items<Site> Writes)
{
    public static readonly FlowResult Empty = new([], [], [], []);
}
