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
        if (diagnostic.Id == MR2003SelfCall.Id || sufficient.IsEmpty || UnattendedHost.Has(document.Project.Solution))
        {
            return ImmutableArray<Remedy>.Empty;
        }

        var remedies = ImmutableArray.CreateBuilder<Remedy>();
        if (await ConsistencyDeclarations.MethodAsync(document, diagnostic, cancellation).ConfigureAwait(false) is { } method)
        {
            remedies.AddRange(await WiderPlaces.OfAsync(document, method, sufficient[0], trials, cancellation).ConfigureAwait(false));
        }

        if (
            await RequestSessions.MayRunInOneAsync(document, diagnostic, cancellation).ConfigureAwait(false)
            && await AssemblyDeclaration.OfAsync(document.Project, sufficient, cancellation).ConfigureAwait(false) is { } ofAll
        )
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

    /// <summary>Members are settled project by project, since the parts of a class may stand in several files.</summary>
    private sealed class OnMembersOrWider(FixAllProvider wider) : FixAllProvider
    {
        public override async Task<CodeAction?> GetFixAsync(FixAllContext context)
        {
            var key = context.CodeActionEquivalenceKey;
            if (key?.IndexOf(".On", StringComparison.Ordinal) > 0)
            {
                return await wider.GetFixAsync(context).ConfigureAwait(false);
            }

            var found = await FixScope.FindingsAsync(context).ConfigureAwait(false);
            if (found.Select(f => Guarantee.OfKey(key, f.Diagnostic)).FirstOrDefault(static g => g is not null) is not { } guarantee)
            {
                return null;
            }

            var settled = found.Where(f => Guarantee.OfKey(key, f.Diagnostic) == guarantee).ToList();
            return CodeAction.Create(
                guarantee.Title("everything that is reported", $"[{guarantee.Name}], or {guarantee.Session}"),
                cancellation =>
                    DeclareAsync(
                        context.Solution,
                        settled,
                        guarantee,
                        key?.EndsWith(ReadAhead, StringComparison.Ordinal) == true,
                        cancellation
                    ),
                key
            );
        }

        private static async Task<Solution> DeclareAsync(
            Solution solution,
            IReadOnlyCollection<(Document Document, Diagnostic Diagnostic)> found,
            Guarantee guarantee,
            bool readsAhead,
            CancellationToken cancellation
        )
        {
            // What a project uses comes first, so that a heir is planned with what its base class will have.
            foreach (var id in solution.GetProjectDependencyGraph().GetTopologicallySortedProjects(cancellation))
            {
                var findings = found.Where(f => f.Document.Project.Id == id).ToList();
                if (findings.Count > 0)
                {
                    solution = await DeclareInAsync(solution.GetProject(id)!, findings, guarantee, readsAhead, cancellation)
                        .ConfigureAwait(false);
                }
            }

            return solution;
        }

        private static async Task<Solution> DeclareInAsync(
            Project project,
            IEnumerable<(Document Document, Diagnostic Diagnostic)> found,
            Guarantee guarantee,
            bool readsAhead,
            CancellationToken cancellation
        )
        {
            var files = new List<(Document File, ImmutableArray<Diagnostic> Diagnostics)>();
            var methods = new List<IMethodSymbol>();
            foreach (var findings in found.GroupBy(static f => f.Document.Id))
            {
                var diagnostics = findings.Select(static f => f.Diagnostic).ToImmutableArray();
                var file = project.GetDocument(findings.Key)!;

                // The file of a project for several frameworks may have been changed for another.
                var text = await findings.First().Document.GetTextAsync(cancellation).ConfigureAwait(false);
                if (text.ContentEquals(await file.GetTextAsync(cancellation).ConfigureAwait(false)))
                {
                    files.Add((file, diagnostics));
                    methods.AddRange(await ConsistencyDeclarations.MethodsAsync(file, diagnostics, cancellation).ConfigureAwait(false));
                }
            }

            var solution = project.Solution;
            var coverable = await AnnotatableMethods.AmongAsync(project, methods, cancellation).ConfigureAwait(false);
            foreach (var (file, diagnostics) in files)
            {
                var plan = await ConsistencyDeclarations
                    .PlanAsync(file, diagnostics, guarantee, readsAhead, coverable, cancellation)
                    .ConfigureAwait(false);
                if (!plan.IsEmpty)
                {
                    var text = await file.GetTextAsync(cancellation).ConfigureAwait(false);
                    solution = solution.WithDocumentText(file.Id, ConsistencyDeclaration.Apply(text, plan));
                }
            }

            return solution;
        }
    }
}
