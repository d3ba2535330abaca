using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.CodeFixes;

/// <summary>Gives what cannot be run again another policy, which goes on in the session that has lost its replica.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(OtherPolicyFix)), Shared]
public sealed class OtherPolicyFix : RemedyFix
{
    /// <summary>The key of the action that has the session go on on another replica.</summary>
    public const string CaughtUpKey = "MonotonicReads.CaughtUpInstead";

    /// <summary>The key of the action that has the session go on on the primary.</summary>
    public const string PrimaryKey = "MonotonicReads.PrimaryInstead";

    private const string Restart = "Restart";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(MR1011CannotRunAgain.Id);

    internal override async Task<ImmutableArray<Remedy>> RemediesAsync(
        Document document,
        Diagnostic diagnostic,
        Trials trials,
        CancellationToken cancellation
    )
    {
        if (
            !diagnostic.Properties.ContainsKey(MR1011CannotRunAgain.DeclaredProperty)
            || diagnostic.AdditionalLocations is not [{ SourceTree: { } tree } declared, ..]
            || document.Project.Solution.GetDocument(tree) is not { } at
        )
        {
            return ImmutableArray<Remedy>.Empty;
        }

        var root = await tree.GetRootAsync(cancellation).ConfigureAwait(false);

        // A constant of another name would be another's to change.
        if (
            root.FindNode(declared.SourceSpan, getInnermostNodeForTie: true)
            is not MemberAccessExpressionSyntax { Name: { Identifier.ValueText: Restart } policy }
        )
        {
            return ImmutableArray<Remedy>.Empty;
        }

        return ImmutableArray.Create(
            Instead(at.Id, policy.Span, "CaughtUp", "Go on on a replica that has caught up, otherwise on the primary", CaughtUpKey),
            Instead(at.Id, policy.Span, "Primary", "Go on on the primary", PrimaryKey)
        );
    }

    private static Remedy Instead(DocumentId document, TextSpan span, string policy, string does, string key) =>
        new($"{does}, where the replica is lost (ReplicaLoss.{policy})", key, new FileEdit(document, new TextChange(span, policy)))
        {
            Subject = $"{document.Id}:{span}",
        };
}
