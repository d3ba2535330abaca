using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.CodeFixes;

/// <summary><c>services.AddConsistentRepositories();</c> behind the registrations.</summary>
internal static class DecoratorCall
{
    /// <summary>Behind the last statement beside the registration that adds to the same services; null where none can.</summary>
    public static FileEdit? Behind(InvocationExpressionSyntax registration, SourceFile file)
    {
        if (
            registration.Expression is not MemberAccessExpressionSyntax access
            || ServicesOf(access.Expression) is not { } services
            || registration.FirstAncestorOrSelf<StatementSyntax>() is not ExpressionStatementSyntax statement
            || Last(statement, services) is not { } last
            || !file.Layout.IsSameBranch(statement.SpanStart, last.Span.End)
            || !IsReachable(services, file)
        )
        {
            return null;
        }

        var line = $"{services}.AddConsistentRepositories();";
        var end = last.GetLastToken();
        return Layout.EndsLine(end) && file.Layout.IsFirstOnLine(last.SpanStart)
            ? new FileEdit(
                file.Document.Id,
                new TextChange(
                    new TextSpan(EndOf(end), 0),
                    file.Layout.LineEndAt(last.SpanStart) + file.Layout.IndentationAt(last.SpanStart) + line
                )
            )
            : new FileEdit(file.Document.Id, new TextChange(new TextSpan(last.Span.End, 0), " " + line));
    }

    /// <summary>Behind the comment on the statement's own line.</summary>
    private static int EndOf(SyntaxToken last)
    {
        var lineEnd = last.TrailingTrivia.FirstOrDefault(static t => t.IsKind(SyntaxKind.EndOfLineTrivia));
        return lineEnd.IsKind(SyntaxKind.EndOfLineTrivia) ? lineEnd.SpanStart : last.FullSpan.End;
    }

    /// <summary>Of <c>builder.Services.AddX().AddY()</c> the services: a name, or a path of names.</summary>
    private static ExpressionSyntax? ServicesOf(ExpressionSyntax expression)
    {
        while (expression is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax inner })
        {
            expression = inner.Expression;
        }

        var part = expression;
        while (part is MemberAccessExpressionSyntax { Expression: var owner })
        {
            part = owner;
        }

        return part is IdentifierNameSyntax or ThisExpressionSyntax ? expression : null;
    }

    /// <summary>The last statement of the same list that calls an <c>Add</c> on the services.</summary>
    private static StatementSyntax? Last(StatementSyntax statement, ExpressionSyntax services)
    {
        IEnumerable<StatementSyntax> beside = statement.Parent switch
        {
            BlockSyntax block => block.Statements,
            GlobalStatementSyntax { Parent: CompilationUnitSyntax unit } => unit
                .Members.OfType<GlobalStatementSyntax>()
                .Select(static g => g.Statement),
            _ => [],
        };
        return beside.LastOrDefault(s =>
            s is ExpressionStatementSyntax { Expression: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax called } }
            && ServicesOf(called.Expression) is { } own
            && SyntaxFactory.AreEquivalent(own, services)
            && called.Name.Identifier.ValueText is var name
            && (name.StartsWith("Add", StringComparison.Ordinal) || name.StartsWith("TryAdd", StringComparison.Ordinal))
        );
    }

    /// <summary>Whether the method is an extension that the file can call on them.</summary>
    private static bool IsReachable(ExpressionSyntax services, SourceFile file) =>
        file.Model.GetTypeInfo(services).Type is { } type
        && file.Model.LookupSymbols(services.SpanStart, type, "AddConsistentRepositories", includeReducedExtensionMethods: true).Length > 0;
}
