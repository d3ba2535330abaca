using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Writes the number of reads that the analyzer has proved, or takes a plan away that cannot be kept: in the argument of
/// <c>[Monotonic]</c> or <c>[Causal]</c>, or in a line of the project's <c>MonotonicReads.Plans.txt</c>. A project that keeps such a file
/// is offered its line first.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(PlanSeriesFix)), Shared]
public sealed class PlanSeriesFix : CodeFixProvider
{
    /// <summary>The key under which Fix All keeps the file.</summary>
    public const string FileKey = nameof(PlanSeriesFix) + "." + "File";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        ImmutableArray.Create(MR1006WrongPlan.Id, MR1007SeriesCouldBePlanned.Id);

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => new PlanAll();

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        if (context.TextDocument is not Document document)
        {
            return;
        }

        var root = (await SourceFile.OfAsync(document, context.CancellationToken).ConfigureAwait(false))?.Root;
        foreach (var diagnostic in context.Diagnostics)
        {
            var actions = new[] { InAnnotation(document, diagnostic, root), InFile(document, diagnostic) }.OfType<CodeAction>();
            if (LineDocument.Of(document.Project, PlansFile.Name) is not null)
            {
                actions = actions.Reverse();
            }

            foreach (var action in actions)
            {
                context.RegisterCodeFix(action, diagnostic);
            }
        }
    }

    private static CodeAction? InAnnotation(Document document, Diagnostic diagnostic, SyntaxNode? root) =>
        ReadsOf(diagnostic) is { } reads && PlanArgument.ChangeFor(diagnostic, reads, root) is { } change
            ? CodeAction.Create(
                reads > 1 ? $"Plan the series: Reads = {reads}" : "Remove the plan",
                cancellation => ApplyAsync(document, [change], cancellation),
                nameof(PlanSeriesFix)
            )
            : null;

    private static CodeAction? InFile(Document document, Diagnostic diagnostic) =>
        EntryOf(diagnostic) is { } plan && CanWrite(document.Project)
            ? CodeAction.Create(
                plan.Reads > 1 ? $"Plan the series: {plan.Reads} in {PlansFile.Name}" : $"Remove the plan from {PlansFile.Name}",
                cancellation => KeepAsync(document.Project.Solution, [(document, plan, LineFileOf(diagnostic))], cancellation),
                FileKey
            )
            : null;

    /// <summary>A workspace that loads projects changes a file that is there, and adds none.</summary>
    private static bool CanWrite(Project project) =>
        !UnattendedHost.Has(project.Solution) || LineDocument.Of(project, PlansFile.Name) is not null;

    private static async Task<Document> ApplyAsync(Document document, IEnumerable<TextChange> changes, CancellationToken cancellation)
    {
        var text = await document.GetTextAsync(cancellation).ConfigureAwait(false);
        return document.WithText(text.WithChanges(changes.Distinct().OrderBy(static c => c.Span.Start)));
    }

    private static async Task<Solution> KeepAsync(
        Solution solution,
        IEnumerable<(Document Document, PlanEntry Plan, string? File)> plans,
        CancellationToken cancellation
    )
    {
        foreach (var project in plans.GroupBy(static p => (p.Document.Project.FilePath ?? p.Document.Project.Id.Id.ToString(), p.File)))
        {
            // What is compiled for several frameworks is planned for the one that reads most; if one of them repeats, there is no number.
            var entries = project
                .GroupBy(static p => p.Plan.Member, StringComparer.Ordinal)
                .Select(static g => new PlanEntry(g.Key, g.Any(static p => p.Plan.Reads == 0) ? 0 : g.Max(static p => p.Plan.Reads)))
                .Select(static e => e.Reads > 1 ? e : e with { Reads = 0 })
                .ToList();
            solution = await LineDocument
                .ChangeAsync(
                    solution,
                    project.First().Document,
                    (PlansFile.Name, PlansChanges.Header, project.Key.File),
                    text => PlansChanges.Keeping(text, entries),
                    cancellation
                )
                .ConfigureAwait(false);
        }

        return solution;
    }

    private static int? ReadsOf(Diagnostic diagnostic) =>
        diagnostic.Properties.TryGetValue(SeriesPlan.ReadsProperty, out var text)
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var reads)
            ? reads
            : null;

    /// <summary>The file with the line; null where there is none yet.</summary>
    private static string? LineFileOf(Diagnostic diagnostic) =>
        diagnostic.AdditionalLocations is [{ Kind: LocationKind.ExternalFile } line] ? line.GetLineSpan().Path : null;

    private static PlanEntry? EntryOf(Diagnostic diagnostic) =>
        diagnostic.Properties.TryGetValue(SeriesPlan.MemberProperty, out var member)
        && member is not null
        && ReadsOf(diagnostic) is { } reads
            ? new PlanEntry(member, reads)
            : null;

    private sealed class PlanAll : FixAllProvider
    {
        public override async Task<CodeAction?> GetFixAsync(FixAllContext context)
        {
            var found = await FixScope.FindingsAsync(context).ConfigureAwait(false);
            if (context.CodeActionEquivalenceKey == FileKey)
            {
                var plans = found
                    .Where(static f => CanWrite(f.Document.Project) && EntryOf(f.Diagnostic) is not null)
                    .Select(static f => (f.Document, EntryOf(f.Diagnostic)!.Value, LineFileOf(f.Diagnostic)))
                    .ToList();
                return CodeAction.Create(
                    $"Keep the plans in {PlansFile.Name}",
                    cancellation => KeepAsync(context.Solution, plans, cancellation),
                    FileKey
                );
            }

            return CodeAction.Create(
                "Plan the series",
                cancellation => AnnotateAsync(context.Solution, found, cancellation),
                context.CodeActionEquivalenceKey
            );
        }

        private static async Task<Solution> AnnotateAsync(
            Solution solution,
            ImmutableArray<(Document Document, Diagnostic Diagnostic)> found,
            CancellationToken cancellation
        )
        {
            foreach (var group in found.GroupBy(static f => f.Document.Id))
            {
                var document = solution.GetDocument(group.Key)!;
                var root = (await SourceFile.OfAsync(document, cancellation).ConfigureAwait(false))?.Root;
                var changes = group
                    .Select(f => ReadsOf(f.Diagnostic) is { } reads ? PlanArgument.ChangeFor(f.Diagnostic, reads, root) : null)
                    .OfType<TextChange>()
                    .ToList();
                if (changes.Count > 0)
                {
                    solution = (await ApplyAsync(document, changes, cancellation).ConfigureAwait(false)).Project.Solution;
                }
            }

            return solution;
        }
    }
}
