using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.VisualStudio.SolutionPersistence.Model;
using Microsoft.VisualStudio.SolutionPersistence.Serializer;
using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Loading;

/// <summary>The projects of a solution that are not C#: they are named, so that nobody takes them for clean.</summary>
internal static class SkippedProjects
{
    /// <summary>Ordered by path; what is no program, such as a shared project, is no project of its own and left out.</summary>
    public static async Task<ImmutableArray<SkippedProject>> InAsync(string solution, CancellationToken cancellation)
    {
        var filter = Path.GetExtension(solution).Equals(".slnf", StringComparison.OrdinalIgnoreCase)
            ? await FilterAsync(solution, cancellation)
            : null;
        var file = filter?.Solution ?? solution;
        var model = await ReadAsync(file, cancellation);
        return
        [
            .. model
                .SolutionProjects.Select(static p => p.FilePath.Replace('\\', '/'))
                .Where(path => filter is null || filter.Projects.Contains(path))
                .Select(path => (Path: Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, path)), Language: LanguageOf(path)))
                .Where(static project => project.Language.Length > 0)
                .Select(static project => new SkippedProject(project.Path, project.Language + " is not read by the rules"))
                .OrderBy(static project => project.Path, StringComparer.Ordinal),
        ];
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
