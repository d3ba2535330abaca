using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Rules;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Decides for each diagnostic whether it is settled by an annotation, by a session, or left alone; every precondition is checked here.
/// </summary>
internal static class ConsistencyDeclarations
{
    /// <param name="document">The file.</param>
    /// <param name="diagnostics">What is reported in it.</param>
    /// <param name="readsAhead">Whether a sequence that would read after the session may be read into a list.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<ImmutableArray<ConsistencyDeclaration>> PlanAsync(
        Document document,
        ImmutableArray<Diagnostic> diagnostics,
        bool readsAhead,
        CancellationToken cancellation
    )
    {
        var root = await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
        var model = await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        if (root is not CompilationUnitSyntax unit || model is null || !CanName(model.Compilation))
        {
            return ImmutableArray<ConsistencyDeclaration>.Empty;
        }

        var layout = new Layout(root, await document.GetTextAsync(cancellation).ConfigureAwait(false));
        var names = new WrittenNames(model, unit, layout);
        var reported = new Dictionary<SyntaxNode, (Diagnostic Diagnostic, IMethodSymbol? Method)>();
        foreach (var diagnostic in diagnostics)
        {
            if (DeclarationOf(diagnostic, root, model, cancellation) is { } declaration && !reported.ContainsKey(declaration))
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
            var (node, (diagnostic, method)) = (entry.Key, entry.Value);
            var declared =
                CanAnnotate(node, method, coverable, model, cancellation) ? Annotation(node, names, layout)
                : SessionStatement.CanStandIn(node, method, diagnostic.AdditionalLocations, model)
                && ReadAhead.Changes(FirstStatement.BodyOf(node)!, diagnostic.AdditionalLocations, model, cancellation) is { } ahead
                && (readsAhead || ahead.IsEmpty)
                    ? Session(node, method, ahead, plan, model, names, layout)
                : null;
            if (declared is not null)
            {
                plan.Add(declared);
            }
        }

        return plan.ToImmutable();
    }

    private static bool CanAnnotate(
        SyntaxNode node,
        IMethodSymbol? method,
        IEnumerable<IMethodSymbol> coverable,
        SemanticModel model,
        CancellationToken cancellation
    ) =>
        (method is not null && coverable.Contains(method, SymbolEqualityComparer.Default))
        || MappedHandler.IsHonoured(node, model, cancellation);

    private static ConsistencyDeclaration? Annotation(SyntaxNode node, WrittenNames names, Layout layout)
    {
        var written = names.Attribute("Monotonic", node.SpanStart);
        var changes = MappedHandler.Parenthesized(node, MonotonicAnnotation.On(node, written.Text, layout));
        return changes.IsEmpty
            ? null
            : new ConsistencyDeclaration(node, "Annotate with [Monotonic]", changes, written.Import, string.Empty);
    }

    private static ConsistencyDeclaration? Session(
        SyntaxNode node,
        IMethodSymbol? method,
        ImmutableArray<TextChange> ahead,
        IEnumerable<ConsistencyDeclaration> plan,
        SemanticModel model,
        WrittenNames names,
        Layout layout
    )
    {
        var taken = plan.Where(p => p.Node.Contains(node) || node.Contains(p.Node)).Select(static p => p.SessionName);
        var name = SessionStatement.FreeName(node, model, taken);
        var written = names.Session(name, PlaceIn(node));
        var changes = FirstStatement.Of(node, ReturnsValue(method), written.Text, layout);
        return changes.IsEmpty
            ? null
            : new ConsistencyDeclaration(
                node,
                ahead.IsEmpty ? "Begin a monotonic read session" : "Begin a monotonic read session and read into a list",
                // What is behind the last expression of a lambda's body comes before what ends its block.
                ahead.AddRange(changes),
                written.Import,
                name
            )
            {
                ReadsAhead = !ahead.IsEmpty,
            };
    }

    /// <summary>Where names in the body mean what they will for its first statement.</summary>
    private static int PlaceIn(SyntaxNode node) =>
        FirstStatement.BodyOf(node) switch
        {
            BlockSyntax block => block.OpenBraceToken.Span.End,
            CompilationUnitSyntax unit => unit.Members.First(static m => m is GlobalStatementSyntax).SpanStart,
            ArrowExpressionClauseSyntax arrow => arrow.Expression.SpanStart,
            { } body => body.SpanStart,
            null => node.SpanStart,
        };

    /// <summary>Whether an expression body of the method is its result. An asynchronous method that returns a bare task has none.</summary>
    private static bool ReturnsValue(IMethodSymbol? method) =>
        method is { ReturnsVoid: false } && !(method.IsAsync && method.ReturnType is INamedTypeSymbol { IsGenericType: false });

    /// <summary>A reference that is known under another alias alone cannot be named.</summary>
    private static bool CanName(Compilation compilation) =>
        compilation.GetTypeByMetadataName("MonotonicReads.ReadSession") is { } session
        && (
            compilation.GetMetadataReference(session.ContainingAssembly) is not { Properties.Aliases: { IsDefaultOrEmpty: false } aliases }
            || aliases.Contains("global")
        );

    /// <summary>An attribute can stand on a method or an accessor; an expression-bodied property has no accessor to carry it.</summary>
    private static bool IsAnnotatable(IMethodSymbol method) =>
        method.MethodKind is MethodKind.Ordinary or MethodKind.ExplicitInterfaceImplementation
        || (
            method.MethodKind is MethodKind.PropertyGet or MethodKind.PropertySet
            && method.DeclaringSyntaxReferences.Any(r => r.GetSyntax() is AccessorDeclarationSyntax)
        );

    private static SyntaxNode? DeclarationOf(Diagnostic diagnostic, SyntaxNode root, SemanticModel model, CancellationToken cancellation) =>
        diagnostic.Properties.ContainsKey(ReportedUnit.HandlerProperty)
            ? MappedHandler.At(root, diagnostic, model, cancellation)
            : DeclarationAt(root, diagnostic.Location.SourceSpan.Start);

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
            AnonymousFunctionExpressionSyntax => model.GetSymbolInfo(declaration, cancellation).Symbol as IMethodSymbol,
            PropertyDeclarationSyntax or IndexerDeclarationSyntax => (
                model.GetDeclaredSymbol(declaration, cancellation) as IPropertySymbol
            )?.GetMethod,
            _ => model.GetDeclaredSymbol(declaration, cancellation) as IMethodSymbol,
        };
}
