using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Accepts a finding with <c>[Eventual("")]</c>. MR1005 asks for the reason from then on, so that nothing is accepted in silence; and there
/// is no Fix All, since a reason is one method's own.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AcceptStaleReadsFix)), Shared]
public sealed class AcceptStaleReadsFix : RemedyFix
{
    /// <summary>The action's key.</summary>
    public const string EquivalenceKey = "MonotonicReads.AcceptStaleReads";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        ImmutableArray.Create(MR1001SequentialReads.Id, MR1002ReadsAcrossCalls.Id, MR1003ReadAfterWrite.Id, MR1012ReadsThroughCache.Id);

    /// <inheritdoc/>
    public override FixAllProvider? GetFixAllProvider() => null;

    internal override async Task<ImmutableArray<Remedy>> RemediesAsync(
        Document document,
        Diagnostic diagnostic,
        Trials trials,
        CancellationToken cancellation
    )
    {
        if (
            await SourceFile.OfAsync(document, cancellation).ConfigureAwait(false) is not { } file
            || ConsistencyDeclarations.DeclarationOf(diagnostic, file.Root, file.Model, cancellation) is not { } declaration
            || !CanCarry(declaration)
            || SourceFile.IsAnnotated(declaration)
        )
        {
            return ImmutableArray<Remedy>.Empty;
        }

        var written = file.Names.Attribute("Eventual", declaration.SpanStart);
        var changes = MappedHandler.Parenthesized(declaration, AttributePlace.On(declaration, written.Text + "(\"\")", file.Layout));
        var name = ConsistencyDeclarations.NameOf(ConsistencyDeclarations.MethodOf(declaration, file.Model, cancellation));
        return changes.IsEmpty
            ? ImmutableArray<Remedy>.Empty
            : ImmutableArray.Create(
                new Remedy(
                    $"Accept stale and out-of-order answers in {name} ([Eventual], the reason is yours to write)",
                    EquivalenceKey,
                    new FileEdit(document.Id, changes, written.Import)
                )
            );
    }

    private static bool CanCarry(SyntaxNode declaration)
    {
        var language = ((CSharpParseOptions)declaration.SyntaxTree.Options).LanguageVersion;
        return declaration switch
        {
            MethodDeclarationSyntax or AccessorDeclarationSyntax or OperatorDeclarationSyntax or ConversionOperatorDeclarationSyntax =>
                true,
            LocalFunctionStatementSyntax => language >= LanguageVersion.CSharp9,
            LambdaExpressionSyntax => language >= LanguageVersion.CSharp10,
            _ => false,
        };
    }
}
