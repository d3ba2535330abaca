using System.Collections.Immutable;
using MonotonicReads.Cli.Loading;

namespace MonotonicReads.Cli.Baselines;

/// <summary>
/// What of the projects that a baseline is for was not seen: one that does not compile or load, or one that shares the file and was not
/// asked for.
/// </summary>
internal static class UnseenPart
{
    /// <returns>In words; null where all was seen.</returns>
    public static string? Of(string baseline, ImmutableArray<AnalyzedProject> projects, AnalyzedSolution solution)
    {
        if (projects.FirstOrDefault(static p => !p.Errors.IsEmpty) is { } broken)
        {
            return $"{broken.Name} does not compile";
        }

        var folder = Path.GetDirectoryName(baseline)!;
        return solution.Missing.FirstOrDefault(file => IsBelow(folder, file)) is { } missing ? $"{Path.GetFileName(missing)} did not load"
            : Sharers(folder, projects).FirstOrDefault(file => !IsLoaded(file, solution)) is { } other
                ? $"{Path.GetFileName(other)} may share it and was not loaded"
            : null;
    }

    // A file that lies beside one of its projects is for the projects of that folder; any other one was named, by whom is not known.
    private static IEnumerable<string> Sharers(string folder, ImmutableArray<AnalyzedProject> projects) =>
        Directory
            .EnumerateFiles(
                folder,
                "*.csproj",
                projects.Any(p => Path.GetDirectoryName(p.FilePath) == folder) ? SearchOption.TopDirectoryOnly : SearchOption.AllDirectories
            )
            .Order(StringComparer.Ordinal);

    private static bool IsLoaded(string file, AnalyzedSolution solution) =>
        solution.Projects.Any(p => string.Equals(p.FilePath, file, StringComparison.OrdinalIgnoreCase));

    private static bool IsBelow(string folder, string file) =>
        file.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.OrdinalIgnoreCase);
}
