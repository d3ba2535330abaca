using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Rules;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Accepts a finding with <c>[Eventual("")]</c>. MR1005 asks for the reason from then on, so that nothing is accepted in silence. Not
/// offered where that would take away a level that is declared elsewhere; and there is no Fix All, since a reason is one method's own.
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

    /// <inheritdoc/>
    protected override CodeActionRequestPriority ComputeRequestPriority() => CodeActionRequestPriority.Low;

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
            || ConsistencyDeclarations.MethodOf(declaration, file.Model, cancellation) is not { } method
            || Declared(declaration, method, file.Model, cancellation) != DeclaredConsistency.None
        )
        {
            return ImmutableArray<Remedy>.Empty;
        }

        var written = file.Names.Attribute("Eventual", declaration.SpanStart);
        var changes = MappedHandler.Parenthesized(declaration, AttributePlace.On(declaration, written.Text + "(\"\")", file.Layout));
        var name = ConsistencyDeclarations.NameOf(method);
        var cost = IsEndpoint(declaration, method, file.Model, cancellation) ? "its requests get no session; " : "";
        return changes.IsEmpty
            ? ImmutableArray<Remedy>.Empty
            : ImmutableArray.Create(
                new Remedy(
                    $"Accept stale and out-of-order answers in {name} ([Eventual], {cost}the reason is yours to write)",
                    EquivalenceKey,
                    new FileEdit(document.Id, changes, written.Import)
                )
                {
                    Priority = CodeActionPriority.Low,
                }
            );
    }

    /// <summary>A level that the method has from elsewhere would go: accepting is for what has none.</summary>
    private static DeclaredConsistency Declared(
        SyntaxNode declaration,
        IMethodSymbol method,
        SemanticModel model,
        CancellationToken cancellation
    ) =>
        declaration is LambdaExpressionSyntax && HandlerMappings.MappingOf(model.GetOperation(declaration, cancellation)) is { } mapping
            ? HandlerDeclarations.Of(method, mapping)
            : ConsistencyAnnotations.Of(method);

    private static bool IsEndpoint(SyntaxNode declaration, IMethodSymbol method, SemanticModel model, CancellationToken cancellation) =>
        MappedHandler.IsHonoured(declaration, model, cancellation)
        || (
            method.ContainingType is { } type
            && declaration is MethodDeclarationSyntax
            && FrameworkActivation.Of(type)?.Honours(method, model.Compilation) == true
        );

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
