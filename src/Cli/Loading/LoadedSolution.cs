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

    /// <summary>The files of C# projects that were asked for and did not load: left out, or without their references.</summary>
    public ImmutableArray<string> Missing { get; private init; } = [];

    /// <summary>What MSBuild said of the loading, mere warnings of NuGet among it: it does not tell them from failures.</summary>
    public ImmutableArray<string> Messages { get; private init; } = [];

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
            var messages = new SortedSet<string>(StringComparer.Ordinal);
            using var failed = workspace.RegisterWorkspaceFailedHandler(args =>
            {
                if (args.Diagnostic.Kind == WorkspaceDiagnosticKind.Failure)
                {
                    lock (messages)
                    {
                        messages.Add(args.Diagnostic.Message);
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
            var named = what.Projects.Count == 0 ? await SolutionProjects.InAsync(what.Path, cancellation) : new([.. what.Projects], []);
            lock (messages)
            {
                return new LoadedSolution(workspace, what.Path, projects, named.Skipped)
                {
                    Missing = [.. named.CSharp.Where(file => !IsWhole([.. projects.Where(p => IsSame(p.FilePath, file))]))],
                    Messages = [.. messages],
                };
            }
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or CliException))
        {
            workspace.Dispose();
            throw CliException.NotLoaded($"{what.Path} could not be loaded: {exception.Message}");
        }
    }

    public void Dispose() => _workspace.Dispose();

    // Where a project does not evaluate an empty one with the core library stands in its place.
    private static bool IsWhole(IReadOnlyCollection<Project> frameworks) =>
        frameworks.Count > 0 && frameworks.All(static p => !string.IsNullOrEmpty(p.OutputFilePath) && p.MetadataReferences.Skip(1).Any());

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
