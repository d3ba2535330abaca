using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Decides for each diagnostic whether it is settled by an annotation, by a session, or left alone; every precondition is checked here.
/// </summary>
internal static class ConsistencyDeclarations
{
    /// <param name="document">The file.</param>
    /// <param name="diagnostics">What is reported in it.</param>
    /// <param name="guarantee">What is to be declared.</param>
    /// <param name="readsAhead">Whether a sequence that would read after the session may be read into a list.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<ImmutableArray<ConsistencyDeclaration>> PlanAsync(
        Document document,
        ImmutableArray<Diagnostic> diagnostics,
        Guarantee guarantee,
        bool readsAhead,
        CancellationToken cancellation
    ) =>
        await PlanAsync(
                document,
                diagnostics,
                guarantee,
                readsAhead,
                await AnnotatableMethods
                    .AmongAsync(
                        document.Project,
                        await MethodsAsync(document, diagnostics, cancellation).ConfigureAwait(false),
                        cancellation
                    )
                    .ConfigureAwait(false),
                cancellation
            )
            .ConfigureAwait(false);

    /// <inheritdoc cref="PlanAsync(Document, ImmutableArray{Diagnostic}, Guarantee, bool, CancellationToken)"/>
    /// <param name="document">The file.</param>
    /// <param name="diagnostics">What is reported in it.</param>
    /// <param name="guarantee">What is to be declared.</param>
    /// <param name="readsAhead">Whether a sequence that would read after the session may be read into a list.</param>
    /// <param name="coverable">The methods of the project that are annotated together.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<ImmutableArray<ConsistencyDeclaration>> PlanAsync(
        Document document,
        ImmutableArray<Diagnostic> diagnostics,
        Guarantee guarantee,
        bool readsAhead,
        ImmutableArray<IMethodSymbol> coverable,
        CancellationToken cancellation
    )
    {
        if (await SourceFile.OfAsync(document, cancellation).ConfigureAwait(false) is not { } file)
        {
            return ImmutableArray<ConsistencyDeclaration>.Empty;
        }

        var (root, model) = (file.Root, file.Model);
        var reported = new Dictionary<SyntaxNode, (Diagnostic Diagnostic, IMethodSymbol? Method)>();
        foreach (var diagnostic in diagnostics)
        {
            if (DeclarationOf(diagnostic, root, model, cancellation) is { } declaration && !reported.ContainsKey(declaration))
            {
                reported.Add(declaration, (diagnostic, MethodOf(declaration, model, cancellation)));
            }
        }

        var plan = ImmutableArray.CreateBuilder<ConsistencyDeclaration>();
        foreach (var entry in reported)
        {
            var (node, (diagnostic, method)) = (entry.Key, entry.Value);
            var reads = ReadsOf(diagnostic);
            var work = FirstStatement.BodyOf(node) is { } body ? EndlessWork.In(body, reads, model, cancellation) : null;
            var mayAnnotate = work is null || SourceFile.IsAnnotated(node);
            var declared =
                mayAnnotate && CanAnnotate(node, method, coverable, model, cancellation) ? Annotation(node, method, guarantee, file)
                : Stronger(node, method, guarantee, diagnostic, model) is { Changes.IsEmpty: false } changed ? changed
                : work is not null ? InIteration(work, node, method, guarantee, reads, plan, file, cancellation)
                : SessionStatement.CanStandIn(node, method, reads, model)
                    ? Around(node, method, guarantee, reads, readsAhead, plan, file, cancellation)
                : AsynchronousBody.Of(node, method, reads, file, cancellation) is { } awaiting
                    ? Awaited(node, method!, guarantee, awaiting, plan, file)
                : null;
            if (declared is not null)
            {
                plan.Add(declared);
            }
        }

        return plan.ToImmutable();
    }

    /// <summary>The methods that findings of a file are about.</summary>
    public static async Task<ImmutableArray<IMethodSymbol>> MethodsAsync(
        Document document,
        IEnumerable<Diagnostic> diagnostics,
        CancellationToken cancellation
    )
    {
        var methods = ImmutableArray.CreateBuilder<IMethodSymbol>();
        foreach (var diagnostic in diagnostics)
        {
            if (
                await MethodAsync(document, diagnostic, cancellation).ConfigureAwait(false) is { } method
                && !methods.Contains(method, SymbolEqualityComparer.Default)
            )
            {
                methods.Add(method);
            }
        }

        return methods.ToImmutable();
    }

    /// <summary>The method that a finding is about; null for what is none.</summary>
    public static async Task<IMethodSymbol?> MethodAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation) =>
        await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false) is { } root
        && await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false) is { } model
        && DeclarationOf(diagnostic, root, model, cancellation) is { } declaration
            ? MethodOf(declaration, model, cancellation)
            : null;

    /// <summary>What has to come in the session: the reads that are named, or the call that is reported.</summary>
    private static IReadOnlyList<Location> ReadsOf(Diagnostic diagnostic) =>
        diagnostic.AdditionalLocations.Count > 0 ? diagnostic.AdditionalLocations : [diagnostic.Location];

    private static bool CanAnnotate(
        SyntaxNode node,
        IMethodSymbol? method,
        IEnumerable<IMethodSymbol> coverable,
        SemanticModel model,
        CancellationToken cancellation
    ) =>
        (method is not null && coverable.Contains(method, SymbolEqualityComparer.Default))
        || MappedHandler.IsHonoured(node, model, cancellation);

    private static ConsistencyDeclaration? Annotation(SyntaxNode node, IMethodSymbol? method, Guarantee guarantee, SourceFile file)
    {
        var written = file.Names.Attribute(guarantee.Name, node.SpanStart);
        var (changes, import) = ChangedLevel.WeakerOn(node, guarantee) is { } weaker
            ? ChangedLevel.OfAttribute(weaker, guarantee, written)
            : (MappedHandler.Parenthesized(node, AttributePlace.On(node, written.Text, file.Layout)), written.Import);
        var what = node is AnonymousFunctionExpressionSyntax ? "every call of this handler" : $"every call of {NameOf(method)}";
        return changes.IsEmpty
            ? null
            : new ConsistencyDeclaration(node, guarantee.Title(what, $"[{guarantee.Name}]"), changes, import, string.Empty);
    }

    /// <summary>The sessions that the body begins, with another level.</summary>
    private static ConsistencyDeclaration? Stronger(
        SyntaxNode node,
        IMethodSymbol? method,
        Guarantee guarantee,
        Diagnostic diagnostic,
        SemanticModel model
    ) =>
        FirstStatement.BodyOf(node) is { } body
            ? new ConsistencyDeclaration(
                node,
                guarantee.Title(NameOf(method), $"make its session {guarantee.Session}"),
                ChangedLevel.OfSessions(body, guarantee, diagnostic, model),
                Import: null,
                string.Empty
            )
            : null;

    private static ConsistencyDeclaration? Around(
        SyntaxNode node,
        IMethodSymbol? method,
        Guarantee guarantee,
        IReadOnlyList<Location> reads,
        bool readsAhead,
        IEnumerable<ConsistencyDeclaration> plan,
        SourceFile file,
        CancellationToken cancellation
    ) =>
        ReadAhead.Changes(FirstStatement.BodyOf(node)!, reads, file.Model, cancellation) is { } ahead && (readsAhead || ahead.IsEmpty)
            ? Session(node, method, guarantee, ahead, plan, file)
            : null;

    /// <summary>A session for each iteration of a loop that does not end.</summary>
    private static ConsistencyDeclaration? InIteration(
        EndlessWork work,
        SyntaxNode node,
        IMethodSymbol? method,
        Guarantee guarantee,
        IReadOnlyList<Location> reads,
        IEnumerable<ConsistencyDeclaration> plan,
        SourceFile file,
        CancellationToken cancellation
    )
    {
        if (
            !SessionStatement.CanStandIn(work, node, method)
            || ReadAhead.Changes(work.Iteration!, reads, file.Model, cancellation) is not { IsEmpty: true }
        )
        {
            return null;
        }

        var name = NameIn(node, plan, file);
        var written = file.Names.Session(name, guarantee.Name, work.Iteration!.OpenBraceToken.Span.End);
        return new ConsistencyDeclaration(
            node,
            guarantee.Title($"each iteration in {NameOf(method)}", $"begin {guarantee.Session} inside the loop"),
            FirstStatement.InBlock(work.Iteration, written.Text, file.Layout),
            written.Import,
            name
        );
    }

    /// <summary>A session in a method that has to wait for its task then, and becomes asynchronous for that.</summary>
    private static ConsistencyDeclaration? Awaited(
        SyntaxNode node,
        IMethodSymbol method,
        Guarantee guarantee,
        ImmutableArray<TextChange> awaiting,
        IEnumerable<ConsistencyDeclaration> plan,
        SourceFile file
    )
    {
        var name = NameIn(node, plan, file);
        var written = file.Names.Session(name, guarantee.Name, PlaceIn(node));
        var returnsValue = method.ReturnType is INamedTypeSymbol { IsGenericType: true };
        var changes = FirstStatement.Of(node, returnsValue, written.Text, file.Layout);
        return changes.IsEmpty
            ? null
            : new ConsistencyDeclaration(
                node,
                guarantee.Title(NameOf(method), $"make it async, and begin {guarantee.Session}"),
                awaiting.AddRange(changes),
                written.Import,
                name
            );
    }

    private static string NameIn(SyntaxNode node, IEnumerable<ConsistencyDeclaration> plan, SourceFile file) =>
        SessionStatement.FreeName(
            node,
            file.Model,
            plan.Where(p => p.Node.Contains(node) || node.Contains(p.Node)).Select(static p => p.SessionName)
        );

    /// <summary>The session as the body's first statement; null where it cannot be written.</summary>
    public static ConsistencyDeclaration? Session(
        SyntaxNode node,
        IMethodSymbol? method,
        Guarantee guarantee,
        ImmutableArray<TextChange> ahead,
        IEnumerable<ConsistencyDeclaration> plan,
        SourceFile file
    )
    {
        var name = NameIn(node, plan, file);
        var written = file.Names.Session(name, guarantee.Name, PlaceIn(node));
        var changes = FirstStatement.Of(node, ReturnsValue(method), written.Text, file.Layout);
        return changes.IsEmpty
            ? null
            : new ConsistencyDeclaration(
                node,
                guarantee.Title(
                    NameOf(method),
                    ahead.IsEmpty ? $"begin {guarantee.Session}" : $"begin {guarantee.Session}, and read into a list before it ends"
                ),
                // What is behind the last expression of a lambda's body comes before what ends its block.
                ahead.AddRange(changes),
                written.Import,
                name
            )
            {
                ReadsAhead = !ahead.IsEmpty,
            };
    }

    /// <summary>What a title calls it.</summary>
    public static string NameOf(IMethodSymbol? method) =>
        method switch
        {
            null => "the program",
            { MethodKind: MethodKind.AnonymousFunction } => "this handler",
            _ => $"'{ReportPlace.NameOf(method)}'",
        };

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

    /// <summary>The declaration that a finding is about; null for what is none, as a field's initializer.</summary>
    public static SyntaxNode? DeclarationOf(Diagnostic diagnostic, SyntaxNode root, SemanticModel model, CancellationToken cancellation) =>
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

    /// <summary>The method of a declaration; null for top-level code.</summary>
    public static IMethodSymbol? MethodOf(SyntaxNode declaration, SemanticModel model, CancellationToken cancellation) =>
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
