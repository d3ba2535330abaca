using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Writes a statement before all others of a body, as changes of the text alone: whatever stands around it stays byte for byte. An
/// expression body becomes a block.
/// </summary>
internal static class FirstStatement
{
    /// <summary>The changes, or none where it cannot be written without touching what has to stay.</summary>
    /// <param name="declaration">A member, accessor, local function, lambda or a whole file of top-level code.</param>
    /// <param name="returnsValue">Whether an expression body is the result.</param>
    /// <param name="statement">The statement, without indentation and line end.</param>
    /// <param name="layout">The file's.</param>
    public static ImmutableArray<TextChange> Of(SyntaxNode declaration, bool returnsValue, string statement, Layout layout) =>
        declaration switch
        {
            CompilationUnitSyntax unit => BeforeTopLevel(unit, statement, layout),
            AnonymousFunctionExpressionSyntax { Block: { } block } => InBlock(block, statement, layout),
            LambdaExpressionSyntax { ExpressionBody: { } value } lambda => new ExpressionBody(
                lambda,
                lambda.ArrowToken,
                value,
                default,
                returnsValue,
                layout
            ).After(statement),
            BasePropertyDeclarationSyntax property when ArrowOf(property) is { } arrow => new ExpressionBody(
                property,
                arrow.ArrowToken,
                arrow.Expression,
                arrow.GetLastToken().GetNextToken(),
                returnsValue: true,
                layout
            ).InGetterAfter(statement),
            _ when BlockOf(declaration) is { } block => InBlock(block, statement, layout),
            _ when ArrowOf(declaration) is { } arrow => new ExpressionBody(
                declaration,
                arrow.ArrowToken,
                arrow.Expression,
                arrow.GetLastToken().GetNextToken(),
                returnsValue,
                layout
            ).After(statement),
            _ => ImmutableArray<TextChange>.Empty,
        };

    /// <summary>The body of a declaration: a block, an expression, or all top-level code.</summary>
    public static SyntaxNode? BodyOf(SyntaxNode declaration) =>
        declaration switch
        {
            CompilationUnitSyntax unit => unit,
            AnonymousFunctionExpressionSyntax lambda => lambda.Body,
            _ => (SyntaxNode?)BlockOf(declaration) ?? ArrowOf(declaration),
        };

    /// <summary>In a block that is no body.</summary>
    public static ImmutableArray<TextChange> InBlock(BlockSyntax block, string statement, Layout layout)
    {
        var brace = block.OpenBraceToken;
        if (!Layout.EndsLine(brace))
        {
            return Insert(brace.Span.End, " " + statement);
        }

        var place = brace.FullSpan.End;
        var first = block.Statements.FirstOrDefault();
        var indentation =
            first is not null && layout.IsFirstOnLine(first.SpanStart)
                ? layout.IndentationAt(first.SpanStart)
                : layout.IndentationAt(block.CloseBraceToken.SpanStart) + layout.UnitAt(block);
        return Insert(place, indentation + statement + layout.LineEndAt(brace.SpanStart));
    }

    private static BlockSyntax? BlockOf(SyntaxNode declaration) =>
        declaration switch
        {
            BaseMethodDeclarationSyntax method => method.Body,
            LocalFunctionStatementSyntax local => local.Body,
            AccessorDeclarationSyntax accessor => accessor.Body,
            _ => null,
        };

    private static ArrowExpressionClauseSyntax? ArrowOf(SyntaxNode declaration) =>
        declaration switch
        {
            BaseMethodDeclarationSyntax method => method.ExpressionBody,
            LocalFunctionStatementSyntax local => local.ExpressionBody,
            AccessorDeclarationSyntax accessor => accessor.ExpressionBody,
            PropertyDeclarationSyntax property => property.ExpressionBody,
            IndexerDeclarationSyntax indexer => indexer.ExpressionBody,
            _ => null,
        };

    private static ImmutableArray<TextChange> BeforeTopLevel(CompilationUnitSyntax unit, string statement, Layout layout)
    {
        var place = unit.Members.First(static m => m is GlobalStatementSyntax).SpanStart;
        return !layout.IsUnconditional(place) ? ImmutableArray<TextChange>.Empty
            : layout.IsFirstOnLine(place) ? Insert(place, statement + layout.LineEndAt(place) + layout.IndentationAt(place))
            : Insert(place, statement + " ");
    }

    private static ImmutableArray<TextChange> Insert(int place, string text) =>
        ImmutableArray.Create(new TextChange(new TextSpan(place, 0), text));
}
