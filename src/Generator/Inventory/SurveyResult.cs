using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Flow;
using MonotonicReads.Generator.Rules;
using MonotonicReads.Generator.Sql;

namespace MonotonicReads.Generator.Inventory;

/// <summary>Puts what was found in each body together, as plain records.</summary>
internal sealed class SurveyResult(
    Compilation compilation,
    Baseline baseline,
    IReadOnlyList<SurveyedBody> bodies,
    IReadOnlyList<SurveyFailure> failures
)
{
    private const int MaxStatement = 400;

    private readonly Dictionary<SurveyedBody, string> _keys = KeysOf(bodies);

    public CompilationSurvey Compose(CancellationToken cancellation)
    {
        var reported = bodies.SelectMany(static b => b.Reported).Select(static r => r.Diagnostic);
        var effective = new HashSet<(string Id, Location Place)>(
            CompilationWithAnalyzers
                .GetEffectiveDiagnostics(reported, compilation)
                .Where(static d => !d.IsSuppressed)
                .Select(static d => (d.Id, d.Location))
        );
        var known = new HashSet<string>(_keys.Values);
        var units = new List<SurveyedUnit>();
        var methods = new List<SurveyedMethod>();
        foreach (var body in bodies)
        {
            cancellation.ThrowIfCancellationRequested();
            var sites = body.Trace.Sites.ToList();
            methods.Add(MethodOf(body, sites, known));
            if (body.Reported.Count + body.Settled.Count > 0)
            {
                units.Add(UnitOf(body, sites, effective));
            }
        }

        return new CompilationSurvey(units, methods, failures);
    }

    /// <summary>Where two bodies have one name, as local functions of different blocks may, the later ones get a number.</summary>
    private static Dictionary<SurveyedBody, string> KeysOf(IReadOnlyList<SurveyedBody> bodies)
    {
        var taken = new Dictionary<string, int>(StringComparer.Ordinal);
        var keys = new Dictionary<SurveyedBody, string>();
        foreach (var body in bodies)
        {
            var key = UnitNames.KeyOf(body.Unit);
            taken[key] = taken.TryGetValue(key, out var count) ? count + 1 : 1;
            keys[body] = count == 0 ? key : $"{key}~{count + 1}";
        }

        return keys;
    }

    private SurveyedMethod MethodOf(SurveyedBody body, List<TracedSite> sites, HashSet<string> known) =>
        new(
            _keys[body],
            UnitNames.Of(body.Unit),
            PlaceOf(body, sites),
            CodePlace.Of(ExtentOf(body.Unit, sites)?.GetLocation()),
            body.Declared,
            [.. sites.Select(s => SiteOf(s, body, known))]
        );

    /// <summary>The lambda, or that declaration of the symbol which has the statements in it: a partial member has several.</summary>
    private static SyntaxNode? ExtentOf(ReportedUnit unit, List<TracedSite> sites) =>
        unit.Lambda
        ?? unit.Symbol.DeclaringSyntaxReferences.Select(static r => r.GetSyntax())
            .OrderByDescending(s => s.SyntaxTree == sites[0].Site.Operation.Syntax.SyntaxTree)
            .ThenByDescending(s => s.Span.Contains(sites[0].Site.Operation.Syntax.Span))
            .FirstOrDefault();

    private static CodePlace PlaceOf(SurveyedBody body, List<TracedSite> sites)
    {
        var first = sites[0].Site;
        return CodePlace.Of(body.Unit.Place(first.Operation.Syntax, first.Location, CancellationToken.None))!;
    }

    private static SurveyedSite SiteOf(TracedSite traced, SurveyedBody body, HashSet<string> known)
    {
        var site = traced.Site;
        var calls = body.Trace.CallsAt(site);
        return new SurveyedSite(
            site.Name,
            calls.Count > 0 ? null : LibraryOf(site.Operation),
            calls.Count > 0 ? null : StatementOf(traced),
            CodePlace.Of(site.Location)!,
            traced.Reads,
            traced.ReadsOn,
            traced.Writes,
            traced.Through,
            [
                .. calls
                    .SelectMany(c => c.Method.MethodKind == MethodKind.LocalFunction ? [c.Method] : body.Targets(c))
                    .Select(UnitNames.KeyOf)
                    .Where(known.Contains)
                    .Distinct()
                    .OrderBy(static k => k, StringComparer.Ordinal),
            ]
        );
    }

    private static string? LibraryOf(IOperation operation) =>
        operation switch
        {
            Microsoft.CodeAnalysis.Operations.IInvocationOperation call => call.TargetMethod.ContainingAssembly?.Name,
            Microsoft.CodeAnalysis.Operations.IMemberReferenceOperation member => member.Member.ContainingAssembly?.Name,
            _ => null,
        };

    /// <summary>What is known of the text; parts that only run time knows are dots. Null where nothing is.</summary>
    private static string? StatementOf(TracedSite traced)
    {
        foreach (var text in traced.Texts)
        {
            if (CallEffect.Read.Contains(text) || CallEffect.Write.Contains(text))
            {
                continue;
            }

            var shown = new string([.. text.Select(static c => SqlText.IsUnknown(c) ? '…' : c)]);
            shown = string.Join(" ", shown.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
            if (shown.Any(char.IsLetter))
            {
                return shown.Length > MaxStatement ? shown.Substring(0, MaxStatement) + "…" : shown;
            }
        }

        return null;
    }

    private SurveyedUnit UnitOf(SurveyedBody body, List<TracedSite> sites, HashSet<(string Id, Location Place)> effective)
    {
        var unit = body.Unit;
        List<SurveyedFinding> findings =
        [
            .. body.Reported.Select(r =>
                Finding(
                    r,
                    baseline.Accepts(r.Diagnostic.Id, unit) ? UnitState.Baselined
                        : effective.Contains((r.Diagnostic.Id, r.Diagnostic.Location)) ? UnitState.Open
                        : UnitState.Suppressed,
                    null,
                    sites
                )
            ),
            .. body.Settled.Select(r => Settled(r, body, sites)),
        ];
        return new SurveyedUnit(
            _keys[body],
            unit.MemberId,
            unit.Name,
            CalledAs(unit),
            [.. findings.OrderBy(static f => f.Rule, StringComparer.Ordinal)]
        );
    }

    /// <summary>What a declaration of the unit keeps quiet, otherwise a session in its code.</summary>
    private static SurveyedFinding Settled(RuleReport report, SurveyedBody body, List<TracedSite> sites)
    {
        var because = body.Declared ?? (body.Trace.Sessions.Count > 0 ? Declarations.Of(body.Trace.Sessions[0]) : null);
        return Finding(report, because?.Level ?? UnitState.Suppressed, because, sites);
    }

    private static SurveyedFinding Finding(RuleReport report, UnitState state, UnitDeclaration? because, List<TracedSite> sites) =>
        new(
            report.Diagnostic.Id,
            state,
            report.Diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture),
            CodePlace.Of(report.Diagnostic.Location)!,
            because,
            [
                .. report
                    .Faults.Select(f => new Meeting(IndexOf(f.Earlier, sites), IndexOf(f.Read, sites)))
                    .Where(static m => m is { Earlier: >= 0, Later: >= 0 }),
            ]
        );

    /// <summary>Each walk has operations of its own; the syntax is the same.</summary>
    private static int IndexOf(Site site, List<TracedSite> sites)
    {
        var exact = sites.FindIndex(s => s.Site.Operation.Syntax == site.Operation.Syntax && s.Site.Name == site.Name);
        return exact >= 0 ? exact : sites.FindIndex(s => s.Site.Operation.Syntax == site.Operation.Syntax);
    }

    private static IReadOnlyList<string> CalledAs(ReportedUnit unit)
    {
        if (unit.IsHandler || unit.Symbol is not IMethodSymbol method)
        {
            return [];
        }

        var all = new List<ISymbol>();
        for (IMethodSymbol? overridden = method; overridden is not null; overridden = overridden.OverriddenMethod)
        {
            all.Add(overridden);
        }

        if (method.ContainingType is { TypeKind: TypeKind.Class or TypeKind.Struct } type && method.MethodKind != MethodKind.LocalFunction)
        {
            all.AddRange(
                type.AllInterfaces.SelectMany(static i => i.GetMembers().OfType<IMethodSymbol>())
                    .Where(m => SymbolEqualityComparer.Default.Equals(type.FindImplementationForInterfaceMember(m), method))
            );
        }

        return [.. all.Select(static s => UnitNames.KeyOf((s as IMethodSymbol)?.AssociatedSymbol ?? s)).Distinct()];
    }
}
