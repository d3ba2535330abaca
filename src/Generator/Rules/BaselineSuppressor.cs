using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MonotonicReads.Generator.Rules;

/// <summary>
/// Silences what the baseline accepts, at every severity. Suppressed, not left out: a build's error log (SARIF) keeps such findings, with
/// the reason.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class BaselineSuppressor : DiagnosticSuppressor
{
    private static readonly ImmutableDictionary<string, SuppressionDescriptor> ByRule = ImmutableArray
        .Create(MR1001SequentialReads.Id, MR1002ReadsAcrossCalls.Id, MR1003ReadAfterWrite.Id, MR1012ReadsThroughCache.Id)
        .ToImmutableDictionary(
            static rule => rule,
            static rule => new SuppressionDescriptor("MRS" + rule.Substring("MR".Length), rule, "MonotonicReads.Baseline.txt accepts it")
        );

    /// <inheritdoc/>
    public override ImmutableArray<SuppressionDescriptor> SupportedSuppressions { get; } = ByRule.Values.ToImmutableArray();

    /// <inheritdoc/>
    public override void ReportSuppressions(SuppressionAnalysisContext context)
    {
        foreach (var finding in context.ReportedDiagnostics)
        {
            if (finding.Properties.ContainsKey(Baseline.AcceptedProperty) && ByRule.TryGetValue(finding.Id, out var suppression))
            {
                context.ReportSuppression(Suppression.Create(suppression, finding));
            }
        }
    }
}
