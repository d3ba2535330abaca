using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Sql;

namespace MonotonicReads.Generator.Flow;

/// <summary>Reads what a declaration elsewhere says from its syntax alone, since binding another file's body is dear.</summary>
internal static class SourceText
{
    /// <summary>The text of a read-only field's or get-only property's initialiser; null where the source does not show it.</summary>
    public static string? OfInitializer(ISymbol symbol, CancellationToken cancellation)
    {
        foreach (var reference in symbol.DeclaringSyntaxReferences)
        {
            var expression = reference.GetSyntax(cancellation) switch
            {
                VariableDeclaratorSyntax declarator => declarator.Initializer?.Value,
                PropertyDeclarationSyntax { ExpressionBody: { } body } => body.Expression,
                PropertyDeclarationSyntax { Initializer: { } initializer, AccessorList: { } accessors }
                    when accessors.Accessors.All(a => a.IsKind(SyntaxKind.GetAccessorDeclaration)) => initializer.Value,
                _ => null,
            };
            if (expression is not null)
            {
                var text = new StringBuilder();
                Append(text, expression);
                return text.Length == 1 && text[0] == SqlText.Hole ? null : text.ToString();
            }
        }

        return null;
    }

    /// <summary>True where reading the property runs code that makes an object, so that two readings give two objects.</summary>
    public static bool MakesNewObject(IPropertySymbol property, CancellationToken cancellation)
    {
        foreach (var reference in property.DeclaringSyntaxReferences)
        {
            if (reference.GetSyntax(cancellation) is not PropertyDeclarationSyntax declaration)
            {
                continue;
            }

            SyntaxNode? body = declaration.ExpressionBody;
            body ??= declaration.AccessorList?.Accessors.FirstOrDefault(a => a.IsKind(SyntaxKind.GetAccessorDeclaration));
            if (
                body is not null
                && body.DescendantNodes().Any(n => n is BaseObjectCreationExpressionSyntax or InvocationExpressionSyntax)
                && !body.DescendantNodes().Any(n => n is AssignmentExpressionSyntax)
            )
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True for a field that holds what <c>EF.CompileQuery</c> or <c>EF.CompileAsyncQuery</c> made.</summary>
    public static bool IsCompiledQuery(IFieldSymbol field, CancellationToken cancellation) =>
        field.DeclaringSyntaxReferences.Any(reference =>
            reference.GetSyntax(cancellation)
                is VariableDeclaratorSyntax
                {
                    Initializer.Value: InvocationExpressionSyntax
                    {
                        Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "CompileQuery" or "CompileAsyncQuery" }
                    }
                }
        );

    private static void Append(StringBuilder text, ExpressionSyntax expression)
    {
        switch (expression)
        {
            case LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.StringLiteralExpression):
                text.Append(literal.Token.ValueText);
                break;
            case ParenthesizedExpressionSyntax parenthesized:
                Append(text, parenthesized.Expression);
                break;
            case BinaryExpressionSyntax binary when binary.IsKind(SyntaxKind.AddExpression):
                Append(text, binary.Left);
                Append(text, binary.Right);
                break;
            case InterpolatedStringExpressionSyntax interpolated:
                foreach (var content in interpolated.Contents)
                {
                    if (content is InterpolatedStringTextSyntax part)
                    {
                        text.Append(part.TextToken.ValueText);
                    }
                    else
                    {
                        text.Append(SqlText.Hole);
                    }
                }

                break;
            default:
                text.Append(SqlText.Hole);
                break;
        }
    }
}
