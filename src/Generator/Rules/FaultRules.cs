using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Generator.Rules;

/// <summary>Which of the rules about what meets hold for a unit, given what it declares.</summary>
internal static class FaultRules
{
    /// <summary>What a body declares holds for itself, and not for the handlers that it maps.</summary>
    public static bool IsSettled(DeclaredConsistency declared) =>
        declared is not (DeclaredConsistency.None or DeclaredConsistency.Monotonic);

    /// <summary>What holds for a unit: what it declares, otherwise what all its callers guarantee.</summary>
    public static DeclaredConsistency ConsistencyOf(ReportedUnit unit, SemanticModel model, CancellationToken cancellation)
    {
        var declared = unit.Declared;
        return declared == DeclaredConsistency.None ? CallerCoverage.Of(unit.Symbol, model, cancellation) : declared;
    }

    /// <summary>Reports what meets; only where that is nothing, what meets now and then.</summary>
    public static void Report(
        ReportedUnit unit,
        FlowResult flow,
        DeclaredConsistency declared,
        bool writesInSnapshot,
        Action<Diagnostic> report,
        CancellationToken cancellation
    )
    {
        var isUnordered = declared == DeclaredConsistency.None;
        var isBeforeWrites = isUnordered || (declared == DeclaredConsistency.Monotonic && !writesInSnapshot);
        var isReported =
            isUnordered
            && (
                MR1001SequentialReads.Report(unit, flow, report, cancellation)
                || MR1002ReadsAcrossCalls.Report(unit, flow, report, cancellation)
            );
        isReported |= isBeforeWrites && MR1003ReadAfterWrite.Report(unit, flow, report, cancellation);
        if (!isReported && isBeforeWrites && !(isUnordered && MR1012ReadsThroughCache.ReportReads(unit, flow, report, cancellation)))
        {
            MR1012ReadsThroughCache.ReportAfterWrites(unit, flow, report, cancellation);
        }
    }
}
