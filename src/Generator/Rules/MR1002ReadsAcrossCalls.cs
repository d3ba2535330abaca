using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Generator.Rules;

/// <summary>The reads of a method meet only through the methods that it calls.</summary>
internal static class MR1002ReadsAcrossCalls
{
    public const string Id = "MR1002";

    public static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "Sequential replica reads across calls without declared read consistency",
        "'{0}' reaches {1} through its calls: {2} and {3} may be answered by different replicas, the later by an older state; {4}",
        "MonotonicReads.Reads",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "Each callee reads for itself, perhaps once; the series is formed by the method that calls them. Its reads may land "
            + "on different replicas and see time run backwards. Declare what the method needs: [Monotonic], [Causal], [Primary], or "
            + "[Eventual] with the reason why stale and out-of-order answers do no harm.",
        helpLinkUri: HelpLinks.Of(Id)
    );

    /// <summary>Reports where it is so; false where it is not.</summary>
    public static bool Report(ReportedUnit unit, FlowResult flow, Action<Diagnostic> report, CancellationToken cancellation)
    {
        if (flow.SequentialReads.IsEmpty)
        {
            return false;
        }

        FaultMessage.Report(
            Descriptor,
            unit,
            flow.SequentialReads,
            static sites => sites == 1 ? "a replica read in a loop" : $"{sites} sequential replica reads",
            report,
            cancellation
        );
        return true;
    }
}
