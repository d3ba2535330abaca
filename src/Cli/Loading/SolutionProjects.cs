using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.VisualStudio.SolutionPersistence.Model;
using Microsoft.VisualStudio.SolutionPersistence.Serializer;
using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Loading;

/// <summary>The projects that a solution names.</summary>
/// <param name="CSharp">The files of those in C#: each of them has to load.</param>
/// <param name="Skipped">
/// Those in another language, ordered by path: they are named, so that nobody takes them for clean. What is no program, such as a
/// shared project, is no project of its own and left out.
/// </param>
internal sealed record SolutionProjects(ImmutableArray<string> CSharp, ImmutableArray<SkippedProject> Skipped)
{
    /// <param name="solution">A .sln, .slnx or .slnf.</param>
    /// <param name="cancellation">Ends the reading of the file.</param>
    public static async Task<SolutionProjects> InAsync(string solution, CancellationToken cancellation)
    {
        var filter = Path.GetExtension(solution).Equals(".slnf", StringComparison.OrdinalIgnoreCase)
            ? await FilterAsync(solution, cancellation)
            : null;
        var file = filter?.Solution ?? solution;
        var model = await ReadAsync(file, cancellation);
        var projects = model
            .SolutionProjects.Select(static p => p.FilePath.Replace('\\', '/'))
            .Where(path => filter is null || filter.Projects.Contains(path))
            .Select(path => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, path)))
            .Order(StringComparer.Ordinal)
            .ToList();
        return new(
            [.. projects.Where(static path => Path.GetExtension(path).Equals(".csproj", StringComparison.OrdinalIgnoreCase))],
            [
                .. projects
                    .Where(static path => LanguageOf(path).Length > 0)
                    .Select(static path => new SkippedProject(path, LanguageOf(path) + " is not read by the rules")),
            ]
        );
    }

    private static async Task<SolutionModel> ReadAsync(string file, CancellationToken cancellation) =>
        SolutionSerializers.GetSerializerByMoniker(file) is { } serializer
            ? await serializer.OpenAsync(file, cancellation)
            : throw CliException.NotLoaded($"{file} is no solution.");

    private static async Task<SolutionFilter> FilterAsync(string file, CancellationToken cancellation)
    {
        await using var stream = File.OpenRead(file);
        using var document = await JsonDocument.ParseAsync(stream, cancellationToken: cancellation);
        var solution = document.RootElement.GetProperty("solution");
        var path = solution.GetProperty("path").GetString()!.Replace('\\', '/');
        return new(
            Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, path)),
            [.. solution.GetProperty("projects").EnumerateArray().Select(static p => p.GetString()!.Replace('\\', '/'))]
        );
    }

    private static string LanguageOf(string path) =>
        Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".vbproj" => "Visual Basic",
            ".fsproj" => "F#",
            ".vcxproj" => "C++",
            _ => "",
        };

    private sealed record SolutionFilter(string Solution, ImmutableArray<string> Projects);
}
