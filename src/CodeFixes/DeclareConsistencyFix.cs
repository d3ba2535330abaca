using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Declares the consistency of a method that a rule about reads reports, or MR2003: an attribute where the generated wrapper will run, a
/// session begun in code elsewhere. Both carry one equivalence key for each level, so that Fix All (and <c>dotnet format
/// analyzers</c>) settles a whole solution in one go, each method in the way that works for it. What holds for more than the method has
/// keys of its own.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(DeclareConsistencyFix)), Shared]
public sealed class DeclareConsistencyFix : RemedyFix
{
    /// <summary>The key under which Fix All applies both forms, and with which all other keys of this fix begin.</summary>
    public const string EquivalenceKey = "MonotonicReads.DeclareConsistency";

    private const string ReadAhead = ".ReadAhead";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        ImmutableArray.Create(
            MR1001SequentialReads.Id,
            MR1002ReadsAcrossCalls.Id,
            MR1003ReadAfterWrite.Id,
            MR1012ReadsThroughCache.Id,
            MR2003SelfCall.Id
        );

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => new OnMembersOrWider(base.GetFixAllProvider()!);

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            foreach (var guarantee in Guarantee.For(diagnostic))
            {
                var plan = await ConsistencyDeclarations
                    .PlanAsync(context.Document, ImmutableArray.Create(diagnostic), guarantee, readsAhead: true, context.CancellationToken)
                    .ConfigureAwait(false);
                if (!plan.IsEmpty)
                {
                    context.RegisterCodeFix(
                        CodeAction.Create(
                            plan[0].Title,
                            cancellation => ApplyAsync(context.Document, plan, cancellation),
                            plan[0].ReadsAhead ? guarantee.Key + ReadAhead : guarantee.Key
                        ),
                        diagnostic
                    );
                }
            }
        }

        await base.RegisterCodeFixesAsync(context).ConfigureAwait(false);
    }

    internal override async Task<ImmutableArray<Remedy>> RemediesAsync(
        Document document,
        Diagnostic diagnostic,
        Trials trials,
        CancellationToken cancellation
    )
    {
        var sufficient = Guarantee.For(diagnostic);
        if (diagnostic.Id == MR2003SelfCall.Id || sufficient.IsEmpty)
        {
            return ImmutableArray<Remedy>.Empty;
        }

        var remedies = ImmutableArray.CreateBuilder<Remedy>();
        if (await ConsistencyDeclarations.MethodAsync(document, diagnostic, cancellation).ConfigureAwait(false) is { } method)
        {
            remedies.AddRange(await WiderPlaces.OfAsync(document, method, sufficient[0], trials, cancellation).ConfigureAwait(false));
        }

        if (await AssemblyDeclaration.OfAsync(document.Project, sufficient, cancellation).ConfigureAwait(false) is { } ofAll)
        {
            remedies.Add(ofAll);
        }

        return remedies.ToImmutable();
    }

    private static async Task<Document> ApplyAsync(
        Document document,
        ImmutableArray<ConsistencyDeclaration> plan,
        CancellationToken cancellation
    ) =>
        plan.IsEmpty
            ? document
            : document.WithText(ConsistencyDeclaration.Apply(await document.GetTextAsync(cancellation).ConfigureAwait(false), plan));

    /// <summary>Members are settled file by file; what is wider may stand in another file.</summary>
    private sealed class OnMembersOrWider(FixAllProvider wider) : FixAllProvider
    {
        private static readonly FixAllProvider OnMembers = Create(
            static async (context, document, diagnostics) =>
            {
                var key = context.CodeActionEquivalenceKey;
                if (diagnostics.Select(d => Guarantee.OfKey(key, d)).FirstOrDefault(static g => g is not null) is not { } guarantee)
                {
                    return document;
                }

                var plan = await ConsistencyDeclarations
                    .PlanAsync(
                        document,
                        diagnostics.Where(d => Guarantee.OfKey(key, d) == guarantee).ToImmutableArray(),
                        guarantee,
                        key?.EndsWith(ReadAhead, StringComparison.Ordinal) == true,
                        context.CancellationToken
                    )
                    .ConfigureAwait(false);
                return await ApplyAsync(document, plan, context.CancellationToken).ConfigureAwait(false);
            }
        );

        public override Task<CodeAction?> GetFixAsync(FixAllContext context) =>
            (context.CodeActionEquivalenceKey?.IndexOf(".On", StringComparison.Ordinal) > 0 ? wider : OnMembers).GetFixAsync(context);
    }
}
