using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MonotonicReads.Generator.Options;

namespace MonotonicReads.Generator.Rules;

/// <summary>MR1006 for lines of a plans file that no wrapper reads: the member is gone, or no session is opened for it any more.</summary>
internal static class PlansInVain
{
    public static void Report(SeriesPlans plans, Compilation compilation, Action<Diagnostic> report, CancellationToken cancellation)
    {
        foreach (var line in plans.Lines)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Why(line.Entry.Member, plans, compilation, cancellation) is { } why)
            {
                report(Create(line, why, isAgain: false));
            }
        }

        foreach (var line in plans.Again)
        {
            report(Create(line, "a line before it plans the same member, and counts", isAgain: true));
        }
    }

    private static Diagnostic Create(PlanLine line, string why, bool isAgain)
    {
        var properties = ImmutableDictionary<string, string?>.Empty.Add(SeriesPlan.MemberInVainProperty, line.Entry.Member);
        return Diagnostic.Create(
            MR1006WrongPlan.InVain,
            line.Location,
            isAgain ? properties.Add(SeriesPlan.AgainProperty, null) : properties,
            line.Entry.Member,
            line.Entry.Reads.ToString(CultureInfo.InvariantCulture),
            why
        );
    }

    /// <summary>Null where a wrapper reads the line.</summary>
    private static string? Why(string member, SeriesPlans plans, Compilation compilation, CancellationToken cancellation)
    {
        if (Find(member, compilation) is not { } method)
        {
            return IsInOtherVersion(SimpleName(member), compilation, cancellation) ? null : "there is no such method";
        }

        return plans.CoverageOf(method) switch
        {
            null => "no wrapper opens a monotonic or causal session for it",
            { Reads: not 0 and var said } => $"its annotation says Reads = {said.ToString(CultureInfo.InvariantCulture)}, which counts",
            _ => null,
        };
    }

    /// <summary>
    /// By the type's id and those of its members: an id's own lookup does not find explicit implementations of generic interfaces.
    /// </summary>
    private static IMethodSymbol? Find(string member, Compilation compilation) =>
        DocumentationCommentId.GetFirstSymbolForDeclarationId("T:" + TypeName(member), compilation) is INamedTypeSymbol type
            ? type.GetMembers().OfType<IMethodSymbol>().FirstOrDefault(m => PlansFile.MemberId(m) == member)
            : null;

    private static string TypeName(string member)
    {
        var name = NameOf(member);
        return name.Substring(0, Math.Max(name.LastIndexOf('.'), 0));
    }

    private static string SimpleName(string member)
    {
        var name = NameOf(member);
        name = name.Substring(name.LastIndexOfAny(['.', '#']) + 1);
        var arity = name.IndexOf('`');
        return arity < 0 ? name : name.Substring(0, arity);
    }

    /// <summary>Without the kind and the parameters.</summary>
    private static string NameOf(string member)
    {
        var parameters = member.IndexOf('(');
        return member.Substring(2, (parameters < 0 ? member.Length : parameters) - 2);
    }

    /// <summary>Whether a branch that is not compiled here has the name: for another target framework the method may be there.</summary>
    private static bool IsInOtherVersion(string name, Compilation compilation, CancellationToken cancellation) =>
        compilation.SyntaxTrees.Any(tree =>
            tree.GetRoot(cancellation).ContainsDirectives
            && tree.GetRoot(cancellation)
                .DescendantTrivia(descendIntoTrivia: true)
                .Any(t => t.IsKind(SyntaxKind.DisabledTextTrivia) && t.ToString().Contains(name))
        );
}
