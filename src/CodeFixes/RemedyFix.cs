using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace MonotonicReads.CodeFixes;

/// <summary>A fix that says for each finding what can be done about it; Fix All does the one thing for all of them.</summary>
public abstract class RemedyFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override FixAllProvider? GetFixAllProvider() => new FixEverywhere(this);

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            var remedies = await RemediesAsync(context.Document, diagnostic, new Trials(), context.CancellationToken).ConfigureAwait(false);
            foreach (var remedy in remedies)
            {
                context.RegisterCodeFix(
                    CodeAction.Create(
                        remedy.Title,
                        cancellation => remedy.ApplyAsync(context.Document.Project.Solution, cancellation),
                        remedy.Key,
                        remedy.Priority
                    ),
                    diagnostic
                );
            }
        }
    }

    /// <summary>What can be done, the most likely first; every precondition is checked here.</summary>
    /// <param name="document">The file.</param>
    /// <param name="diagnostic">The finding.</param>
    /// <param name="trials">What has been tried for other findings.</param>
    /// <param name="cancellation">Ends it.</param>
    internal abstract Task<ImmutableArray<Remedy>> RemediesAsync(
        Document document,
        Diagnostic diagnostic,
        Trials trials,
        CancellationToken cancellation
    );

    private sealed class FixEverywhere(RemedyFix fix) : FixAllProvider
    {
        public override async Task<CodeAction?> GetFixAsync(FixAllContext context)
        {
            var edits = new List<FileEdit>();
            string? title = null;
            var key = context.CodeActionEquivalenceKey;
            var trials = new Trials();
            var subjects = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (document, diagnostic) in await FixScope.FindingsAsync(context).ConfigureAwait(false))
            {
                var remedies = await fix.RemediesAsync(document, diagnostic, trials, context.CancellationToken).ConfigureAwait(false);
                if (remedies.FirstOrDefault(r => key is null || r.Key == key) is { } remedy)
                {
                    title ??= remedy.Title;
                    if (remedy.Subject is not { } subject || subjects.Add(subject))
                    {
                        edits.AddRange(remedy.Edits);
                    }
                }
            }

            return title is null
                ? null
                : CodeAction.Create(title, cancellation => FileEdit.ApplyAsync(context.Solution, edits, cancellation), key);
        }
    }
}
