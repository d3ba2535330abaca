using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using MonotonicReads.Cli.Loading;
using MonotonicReads.CodeFixes;

namespace MonotonicReads.Cli.Explaining;

/// <summary>What a light bulb would offer for a finding: the fixes themselves are asked.</summary>
internal static class OfferedFixes
{
    public static async Task<IReadOnlyList<string>> ForAsync(AnalyzedProject project, Diagnostic finding, CancellationToken cancellation)
    {
        var titles = new List<string>();
        if (finding.Location.SourceTree is not { } tree || project.Project.GetDocument(tree) is not { } document)
        {
            return titles;
        }

        UnattendedHost.OnlyLists(project.Project.Solution);
        foreach (var provider in Providers().Where(p => p.FixableDiagnosticIds.Contains(finding.Id)))
        {
            var context = new CodeFixContext(document, finding, (action, _) => titles.AddRange(Titles(action)), cancellation);
            await provider.RegisterCodeFixesAsync(context);
        }

        return titles;
    }

    private static IEnumerable<string> Titles(CodeAction action) =>
        action.NestedActions.IsEmpty ? [action.Title] : action.NestedActions.SelectMany(Titles);

    private static IEnumerable<CodeFixProvider> Providers() =>
        typeof(DeclareConsistencyFix)
            .Assembly.GetTypes()
            .Where(static t => !t.IsAbstract && t.IsSubclassOf(typeof(CodeFixProvider)))
            .OrderBy(static t => t.Name, StringComparer.Ordinal)
            .Select(static t => (CodeFixProvider)Activator.CreateInstance(t)!);
}
