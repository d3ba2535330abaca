using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Flow;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Generator.Inventory;

/// <summary>What a rule reports, with the faults that it tells of.</summary>
/// <param name="Diagnostic">The report.</param>
/// <param name="Faults">What meets.</param>
internal sealed record RuleReport(Diagnostic Diagnostic, IReadOnlyList<Fault> Faults)
{
    /// <summary>Asks the rules about what meets.</summary>
    public static IReadOnlyList<RuleReport> Of(
        ReportedUnit unit,
        FlowResult flow,
        DeclaredConsistency declared,
        CancellationToken cancellation
    )
    {
        if (!flow.IsAtFault)
        {
            return [];
        }

        var reports = new List<Diagnostic>();
        var writesInSnapshot =
            declared != DeclaredConsistency.None && MR1008SnapshotWrites.Report(unit, flow, static _ => { }, cancellation);
        FaultRules.Report(unit, flow, declared, writesInSnapshot, reports.Add, cancellation);
        return [.. reports.Select(r => new RuleReport(r, FaultsOf(r, flow)))];
    }

    private static Items<Fault> FaultsOf(Diagnostic report, FlowResult flow)
    {
        Items<Fault>[] told = report.Id switch
        {
            MR1001SequentialReads.Id => [flow.OwnSequentialReads],
            MR1002ReadsAcrossCalls.Id => [flow.SequentialReads],
            MR1003ReadAfterWrite.Id => [flow.ReadsAfterWrites],
            _ => [flow.SequentialThrough, flow.AfterWritesThrough],
        };
        return told.First(faults => !faults.IsEmpty && IsToldIn(report, faults[0]));
    }

    private static bool IsToldIn(Diagnostic report, Fault fault) =>
        report.AdditionalLocations.Contains(fault.Read.Location) && report.AdditionalLocations.Contains(fault.Earlier.Location);
}
