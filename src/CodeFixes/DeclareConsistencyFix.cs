using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Declares the consistency of a method that MR1001 or MR1002 reports: <c>[Monotonic]</c> where the generated wrapper will run, a
/// session begun in code elsewhere. Both carry one equivalence key, so that Fix All (and <c>dotnet format analyzers</c>)
/// settles a whole solution in one go, each method in the way that works for it.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(DeclareConsistencyFix)), Shared]
public sealed class DeclareConsistencyFix : CodeFixProvider
{
    /// <summary>The key under which Fix All applies both forms.</summary>
    public const string EquivalenceKey = "MonotonicReads.DeclareConsistency";

    private const string AnnotateTitle = "Annotate with [Monotonic]";
    private const string BeginSessionTitle = "Begin a monotonic read session";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        ImmutableArray.Create(MR1001SequentialReads.Id, MR1002ReadsAcrossCalls.Id);

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() =>
        FixAllProvider.Create(
            static async (context, document, diagnostics) =>
                await ApplyAsync(document, diagnostics, context.CancellationToken).ConfigureAwait(false) ?? document
        );

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            var declarations = await ConsistencyDeclarations
                .PlanAsync(context.Document, ImmutableArray.Create(diagnostic), context.CancellationToken)
                .ConfigureAwait(false);
            if (declarations.IsEmpty)
            {
                continue;
            }

            context.RegisterCodeFix(
                CodeAction.Create(
                    declarations[0].Annotates ? AnnotateTitle : BeginSessionTitle,
                    async cancellation =>
                        await ApplyAsync(context.Document, ImmutableArray.Create(diagnostic), cancellation).ConfigureAwait(false)
                        ?? context.Document,
                    EquivalenceKey
                ),
                diagnostic
            );
        }
    }

    /// <summary>The document with every diagnostic settled that can be; null where none can.</summary>
    private static async Task<Document?> ApplyAsync(
        Document document,
        ImmutableArray<Diagnostic> diagnostics,
        CancellationToken cancellation
    )
    {
        var declarations = await ConsistencyDeclarations.PlanAsync(document, diagnostics, cancellation).ConfigureAwait(false);
        var root = await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
        if (declarations.IsEmpty || root is null)
        {
            return null;
        }

        var lineEnd = root.DescendantTrivia().FirstOrDefault(t => t.IsKind(SyntaxKind.EndOfLineTrivia));
        lineEnd = lineEnd.IsKind(SyntaxKind.EndOfLineTrivia) ? lineEnd : SyntaxFactory.LineFeed;
        var byNode = declarations.ToDictionary(d => d.Node);
        var imported = new SyntaxAnnotation();
        var changed = root.ReplaceNodes(byNode.Keys, (original, current) => byNode[original].Apply(current, lineEnd, imported));
        var result = await ImportAdder
            .AddImportsAsync(document.WithSyntaxRoot(changed), imported, cancellationToken: cancellation)
            .ConfigureAwait(false);
        result = await Simplifier.ReduceAsync(result, Simplifier.Annotation, cancellationToken: cancellation).ConfigureAwait(false);
        return await Formatter.FormatAsync(result, Formatter.Annotation, cancellationToken: cancellation).ConfigureAwait(false);
    }
}
