using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Rules;

/// <summary>Calls on one collection of services, judged by how they are written.</summary>
internal static class ServiceChain
{
    /// <summary>Of <c>builder.Services.AddX().AddY()</c> the services: a name, or a path of names.</summary>
    public static ExpressionSyntax? ServicesOf(ExpressionSyntax expression)
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

    /// <summary>The block of the nearest function around, or the file of top-level code; null for an expression.</summary>
    public static SyntaxNode? FunctionAround(SyntaxNode node)
    {
        foreach (var around in node.Ancestors())
        {
            switch (around)
            {
                case AnonymousFunctionExpressionSyntax lambda:
                    return lambda.Block;
                case LocalFunctionStatementSyntax local:
                    return local.Body;
                case BaseMethodDeclarationSyntax method:
                    return method.Body;
                case AccessorDeclarationSyntax accessor:
                    return accessor.Body;
                case GlobalStatementSyntax { Parent: CompilationUnitSyntax unit }:
                    return unit;
                case MemberDeclarationSyntax:
                    return null;
            }
        }

        return null;
    }

    /// <summary>How the services are called: as they are written, by a local that was set to them, or by what it was set to.</summary>
    public static IReadOnlyCollection<ExpressionSyntax> NamesOf(ExpressionSyntax services, IEnumerable<StatementSyntax> statements)
    {
        var names = new List<ExpressionSyntax> { services };
        foreach (
            var local in statements
                .OfType<LocalDeclarationStatementSyntax>()
                .SelectMany(static l => l.Declaration.Variables)
                .Where(static v => v.Initializer is not null)
        )
        {
            var name = SyntaxFactory.IdentifierName(local.Identifier.WithoutTrivia());
            var value = local.Initializer!.Value;
            if (IsOneOf(value, names))
            {
                names.Add(name);
            }
            else if (IsOneOf(name, names) && value is MemberAccessExpressionSyntax && ServicesOf(value) == value)
            {
                names.Add(value);
            }
        }

        return names;
    }

    /// <summary>What a local holds that was set to services, and so on: the name with which it began.</summary>
    public static ExpressionSyntax Origin(ExpressionSyntax services, IReadOnlyCollection<StatementSyntax> statements)
    {
        var locals = statements.OfType<LocalDeclarationStatementSyntax>().SelectMany(static l => l.Declaration.Variables).ToList();
        while (
            services is IdentifierNameSyntax name
            && locals.Find(v => v.Identifier.ValueText == name.Identifier.ValueText)
                is { Initializer.Value: (IdentifierNameSyntax or MemberAccessExpressionSyntax) and var value } local
            && ServicesOf(value) == value
            && locals.Remove(local)
        )
        {
            services = value.WithoutTrivia();
        }

        return services;
    }

    /// <summary>Whether something in it adds to the services: a call on them, or one that is given them, which builds nothing.</summary>
    public static bool RegistersIn(SyntaxNode node, IReadOnlyCollection<ExpressionSyntax> names) =>
        node.DescendantNodesAndSelf().OfType<InvocationExpressionSyntax>().Any(call => Registers(call, names));

    public static bool IsOneOf(ExpressionSyntax expression, IEnumerable<ExpressionSyntax> names) =>
        names.Any(n => SyntaxFactory.AreEquivalent(expression.WithoutTrivia(), n.WithoutTrivia()));

    private static bool Registers(InvocationExpressionSyntax call, IReadOnlyCollection<ExpressionSyntax> names)
    {
        if (CallNames.Of(call)?.Identifier.ValueText is not { } name || name.StartsWith("Build", StringComparison.Ordinal))
        {
            return false;
        }

        var owners = names.OfType<MemberAccessExpressionSyntax>().Select(static n => n.Expression).ToList();
        return call.ArgumentList.Arguments.Any(a => IsOneOf(a.Expression, names) || IsOneOf(a.Expression, owners))
            || (
                call.Expression is MemberAccessExpressionSyntax { Expression: var receiver }
                && (
                    IsOneOf(receiver, names)
                    || (IsOneOf(receiver, owners) && name.StartsWith("Add", StringComparison.Ordinal))
                    || (ServicesOf(receiver) is { } services && IsOneOf(services, names))
                )
            );
    }
}
