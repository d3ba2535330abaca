using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Takes lines out of the baseline whose findings do not occur any more, and out of a plans file that no wrapper reads. Where several
/// projects have the one file, as a project built for several frameworks has, a line stays that one of them still needs.
/// </summary>
[ExportCodeFixProvider(
    LanguageNames.CSharp,
    Name = nameof(RemoveStaleEntryFix),
    DocumentKinds = [nameof(TextDocumentKind.AdditionalDocument)],
    DocumentExtensions = [".txt"]
)]
[Shared]
public sealed class RemoveStaleEntryFix : CodeFixProvider
{
    /// <summary>The action's key.</summary>
    public const string EquivalenceKey = "MonotonicReads.RemoveStaleEntry";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        ImmutableArray.Create(MR3002StaleBaseline.Id, MR1006WrongPlan.Id);

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => new RemoveAll();

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var text = await context.TextDocument.GetTextAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            if (LineOf(diagnostic, text) is not null)
            {
                context.RegisterCodeFix(
                    CodeAction.Create(
                        TitleOf(diagnostic),
                        cancellation =>
                            RemoveAsync(context.TextDocument.Project.Solution, context.TextDocument, [diagnostic], cancellation),
                        EquivalenceKey
                    ),
                    diagnostic
                );
            }
        }
    }

    private static string TitleOf(Diagnostic diagnostic) =>
        diagnostic.Id == MR1006WrongPlan.Id
            ? "Remove the line: no wrapper reads it"
            : "Remove the line: the finding would be reported again if it came back";

    private static async Task<Solution> RemoveAsync(
        Solution solution,
        TextDocument file,
        IEnumerable<Diagnostic> diagnostics,
        CancellationToken cancellation
    )
    {
        var text = await file.GetTextAsync(cancellation).ConfigureAwait(false);
        var stale = new HashSet<TextSpan>(diagnostics.Select(d => LineOf(d, text)).OfType<TextSpan>());
        var same = SameFiles(solution, file);
        foreach (var project in same.Select(static d => d.Project).Where(p => p.Id != file.Project.Id))
        {
            stale.IntersectWith(await StaleInAsync(project, file, text, cancellation).ConfigureAwait(false));
        }

        if (stale.Count == 0)
        {
            return solution;
        }

        var left = text.WithChanges(stale.OrderBy(static s => s.Start).Select(static span => new TextChange(span, string.Empty)));
        return same.Aggregate(solution, (changed, d) => changed.WithAdditionalDocumentText(d.Id, left));
    }

    /// <summary>The file in every project that has it.</summary>
    private static List<TextDocument> SameFiles(Solution solution, TextDocument file) =>
        solution
            .Projects.SelectMany(static p => p.AdditionalDocuments)
            .Where(d => d.Id == file.Id || (file.FilePath is not null && d.FilePath == file.FilePath))
            .ToList();

    /// <summary>The lines that another project does not need either.</summary>
    private static async Task<IEnumerable<TextSpan>> StaleInAsync(
        Project project,
        TextDocument file,
        SourceText text,
        CancellationToken cancellation
    )
    {
        if (await project.GetCompilationAsync(cancellation).ConfigureAwait(false) is not { } compilation)
        {
            return [];
        }

        if (PlansFile.IsNamed(file.FilePath ?? file.Name))
        {
            var plans = new SeriesPlans(compilation, project.AnalyzerOptions, cancellation);
            return Stale(new PlansInVain(plans, compilation, cancellation).All());
        }

        var found = await compilation
            .WithAnalyzers(ImmutableArray.Create<DiagnosticAnalyzer>(new ReadRulesAnalyzer()), project.AnalyzerOptions)
            .GetAnalyzerDiagnosticsAsync(cancellation)
            .ConfigureAwait(false);
        return Stale(found.Where(static d => d.Id == MR3002StaleBaseline.Id));

        IEnumerable<TextSpan> Stale(IEnumerable<Diagnostic> said) =>
            said.Where(d => d.Location.GetLineSpan().Path == file.FilePath).Select(d => LineOf(d, text)).OfType<TextSpan>();
    }

    /// <summary>The entry's line with its comment and its line end; null where no entry stands there any more.</summary>
    private static TextSpan? LineOf(Diagnostic diagnostic, SourceText text)
    {
        var span = diagnostic.Location.SourceSpan;
        var isThere =
            diagnostic.Location.Kind == LocationKind.ExternalFile
            && (
                PlansFile.IsNamed(diagnostic.Location.GetLineSpan().Path)
                    ? PlansFile.Lines(text).Any(l => l.Span == span && l.Entry is not null)
                    : BaselineFile.Lines(text).Any(l => l.Span == span && l.Entry is not null)
            );
        return isThere ? text.Lines.GetLineFromPosition(span.Start).SpanIncludingLineBreak : null;
    }

    private sealed class RemoveAll : FixAllProvider
    {
        public override async Task<CodeAction?> GetFixAsync(FixAllContext context)
        {
            var found = new List<(TextDocument File, IEnumerable<Diagnostic> Diagnostics)>();
            foreach (var project in FixScope.ProjectsOf(context))
            {
                var diagnostics = await context.GetAllDiagnosticsAsync(project).ConfigureAwait(false);
                foreach (var group in diagnostics.GroupBy(static d => d.Location.GetLineSpan().Path))
                {
                    if (
                        project.AdditionalDocuments.FirstOrDefault(d => d.FilePath == group.Key) is { } file
                        && !found.Exists(f => f.File.FilePath == file.FilePath)
                    )
                    {
                        found.Add((file, group));
                    }
                }
            }

            return CodeAction.Create(
                "Remove the lines",
                async cancellation =>
                {
                    var solution = context.Solution;
                    foreach (var (file, diagnostics) in found)
                    {
                        solution = await RemoveAsync(solution, file, diagnostics, cancellation).ConfigureAwait(false);
                    }

                    return solution;
                },
                EquivalenceKey
            );
        }
    }
}
