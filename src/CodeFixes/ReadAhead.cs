using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Deferral;

namespace MonotonicReads.CodeFixes;

/// <summary>Reads that come after a session in the body has ended, and what has to be read into a list so that they come before.</summary>
internal static class ReadAhead
{
    /// <summary>The changes that make every read come in time: empty where all do already, null where nothing of the kind helps.</summary>
    /// <param name="body">The body in which the session begins.</param>
    /// <param name="reads">What reads in it.</param>
    /// <param name="model">A model of the file.</param>
    /// <param name="cancellation">Ends it.</param>
    public static ImmutableArray<TextChange>? Changes(
        SyntaxNode body,
        IReadOnlyList<Location> reads,
        SemanticModel model,
        CancellationToken cancellation
    )
    {
#pragma warning disable RS1030 // A fix runs once; the callee's file has no model here.
        var callees = new LazyCallees(
            tree => model.Compilation.ContainsSyntaxTree(tree) ? model.Compilation.GetSemanticModel(tree) : null,
            readsIn: null,
            cancellation
        );
#pragma warning restore RS1030
        var later = new LaterReads(model, body, body.Span, callees, cancellation);
        var root = body.SyntaxTree.GetRoot(cancellation);
        var places = new HashSet<ExpressionSyntax>();
        foreach (var leaving in reads.SelectMany(r => later.Of(root.FindToken(r.SourceSpan.Start).Parent!)))
        {
            if (
                leaving is not { IsCertain: true, IsReturned: true, Carrier: Carrier.Sequence, Place: ExpressionSyntax place }
                || !CanBeList(place, model)
            )
            {
                return null;
            }

            places.Add(place);
        }

        return places.SelectMany(ToList).ToImmutableArray();
    }

    private static bool CanBeList(ExpressionSyntax place, SemanticModel model) =>
        model.GetTypeInfo(place)
            is {
                ConvertedType.OriginalDefinition.SpecialType: SpecialType.System_Collections_Generic_IEnumerable_T
                    or SpecialType.System_Collections_IEnumerable
            }
        && model
            .GetSpeculativeSymbolInfo(
                place.SpanStart,
                SyntaxFactory.ParseExpression($"({place}).ToList()"),
                SpeculativeBindingOption.BindAsExpression
            )
            .Symbol
            is IMethodSymbol { ContainingType: { Name: "Enumerable", ContainingNamespace.Name: "Linq" } };

    private static IEnumerable<TextChange> ToList(ExpressionSyntax place)
    {
        if (place is InvocationExpressionSyntax or MemberAccessExpressionSyntax or IdentifierNameSyntax or ParenthesizedExpressionSyntax)
        {
            return [new TextChange(new TextSpan(place.Span.End, 0), ".ToList()")];
        }

        return [new TextChange(new TextSpan(place.SpanStart, 0), "("), new TextChange(new TextSpan(place.Span.End, 0), ").ToList()")];
    }
}
