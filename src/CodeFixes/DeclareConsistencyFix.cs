using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
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

    private const string ReadAheadKey = EquivalenceKey + ".ReadAhead";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        ImmutableArray.Create(MR1001SequentialReads.Id, MR1002ReadsAcrossCalls.Id);

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() =>
        FixAllProvider.Create(
            static async (context, document, diagnostics) =>
            {
                var readsAhead = context.CodeActionEquivalenceKey == ReadAheadKey;
                var plan = await ConsistencyDeclarations
                    .PlanAsync(document, diagnostics, readsAhead, context.CancellationToken)
                    .ConfigureAwait(false);
                return await ApplyAsync(document, plan, context.CancellationToken).ConfigureAwait(false);
            }
        );

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            var plan = await ConsistencyDeclarations
                .PlanAsync(context.Document, ImmutableArray.Create(diagnostic), readsAhead: true, context.CancellationToken)
                .ConfigureAwait(false);
            if (!plan.IsEmpty)
            {
                context.RegisterCodeFix(
                    CodeAction.Create(
                        plan[0].Title,
                        cancellation => ApplyAsync(context.Document, plan, cancellation),
                        plan[0].ReadsAhead ? ReadAheadKey : EquivalenceKey
                    ),
                    diagnostic
                );
            }
        }
    }

    private static async Task<Document> ApplyAsync(
        Document document,
        ImmutableArray<ConsistencyDeclaration> plan,
        CancellationToken cancellation
    ) =>
        plan.IsEmpty
            ? document
            : document.WithText(ConsistencyDeclaration.Apply(await document.GetTextAsync(cancellation).ConfigureAwait(false), plan));
}
