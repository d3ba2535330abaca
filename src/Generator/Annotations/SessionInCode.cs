using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Annotations;

/// <summary>Sessions that code begins itself, under whatever name, or through a helper of the project.</summary>
internal static class SessionInCode
{
    /// <summary>
    /// A using statement around the node, or a declaration before it in a block around it, that begins a session which is still open there.
    /// </summary>
    public static DeclaredConsistency Around(SyntaxNode call, SemanticModel model, CancellationToken cancellation)
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
                && LevelIn((SyntaxNode?)@using.Declaration ?? @using.Expression, model, cancellation)
                    is var around
                        and not DeclaredConsistency.None
            )
            {
                return around;
            }

            if (
                node.Parent is BlockSyntax block
                && node is StatementSyntax statement
                && Before(statement, block, model, cancellation) is var before and not DeclaredConsistency.None
            )
            {
                return before;
            }
        }

        return DeclaredConsistency.None;
    }

    /// <summary>The session that a declaration or an expression begins.</summary>
    public static DeclaredConsistency LevelIn(SyntaxNode? node, SemanticModel model, CancellationToken cancellation)
    {
        if (node is LocalDeclarationStatementSyntax local)
        {
            node = local.Declaration;
        }

        var values = node switch
        {
            VariableDeclarationSyntax declaration => declaration.Variables.Select(static v => v.Initializer?.Value),
            ExpressionSyntax expression => [expression],
            _ => [],
        };
        foreach (var value in values)
        {
            if (Bare(value) is InvocationExpressionSyntax call && LevelOf(call, model, cancellation) is { } level)
            {
                return level;
            }
        }

        return DeclaredConsistency.None;
    }

    /// <summary>The level of the session that a call begins; null where it begins none.</summary>
    public static DeclaredConsistency? LevelOf(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellation)
    {
        if (model.GetSymbolInfo(call, cancellation).Symbol is not IMethodSymbol method || !Begins(method, cancellation))
        {
            return null;
        }

        var said = call
            .ArgumentList.Arguments.Select(a => model.GetSymbolInfo(a.Expression, cancellation).Symbol)
            .FirstOrDefault(static s => s is IFieldSymbol { ContainingType.Name: "ReadConsistency" })
            ?.Name;
        return Level(said ?? (IsOurs(method) ? null : Beginnings(method, cancellation).Select(Written).FirstOrDefault()));
    }

    /// <summary>Whether the method begins a session and returns it, open: <c>ReadSession.Begin</c>, or a helper around it.</summary>
    public static bool Begins(IMethodSymbol method, CancellationToken cancellation) =>
        IsSession(method.ReturnType)
            ? IsOurs(method) || Beginnings(method, cancellation).Any()
            : method.ReturnType is { Name: "IDisposable" or "IAsyncDisposable", ContainingNamespace.Name: "System" }
                && Beginnings(method, cancellation).Any(static begin => IsReturned(begin) && Written(begin) is not null);

    /// <summary>Whether a method may begin a session, judged by how it is written.</summary>
    public static bool MayBeginIn(IMethodSymbol method) => Beginnings(method, CancellationToken.None).Any();

    /// <summary>The level that a helper gives the session that it begins.</summary>
    public static DeclaredConsistency LevelOfHelper(IMethodSymbol method, CancellationToken cancellation) =>
        Level(Beginnings(method, cancellation).Select(Written).FirstOrDefault());

    /// <summary>Sessions that were begun by the statements before one, and end after it.</summary>
    private static DeclaredConsistency Before(
        StatementSyntax statement,
        BlockSyntax block,
        SemanticModel model,
        CancellationToken cancellation
    )
    {
        foreach (var earlier in block.Statements.TakeWhile(s => s != statement))
        {
            if (
                earlier is LocalDeclarationStatementSyntax local
                && (local.UsingKeyword.IsKind(SyntaxKind.UsingKeyword) || IsEndedBy(statement, local))
                && LevelIn(local, model, cancellation) is var before and not DeclaredConsistency.None
            )
            {
                return before;
            }
        }

        return DeclaredConsistency.None;
    }

    /// <summary><c>try { ... } finally { session.Dispose(); }</c>, or a <c>using (session)</c>.</summary>
    private static bool IsEndedBy(StatementSyntax statement, LocalDeclarationStatementSyntax local)
    {
        var ends = statement switch
        {
            TryStatementSyntax { Finally.Block: { } last } => last,
            UsingStatementSyntax { Expression: { } held } => (SyntaxNode)held,
            _ => null,
        };
        return ends is not null
            && local.Declaration.Variables is [var session]
            && ends.DescendantNodesAndSelf()
                .Any(n => n is IdentifierNameSyntax name && name.Identifier.ValueText == session.Identifier.ValueText);
    }

    /// <summary>Where a method of the project begins a session, judged by how it is written: its file has no model here.</summary>
    private static IEnumerable<InvocationExpressionSyntax> Beginnings(IMethodSymbol method, CancellationToken cancellation) =>
        method
            .OriginalDefinition.DeclaringSyntaxReferences.SelectMany(r => r.GetSyntax(cancellation).DescendantNodes())
            .OfType<InvocationExpressionSyntax>()
            .Where(static call =>
                call.Expression
                    is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Begin" or "Resume" }
                        or IdentifierNameSyntax { Identifier.ValueText: "Begin" or "Resume" }
            );

    /// <summary>True where the method hands back what the call gives.</summary>
    private static bool IsReturned(InvocationExpressionSyntax begin) =>
        begin.Parent is ArrowExpressionClauseSyntax or ReturnStatementSyntax or CastExpressionSyntax;

    private static string? Written(InvocationExpressionSyntax begin) =>
        begin
            .ArgumentList.Arguments.Select(static a =>
                a.Expression switch
                {
                    MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
                    IdentifierNameSyntax name => name.Identifier.ValueText,
                    _ => null,
                }
            )
            .FirstOrDefault(static name => name is "Primary" or "Global" or "Causal" or "Monotonic");

    private static DeclaredConsistency Level(string? name) =>
        name switch
        {
            "Primary" => DeclaredConsistency.Primary,
            "Global" => DeclaredConsistency.Global,
            "Causal" => DeclaredConsistency.Causal,
            _ => DeclaredConsistency.Monotonic,
        };

    private static ExpressionSyntax? Bare(ExpressionSyntax? value) =>
        value switch
        {
            ParenthesizedExpressionSyntax inner => Bare(inner.Expression),
            CastExpressionSyntax cast => Bare(cast.Expression),
            _ => value,
        };

    private static bool IsOurs(IMethodSymbol method) => method.Name is "Begin" or "Resume" && IsSession(method.ContainingType);

    /// <summary>Whether the method runs what it is handed in a session of its own.</summary>
    public static bool RunsInSession(IMethodSymbol method) =>
        method.Name is "Run" or "RunAsync" && IsNamed(method.ContainingType, "RestartableReads");

    private static bool IsSession(ITypeSymbol? type) => IsNamed(type, "ReadSession");

    private static bool IsNamed(ITypeSymbol? type, string name) =>
        type
            is INamedTypeSymbol
            {
                ContainingType: null,
                ContainingNamespace: { Name: "MonotonicReads", ContainingNamespace.IsGlobalNamespace: true }
            }
        && type.Name == name;
}
