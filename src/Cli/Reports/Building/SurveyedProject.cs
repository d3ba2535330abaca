using Microsoft.CodeAnalysis;
using MonotonicReads.Cli.Loading;
using MonotonicReads.Generator.Inventory;

namespace MonotonicReads.Cli.Reports.Building;

/// <summary>A project with what the rules know of it, for one target framework.</summary>
/// <param name="Name">Its name.</param>
/// <param name="FilePath">Its file.</param>
/// <param name="Compilation">As a build compiles it.</param>
/// <param name="Survey">What is known; which findings are open, baselined or suppressed is as the analyzers say.</param>
internal sealed record SurveyedProject(string Name, string FilePath, Compilation Compilation, CompilationSurvey Survey)
{
    public static SurveyedProject Of(AnalyzedProject project, CancellationToken cancellation)
    {
        var survey = CompilationSurvey.Of(project.Compilation, project.Options, cancellation);
        var told = project
            .Findings.GroupBy(static f => (f.Rule, CodePlace.Of(f.Diagnostic.Location)))
            .ToDictionary(static g => g.Key, static g => g.Min(static f => f.State));
        return new(
            project.Name,
            project.FilePath,
            project.Compilation,
            survey with
            {
                Units =
                [
                    .. survey.Units.Select(u => u with { Findings = [.. u.Findings.Select(f => f with { State = StateOf(f, told) })] }),
                ],
            }
        );
    }

    private static UnitState StateOf(SurveyedFinding finding, Dictionary<(string, CodePlace?), FindingState> told) =>
        finding.State is not (UnitState.Open or UnitState.Suppressed) ? finding.State
        : !told.TryGetValue((finding.Rule, finding.Place), out var state) ? UnitState.Suppressed
        : state switch
        {
            FindingState.Open => UnitState.Open,
            FindingState.Baselined => UnitState.Baselined,
            _ => UnitState.Suppressed,
        };
}
