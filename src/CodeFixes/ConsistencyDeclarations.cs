using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Decides for each diagnostic whether it is settled by an annotation, by a session, or left alone; every precondition is checked here.
/// </summary>
internal static class ConsistencyDeclarations
{
    public static async Task<ImmutableArray<ConsistencyDeclaration>> PlanAsync(
        Document document,
        ImmutableArray<Diagnostic> diagnostics,
        CancellationToken cancellation
    )
    {
        var root = await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
        var model = await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        if (root is null || model is null || model.Compilation.GetTypeByMetadataName("MonotonicReads.ReadSession") is null)
        {
            return ImmutableArray<ConsistencyDeclaration>.Empty;
        }

        var reported = new Dictionary<SyntaxNode, (Diagnostic Diagnostic, IMethodSymbol? Method)>();
        foreach (var diagnostic in diagnostics)
        {
            if (DeclarationAt(root, diagnostic.Location.SourceSpan.Start) is { } declaration && !reported.ContainsKey(declaration))
            {
                reported.Add(declaration, (diagnostic, MethodOf(declaration, model, cancellation)));
            }
        }

        // Together, since the first annotation of a type decides the shape of its wrapper for all.
        var coverable = WrappingDecision.CoverableTogether(
            reported.Values.Select(r => r.Method).OfType<IMethodSymbol>().Where(IsAnnotatable),
            model.Compilation
        );
        var plan = ImmutableArray.CreateBuilder<ConsistencyDeclaration>();
        foreach (var entry in reported)
        {
            if (entry.Value.Method is { } method && coverable.Contains(method, SymbolEqualityComparer.Default))
            {
                plan.Add(new ConsistencyDeclaration(entry.Key, Annotates: true, string.Empty));
            }
            else if (SessionStatement.CanStandIn(entry.Key, entry.Value.Diagnostic.AdditionalLocations, model, cancellation))
            {
                plan.Add(
                    new ConsistencyDeclaration(
                        entry.Key,
                        Annotates: false,
                        SessionStatement.FreeName(
                            entry.Key,
                            model,
                            plan.Where(p => p.Node.Contains(entry.Key) || entry.Key.Contains(p.Node)).Select(p => p.SessionName)
                        )
                    )
                );
            }
        }

        return plan.ToImmutable();
    }

    /// <summary>An attribute can stand on a method or an accessor; an expression-bodied property has no accessor to carry it.</summary>
    private static bool IsAnnotatable(IMethodSymbol method) =>
        method.MethodKind is MethodKind.Ordinary or MethodKind.ExplicitInterfaceImplementation
        || (
            method.MethodKind is MethodKind.PropertyGet or MethodKind.PropertySet
            && method.DeclaringSyntaxReferences.Any(r => r.GetSyntax() is AccessorDeclarationSyntax)
        );

    private static SyntaxNode? DeclarationAt(SyntaxNode root, int position)
    {
        for (var node = root.FindToken(position).Parent; node is not null; node = node.Parent)
        {
            switch (node)
            {
                case BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax:
                    return node;
                case PropertyDeclarationSyntax { ExpressionBody: not null } or IndexerDeclarationSyntax { ExpressionBody: not null }:
                    return node;
                case GlobalStatementSyntax:
                    return root;
                case MemberDeclarationSyntax:
                    return null;
            }
        }

        return null;
    }

    private static IMethodSymbol? MethodOf(SyntaxNode declaration, SemanticModel model, CancellationToken cancellation) =>
        declaration switch
        {
            CompilationUnitSyntax => null,
            PropertyDeclarationSyntax or IndexerDeclarationSyntax => (
                model.GetDeclaredSymbol(declaration, cancellation) as IPropertySymbol
            )?.GetMethod,
            _ => model.GetDeclaredSymbol(declaration, cancellation) as IMethodSymbol,
        };
}

/// <summary>One edit: an annotation or a session statement on one declaration.</summary>
internal sealed record ConsistencyDeclaration(SyntaxNode Node, bool Annotates, string SessionName)
{
    public SyntaxNode Apply(SyntaxNode current, SyntaxTrivia lineEnd, SyntaxAnnotation imported) =>
        Annotates ? MonotonicAnnotation.AddTo(current, lineEnd, imported) : SessionStatement.AddTo(current, SessionName, lineEnd, imported);
}
