using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Takes a <c>[Monotonic]</c> away that holds nothing together, where that changes the level of nothing: not where another annotation would
/// hold instead, or an override has it from there.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RemoveAnnotationFix)), Shared]
public sealed class RemoveAnnotationFix : RemedyFix
{
    /// <summary>The action's key.</summary>
    public const string EquivalenceKey = "MonotonicReads.RemoveAnnotation";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(MR1004NeedlessAnnotation.Id);

    internal override async Task<ImmutableArray<Remedy>> RemediesAsync(
        Document document,
        Diagnostic diagnostic,
        Trials trials,
        CancellationToken cancellation
    )
    {
        if (
            await SourceFile.OfAsync(document, cancellation).ConfigureAwait(false) is not { } file
            || file.Root.FindToken(diagnostic.Location.SourceSpan.Start).Parent?.FirstAncestorOrSelf<MethodDeclarationSyntax>()
                is not { } method
            || method
                .AttributeLists.SelectMany(static l => l.Attributes)
                .Where(static a => AnnotationSyntax.IsNamed(a, "Monotonic"))
                .ToList()
                is not [var attribute]
            || AttributeRemoval.Of(attribute, file.Layout) is not { } change
            || file.Model.GetDeclaredSymbol(method, cancellation) is not IMethodSymbol symbol
            || !IsSameOrNone(ConsistencyAnnotations.On(symbol.ContainingAssembly))
            || !await HeldAnnotation.IsOfMethodAloneAsync(document.Project, symbol, cancellation).ConfigureAwait(false)
        )
        {
            return ImmutableArray<Remedy>.Empty;
        }

        return ImmutableArray.Create(
            new Remedy(
                $"Open no session for the one read of '{method.Identifier.ValueText}' (remove [Monotonic])",
                EquivalenceKey,
                new FileEdit(document.Id, change)
            )
        );
    }

    private static bool IsSameOrNone(DeclaredConsistency ofAssembly) =>
        ofAssembly is DeclaredConsistency.None or DeclaredConsistency.Monotonic;
}
