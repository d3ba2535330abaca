using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.MSBuild;
using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Loading;

/// <summary>A solution as the SDK on this machine loads it.</summary>
internal sealed class LoadedSolution : IDisposable
{
    private readonly MSBuildWorkspace _workspace;

    private LoadedSolution(
        MSBuildWorkspace workspace,
        string path,
        ImmutableArray<Project> projects,
        ImmutableArray<SkippedProject> skipped
    )
    {
        _workspace = workspace;
        Path = path;
        Projects = projects;
        Skipped = skipped;
    }

    /// <summary>The file or folder that was opened.</summary>
    public string Path { get; }

    /// <summary>The C# projects that were asked for, one for each target framework; ordered by file and framework.</summary>
    public ImmutableArray<Project> Projects { get; }

    /// <summary>What the solution holds besides.</summary>
    public ImmutableArray<SkippedProject> Skipped { get; }

    /// <summary>What did not load, in the words of MSBuild.</summary>
    public ImmutableArray<string> Failures { get; private init; } = [];

    /// <summary>Opens what a user's argument names.</summary>
    public static async Task<LoadedSolution> OpenAsync(
        SolutionPath what,
        ImmutableDictionary<string, string> properties,
        Output.Progress progress,
        CancellationToken cancellation
    )
    {
        var workspace = MSBuildWorkspace.Create(properties);
        try
        {
            var failures = new SortedSet<string>(StringComparer.Ordinal);
            using var failed = workspace.RegisterWorkspaceFailedHandler(args =>
            {
                if (args.Diagnostic.Kind == WorkspaceDiagnosticKind.Failure && !IsLateEnd(args.Diagnostic.Message))
                {
                    lock (failures)
                    {
                        failures.Add(args.Diagnostic.Message);
                    }
                }
            });
            var told = new LoadProgress(progress);
            if (what.Projects.Count == 0)
            {
                await workspace.OpenSolutionAsync(what.Path, told, cancellation);
            }

            foreach (var project in what.Projects)
            {
                // A project that another one references is there already.
                if (!workspace.CurrentSolution.Projects.Any(p => IsSame(p.FilePath, project)))
                {
                    await workspace.OpenProjectAsync(project, told, cancellation);
                }
            }

            var all = workspace.CurrentSolution.Projects.Where(p =>
                what.Projects.Count == 0 || what.Projects.Any(f => IsSame(p.FilePath, f))
            );
            ImmutableArray<Project> projects =
            [
                .. all.Where(static p => p.Language == LanguageNames.CSharp)
                    .OrderBy(static p => p.FilePath, StringComparer.Ordinal)
                    .ThenBy(static p => p.Name, StringComparer.Ordinal),
            ];
            var skipped = what.Projects.Count == 0 ? await SkippedProjects.InAsync(what.Path, cancellation) : [];
            lock (failures)
            {
                return new LoadedSolution(workspace, what.Path, projects, skipped) { Failures = [.. failures] };
            }
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or CliException))
        {
            workspace.Dispose();
            throw CliException.NotLoaded($"{what.Path} could not be loaded: {exception.Message}");
        }
    }

    public void Dispose() => _workspace.Dispose();

    // On a busy machine the process that loads projects takes long to end, after it has handed all of them over.
    private static bool IsLateEnd(string message) =>
        message.Contains("BuildHost process is not responding", StringComparison.Ordinal)
        && message.Contains("RPC channel closed", StringComparison.Ordinal);

    private static bool IsSame(string? one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private sealed class LoadProgress(Output.Progress progress) : IProgress<ProjectLoadProgress>
    {
        public void Report(ProjectLoadProgress value)
        {
            if (value.Operation == ProjectLoadOperation.Evaluate)
            {
                progress.Step($"Loading {System.IO.Path.GetFileNameWithoutExtension(value.FilePath)}");
            }
        }
    }
}
