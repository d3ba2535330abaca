using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Generator.Rules;

/// <summary>A method makes sequential replica reads and declares no read consistency.</summary>
internal static class MR1001SequentialReads
{
    public const string Id = "MR1001";

    public static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "Sequential replica reads without declared read consistency",
        "'{0}' makes {1}: {2} and {3} may be answered by different replicas, the later by an older state; {4}",
        "MonotonicReads.Reads",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "Each replica lags by its own amount. Two reads of one piece of work that land on different replicas can see time run "
            + "backwards. Declare what the method needs: [Monotonic], [Causal], [Primary], or [Eventual] with the reason why stale and "
            + "out-of-order answers do no harm.",
        helpLinkUri: HelpLinks.Of(Id)
    );

    /// <summary>Reports where two reads of the method's own meet; false where none do.</summary>
    public static bool Report(ReportedUnit unit, FlowResult flow, Action<Diagnostic> report, CancellationToken cancellation)
    {
        if (flow.OwnSequentialReads.IsEmpty)
        {
            return false;
        }

        FaultMessage.Report(
            Descriptor,
            unit,
            flow.OwnSequentialReads,
            static sites => sites == 1 ? "a replica read in a loop" : $"{sites} sequential replica reads",
            report,
            cancellation
        );
        return true;
    }
}
