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
        var names = reads.Select(r => root.FindToken(r.SourceSpan.Start).Parent!).ToList();
        if (names.Exists(name => IsOpenResult(name, model) || IsStarted(name)))
        {
            return null;
        }

        foreach (var leaving in names.SelectMany(later.Of))
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

    /// <summary>An open reader, or a task that runs on, is handed out as it is.</summary>
    private static bool IsOpenResult(SyntaxNode name, SemanticModel model) =>
        Parts.Whole(name) is ExpressionSyntax { Parent: ReturnStatementSyntax or ArrowExpressionClauseSyntax } read
        && model.GetTypeInfo(read).Type is { } type
        && (
            IsTask(type)
            || type.Name is "IDataReader" or "DbDataReader"
            || type.AllInterfaces.Any(static i => i is { Name: "IDataReader", ContainingNamespace.Name: "Data" })
        );

    /// <summary>It is made in a task that is started here, and that nothing here waits for.</summary>
    private static bool IsStarted(SyntaxNode name) =>
        name.Ancestors()
            .Any(static n =>
                n is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax called }
                && (called.Name.Identifier.ValueText, LastNameOf(called.Expression)) is ("Run", "Task") or ("StartNew", "Factory")
                && n.Parent is ExpressionStatementSyntax
            );

    private static string? LastNameOf(ExpressionSyntax expression) =>
        ((expression as MemberAccessExpressionSyntax)?.Name ?? expression as SimpleNameSyntax)?.Identifier.ValueText;

    private static bool IsTask(ITypeSymbol type) => type is { Name: "Task" or "ValueTask", ContainingNamespace.Name: "Tasks" };

    /// <summary>True where it can be null: then there is nothing to make a list of.</summary>
    private static bool MayBeNull(ExpressionSyntax place, SemanticModel model) =>
        model.GetTypeInfo(place).Nullability.FlowState == NullableFlowState.MaybeNull
        || place
            .DescendantNodesAndSelf(static n => n is not ArgumentListSyntax)
            .Any(static n =>
                n.IsKind(SyntaxKind.ConditionalAccessExpression)
                || n.IsKind(SyntaxKind.AsExpression)
                || n.IsKind(SyntaxKind.NullLiteralExpression)
                || n.IsKind(SyntaxKind.DefaultLiteralExpression)
            )
        || (place is IdentifierNameSyntax { Identifier.ValueText: var local } && IsSetToNull(local, place));

    private static bool IsSetToNull(string local, SyntaxNode place) =>
        place
            .FirstAncestorOrSelf<MemberDeclarationSyntax>()
            ?.DescendantNodes()
            .Any(n =>
                n switch
                {
                    VariableDeclaratorSyntax { Initializer.Value: var value } declared when declared.Identifier.ValueText == local => value,
                    AssignmentExpressionSyntax { Left: IdentifierNameSyntax left, Right: var value }
                        when left.Identifier.ValueText == local => value,
                    _ => null,
                }
                    is LiteralExpressionSyntax
                        or DefaultExpressionSyntax
                        or ConditionalAccessExpressionSyntax
            ) == true;

    private static bool CanBeList(ExpressionSyntax place, SemanticModel model) =>
        model.GetTypeInfo(place)
            is {
                ConvertedType:
                {
                    OriginalDefinition.SpecialType: SpecialType.System_Collections_Generic_IEnumerable_T
                        or SpecialType.System_Collections_IEnumerable
                } sequence
            }
        && !(sequence is INamedTypeSymbol { TypeArguments: [var element] } && IsTask(element))
        && !MayBeNull(place, model)
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
