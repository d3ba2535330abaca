using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Calls;
using MonotonicReads.Generator.Flow;
using MonotonicReads.Generator.Options;

namespace MonotonicReads.Generator.Rules;

/// <summary>A plan that the method's reads do not keep.</summary>
internal static class MR1006WrongPlan
{
    public const string Id = "MR1006";

    private const string Title = "Series plan does not fit";
    private const string Message = "'{0}' is planned with Reads = {1}, but {2}";
    private const string MessageForLine = "'{0}' is planned with {1} in " + PlansFile.Name + ", but {2}";
    private const string Category = "MonotonicReads.Reads";
    private const string Description =
        "The plan lets the wrapper's session keep its connection between the reads, and note nothing after the last. A wrong "
        + "plan breaks no guarantee, but keeps connections for nothing or opens them where it need not.";

    public static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        Title,
        Message,
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        Description,
        HelpLinks.Of(Id)
    );

    /// <summary>At the method that a line of the file plans, so that an editor shows it while it is written.</summary>
    public static readonly DiagnosticDescriptor OfLine = new(
        Id,
        Title,
        MessageForLine,
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        Description,
        HelpLinks.Of(Id)
    );

    /// <summary>At a line that plans nothing, when everything else is done.</summary>
    public static readonly DiagnosticDescriptor InVain = new(
        Id,
        Title,
        MessageForLine,
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        Description,
        HelpLinks.Of(Id),
        WellKnownDiagnosticTags.CompilationEnd
    );

    /// <summary>Reports a plan that is refuted; one that can be neither proved nor refuted is taken at its word.</summary>
    public static bool Report(IMethodSymbol method, ReadCount reads, SeriesPlan plan, SummarySearch search, Action<Diagnostic> report)
    {
        if (plan.Reads == 0 || Why(method, reads, plan, search) is not var (why, proved))
        {
            return false;
        }

        report(Create(method, plan, why, proved));
        return true;
    }

    /// <summary>For a body that names at most one thing which may read.</summary>
    public static bool ReportFew(
        ISymbol symbol,
        SeriesPlans plans,
        SummarySearch search,
        Action<Diagnostic> report,
        CancellationToken cancellation
    )
    {
        if (
            (plans.HasLines || !symbol.GetAttributes().IsEmpty)
            && plans.On(symbol, cancellation) is { Reads: not (0 or 1) } plan
            && symbol is IMethodSymbol method
            && (plan.Reads < 0 || (!IsForAnotherVersion(plan) && IsProvedToReadOnce(method, search, cancellation)))
        )
        {
            report(Create(method, plan, plan.Reads < 0 ? Negative : "a call makes at most one read", plan.Reads < 0 ? 0 : 1));
            return true;
        }

        return false;
    }

    // A member of an interface has no body of which anything could be proved; neither has an abstract or an extern one.
    private static bool IsProvedToReadOnce(IMethodSymbol method, SummarySearch search, CancellationToken cancellation) =>
        ForeignBodies.SyntaxOf(method, cancellation).Any() && new CalleeVisibility(search).MakesAtMostOneRead(method);

    private const string Negative = "the number of reads cannot be negative";

    private static (string Why, int Proved)? Why(IMethodSymbol method, ReadCount reads, SeriesPlan plan, SummarySearch search)
    {
        if (reads.MayRepeat)
        {
            return reads.Sites == 0 ? null : ("its reads can repeat, so that their number is not known", 0);
        }

        var proved = new ProvedReads(search).Of(method, reads) ?? 0;
        return plan.Reads < 0 ? (Negative, proved)
            : Math.Max(reads.Most, proved) > plan.Reads ? ($"a call can make {Text(Math.Max(reads.Most, proved))}", proved)
            : proved > 0 && proved < plan.Reads && !IsForAnotherVersion(plan) ? ($"a call makes at most {Text(proved)}", proved)
            : null;
    }

    /// <summary>A line stands for every target framework, and the body may read more often in another.</summary>
    private static bool IsForAnotherVersion(SeriesPlan plan) => plan is { Line: not null, HasOtherVersions: true };

    private static Diagnostic Create(IMethodSymbol method, SeriesPlan plan, string why, int proved)
    {
        var properties = ImmutableDictionary<string, string?>.Empty.Add(SeriesPlan.ReadsProperty, Text(proved));
        return plan.Line is null
            ? Diagnostic.Create(
                Descriptor,
                plan.Declaration.Identifier.GetLocation(),
                properties.Add(SeriesPlan.ArgumentProperty, null),
                method.Name,
                Text(plan.Reads),
                why
            )
            : Diagnostic.Create(
                OfLine,
                plan.Declaration.Identifier.GetLocation(),
                [plan.Line],
                properties.Add(SeriesPlan.MemberProperty, plan.Member),
                method.Name,
                Text(plan.Reads),
                why
            );
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
