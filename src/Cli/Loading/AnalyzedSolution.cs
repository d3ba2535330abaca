using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Loading;

/// <summary>A solution with what the rules say of it; the one entry for every command that reads code.</summary>
internal sealed class AnalyzedSolution : IDisposable
{
    private readonly LoadedSolution _loaded;

    private AnalyzedSolution(LoadedSolution loaded, ImmutableArray<AnalyzedProject> projects)
    {
        _loaded = loaded;
        Projects = projects;
    }

    /// <summary>The file or folder that was opened.</summary>
    public string Path => _loaded.Path;

    /// <summary>By file and target framework.</summary>
    public ImmutableArray<AnalyzedProject> Projects { get; }

    /// <summary>What is not C#.</summary>
    public ImmutableArray<SkippedProject> Skipped => _loaded.Skipped;

    /// <summary>The files of the projects that did not load; empty unless errors are ignored.</summary>
    public ImmutableArray<string> Missing => _loaded.Missing;

    /// <summary>Loads and analyses.</summary>
    /// <param name="request">What to load.</param>
    /// <param name="analyzers">Those of <see cref="OurAnalyzers"/> that the command needs.</param>
    /// <exception cref="CliException">Something does not load or compile.</exception>
    public static Task<AnalyzedSolution> OpenAsync(
        LoadRequest request,
        ImmutableArray<DiagnosticAnalyzer> analyzers,
        Terminal terminal,
        CancellationToken cancellation
    )
    {
        var what = SolutionPath.Find(request.Solution, terminal.WorkingDirectory);
        return Output.Progress.RunAsync(
            terminal,
            async progress =>
            {
                progress.Step($"Loading {terminal.Shown(what.Path)}");
                var loaded = await LoadedSolution.OpenAsync(what, request.Properties, progress, cancellation);
                try
                {
                    LoadErrors.ThrowUnless(request.IgnoresErrors, loaded, terminal);
                    var projects = await AnalyseAsync(loaded, analyzers, progress, cancellation);
                    LoadErrors.ThrowUnless(request.IgnoresErrors, projects, terminal);
                    return new AnalyzedSolution(loaded, projects);
                }
                catch
                {
                    loaded.Dispose();
                    throw;
                }
            }
        );
    }

    public void Dispose() => _loaded.Dispose();

    private static async Task<ImmutableArray<AnalyzedProject>> AnalyseAsync(
        LoadedSolution loaded,
        ImmutableArray<DiagnosticAnalyzer> analyzers,
        Output.Progress progress,
        CancellationToken cancellation
    )
    {
        var asBuilt = new BuildReferences();
        var analysed = ImmutableArray.CreateBuilder<AnalyzedProject>(loaded.Projects.Length);
        foreach (var project in loaded.Projects)
        {
            progress.Step($"Analysing {project.Name}", analysed.Count + 1, loaded.Projects.Length);
            analysed.Add(await ProjectAnalysis.RunAsync(project, analyzers, asBuilt, cancellation));
        }

        return analysed.MoveToImmutable();
    }
}
