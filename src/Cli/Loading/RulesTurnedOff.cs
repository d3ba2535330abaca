using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace MonotonicReads.Cli.Loading;

/// <summary>
/// What a severity of <c>none</c> turns off is told as hidden: an entry of the baseline whose finding still occurs has not become stale
/// because someone turned the rule off.
/// </summary>
internal static class RulesTurnedOff
{
    public static Compilation Told(Compilation compilation, IReadOnlySet<string> ids)
    {
        var options = compilation.Options;
        return compilation.WithOptions(
            options
                .WithSpecificDiagnosticOptions(
                    options.SpecificDiagnosticOptions.ToImmutableDictionary(
                        static option => option.Key,
                        option => ids.Contains(option.Key) ? Told(option.Value) : option.Value
                    )
                )
                .WithSyntaxTreeOptionsProvider(options.SyntaxTreeOptionsProvider is { } inner ? new Provider(inner, ids) : null)
        );
    }

    private static ReportDiagnostic Told(ReportDiagnostic value) => value == ReportDiagnostic.Suppress ? ReportDiagnostic.Hidden : value;

    private sealed class Provider(SyntaxTreeOptionsProvider inner, IReadOnlySet<string> ids) : SyntaxTreeOptionsProvider
    {
        public override GeneratedKind IsGenerated(SyntaxTree tree, CancellationToken cancellationToken) =>
            inner.IsGenerated(tree, cancellationToken);

        public override bool TryGetDiagnosticValue(
            SyntaxTree tree,
            string diagnosticId,
            CancellationToken cancellationToken,
            out ReportDiagnostic severity
        )
        {
            var isSet = inner.TryGetDiagnosticValue(tree, diagnosticId, cancellationToken, out severity);
            severity = ids.Contains(diagnosticId) ? Told(severity) : severity;
            return isSet;
        }

        public override bool TryGetGlobalDiagnosticValue(
            string diagnosticId,
            CancellationToken cancellationToken,
            out ReportDiagnostic severity
        )
        {
            var isSet = inner.TryGetGlobalDiagnosticValue(diagnosticId, cancellationToken, out severity);
            severity = ids.Contains(diagnosticId) ? Told(severity) : severity;
            return isSet;
        }
    }
}
