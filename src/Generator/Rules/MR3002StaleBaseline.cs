using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Rules;

/// <summary>A line of the baseline whose finding does not occur any more.</summary>
internal static class MR3002StaleBaseline
{
    public const string Id = "MR3002";

    public static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "Baseline entry matches nothing",
        "The baseline accepts {0} of '{1}', which does not occur: remove the line{2}",
        "MonotonicReads.Configuration",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        description: "A baseline is to shrink. An entry that matches nothing would silence the same finding if it came back.",
        helpLinkUri: HelpLinks.Of(Id),
        customTags: WellKnownDiagnosticTags.CompilationEnd
    );

    public static void Report(Baseline baseline, Action<Diagnostic> report)
    {
        foreach (var (entry, line) in baseline.Unmet.Select(static pair => (pair.Key, pair.Value)))
        {
            var meant = LikelyEntry.Of(entry, baseline.Refused) is { } likely ? $"; did it mean '{likely.Rule} {likely.Member}'?" : "";
            report(Diagnostic.Create(Descriptor, line, entry.Rule, entry.Member, meant));
        }
    }
}
