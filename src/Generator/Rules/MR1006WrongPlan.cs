using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Calls;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Generator.Rules;

/// <summary>A plan that the method's reads do not keep.</summary>
internal static class MR1006WrongPlan
{
    public const string Id = "MR1006";

    public static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "Series plan does not fit",
        "'{0}' is planned with Reads = {1}, but {2}",
        "MonotonicReads.Reads",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "The plan lets the wrapper's session keep its connection between the reads, and note nothing after the last. A wrong "
            + "plan breaks no guarantee, but keeps connections for nothing or opens them where it need not.",
        helpLinkUri: HelpLinks.Of(Id)
    );

    /// <summary>Reports a plan that is refuted; one that can be neither proved nor refuted is taken at its word.</summary>
    public static bool Report(IMethodSymbol method, ReadCount reads, SeriesPlan plan, SummarySearch search, Action<Diagnostic> report)
    {
        if (plan.Reads == 0 || Why(method, reads, plan.Reads, search) is not var (why, proved))
        {
            return false;
        }

        report(Create(method, plan, why, proved));
        return true;
    }

    /// <summary>For a body that names at most one thing which may read.</summary>
    public static void ReportFew(ISymbol symbol, SummarySearch search, Action<Diagnostic> report, CancellationToken cancellation)
    {
        if (
            SeriesPlan.On(symbol, cancellation) is { Reads: not (0 or 1) } plan
            && symbol is IMethodSymbol method
            && new CalleeVisibility(search).MakesAtMostOneRead(method)
        )
        {
            report(Create(method, plan, plan.Reads < 0 ? Negative : "a call makes at most one read", 0));
        }
    }

    private const string Negative = "the number of reads cannot be negative";

    private static (string Why, int Proved)? Why(IMethodSymbol method, ReadCount reads, int planned, SummarySearch search)
    {
        if (reads.MayRepeat)
        {
            return reads.Sites == 0 ? null : ("its reads can repeat, so that their number is not known", 0);
        }

        var proved = reads.ThroughCalls || !new CalleeVisibility(search).SeesAll(method) ? 0 : reads.Most;
        return planned < 0 ? (Negative, proved)
            : reads.Most > planned ? ($"a call can make {Text(reads.Most)}", proved)
            : proved > 0 && proved < planned ? ($"a call makes at most {Text(proved)}", proved)
            : null;
    }

    private static Diagnostic Create(IMethodSymbol method, SeriesPlan plan, string why, int proved) =>
        Diagnostic.Create(
            Descriptor,
            plan.Declaration.Identifier.GetLocation(),
            ImmutableDictionary<string, string?>.Empty.Add(SeriesPlan.ReadsProperty, Text(proved)),
            method.Name,
            Text(plan.Reads),
            why
        );

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
