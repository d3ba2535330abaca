using System.Collections.Immutable;
using System.Composition;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;
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
        // One project built for several frameworks has one file.
        foreach (var group in accepted.GroupBy(static a => a.Document.Project.FilePath ?? a.Document.Project.Id.Id.ToString()))
        {
            var source = await group.First().Document.GetTextAsync(cancellation).ConfigureAwait(false);
            var lineEnd = source.ToString().Contains("\r\n") ? "\r\n" : "\n";
            var path = group.First().Document.Project.FilePath;
            foreach (
                var project in solution
                    .Projects.Where(p => p.Id == group.First().Document.Project.Id || (path is not null && p.FilePath == path))
                    .ToList()
            )
            {
                solution = await AcceptAsync(solution, project.Id, group.Select(static a => a.Entry), lineEnd, cancellation)
                    .ConfigureAwait(false);
            }
        }

        return solution;
    }

    private static async Task<Solution> AcceptAsync(
        Solution solution,
        ProjectId id,
        IEnumerable<BaselineEntry> entries,
        string lineEnd,
        CancellationToken cancellation
    )
    {
        var project = solution.GetProject(id)!;
        var file = project.AdditionalDocuments.FirstOrDefault(static d =>
            string.Equals(Path.GetFileName(d.FilePath ?? d.Name), BaselineFile.Name, StringComparison.OrdinalIgnoreCase)
        );
        if (file is not null)
        {
            var text = await file.GetTextAsync(cancellation).ConfigureAwait(false);
            return solution.WithAdditionalDocumentText(file.Id, text.WithChanges(BaselineChanges.Adding(text, entries)));
        }

        var header = SourceText.From(
            BaselineChanges.Header.Replace("\n", lineEnd),
            new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)
        );
        var made = header.WithChanges(BaselineChanges.Adding(header, entries));
        var folder = Path.GetDirectoryName(project.FilePath);
        return project
            .AddAdditionalDocument(
                BaselineFile.Name,
                made,
                filePath: string.IsNullOrEmpty(folder) ? null : Path.Combine(folder, BaselineFile.Name)
            )
            .Project.Solution;
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
