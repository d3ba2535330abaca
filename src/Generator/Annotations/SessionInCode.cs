using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Annotations;

/// <summary>Sessions that code begins itself, judged by how they are written.</summary>
internal static class SessionInCode
{
    /// <summary>A using statement around the call, or a using declaration before it in a block around it, that begins a session.</summary>
    public static DeclaredConsistency Around(SyntaxNode call)
    {
        for (var node = call; node is not null and not (MemberDeclarationSyntax or LocalFunctionStatementSyntax); node = node.Parent!)
        {
            if (node is AnonymousFunctionExpressionSyntax)
            {
                return DeclaredConsistency.None;
            }

            if (
                node.Parent is UsingStatementSyntax @using
                && @using.Statement == node
                && LevelIn((SyntaxNode?)@using.Declaration ?? @using.Expression) is var around and not DeclaredConsistency.None
            )
            {
                return around;
            }

            if (node.Parent is BlockSyntax block && node is StatementSyntax statement)
            {
                foreach (var earlier in block.Statements.TakeWhile(s => s != statement))
                {
                    if (
                        earlier is LocalDeclarationStatementSyntax local
                        && local.UsingKeyword.IsKind(SyntaxKind.UsingKeyword)
                        && LevelIn(local) is var before and not DeclaredConsistency.None
                    )
                    {
                        return before;
                    }
                }
            }
        }

        return DeclaredConsistency.None;
    }

    public static DeclaredConsistency LevelIn(SyntaxNode? node)
    {
        foreach (var invocation in node?.DescendantNodesAndSelf().OfType<InvocationExpressionSyntax>() ?? [])
        {
            if (
                invocation.Expression
                    is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Begin" or "Resume", Expression: var type }
                && type.ToString().EndsWith("ReadSession", StringComparison.Ordinal)
            )
            {
                var levels = invocation.ArgumentList.Arguments.Select(static a => a.Expression).OfType<MemberAccessExpressionSyntax>();
                return levels
                    .FirstOrDefault(static level => level.Expression.ToString().EndsWith("ReadConsistency", StringComparison.Ordinal))
                    ?.Name.Identifier.ValueText switch
                {
                    "Primary" => DeclaredConsistency.Primary,
                    "Causal" => DeclaredConsistency.Causal,
                    _ => DeclaredConsistency.Monotonic,
                };
            }
        }

        return DeclaredConsistency.None;
    }
}
