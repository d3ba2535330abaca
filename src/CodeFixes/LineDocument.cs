using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.CodeFixes;

/// <summary>An AdditionalFile of a project that says one thing to a line, and is made where there is none.</summary>
internal static class LineDocument
{
    /// <summary>
    /// The project's file of that name; of several the wanted one, else the one beside the project, else the first. Null where it has none.
    /// </summary>
    public static TextDocument? Of(Project project, string name, string? wanted = null)
    {
        var all = project
            .AdditionalDocuments.Where(d => string.Equals(Path.GetFileName(d.FilePath ?? d.Name), name, StringComparison.OrdinalIgnoreCase))
            .ToList();
        var folder = Path.GetDirectoryName(project.FilePath);
        return all.Find(d => wanted is not null && d.FilePath == wanted)
            ?? all.Find(d => folder is not null && Path.GetDirectoryName(d.FilePath) == folder)
            ?? all.FirstOrDefault();
    }

    /// <summary>The solution with the file changed in the document's project, and in every other one that it is for.</summary>
    /// <param name="solution">The solution.</param>
    /// <param name="near">A document of the project, whose line ends a new file gets.</param>
    /// <param name="file">The file's name, what it begins with where it is made, and its path where one of several is meant.</param>
    /// <param name="changes">What changes in a text.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<Solution> ChangeAsync(
        Solution solution,
        Document near,
        (string Name, string Header, string? Path) file,
        Func<SourceText, IReadOnlyList<TextChange>> changes,
        CancellationToken cancellation
    )
    {
        var source = await near.GetTextAsync(cancellation).ConfigureAwait(false);
        var header = file.Header.Replace("\n", source.ToString().Contains("\r\n") ? "\r\n" : "\n");
        // One project built for several frameworks has one file.
        var path = near.Project.FilePath;
        foreach (
            var id in solution.Projects.Where(p => p.Id == near.Project.Id || (path is not null && p.FilePath == path)).Select(p => p.Id)
        )
        {
            if (Of(solution.GetProject(id)!, file.Name, file.Path) is not { } document)
            {
                solution = Make(solution.GetProject(id)!, file.Name, header, changes);
                continue;
            }

            var text = await document.GetTextAsync(cancellation).ConfigureAwait(false);
            var changed = text.WithChanges(changes(text));
            if (!changed.ContentEquals(text))
            {
                solution = Everywhere(solution, document).Aggregate(solution, (s, same) => s.WithAdditionalDocumentText(same, changed));
            }
        }

        return solution;
    }

    /// <summary>The file in every project that has it.</summary>
    public static IEnumerable<DocumentId> Everywhere(Solution solution, TextDocument document) =>
        solution
            .Projects.SelectMany(static p => p.AdditionalDocuments)
            .Where(d => d.Id == document.Id || (document.FilePath is not null && d.FilePath == document.FilePath))
            .Select(static d => d.Id);

    private static Solution Make(Project project, string name, string header, Func<SourceText, IReadOnlyList<TextChange>> changes)
    {
        var begun = SourceText.From(header, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        if (changes(begun) is not { Count: > 0 } lines)
        {
            return project.Solution;
        }

        var folder = Path.GetDirectoryName(project.FilePath);
        return project
            .AddAdditionalDocument(
                name,
                begun.WithChanges(lines),
                filePath: string.IsNullOrEmpty(folder) ? null : Path.Combine(folder, name)
            )
            .Project.Solution;
    }
}
