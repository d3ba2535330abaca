using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.CodeFixes;

/// <summary><c>services.AddConsistentRepositories();</c> behind the registrations.</summary>
internal static class DecoratorCall
{
    private const string Method = "AddConsistentRepositories()";

    /// <summary>
    /// Behind the last statement of the method, or the lambda, that registers with the same services; null where that cannot be seen.
    /// </summary>
    public static FileEdit? Behind(InvocationExpressionSyntax registration, SourceFile file)
    {
        if (
            registration.Expression is not MemberAccessExpressionSyntax
            || ServiceChain.ServicesOf(registration) is not { } services
            || !IsReachable(services, file)
            || StatementsAround(registration) is not { Count: > 0 } statements
        )
        {
            return null;
        }

        var names = ServiceChain.NamesOf(ServiceChain.Origin(services, statements), statements);
        var first = statements.FindIndex(s => s.Span.Contains(registration.Span));
        var last = statements.FindLastIndex(s => ServiceChain.RegistersIn(s, names));
        if (
            first < 0
            || last < first
            || !file.Layout.IsSameBranch(statements[first].SpanStart, statements[last].Span.End)
            || !file.Layout.IsSameBranch(registration.SpanStart, statements[last].Span.End)
            || RegistersElsewhere(registration, statements, names)
        )
        {
            return null;
        }

        var leaving = statements.Skip(first).Take(last - first + 1).SelectMany(Returns).ToList();
        return leaving.Count == 0 ? On(statements[last], ServiceChain.Origin(services, statements), file)
            : leaving is [ReturnStatementSyntax { Expression: { } value }] && leaving[0] == statements[last] ? InChain(value, file)
            : null;
    }

    private static FileEdit On(StatementSyntax last, ExpressionSyntax services, SourceFile file)
    {
        var line = $"{services}.{Method};";
        var end = last.GetLastToken();
        return Layout.EndsLine(end) && file.Layout.IsFirstOnLine(last.SpanStart)
            ? new FileEdit(
                file.Document.Id,
                new TextChange(
                    new TextSpan(file.Layout.EndOfLineBehind(end), 0),
                    file.Layout.LineEndAt(last.SpanStart) + file.Layout.IndentationAt(last.SpanStart) + line
                )
            )
            : new FileEdit(file.Document.Id, new TextChange(new TextSpan(last.Span.End, 0), " " + line));
    }

    /// <summary>At the end of a chain whose services are handed back.</summary>
    private static FileEdit? InChain(ExpressionSyntax value, SourceFile file) =>
        value is InvocationExpressionSyntax && file.Model.GetTypeInfo(value).Type?.Name == "IServiceCollection"
            ? new FileEdit(file.Document.Id, new TextChange(new TextSpan(value.Span.End, 0), "." + Method))
            : null;

    /// <summary>The statements of the function around, outermost: what a branch registers comes before what is behind it.</summary>
    private static List<StatementSyntax>? StatementsAround(SyntaxNode registration) =>
        ServiceChain.FunctionAround(registration) switch
        {
            BlockSyntax block => block.Statements.ToList(),
            CompilationUnitSyntax unit => unit.Members.OfType<GlobalStatementSyntax>().Select(static g => g.Statement).ToList(),
            _ => null,
        };

    /// <summary>Whether what is around a lambda registers with its services too, where no call in it would see that.</summary>
    private static bool RegistersElsewhere(
        SyntaxNode registration,
        IReadOnlyCollection<StatementSyntax> statements,
        IReadOnlyCollection<ExpressionSyntax> names
    ) =>
        registration.FirstAncestorOrSelf<AnonymousFunctionExpressionSyntax>() is { } lambda
        && lambda.Ancestors().LastOrDefault(static n => n is StatementSyntax or MemberDeclarationSyntax and not BaseTypeDeclarationSyntax)
            is { } around
        && around
            .DescendantNodes()
            .OfType<AnonymousFunctionExpressionSyntax>()
            .Any(other =>
                other != lambda
                && !lambda.Span.Contains(other.Span)
                && !other.Span.Contains(lambda.Span)
                && ServiceChain.RegistersIn(other, names)
            );

    /// <summary>What leaves the function early.</summary>
    private static IEnumerable<StatementSyntax> Returns(StatementSyntax statement) =>
        statement
            .DescendantNodesAndSelf(static n => n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
            .OfType<ReturnStatementSyntax>();

    /// <summary>Whether the method is an extension that the file can call on them.</summary>
    private static bool IsReachable(ExpressionSyntax services, SourceFile file) =>
        file.Model.GetTypeInfo(services).Type is { } type
        && file.Model.LookupSymbols(services.SpanStart, type, "AddConsistentRepositories", includeReducedExtensionMethods: true).Length > 0;
}
