using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;

namespace MonotonicReads.CodeFixes;

/// <summary>The findings that a Fix All is about.</summary>
internal static class FixScope
{
    /// <summary>The findings in source, in the order of files and places, each with its document.</summary>
    public static async Task<ImmutableArray<(Document Document, Diagnostic Diagnostic)>> FindingsAsync(FixAllContext context)
    {
        var found = ImmutableArray.CreateBuilder<(Document, Diagnostic)>();
        foreach (var project in ProjectsOf(context))
        {
            var diagnostics =
                context.Scope == FixAllScope.Document && context.Document is { } only
                    ? await context.GetDocumentDiagnosticsAsync(only).ConfigureAwait(false)
                    : await context.GetAllDiagnosticsAsync(project).ConfigureAwait(false);
            foreach (
                var diagnostic in diagnostics
                    .OrderBy(static d => d.Location.SourceTree?.FilePath, StringComparer.Ordinal)
                    .ThenBy(static d => d.Location.SourceSpan.Start)
            )
            {
                if (
                    diagnostic.Location.SourceTree is { } tree
                    && (project.GetDocument(tree) ?? project.Documents.FirstOrDefault(d => d.FilePath == tree.FilePath)) is { } document
                )
                {
                    found.Add((document, diagnostic));
                }
            }
        }

        return found.ToImmutable();
    }

    /// <summary>The projects of the scope.</summary>
    public static IEnumerable<Project> ProjectsOf(FixAllContext context) =>
        context.Scope == FixAllScope.Solution
            ? context.Solution.Projects.Where(p => p.Language == context.Project.Language)
            : [context.Project];
}
