using System.Collections.Immutable;
using MonotonicReads.Cli.Loading;

namespace MonotonicReads.Cli.Baselines;

/// <summary>What is left to mend: how many lines of the baselines there are for each rule and folder.</summary>
/// <param name="Rules">The rules that occur, in order.</param>
/// <param name="Folders">By path, relative to the working directory, with slashes.</param>
internal sealed record FolderCounts(ImmutableArray<string> Rules, ImmutableArray<FolderCount> Folders)
{
    private static readonly string[] Always = ["MR1001", "MR1002", "MR1003"];

    public int Total => Folders.Sum(static f => f.Total);

    public int Of(string rule) => Folders.Sum(f => f.Of(rule));

    /// <summary>Counts a member once for each rule of a file, at its first place.</summary>
    /// <param name="files">The findings of each file.</param>
    public static FolderCounts Of(IEnumerable<IEnumerable<Finding>> files, string workingDirectory)
    {
        var members = files.SelectMany(static f => f.DistinctBy(BaselineEntries.EntryOf)).ToList();
        return new(
            [.. Always.Concat(members.Select(static f => f.Rule)).Distinct().Order(StringComparer.Ordinal)],
            [
                .. members
                    .GroupBy(f => FolderOf(f, workingDirectory), StringComparer.Ordinal)
                    .OrderBy(static folder => folder.Key, StringComparer.Ordinal)
                    .Select(static folder => new FolderCount(
                        folder.Key,
                        folder
                            .GroupBy(static f => f.Rule, StringComparer.Ordinal)
                            .ToImmutableSortedDictionary(static r => r.Key, static r => r.Count())
                    )),
            ]
        );
    }

    private static string FolderOf(Finding finding, string workingDirectory) =>
        Path.GetRelativePath(workingDirectory, Path.GetDirectoryName(finding.Place.Path) ?? ".").Replace('\\', '/');
}

/// <summary>The lines of the baselines that are about members in one folder.</summary>
internal sealed record FolderCount(string Folder, ImmutableSortedDictionary<string, int> ByRule)
{
    public int Total => ByRule.Values.Sum();

    public int Of(string rule) => ByRule.GetValueOrDefault(rule);
}
