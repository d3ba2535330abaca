using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Cli.Reports;

/// <summary>The rules that a survey asks.</summary>
internal static class ReportedRules
{
    public static ImmutableArray<DiagnosticDescriptor> All { get; } =
    [
        MR1001SequentialReads.Descriptor,
        MR1002ReadsAcrossCalls.Descriptor,
        MR1003ReadAfterWrite.Descriptor,
        MR1012ReadsThroughCache.Descriptor,
    ];
}
