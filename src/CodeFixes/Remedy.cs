using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;

namespace MonotonicReads.CodeFixes;

/// <summary>One thing that can be done about a finding.</summary>
/// <param name="Title">What it does at run time, as the user reads it.</param>
/// <param name="Key">Under which Fix All does it everywhere.</param>
/// <param name="Edits">The edits.</param>
internal sealed record Remedy(string Title, string Key, ImmutableArray<FileEdit> Edits)
{
    public Remedy(string title, string key, FileEdit edit)
        : this(title, key, ImmutableArray.Create(edit)) { }

    /// <summary>Where a light bulb shows it: what mends is before what accepts.</summary>
    public CodeActionPriority Priority { get; init; } = CodeActionPriority.Default;

    /// <summary>What is changed, where Fix All may come to it in several files and is to change it once; null where each edit stands for
    /// itself.</summary>
    public string? Subject { get; init; }

    public Task<Solution> ApplyAsync(Solution solution, CancellationToken cancellation) =>
        FileEdit.ApplyAsync(solution, Edits, cancellation);
}
