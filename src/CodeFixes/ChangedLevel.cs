using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Annotations;

namespace MonotonicReads.CodeFixes;

/// <summary>A weaker guarantee that is declared already, on the member or by a session in its body, and is made a stronger one.</summary>
internal static class ChangedLevel
{
    private static readonly string[] KnownToCausal = ["OnReplicaLoss", "Reads"];

    /// <summary>The attribute on the declaration, if it is weaker.</summary>
    public static AttributeSyntax? WeakerOn(SyntaxNode declaration, Guarantee guarantee) =>
        AttributePlace
            .ListsOf(declaration)
            .SelectMany(static l => l.Attributes)
            .FirstOrDefault(a =>
                (guarantee != Guarantee.Monotonic && AnnotationSyntax.IsNamed(a, "Monotonic"))
                || (guarantee == Guarantee.Primary && AnnotationSyntax.IsNamed(a, "Causal"))
            );

    /// <summary>The change of the attribute's name; none where the stronger one has no such arguments.</summary>
    /// <param name="attribute">The weaker one.</param>
    /// <param name="guarantee">What it is to become.</param>
    /// <param name="written">How that is written where no namespace stands before it.</param>
    public static (ImmutableArray<TextChange> Changes, TextChange? Import) OfAttribute(
        AttributeSyntax attribute,
        Guarantee guarantee,
        WrittenName written
    )
    {
        var known = guarantee == Guarantee.Causal ? KnownToCausal : [];
        var arguments = attribute.ArgumentList?.Arguments ?? default;
        if (!arguments.All(a => a.NameEquals is { Name.Identifier.ValueText: var name } && known.Contains(name)))
        {
            return (ImmutableArray<TextChange>.Empty, null);
        }

        var qualified = attribute.Name switch
        {
            QualifiedNameSyntax { Right: var right } => right,
            AliasQualifiedNameSyntax { Name: var right } => right,
            _ => null,
        };
        return qualified is null
            ? (ImmutableArray.Create(new TextChange(attribute.Name.Span, written.Text)), written.Import)
            : (ImmutableArray.Create(new TextChange(qualified.Span, guarantee.Name)), null);
    }

    /// <summary>The levels of the monotonic sessions that the body itself begins, to be written anew.</summary>
    public static ImmutableArray<TextChange> OfSessions(SyntaxNode body, Guarantee guarantee, SemanticModel model)
    {
        if (guarantee == Guarantee.Monotonic)
        {
            return ImmutableArray<TextChange>.Empty;
        }

        var changes = ImmutableArray.CreateBuilder<TextChange>();
        foreach (
            var call in body.DescendantNodesAndSelf(static n =>
                    n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax)
                )
                .OfType<InvocationExpressionSyntax>()
        )
        {
            if (
                call is { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Begin" } }
                && call.ArgumentList.Arguments is [{ Expression: MemberAccessExpressionSyntax { Name.Identifier: var level } }, ..]
                && level.ValueText == "Monotonic"
                && SessionInCode.LevelOf(call, model, CancellationToken.None) == DeclaredConsistency.Monotonic
            )
            {
                changes.Add(new TextChange(level.Span, guarantee.Name));
            }
        }

        return changes.ToImmutable();
    }
}
