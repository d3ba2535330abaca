using System.Collections.Immutable;
using MonotonicReads.Cli.Loading;
using MonotonicReads.Cli.Output;
using MonotonicReads.Cli.Reports.Model;

namespace MonotonicReads.Cli.Reports.Building;

/// <summary>The report on a solution that was analysed.</summary>
internal static class SolutionReport
{
    /// <param name="solution">The solution.</param>
    /// <param name="created">When, to be told in the report; null for no word of it.</param>
    /// <param name="terminal">Is told how far it is.</param>
    /// <param name="cancellation">Stops it.</param>
    public static Task<Report> OfAsync(AnalyzedSolution solution, string? created, Terminal terminal, CancellationToken cancellation) =>
        Progress.RunAsync(
            terminal,
            progress =>
            {
                var projects = new List<SurveyedProject>();
                foreach (var project in solution.Projects)
                {
                    progress.Step($"Surveying {project.Name}", projects.Count, solution.Projects.Length);
                    projects.Add(SurveyedProject.Of(project, cancellation));
                }

                progress.Step("Looking for callers");
                var root = RepositoryOf(solution.Path);
                return Task.FromResult(
                    new ReportBuilder(projects, root, cancellation).Build(
                        Path.GetFileName(solution.Path.TrimEnd('/', '\\')),
                        created,
                        Gaps(solution, projects, root)
                    )
                );
            }
        );

    /// <summary>The folder of the repository, to which code scanning takes paths to be relative; else the solution's.</summary>
    private static string RepositoryOf(string solution)
    {
        var own = Directory.Exists(solution) ? solution : Path.GetDirectoryName(solution)!;
        for (var folder = own; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            // In a worktree it is a file.
            if (Path.Exists(Path.Combine(folder, ".git")))
            {
                return folder;
            }
        }

        return own;
    }

    private static ImmutableArray<string> Gaps(AnalyzedSolution solution, List<SurveyedProject> projects, string root) =>
        [
            .. solution.Missing.Select(file => $"{Path.GetRelativePath(root, file).Replace('\\', '/')} did not load."),
            .. solution.Skipped.Select(s => $"{Path.GetRelativePath(root, s.Path).Replace('\\', '/')}: {s.Why}."),
            .. solution
                .Projects.Where(static p => !p.Errors.IsEmpty)
                .Select(static p =>
                    $"{p.Project.Name} does not compile ({Words.Count(p.Errors.Length, "error")}): what stands in such code is not found."
                ),
            .. projects.SelectMany(p =>
                p.Survey.Failures.Select(f =>
                    $"{Path.GetRelativePath(root, f.Place.Path).Replace('\\', '/')}:{f.Place.Line} was left out: {f.Message}"
                )
            ),
        ];
}
