using System.Collections.Immutable;
using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Loading;

/// <summary>What does not load or compile ends a command: what is not seen must not be taken for clean.</summary>
internal static class LoadErrors
{
    private const int Shown = 5;

    private const string GoOn = "--ignore-errors goes on without what does not compile.";

    public static void ThrowUnless(bool ignoresErrors, LoadedSolution loaded, Terminal terminal)
    {
        if (loaded.Failures.Length > 0)
        {
            Tell(
                ignoresErrors,
                [.. loaded.Failures],
                $"{terminal.Shown(loaded.Path)} did not load in full. Does 'dotnet build' load it? Where packages are missing 'dotnet restore' "
                    + $"gets them. {GoOn}",
                terminal
            );
        }

        if (loaded.Projects.IsEmpty)
        {
            throw CliException.NotLoaded($"{terminal.Shown(loaded.Path)} holds no C# project that loads.");
        }
    }

    public static void ThrowUnless(bool ignoresErrors, ImmutableArray<AnalyzedProject> projects, Terminal terminal)
    {
        foreach (var project in projects.Where(static p => !p.Errors.IsEmpty))
        {
            Tell(
                ignoresErrors,
                [.. project.Errors.Select(static e => e.ToString())],
                $"{project.Project.Name} does not compile. Build it first; a project that references sources which a build writes needs one "
                    + $"before. {GoOn}",
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
}
