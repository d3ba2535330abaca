using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Loading;

/// <summary>What does not load or compile ends a command: what is not seen must not be taken for clean.</summary>
internal static class LoadErrors
{
    private const int Shown = 5;

    private const string GoOn = "With --ignore-errors what does not compile is left out.";

    public static void ThrowUnless(bool ignoresErrors, LoadedSolution loaded, Terminal terminal)
    {
        if (!ignoresErrors && loaded.Projects.FirstOrDefault(p => IsUnrestored(p) && !Failed(loaded, p)) is { } unrestored)
        {
            throw CliException.NotLoaded(
                $"{terminal.Shown(unrestored.FilePath!)} is not restored: run 'dotnet restore {terminal.Shown(loaded.Path)}' first."
            );
        }

        if (loaded.Missing.Length > 0)
        {
            Tell(
                ignoresErrors,
                [.. loaded.Messages, .. loaded.Missing.Select(file => terminal.Shown(file) + " did not load.")],
                $"{terminal.Shown(loaded.Path)} did not load in full. See whether 'dotnet build' takes it. {GoOn}",
                terminal
            );
        }
        else if (loaded.Messages.Length > 0)
        {
            terminal.Error.WriteLine(
                $"All projects loaded. MSBuild said while it loaded them ({loaded.Messages.Length} in all): {loaded.Messages[0]}"
            );
        }

        if (loaded.Projects.IsEmpty)
        {
            throw CliException.NotLoaded($"{terminal.Shown(loaded.Path)} holds no C# project that loads.");
        }
    }

    public static void ThrowUnless(bool ignoresErrors, ImmutableArray<AnalyzedProject> projects, Terminal terminal)
    {
        var broken = projects.Where(static p => !p.Errors.IsEmpty).ToList();
        foreach (var project in broken)
        {
            Tell(
                ignoresErrors || project != broken[^1],
                [.. project.Errors.Select(static e => e.ToString())],
                $"{string.Join(", ", broken.Select(static p => p.Project.Name))} cannot be compiled. Mend what 'dotnet build' tells; where "
                    + $"it tells nothing, sources or assemblies that a build writes may be missing: build first. {GoOn}",
                terminal
            );
        }
    }

    private static void Tell(bool ignoresErrors, List<string> errors, string message, Terminal terminal)
    {
        foreach (var error in errors.Take(Shown))
        {
            terminal.Error.WriteLine(error);
        }

        if (errors.Count > Shown)
        {
            terminal.Error.WriteLine($"... and {errors.Count - Shown} more");
        }

        if (!ignoresErrors)
        {
            throw CliException.NotLoaded(message);
        }
    }

    // What is not restored loads without a word, and without its packages.
    private static bool Failed(LoadedSolution loaded, Project project) =>
        loaded.Messages.Any(message => message.Contains(project.FilePath!, StringComparison.Ordinal));

    /// <summary>NuGet leaves its file in the folder below which the compiler's output goes.</summary>
    private static bool IsUnrestored(Project project)
    {
        const string Assets = "project.assets.json";
        var folder = Path.GetDirectoryName(project.CompilationOutputInfo.AssemblyPath);
        for (var up = 0; folder is not null && up < 4; up++)
        {
            if (File.Exists(Path.Combine(folder, Assets)))
            {
                return false;
            }

            folder = Path.GetDirectoryName(folder);
        }

        // An old project without package references has none; it has what it references all the same.
        return !project.MetadataReferences.Any();
    }
}
