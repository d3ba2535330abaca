using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.Generator.Rules;

/// <summary>An annotated method that is called on <c>this</c>: the wrapper stands before the object, and not inside it.</summary>
internal static class MR2003SelfCall
{
    public const string Id = "MR2003";

    /// <summary>A property of reports: what the called method guarantees, by the attribute's name.</summary>
    public const string LevelProperty = "Level";

    public static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "Annotated method called on this",
        "'{0}' is called on this, so its wrapper never runs and its [{1}] has no effect; annotate '{2}' too, or begin a session there",
        "MonotonicReads.Wrapping",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "The generated wrapper delegates to the object. A call from inside the object does not pass through it.",
        helpLinkUri: HelpLinks.Of(Id)
    );

    public static void Report(SyntaxNodeAnalysisContext context, WrappedClasses classes)
    {
        var invocation = (InvocationExpressionSyntax)context.Node;
        var name = invocation.Expression switch
        {
            SimpleNameSyntax simple => simple,
            MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax, Name: var member } => member,
            _ => null,
        };
        if (
            name is null
            || classes.IsEmpty
            || context.Node.FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } declaration
            || !classes.MayBe(declaration.Identifier.ValueText)
        )
        {
            return;
        }

        if (
            context.SemanticModel.GetDeclaredSymbol(declaration, context.CancellationToken) is not { } type
            || classes.Of((INamedTypeSymbol)type) is not { Shape: WrapperShape.Delegating, Decision: { } decision }
            || context.SemanticModel.GetSymbolInfo(invocation, context.CancellationToken).Symbol
                is not IMethodSymbol { IsStatic: false, MethodKind: MethodKind.Ordinary } called
            || decision.CoverageOf(called.OriginalDefinition)?.Annotation is not { } annotation
            || context.ContainingSymbol is not { } caller
        )
        {
            return;
        }

        var guarantee = GuaranteeOf(caller, invocation, context);
        if (guarantee != DeclaredConsistency.Eventual && guarantee < LevelOf(annotation))
        {
            context.ReportDiagnostic(
                Diagnostic.Create(
                    Descriptor,
                    name.GetLocation(),
                    ImmutableDictionary<string, string?>.Empty.Add(LevelProperty, annotation.Kind.ToString()),
                    called.Name,
                    annotation.Kind,
                    Obstacle.Name(caller)
                )
            );
        }
    }

    private static DeclaredConsistency GuaranteeOf(ISymbol caller, SyntaxNode call, SyntaxNodeAnalysisContext context)
    {
        var inCode = SessionInCode.Around(call, context.SemanticModel, context.CancellationToken);
        var enclosing = context.SemanticModel.GetEnclosingSymbol(call.SpanStart, context.CancellationToken) ?? caller;
        var declared = ConsistencyAnnotations.Of(enclosing, includeAssembly: false);
        declared =
            declared != DeclaredConsistency.None ? declared : CallerCoverage.Of(caller, context.SemanticModel, context.CancellationToken);
        return inCode > declared ? inCode : declared;
    }

    private static DeclaredConsistency LevelOf(Annotation annotation) =>
        annotation.Kind switch
        {
            AnnotationKind.Primary => DeclaredConsistency.Primary,
            AnnotationKind.Global => DeclaredConsistency.Global,
            AnnotationKind.Causal => DeclaredConsistency.Causal,
            _ => DeclaredConsistency.Monotonic,
        };
}
