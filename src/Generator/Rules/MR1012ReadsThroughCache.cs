using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Generator.Rules;

/// <summary>Reads that meet only now and then: one of them is reached through a cache, a context, a file system or an event.</summary>
internal static class MR1012ReadsThroughCache
{
    public const string Id = "MR1012";

    public static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "Replica reads meet only through a cache, a context or an event",
        "'{0}' reaches a replica read after {1} only through {2}: {3} and {4} meet now and then, and may then be answered by different "
            + "states",
        "MonotonicReads.Reads",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        description: "One of the two is sent only where a cache misses, where a value that is kept is asked for the first time, behind a "
            + "file system, or by whoever has subscribed to an event. Mostly nothing is sent, so that this is told apart from MR1002 and "
            + "MR1003. Declare what the method needs, or leave it.",
        helpLinkUri: HelpLinks.Of(Id)
    );

    /// <summary>Reports what <see cref="MR1002ReadsAcrossCalls"/> leaves out; false where there is nothing.</summary>
    public static bool ReportReads(ReportedUnit unit, FlowResult flow, Action<Diagnostic> report, CancellationToken cancellation) =>
        Report(unit, flow.SequentialThrough, isAfterWrite: false, report, cancellation);

    /// <summary>Reports what <see cref="MR1003ReadAfterWrite"/> leaves out; false where there is nothing.</summary>
    public static bool ReportAfterWrites(ReportedUnit unit, FlowResult flow, Action<Diagnostic> report, CancellationToken cancellation) =>
        Report(unit, flow.AfterWritesThrough, isAfterWrite: true, report, cancellation);

    private static bool Report(
        ReportedUnit unit,
        Items<Fault> faults,
        bool isAfterWrite,
        Action<Diagnostic> report,
        CancellationToken cancellation
    )
    {
        if (faults.IsEmpty)
        {
            return false;
        }

        FaultMessage.Report(
            Descriptor,
            unit,
            faults,
            _ => isAfterWrite ? "a write" : "another",
            report,
            cancellation,
            NameOf(faults[0].Through),
            isAfterWrite
        );
        return true;
    }

    private static string NameOf(Detour through) =>
        through switch
        {
            Detour.Cache => "a cache that misses",
            Detour.Context => "a value that is kept once it was read",
            Detour.FileSystem => "a file system",
            Detour.Log => "a log",
            _ => "an event",
        };
}
