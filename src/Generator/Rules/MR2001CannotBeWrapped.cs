using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Names;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.Generator.Rules;

/// <summary>MR2001: an annotated member cannot be wrapped; says which member, why, and what to do.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MR2001CannotBeWrapped : DiagnosticAnalyzer
{
    /// <summary>The rule's id.</summary>
    public const string Id = "MR2001";

    private static readonly DiagnosticDescriptor Rule = new(
        Id,
        "Annotated member cannot be wrapped",
        "'{0}' is annotated but cannot be wrapped: {1}; {2}",
        "MonotonicReads.Wrapping",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: "A consistency annotation takes effect through the generated wrapper. Where none can be written, the annotation would "
            + "promise what nothing keeps.",
        helpLinkUri: HelpLinks.Of(Id)
    );

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rule);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            // Without the annotations nothing can be annotated. Several definitions (two references with the same type) still count.
            if (
                start.Compilation.GetTypesByMetadataName("MonotonicReads.MonotonicAttribute").IsEmpty
                || !AnnotationNames.MayConcern(start.Compilation)
            )
            {
                return;
            }

            start.RegisterSymbolAction(
                static context =>
                    Check((INamedTypeSymbol)context.Symbol, context.Compilation, context.ReportDiagnostic, context.CancellationToken),
                SymbolKind.NamedType
            );
            start.RegisterSyntaxNodeAction(
                CheckLocalFunction,
                SyntaxKind.LocalFunctionStatement,
                SyntaxKind.SimpleLambdaExpression,
                SyntaxKind.ParenthesizedLambdaExpression
            );
        });
    }

    private static void Check(INamedTypeSymbol type, Compilation compilation, Action<Diagnostic> report, CancellationToken cancellation)
    {
        foreach (var obstacle in WrappingDecision.For(type, compilation).Obstacles)
        {
            if (
                obstacle.Place is IMethodSymbol { MethodKind: MethodKind.Ordinary } method
                && WebHandlers.HasPackage(compilation)
                && MappedMethods.Contains(method, compilation.SyntaxTrees, cancellation)
            )
            {
                continue;
            }

            report(Diagnostic.Create(Rule, PlaceOf(obstacle.Place), Obstacle.Name(obstacle.Place), obstacle.Why, obstacle.Remedy));
        }
    }

    private static void CheckLocalFunction(SyntaxNodeAnalysisContext context)
    {
        var (lists, place) = context.Node switch
        {
            LocalFunctionStatementSyntax function => (function.AttributeLists, function.Identifier.GetLocation()),
            LambdaExpressionSyntax lambda => (lambda.AttributeLists, lambda.ArrowToken.GetLocation()),
            _ => (default, context.Node.GetLocation()),
        };
        if (lists.Count == 0)
        {
            return;
        }

        var symbol =
            context.Node is LocalFunctionStatementSyntax
                ? context.SemanticModel.GetDeclaredSymbol(context.Node, context.CancellationToken)
                : context.SemanticModel.GetSymbolInfo(context.Node, context.CancellationToken).Symbol;
        if (symbol is IMethodSymbol method && Annotation.On(symbol) is { NeedsSession: true } annotation && !IsWebHandler(context, method))
        {
            context.ReportDiagnostic(
                Diagnostic.Create(
                    Rule,
                    place,
                    method.Name.Length > 0 ? method.Name : "lambda",
                    $"no wrapper stands between it and the code around it, so {annotation.Display} can have no effect",
                    "annotate the method around it, or begin a session with ReadSession.Begin"
                )
            );
        }
    }

    private static bool IsWebHandler(SyntaxNodeAnalysisContext context, IMethodSymbol symbol)
    {
        if (!WebHandlers.HasPackage(context.Compilation))
        {
            return false;
        }

        if (context.Node is LocalFunctionStatementSyntax)
        {
            return MappedMethods.Contains(symbol, [context.Node.SyntaxTree], context.CancellationToken);
        }

        var operation = context.SemanticModel.GetOperation(context.Node, context.CancellationToken);
        while (operation is IAnonymousFunctionOperation or IDelegateCreationOperation or IConversionOperation)
        {
            operation = operation.Parent;
        }

        return operation is IArgumentOperation argument && WebHandlers.TakesHandler(argument.Parameter);
    }

    private static Location PlaceOf(ISymbol symbol) => symbol.Locations.FirstOrDefault(static l => l.IsInSource) ?? Location.None;
}
