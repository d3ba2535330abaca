using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Accepts findings for the time being: a line for each in the project's <c>MonotonicReads.Baseline.txt</c>, which is made where there is
/// none. <c>dotnet format</c>, which does whatever is offered first, is offered nothing: nobody shall accept a code base by a command that
/// was to mend it.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AcceptIntoBaselineFix)), Shared]
public sealed class AcceptIntoBaselineFix : CodeFixProvider
{
    /// <summary>The key under which Fix All accepts everything.</summary>
    public const string EquivalenceKey = "MonotonicReads.AcceptIntoBaseline";

    private const string Title = "Leave it as it is for now (a line in " + BaselineFile.Name + ")";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        ImmutableArray.Create(MR1001SequentialReads.Id, MR1002ReadsAcrossCalls.Id, MR1003ReadAfterWrite.Id, MR1012ReadsThroughCache.Id);

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => new AcceptAll();

    /// <inheritdoc/>
    protected override CodeActionRequestPriority ComputeRequestPriority() => CodeActionRequestPriority.Low;

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var document = context.Document;
        foreach (var diagnostic in context.Diagnostics)
        {
            if (!UnattendedHost.Has(document.Project.Solution) && EntryOf(diagnostic) is { } entry)
            {
                context.RegisterCodeFix(
                    CodeAction.Create(
                        Title,
                        cancellation => AcceptAsync(document.Project.Solution, [(document, entry)], cancellation),
                        EquivalenceKey,
                        CodeActionPriority.Lowest
                    ),
                    diagnostic
                );
            }
        }

        return Task.CompletedTask;
    }

    private static BaselineEntry? EntryOf(Diagnostic diagnostic) =>
        BaselineFile.Takes(diagnostic.Id)
        && diagnostic.Properties.TryGetValue(ReportedUnit.MemberProperty, out var member)
        && member is not null
            ? new BaselineEntry(diagnostic.Id, member)
            : null;

    private static async Task<Solution> AcceptAsync(
        Solution solution,
        IReadOnlyCollection<(Document Document, BaselineEntry Entry)> accepted,
        CancellationToken cancellation
    )
    {
        foreach (var group in accepted.GroupBy(static a => a.Document.Project.FilePath ?? a.Document.Project.Id.Id.ToString()))
        {
            solution = await LineDocument
                .ChangeAsync(
                    solution,
                    group.First().Document,
                    (BaselineFile.Name, BaselineChanges.Header, null),
                    text => BaselineChanges.Adding(text, group.Select(static a => a.Entry)),
                    cancellation
                )
                .ConfigureAwait(false);
        }

        return solution;
    }

    private sealed class AcceptAll : FixAllProvider
    {
        public override async Task<CodeAction?> GetFixAsync(FixAllContext context)
        {
            var found =
                context.CodeActionEquivalenceKey == EquivalenceKey
                    ? await FixScope.FindingsAsync(context).ConfigureAwait(false)
                    : ImmutableArray<(Document Document, Diagnostic Diagnostic)>.Empty;
            var accepted = found
                .Select(static f => (f.Document, Entry: EntryOf(f.Diagnostic)))
                .Where(static f => f.Entry is not null)
                .Select(static f => (f.Document, f.Entry!.Value))
                .ToList();
            return CodeAction.Create(Title, cancellation => AcceptAsync(context.Solution, accepted, cancellation), EquivalenceKey);
        }
    }
}
