using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Cli.Loading;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Cli.Baselines;

/// <summary>Which findings a baseline is about.</summary>
internal static class BaselineEntries
{
    /// <summary>Whether a finding keeps its line from being stale: whatever its severity, also where the source silences it too.</summary>
    public static bool Occurs(Finding finding) => BaselineFile.Takes(finding.Rule);

    /// <summary>
    /// Whether a baseline is to hold it: what the build says, or would say without the baseline. MR1012, which is no more than information,
    /// where the project makes it a warning; the others also where it makes them less.
    /// </summary>
    public static bool Counts(Finding finding) =>
        BaselineFile.Takes(finding.Rule)
        && finding.State is FindingState.Open or FindingState.Baselined
        && finding.Diagnostic.Severity
            >= (finding.Rule == MR1012ReadsThroughCache.Id ? DiagnosticSeverity.Warning : DiagnosticSeverity.Info);

    /// <summary>Null where no line can name it.</summary>
    public static BaselineEntry? EntryOf(Finding finding) => finding.Member is { } member ? new(finding.Rule, member) : null;

    /// <summary>One of each place: what several target frameworks compile is found by each.</summary>
    public static ImmutableArray<Finding> Once(IEnumerable<Finding> findings) =>
        [
            .. findings
                .DistinctBy(static f => (f.Rule, f.Member, f.Place, f.Diagnostic.GetMessage(null)))
                .OrderBy(static f => f.Place.Path, StringComparer.Ordinal)
                .ThenBy(static f => f.Place.StartLinePosition)
                .ThenBy(static f => f.Rule, StringComparer.Ordinal),
        ];
}
