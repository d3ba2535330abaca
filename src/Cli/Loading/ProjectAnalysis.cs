using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Options;

namespace MonotonicReads.Cli.Loading;

/// <summary>What the rules say of one project for one target framework, with and without its baseline.</summary>
internal static class ProjectAnalysis
{
    public static async Task<AnalyzedProject> RunAsync(
        Project project,
        ImmutableArray<DiagnosticAnalyzer> analyzers,
        BuildReferences asBuilt,
        CancellationToken cancellation
    )
    {
        var compilation = asBuilt.AsBuilt((await project.GetCompilationAsync(cancellation))!, cancellation);
        var files = InOrderOfBuild(project);
        // Without the baseline every finding is told; which of them it accepts is looked up afterwards.
        var options = new AnalyzerOptions(
            [.. files.Where(static f => !BaselineFile.IsOne(f))],
            project.AnalyzerOptions.AnalyzerConfigOptionsProvider
        );
        var ids = analyzers.SelectMany(static a => a.SupportedDiagnostics).Select(static d => d.Id).ToHashSet(StringComparer.Ordinal);
        var failures = new List<string>();
        var run = RulesTurnedOff
            .Told(compilation, ids)
            .WithAnalyzers(
                analyzers,
                new CompilationWithAnalyzersOptions(
                    options,
                    onAnalyzerException: (exception, analyzer, _) =>
                    {
                        lock (failures)
                        {
                            failures.Add($"{analyzer.GetType().Name} failed on {project.Name}: {exception}");
                        }
                    },
                    concurrentAnalysis: true,
                    logAnalyzerExecutionTime: false,
                    reportSuppressedDiagnostics: true
                )
            );
        // The compiler's own come from the same walk: a build binds every body once.
        var told = await run.GetAllDiagnosticsAsync(cancellation);
        if (failures.Count > 0)
        {
            throw new InvalidOperationException(string.Join("\n", failures));
        }

        var accepted = Accepted(files.Where(BaselineFile.IsOne).Select(f => f.GetText(cancellation)), BesideOf(project));
        return new AnalyzedProject(
            project,
            compilation,
            options,
            BaselinesOf(files, project),
            [
                .. told.Where(d => ids.Contains(d.Id))
                    .Select(d => FindingOf(d, accepted))
                    .OrderBy(static f => f.Place.Path, StringComparer.Ordinal)
                    .ThenBy(static f => f.Place.StartLinePosition)
                    .ThenBy(static f => f.Rule, StringComparer.Ordinal),
            ],
            [.. told.Where(static d => d.Severity == DiagnosticSeverity.Error && d.Id.StartsWith("CS", StringComparison.Ordinal))]
        );
    }

    private static Finding FindingOf(Diagnostic diagnostic, HashSet<BaselineEntry> accepted)
    {
        var open = new Finding(diagnostic, FindingState.Open);
        return diagnostic.IsSuppressed ? open with { State = FindingState.Suppressed }
            : diagnostic.Severity == DiagnosticSeverity.Hidden ? open with { State = FindingState.Off }
            : open.Member is { } member && accepted.Contains(new(open.Rule, member)) ? open with { State = FindingState.Baselined }
            : open;
    }

    private static ImmutableArray<string> BaselinesOf(IEnumerable<AdditionalText> files, Project project)
    {
        var beside = BesideOf(project);
        ImmutableArray<string> named = [.. files.Where(BaselineFile.IsOne).Select(static f => Path.GetFullPath(f.Path)).Distinct()];
        return named.IsEmpty ? [beside] : [.. named.OrderByDescending(path => path == beside)];
    }

    private static string BesideOf(Project project) => Path.Combine(Path.GetDirectoryName(project.FilePath)!, BaselineFile.Name);

    // The package names the file beside the project; a project without the package has its baseline there all the same.
    private static HashSet<BaselineEntry> Accepted(IEnumerable<SourceText?> named, string beside)
    {
        var texts = named.OfType<SourceText>().ToList();
        if (texts.Count == 0 && File.Exists(beside))
        {
            texts.Add(SourceText.From(File.ReadAllText(beside)));
        }

        return [.. texts.SelectMany(BaselineFile.Lines).Select(static line => line.Entry).OfType<BaselineEntry>()];
    }

    // The workspace hands them out in the order of identities that it makes by chance. Of two plans for one member the first counts.
    private static ImmutableArray<AdditionalText> InOrderOfBuild(Project project)
    {
        var places = project
            .AdditionalDocumentIds.Select((id, place) => (project.GetAdditionalDocument(id)!.FilePath, Place: place))
            .ToLookup(static file => file.FilePath, static file => file.Place, StringComparer.Ordinal);
        return [.. project.AnalyzerOptions.AdditionalFiles.OrderBy(file => places[file.Path].FirstOrDefault(int.MaxValue))];
    }
}
