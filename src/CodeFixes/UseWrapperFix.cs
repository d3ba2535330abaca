using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Rules;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Hands an object to its wrapper, or lets <c>AddConsistentRepositories()</c> put the wrappers before what is registered.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UseWrapperFix)), Shared]
public sealed class UseWrapperFix : RemedyFix
{
    /// <summary>The key of the action that writes <c>new ConsistentX(new X(...))</c>.</summary>
    public const string CreateKey = "MonotonicReads.CreateWrapper";

    /// <summary>The key of the action that calls <c>AddConsistentRepositories()</c>.</summary>
    public const string RegisterKey = "MonotonicReads.AddConsistentRepositories";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(MR2002WrapperBypassed.Id);

    internal override async Task<ImmutableArray<Remedy>> RemediesAsync(
        Document document,
        Diagnostic diagnostic,
        Trials trials,
        CancellationToken cancellation
    )
    {
        if (await SourceFile.OfAsync(document, cancellation).ConfigureAwait(false) is not { } file)
        {
            return ImmutableArray<Remedy>.Empty;
        }

        var node = file.Root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true);
        return ImmutableArray.CreateRange(
            new[]
            {
                node is ObjectCreationExpressionSyntax creation ? Created(creation, file, cancellation) : null,
                diagnostic.Properties.ContainsKey(MR2002WrapperBypassed.NotDecoratedProperty) ? Registered(node, file) : null,
            }.OfType<Remedy>()
        );
    }

    private static Remedy? Created(ObjectCreationExpressionSyntax creation, SourceFile file, CancellationToken cancellation)
    {
        if (
            file.Model.GetTypeInfo(creation, cancellation).Type is not INamedTypeSymbol type
            || new WrappedClasses(file.Model.Compilation).Of(type) is not { } wrapped
            || new WrapperCreation(creation, wrapped, file, cancellation).Changes is not { IsEmpty: false } changes
        )
        {
            return null;
        }

        return new Remedy(
            $"Open the sessions of '{type.Name}' here too (new {wrapped.WrapperName})",
            CreateKey,
            new FileEdit(file.Document.Id, changes)
        );
    }

    private static Remedy? Registered(SyntaxNode node, SourceFile file) =>
        node.FirstAncestorOrSelf<InvocationExpressionSyntax>() is { } call && DecoratorCall.Behind(call, file) is { } edit
            ? new Remedy("Put the wrappers before what is registered (call AddConsistentRepositories())", RegisterKey, edit)
            : null;
}
