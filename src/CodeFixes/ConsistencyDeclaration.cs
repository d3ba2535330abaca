using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.CodeFixes;

/// <summary>One edit: an annotation on a declaration, or a session in it.</summary>
/// <param name="Node">The declaration.</param>
/// <param name="Title">What the user reads.</param>
/// <param name="Changes">The changes of the file's text.</param>
/// <param name="Import">The <c>using</c> that they need, the same for all of a file; null for none.</param>
/// <param name="SessionName">The local that holds the session; empty for none.</param>
internal sealed record ConsistencyDeclaration(
    SyntaxNode Node,
    string Title,
    ImmutableArray<TextChange> Changes,
    TextChange? Import,
    string SessionName
)
{
    /// <summary>Whether a sequence is read into a list, which is another way to work than the code had.</summary>
    public bool ReadsAhead { get; init; }

    /// <summary>The text with all the edits.</summary>
    public static SourceText Apply(SourceText text, IReadOnlyCollection<ConsistencyDeclaration> declarations) =>
        FileEdit.Apply(
            text,
            declarations.SelectMany(static d => d.Changes),
            declarations.Select(static d => d.Import).FirstOrDefault(static i => i is not null)
        );
}
