using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Annotations;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Whether <c>using var session = ReadSession.Begin(ReadConsistency.Monotonic);</c> as a body's first statement settles its reads.
/// </summary>
internal static class SessionStatement
{
    private static readonly string[] Names = ["session", "readSession", "monotonicSession"];

    /// <summary>
    /// False where the session would begin after the reads or end before they run: in an iterator, in a method that returns a task without
    /// being asynchronous, for reads in a constructor's initializer; where one begins there already, or would last as long as the program.
    /// </summary>
    public static bool CanStandIn(SyntaxNode declaration, IMethodSymbol? method, IReadOnlyList<Location> reads, SemanticModel model)
    {
        if (
            ((CSharpParseOptions)declaration.SyntaxTree.Options).LanguageVersion < LanguageVersion.CSharp8
            || FirstStatement.BodyOf(declaration) is not { } body
            || reads.Any(read => IsOutside(body, read))
            || BeginsWithOne(body, model)
            || RunsHost(body, model)
            || MayReadBefore(declaration, model)
        )
        {
            return false;
        }

        return EndlessWork.In(body, reads, model, CancellationToken.None) is null && Holds(method, body);
    }

    /// <summary>Whether one at the beginning of an iteration does, where a session around the loop would not end.</summary>
    public static bool CanStandIn(EndlessWork work, SyntaxNode declaration, IMethodSymbol? method) =>
        work.Iteration is { } iteration
        && ((CSharpParseOptions)declaration.SyntaxTree.Options).LanguageVersion >= LanguageVersion.CSharp8
        && work.IsDirectlyIn(declaration)
        && FirstStatement.BodyOf(declaration) is { } body
        && Holds(method, body)
        && !IsIterator(iteration);

    private static bool Holds(IMethodSymbol? method, SyntaxNode body) =>
        body is CompilationUnitSyntax || (method is not null && !IsIterator(body) && (method.IsAsync || !IsAwaited(method.ReturnType)));

    /// <summary>A name that nothing in or around the declaration bears, whatever is defined.</summary>
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
        var hidden = string.Concat(
            declaration.DescendantTrivia().Where(static t => t.IsKind(SyntaxKind.DisabledTextTrivia)).Select(static t => t.ToString())
        );
        return Names
            .Concat(Enumerable.Range(1, int.MaxValue).Select(static n => "session" + n))
            .First(n => !used.Contains(n) && !hidden.Contains(n));
    }

    /// <summary>What a constructor's initializer calls has run when the body begins.</summary>
    private static bool MayReadBefore(SyntaxNode declaration, SemanticModel model) =>
        declaration is ConstructorDeclarationSyntax { Initializer: { } initializer }
        && (
            Calls(initializer)
            || model.GetSymbolInfo(initializer).Symbol?.DeclaringSyntaxReferences.Any(static r => Calls(r.GetSyntax())) == true
        );

    private static bool Calls(SyntaxNode node) => node.DescendantNodes().Any(static n => n is InvocationExpressionSyntax);

    private static bool IsOutside(SyntaxNode body, Location read) =>
        read.SourceTree != body.SyntaxTree || !body.FullSpan.Contains(read.SourceSpan);

    private static bool BeginsWithOne(SyntaxNode body, SemanticModel model) =>
        body switch
        {
            BlockSyntax block => block.Statements.FirstOrDefault(),
            CompilationUnitSyntax unit => unit.Members.OfType<GlobalStatementSyntax>().FirstOrDefault()?.Statement,
            _ => null,
        }
            is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: (int)SyntaxKind.UsingKeyword } first
        && SessionInCode.LevelIn(first, model, CancellationToken.None) != DeclaredConsistency.None;

    private static bool IsIterator(SyntaxNode body) =>
        body.DescendantNodes(n => n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
            .Any(n => n is YieldStatementSyntax);

    private static bool IsAwaited(ITypeSymbol type) =>
        type.Name is "Task" or "ValueTask" or "IAsyncEnumerable" or "IAsyncEnumerator" || type.GetMembers("GetAwaiter").Any();

    /// <summary>A session around a host's run would last as long as the program, and whatever the host starts would inherit it.</summary>
    private static bool RunsHost(SyntaxNode body, SemanticModel model) =>
        body.DescendantNodes()
            .Any(n =>
                n
                    is InvocationExpressionSyntax
                    {
                        Expression: MemberAccessExpressionSyntax
                        {
                            Name.Identifier.ValueText: "Run" or "RunAsync" or "Start" or "StartAsync" or "WaitForShutdownAsync",
                            Expression: var host
                        }
                    }
                && model.GetTypeInfo(host).Type is { } type
                && type.AllInterfaces.Prepend(type)
                    .Any(static t => t.Name is "IHost" or "IWebHost" && t.ContainingNamespace?.Name == "Hosting")
            );
}
