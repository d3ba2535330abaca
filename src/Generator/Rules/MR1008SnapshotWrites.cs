using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Generator.Rules;

/// <summary>A write in a method whose reads show one moment: its transaction is read-only, and the write throws.</summary>
internal static class MR1008SnapshotWrites
{
    public const string Id = "MR1008";

    public static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "Snapshot method writes",
        "'{0}' shows one moment ([Monotonic(Snapshot = true)]) and writes: {1} throws in its read-only transaction",
        "MonotonicReads.Reads",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "The reads of a snapshot share one read-only transaction on a replica. A write inside it cannot be seen by them, and "
            + "is refused at run time. Write before or after the snapshot, in another method, or declare [Causal].",
        helpLinkUri: HelpLinks.Of(Id)
    );

    /// <returns>Whether there was something to report.</returns>
    public static bool Report(ReportedUnit unit, FlowResult flow, Action<Diagnostic> report, CancellationToken cancellation)
    {
        if (flow.FirstWrite is not { } write || ConsistencyAnnotations.NearestTo(unit.Symbol) is not { IsSnapshot: true })
        {
            return false;
        }

        var place = unit.Place(write.Operation.Syntax, write.Location, cancellation);
        report(Diagnostic.Create(Descriptor, place, additionalLocations: [write.Location], unit.Name, FaultMessage.Named(write)));
        return true;
    }
}
