using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;

namespace MonotonicReads.CodeFixes;

/// <summary>Writes <c>using var session = ReadSession.Begin(ReadConsistency.Monotonic);</c> as a body's first statement.</summary>
internal static class SessionStatement
{
    private static readonly string[] Names = ["session", "readSession", "monotonicSession"];

    /// <summary>
    /// False where the session would end before the reads run: in an iterator, in a method that returns a task without being
    /// asynchronous, and for reads in a lambda that is only kept.
    /// </summary>
    public static bool CanStandIn(
        SyntaxNode declaration,
        IReadOnlyList<Location> reads,
        SemanticModel model,
        CancellationToken cancellation
    )
    {
        if (
            ((CSharpParseOptions)declaration.SyntaxTree.Options).LanguageVersion < LanguageVersion.CSharp8
            || reads.Any(read => IsKeptForLater(declaration, read))
        )
        {
            return false;
        }

        if (declaration is CompilationUnitSyntax unit)
        {
            return unit.Members.Any(m => m is GlobalStatementSyntax);
        }

        var method = declaration is PropertyDeclarationSyntax or IndexerDeclarationSyntax
            ? (model.GetDeclaredSymbol(declaration, cancellation) as IPropertySymbol)?.GetMethod
            : model.GetDeclaredSymbol(declaration, cancellation) as IMethodSymbol;
        return method is not null
            && BodyOf(declaration) is { } body
            && !IsIterator(body)
            && (method.IsAsync || !IsAwaited(method.ReturnType));
    }

    public static string FreeName(SyntaxNode declaration, SemanticModel model, IEnumerable<string> taken)
    {
        var used = new HashSet<string>(
            declaration.DescendantTokens().Where(t => t.IsKind(SyntaxKind.IdentifierToken)).Select(t => t.ValueText),
            StringComparer.Ordinal
        );
        used.UnionWith(
            model.LookupSymbols(declaration.SpanStart).Where(s => s.Kind is SymbolKind.Local or SymbolKind.Parameter).Select(s => s.Name)
        );
        used.UnionWith(taken);
        return Names.FirstOrDefault(n => !used.Contains(n))
            ?? Enumerable.Range(1, int.MaxValue).Select(n => "session" + n).First(n => !used.Contains(n));
    }

    public static SyntaxNode AddTo(SyntaxNode declaration, string name, SyntaxTrivia lineEnd, SyntaxAnnotation imported)
    {
        var statement = Statement(name, lineEnd, imported);
        return declaration switch
        {
            CompilationUnitSyntax unit => AddToTopLevel(unit, statement),
            BaseMethodDeclarationSyntax { Body: { } body } method => method.WithBody(AddTo(body, statement)),
            BaseMethodDeclarationSyntax { ExpressionBody: { } arrow } method => method
                .WithExpressionBody(null)
                .WithSemicolonToken(default)
                .WithBody(Block(arrow, ReturnsValue(method), statement)),
            LocalFunctionStatementSyntax { Body: { } body } local => local.WithBody(AddTo(body, statement)),
            LocalFunctionStatementSyntax { ExpressionBody: { } arrow } local => local
                .WithExpressionBody(null)
                .WithSemicolonToken(default)
                .WithBody(Block(arrow, !IsVoid(local.ReturnType, local.Modifiers), statement)),
            AccessorDeclarationSyntax { Body: { } body } accessor => accessor.WithBody(AddTo(body, statement)),
            AccessorDeclarationSyntax { ExpressionBody: { } arrow } accessor => accessor
                .WithExpressionBody(null)
                .WithSemicolonToken(default)
                .WithBody(Block(arrow, accessor.IsKind(SyntaxKind.GetAccessorDeclaration), statement)),
            PropertyDeclarationSyntax { ExpressionBody: { } arrow } property => property
                .WithExpressionBody(null)
                .WithSemicolonToken(default)
                .WithAccessorList(Getter(arrow, statement))
                .WithAdditionalAnnotations(Formatter.Annotation),
            IndexerDeclarationSyntax { ExpressionBody: { } arrow } indexer => indexer
                .WithExpressionBody(null)
                .WithSemicolonToken(default)
                .WithAccessorList(Getter(arrow, statement))
                .WithAdditionalAnnotations(Formatter.Annotation),
            _ => throw new InvalidOperationException($"No session can begin in {declaration.Kind()}."),
        };
    }

    private static LocalDeclarationStatementSyntax Statement(string name, SyntaxTrivia lineEnd, SyntaxAnnotation imported)
    {
        var statement = (LocalDeclarationStatementSyntax)
            SyntaxFactory.ParseStatement(
                $"using var {name} = global::MonotonicReads.ReadSession.Begin(global::MonotonicReads.ReadConsistency.Monotonic);"
            );
        statement = statement.ReplaceNodes(
            statement
                .DescendantNodes()
                .OfType<MemberAccessExpressionSyntax>()
                .Where(m =>
                    m.Expression is AliasQualifiedNameSyntax or MemberAccessExpressionSyntax { Expression: AliasQualifiedNameSyntax }
                ),
            (_, current) => current.WithAdditionalAnnotations(imported, Simplifier.Annotation)
        );
        return statement.WithTrailingTrivia(lineEnd).WithAdditionalAnnotations(Formatter.Annotation, Simplifier.Annotation, imported);
    }

    private static BlockSyntax AddTo(BlockSyntax body, StatementSyntax statement) =>
        body.WithStatements(body.Statements.Insert(0, statement));

    private static CompilationUnitSyntax AddToTopLevel(CompilationUnitSyntax unit, StatementSyntax statement)
    {
        var first = unit.Members.First(m => m is GlobalStatementSyntax);
        var global = SyntaxFactory
            .GlobalStatement(statement)
            .WithLeadingTrivia(first.GetLeadingTrivia())
            .WithAdditionalAnnotations(Formatter.Annotation);
        return unit.ReplaceNode(first, new SyntaxNode[] { global, first.WithLeadingTrivia() });
    }

    private static BlockSyntax Block(ArrowExpressionClauseSyntax arrow, bool returnsValue, StatementSyntax statement)
    {
        var expression = arrow.Expression.WithoutTrivia();
        StatementSyntax last =
            expression is ThrowExpressionSyntax thrown ? SyntaxFactory.ThrowStatement(thrown.Expression)
            : returnsValue
                ? SyntaxFactory.ReturnStatement(
                    SyntaxFactory.Token(SyntaxKind.ReturnKeyword).WithTrailingTrivia(SyntaxFactory.Space),
                    expression,
                    SyntaxFactory.Token(SyntaxKind.SemicolonToken)
                )
            : SyntaxFactory.ExpressionStatement(expression);
        return SyntaxFactory.Block(statement, last).WithAdditionalAnnotations(Formatter.Annotation);
    }

    private static AccessorListSyntax Getter(ArrowExpressionClauseSyntax arrow, StatementSyntax statement) =>
        SyntaxFactory
            .AccessorList(
                SyntaxFactory.SingletonList(
                    SyntaxFactory.AccessorDeclaration(SyntaxKind.GetAccessorDeclaration, Block(arrow, returnsValue: true, statement))
                )
            )
            .WithAdditionalAnnotations(Formatter.Annotation);

    private static bool ReturnsValue(BaseMethodDeclarationSyntax method) =>
        method switch
        {
            MethodDeclarationSyntax ordinary => !IsVoid(ordinary.ReturnType, ordinary.Modifiers),
            OperatorDeclarationSyntax or ConversionOperatorDeclarationSyntax => true,
            _ => false,
        };

    /// <summary>An asynchronous method that returns a bare task has no value either.</summary>
    private static bool IsVoid(TypeSyntax type, SyntaxTokenList modifiers) =>
        type is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword }
        || (
            modifiers.Any(SyntaxKind.AsyncKeyword)
            && type
                is SimpleNameSyntax { Identifier.ValueText: "Task" or "ValueTask", Arity: 0 }
                    or QualifiedNameSyntax { Right: { Identifier.ValueText: "Task" or "ValueTask", Arity: 0 } }
        );

    private static SyntaxNode? BodyOf(SyntaxNode declaration) =>
        declaration switch
        {
            BaseMethodDeclarationSyntax method => (SyntaxNode?)method.Body ?? method.ExpressionBody,
            LocalFunctionStatementSyntax local => (SyntaxNode?)local.Body ?? local.ExpressionBody,
            AccessorDeclarationSyntax accessor => (SyntaxNode?)accessor.Body ?? accessor.ExpressionBody,
            PropertyDeclarationSyntax property => property.ExpressionBody,
            IndexerDeclarationSyntax indexer => indexer.ExpressionBody,
            _ => null,
        };

    private static bool IsIterator(SyntaxNode body) =>
        body.DescendantNodes(n => n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
            .Any(n => n is YieldStatementSyntax);

    private static bool IsAwaited(ITypeSymbol type) =>
        type.Name is "Task" or "ValueTask" or "IAsyncEnumerable" or "IAsyncEnumerator" || type.GetMembers("GetAwaiter").Any();

    private static bool IsKeptForLater(SyntaxNode declaration, Location read)
    {
        if (!declaration.FullSpan.Contains(read.SourceSpan))
        {
            return true;
        }

        for (
            var node = declaration.SyntaxTree.GetRoot().FindNode(read.SourceSpan);
            node is not null && node != declaration;
            node = node.Parent
        )
        {
            if (
                node is AnonymousFunctionExpressionSyntax
                && node.Parent is not ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax }
            )
            {
                return true;
            }
        }

        return false;
    }
}
