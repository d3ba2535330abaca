using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Names;
using MonotonicReads.Generator.Wrapping.Survey;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Which projects have a type that implements or derives from another, judged by names: a file is parsed only where its text has the name,
/// and no project is compiled for the question.
/// </summary>
internal static class NamingProjects
{
    /// <summary>The projects that depend on the declaring one and have such a type; that itself is not among them.</summary>
    public static async Task<IReadOnlyCollection<ProjectId>> OfAsync(
        Solution solution,
        ProjectId declaring,
        string name,
        CancellationToken cancellation
    )
    {
        var graph = solution.GetProjectDependencyGraph();
        var dependent = new HashSet<ProjectId>(graph.GetProjectsThatTransitivelyDependOnThisProject(declaring));
        var names = new SortedSet<string>(StringComparer.Ordinal) { name };
        var found = new List<ProjectId>();
        foreach (var id in graph.GetTopologicallySortedProjects(cancellation).Where(id => id == declaring || dependent.Contains(id)))
        {
            var entries = await EntriesAsync(solution.GetProject(id)!, names, cancellation).ConfigureAwait(false);
            if (id != declaring && entries.Exists(e => e.Bases.Any(names.Contains)))
            {
                found.Add(id);
            }
        }

        return found;
    }

    /// <summary>The types of the files that have one of the names; the names of what builds on them are added.</summary>
    private static async Task<List<BaseNameIndex.Entry>> EntriesAsync(
        Project project,
        SortedSet<string> names,
        CancellationToken cancellation
    )
    {
        int known;
        List<BaseNameIndex.Entry> entries;
        do
        {
            known = names.Count;
            entries = [];
            foreach (var document in project.Documents)
            {
                if (
                    await MayNameAsync(document, names, cancellation).ConfigureAwait(false)
                    && await document.GetSyntaxTreeAsync(cancellation).ConfigureAwait(false) is { } tree
                )
                {
                    entries.AddRange(BaseNameIndex.Of(tree).Types);
                }
            }

            Implementers.Close(entries.Select(static e => (e.Name, (IEnumerable<string>)e.Bases)).ToList(), names);
        } while (names.Count > known);

        return entries;
    }

    /// <summary>Whether the file's text has one of the names.</summary>
    public static async Task<bool> MayNameAsync(Document document, IEnumerable<string> names, CancellationToken cancellation)
    {
        var text = (await document.GetTextAsync(cancellation).ConfigureAwait(false)).ToString();
        return names.Any(name => text.IndexOf(name, StringComparison.Ordinal) >= 0);
    }
}
