using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Calls;

namespace MonotonicReads.Generator.Rules;

/// <summary>A <c>[Monotonic]</c> that holds nothing together, since the method makes at most one read.</summary>
internal static class MR1004NeedlessAnnotation
{
    public const string Id = "MR1004";

    public static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "Annotation without effect",
        "'{0}' makes at most one read, so [Monotonic] on it has no effect: remove it, or name what the session shall be derived "
            + "from with Key",
        "MonotonicReads.Reads",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        description: "A session keeps the reads of one call on one replica. Where a call makes at most one read there is nothing to keep "
            + "together, and the annotation only opens a session that nobody needs.",
        helpLinkUri: HelpLinks.Of(Id)
    );

    /// <summary>Reports a bare <c>[Monotonic]</c> on the member itself, where every callee is known and at most one read is made.</summary>
    public static void Report(ISymbol symbol, SummarySearch search, Action<Diagnostic> report, CancellationToken cancellation)
    {
        if (
            symbol is not IMethodSymbol { MethodKind: MethodKind.Ordinary } method
            || DeclarationOf(method, cancellation) is not { } declaration
            || !HasBareMonotonic(method)
        )
        {
            return;
        }

        if (new CalleeVisibility(search).MakesAtMostOneRead(method))
        {
            report(Diagnostic.Create(Descriptor, declaration.Identifier.GetLocation(), method.Name));
        }
    }

    /// <summary>
    /// The declaration with a body, where an attribute of the name stands on it: a test on syntax, before any attribute is bound.
    /// </summary>
    private static MethodDeclarationSyntax? DeclarationOf(IMethodSymbol method, CancellationToken cancellation)
    {
        foreach (var reference in method.DeclaringSyntaxReferences)
        {
            if (
                reference.GetSyntax(cancellation) is MethodDeclarationSyntax declaration
                && declaration.AttributeLists.Any(static list => list.Attributes.Any(static a => AnnotationSyntax.IsNamed(a, "Monotonic")))
            )
            {
                return (declaration.Body, declaration.ExpressionBody) is (null, null) ? null : declaration;
            }
        }

        return null;
    }

    private static bool HasBareMonotonic(IMethodSymbol method) =>
        ConsistencyAnnotations.On(method) == DeclaredConsistency.Monotonic
        && method
            .GetAttributes()
            .Any(static a => Annotation.KindOf(a.AttributeClass) == AnnotationKind.Monotonic && a.NamedArguments.IsEmpty);
}
