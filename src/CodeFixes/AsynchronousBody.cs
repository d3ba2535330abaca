using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// A method that hands out a task without waiting for it, made asynchronous: a session in it would end before the task reads otherwise.
/// </summary>
internal static class AsynchronousBody
{
    /// <summary>The changes after which a session can begin in it; null where it cannot be asynchronous, or that would not help.</summary>
    /// <param name="declaration">A method or a local function.</param>
    /// <param name="method">It.</param>
    /// <param name="reads">What has to come in the session.</param>
    /// <param name="file">Its file.</param>
    /// <param name="cancellation">Ends it.</param>
    public static ImmutableArray<TextChange>? Of(
        SyntaxNode declaration,
        IMethodSymbol? method,
        IReadOnlyList<Location> reads,
        SourceFile file,
        CancellationToken cancellation
    )
    {
        if (
            method is not { IsAsync: false, PartialDefinitionPart: null, PartialImplementationPart: null }
            || !IsTask(method.ReturnType)
            || TypeOf(declaration) is not { } type
            || FirstStatement.BodyOf(declaration) is not { } body
            || reads.Any(r => r.SourceTree != body.SyntaxTree)
        )
        {
            return null;
        }

        var changes = ImmutableArray.CreateBuilder<TextChange>();
        changes.Add(new TextChange(new TextSpan(type.SpanStart, 0), "async "));
        foreach (var (value, statement) in Results(body))
        {
            if (
                MayBeNull(value)
                || file.Model.GetTypeInfo(value, cancellation).Type is not { } given
                || !(SymbolEqualityComparer.Default.Equals(given, method.ReturnType) || (!IsValue(method) && IsTask(given)))
            )
            {
                return null;
            }

            changes.AddRange(Awaited(value, statement, body, IsValue(method)));
        }

        return Holds(declaration, changes.ToImmutable(), reads, file, cancellation) ? changes.ToImmutable() : null;
    }

    private static bool IsTask(ITypeSymbol type) =>
        type is { Name: "Task" or "ValueTask", ContainingNamespace: { Name: "Tasks", ContainingNamespace.Name: "Threading" } };

    private static bool IsValue(IMethodSymbol method) => method.ReturnType is INamedTypeSymbol { IsGenericType: true };

    private static TypeSyntax? TypeOf(SyntaxNode declaration) =>
        declaration switch
        {
            MethodDeclarationSyntax method => method.ReturnType,
            LocalFunctionStatementSyntax local => local.ReturnType,
            _ => null,
        };

    /// <summary>What is handed out, with the statement that does.</summary>
    private static IEnumerable<(ExpressionSyntax Value, ReturnStatementSyntax? Statement)> Results(SyntaxNode body)
    {
        if (body is ArrowExpressionClauseSyntax arrow)
        {
            return arrow.Expression is ThrowExpressionSyntax ? [] : [(arrow.Expression, null)];
        }

        return body.DescendantNodes(static n => n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
            .OfType<ReturnStatementSyntax>()
            .Where(static r => r.Expression is not null)
            .Select(static r => (r.Expression!, (ReturnStatementSyntax?)r));
    }

    private static bool MayBeNull(ExpressionSyntax value) =>
        value
            .DescendantNodesAndSelf(static n => n is not ArgumentListSyntax)
            .Any(static n =>
                n.IsKind(SyntaxKind.NullLiteralExpression)
                || n.IsKind(SyntaxKind.DefaultLiteralExpression)
                || n.IsKind(SyntaxKind.DefaultExpression)
                || n.IsKind(SyntaxKind.ConditionalAccessExpression)
                || n.IsKind(SyntaxKind.AsExpression)
            );

    private static IEnumerable<TextChange> Awaited(ExpressionSyntax value, ReturnStatementSyntax? statement, SyntaxNode body, bool isValue)
    {
        var isPlain =
            value
            is InvocationExpressionSyntax
                or MemberAccessExpressionSyntax
                or ElementAccessExpressionSyntax
                or SimpleNameSyntax
                or ParenthesizedExpressionSyntax
                or ObjectCreationExpressionSyntax;
        var isLast = statement is not null && body is BlockSyntax block && block.Statements.Last() == statement;
        if (statement is null || isValue)
        {
            yield return new TextChange(new TextSpan(value.SpanStart, 0), isPlain ? "await " : "await (");
        }
        else
        {
            yield return new TextChange(statement.ReturnKeyword.Span, isLast ? "await" : "{ await");
            if (!isPlain)
            {
                yield return new TextChange(new TextSpan(value.SpanStart, 0), "(");
            }
        }

        if (!isPlain)
        {
            yield return new TextChange(new TextSpan(value.Span.End, 0), ")");
        }

        if (statement is not null && !isValue && !isLast)
        {
            yield return new TextChange(new TextSpan(statement.SemicolonToken.Span.End, 0), " return; }");
        }
    }

    /// <summary>Whether it compiles then, and a session in it holds the reads.</summary>
    private static bool Holds(
        SyntaxNode declaration,
        ImmutableArray<TextChange> changes,
        IReadOnlyList<Location> reads,
        SourceFile file,
        CancellationToken cancellation
    )
    {
        var sorted = changes.OrderBy(static c => c.Span.Start).ToList();
        var tree = declaration.SyntaxTree.WithChangedText(file.Layout.Text.WithChanges(sorted));
#pragma warning disable RS1030 // The compilation is one that no model was given for.
        var model = file.Model.Compilation.ReplaceSyntaxTree(declaration.SyntaxTree, tree).GetSemanticModel(tree);
#pragma warning restore RS1030
        var now = TextSpan.FromBounds(After(declaration.SpanStart), After(declaration.Span.End));
        var changed = tree.GetRoot(cancellation)
            .FindNode(now, getInnermostNodeForTie: true)
            .FirstAncestorOrSelf<SyntaxNode>(n => n.RawKind == declaration.RawKind);
        var places = reads.Select(r => Location.Create(tree, new TextSpan(After(r.SourceSpan.Start), r.SourceSpan.Length))).ToList();
        return changed is not null
            && model.GetDeclaredSymbol(changed, cancellation) is IMethodSymbol method
            && model.GetDiagnostics(changed.Span, cancellation).All(static d => d.Severity < DiagnosticSeverity.Error)
            && SessionStatement.CanStandIn(changed, method, places, model)
            && ReadAhead.Changes(FirstStatement.BodyOf(changed)!, places, model, cancellation) is { IsEmpty: true };

        int After(int position) =>
            position
            + sorted.Where(c => c.Span.Start < position || c.Span.End <= position).Sum(static c => c.NewText!.Length - c.Span.Length);
    }
}
