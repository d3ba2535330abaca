using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Loading;

/// <summary>What a user's argument names: a solution, or projects.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Projects">The projects to open one by one; empty for a solution.</param>
internal sealed record SolutionPath(string Path, IReadOnlyList<string> Projects)
{
    private static readonly string[] Solutions = [".sln", ".slnx", ".slnf"];

    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.System };

    /// <summary>The file that is meant; a folder means the one solution in it, else the one project, else all projects below.</summary>
    /// <exception cref="CliException">There is no such file, or a folder leaves open which.</exception>
    public static SolutionPath Find(string? argument, string workingDirectory)
    {
        var path = System.IO.Path.GetFullPath(System.IO.Path.Combine(workingDirectory, argument ?? "."));
        if (Directory.Exists(path))
        {
            return InFolder(path);
        }

        if (!File.Exists(path))
        {
            throw CliException.WrongUsage($"There is no {path}.");
        }

        return Extension(path) switch
        {
            ".csproj" => new(path, [path]),
            var extension when Solutions.Contains(extension) => new(path, []),
            ".vbproj" or ".fsproj" => throw CliException.WrongUsage($"{path} is not C#, which is all that the rules read."),
            _ => throw CliException.WrongUsage($"{path} is no solution and no project: give a .sln, .slnx, .slnf, .csproj or a folder."),
        };
    }

    private static SolutionPath InFolder(string folder)
    {
        var files = Directory.GetFiles(folder);
        Array.Sort(files, StringComparer.Ordinal);
        string[] solutions = [.. files.Where(f => Solutions.Contains(Extension(f)) && Extension(f) != ".slnf")];
        string[] projects = [.. files.Where(f => Extension(f) == ".csproj")];
        switch (solutions, projects)
        {
            case ([var solution], _):
                return new(solution, []);
            case ([_, ..], _):
                throw CliException.WrongUsage($"{folder} holds several solutions: name one of {Names(solutions)}.");
            case (_, [var project]):
                return new(project, [project]);
            case (_, [_, ..]):
                throw CliException.WrongUsage($"{folder} holds several projects: name one of {Names(projects)}.");
        }

        string[] below =
        [
            .. Directory.EnumerateFiles(folder, "*.csproj", Below).Where(f => !IsOutput(folder, f)).Order(StringComparer.Ordinal),
        ];
        return below.Length > 0
            ? new(folder, below)
            : throw CliException.WrongUsage($"{folder} holds no solution and no C# project, nor does a folder in it.");
    }

    private static bool IsOutput(string folder, string file) =>
        System
            .IO.Path.GetRelativePath(folder, file)
            .Split('/', '\\')
            .Any(static part => part is "bin" or "obj" or "node_modules" or ".git");

    private static string Names(IEnumerable<string> files) => string.Join(", ", files.Select(System.IO.Path.GetFileName));

    private static string Extension(string path) => System.IO.Path.GetExtension(path).ToLowerInvariant();
}
