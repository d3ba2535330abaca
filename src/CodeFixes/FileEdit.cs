using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.CodeFixes;

/// <summary>Changes of one file's text.</summary>
/// <param name="Document">The file.</param>
/// <param name="Changes">What is inserted, replaced or taken away.</param>
/// <param name="Import">The <c>using</c> that they need, the same for all of a file; null for none.</param>
internal sealed record FileEdit(DocumentId Document, ImmutableArray<TextChange> Changes, TextChange? Import = null)
{
    public FileEdit(DocumentId document, TextChange change, TextChange? import = null)
        : this(document, ImmutableArray.Create(change), import) { }

    /// <summary>Two edits with one name are the same edit.</summary>
    public string Name => $"{Document.Id}:{string.Join("|", Changes.Select(static c => $"{c.Span}{c.NewText}"))}";

    /// <summary>The text with all changes. Two insertions at one place are one.</summary>
    public static SourceText Apply(SourceText text, IEnumerable<TextChange> changes, TextChange? import)
    {
        if (import is { } needed)
        {
            changes = changes.Prepend(needed);
        }

        return text.WithChanges(
            changes
                .GroupBy(static c => c.Span)
                .Select(static g => new TextChange(g.Key, string.Concat(g.Select(static c => c.NewText))))
                .OrderBy(static c => c.Span.Start)
        );
    }

    /// <summary>The solution with the edits, each once; one that touches what another has changed is left out.</summary>
    public static async Task<Solution> ApplyAsync(Solution solution, IEnumerable<FileEdit> edits, CancellationToken cancellation)
    {
        foreach (var file in edits.GroupBy(static e => e.Document))
        {
            if (solution.GetDocument(file.Key) is not { } document)
            {
                continue;
            }

            var changes = new List<TextChange>();
            TextChange? import = null;
            foreach (var edit in file.GroupBy(static e => e.Name).Select(static g => g.First()))
            {
                if (!edit.Changes.Any(c => changes.Exists(o => Touch(c.Span, o.Span))))
                {
                    changes.AddRange(edit.Changes);
                    import ??= edit.Import;
                }
            }

            var text = await document.GetTextAsync(cancellation).ConfigureAwait(false);
            solution = solution.WithDocumentText(file.Key, Apply(text, changes, import), PreservationMode.PreserveValue);
        }

        return solution;
    }

    private static bool Touch(TextSpan left, TextSpan right) =>
        left.OverlapsWith(right) || (left.IntersectsWith(right) && !(left.IsEmpty && right.IsEmpty && left == right));
}
