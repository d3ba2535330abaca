using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Generator.Rules;

/// <summary>A replica read follows a write that the replica may not have applied yet.</summary>
internal static class MR1003ReadAfterWrite
{
    public const string Id = "MR1003";

    public static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "Replica read after a write",
        "'{0}' reads from a replica after {1}: what {2} wrote may not have reached the replica that answers {3}; {4}",
        "MonotonicReads.Reads",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "A replica applies the primary's writes later. A read that follows a write and goes to a replica may not see it, and "
            + "[Monotonic] does not help: the session's replica can lag too. Declare [Causal] to wait for the session's own writes, or "
            + "[Primary] to read where they were made.",
        helpLinkUri: HelpLinks.Of(Id)
    );

    /// <summary>Reports where it is so; false where it is not.</summary>
    public static bool Report(ReportedUnit unit, FlowResult flow, Action<Diagnostic> report, CancellationToken cancellation)
    {
        if (flow.ReadsAfterWrites.IsEmpty)
        {
            return false;
        }

        FaultMessage.Report(Descriptor, unit, flow.ReadsAfterWrites, static _ => "a write", report, cancellation, isAfterWrite: true);
        return true;
    }
}
