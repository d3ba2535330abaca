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

    /// <summary>What did not load; empty unless errors are ignored.</summary>
    public ImmutableArray<string> Failures => _loaded.Failures;

    /// <summary>Loads and analyses.</summary>
    /// <param name="argument">The user's SOLUTION; null for the working directory.</param>
    /// <param name="analyzers">Those of <see cref="OurAnalyzers"/> that the command needs.</param>
    /// <param name="ignoresErrors">Whether to go on where something does not load or compile.</param>
    /// <exception cref="CliException">Something does not load or compile.</exception>
    public static Task<AnalyzedSolution> OpenAsync(
        string? argument,
        ImmutableArray<DiagnosticAnalyzer> analyzers,
        bool ignoresErrors,
        Terminal terminal,
        CancellationToken cancellation
    )
    {
        var what = SolutionPath.Find(argument, terminal.WorkingDirectory);
        return Output.Progress.RunAsync(
            terminal,
            async progress =>
            {
                progress.Step($"Loading {terminal.Shown(what.Path)}");
                var loaded = await LoadedSolution.OpenAsync(what, progress, cancellation);
                try
                {
                    LoadErrors.ThrowUnless(ignoresErrors, loaded, terminal);
                    var projects = await AnalyseAsync(loaded, analyzers, progress, cancellation);
                    LoadErrors.ThrowUnless(ignoresErrors, projects, terminal);
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
            progress.Step($"Analysing {project.Name}", analysed.Count, loaded.Projects.Length);
            analysed.Add(await ProjectAnalysis.RunAsync(project, analyzers, asBuilt, cancellation));
        }

        return analysed.MoveToImmutable();
    }
}
