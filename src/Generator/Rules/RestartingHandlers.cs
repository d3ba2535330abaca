using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.Generator.Rules;

/// <summary>
/// MR1011 on what answers a request. The web package begins its session and no wrapper makes the call, so that nothing runs it again: there
/// the policy counts as <c>Primary</c>.
/// </summary>
internal static class RestartingHandlers
{
    private const string Why =
        "it answers a request, whose session is begun before it and which nobody runs again, so that the policy counts as Primary there";

    /// <summary>The actions, page handlers and hub methods of a class, and its static methods that are mapped as endpoints.</summary>
    public static void Report(SymbolAnalysisContext context, DiagnosticDescriptor rule)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        var activation = FrameworkActivation.Of(type);
        foreach (var method in type.GetMembers().OfType<IMethodSymbol>())
        {
            var annotation =
                activation?.Honours(method, context.Compilation) == true ? ConsistencyAnnotations.NearestTo(method, includeAssembly: false)
                : method is { IsStatic: true, MethodKind: MethodKind.Ordinary } ? Annotation.On(method)
                : null;
            if (
                annotation is { Restarts: true }
                && method.Locations.FirstOrDefault(static l => l.IsInSource) is { } place
                && (!method.IsStatic || MappedMethods.Contains(method, context.Compilation.SyntaxTrees, context.CancellationToken))
            )
            {
                context.ReportDiagnostic(Create(rule, place, method.Name, annotation, context.CancellationToken));
            }
        }
    }

    /// <summary>A local function with an annotation of its own that is mapped as an endpoint.</summary>
    public static void ReportLocalFunction(SyntaxNodeAnalysisContext context, DiagnosticDescriptor rule)
    {
        var function = (LocalFunctionStatementSyntax)context.Node;
        if (
            function.AttributeLists.Count > 0
            && context.SemanticModel.GetDeclaredSymbol(function, context.CancellationToken) is IMethodSymbol symbol
            && Annotation.On(symbol) is { Restarts: true } annotation
            && MappedMethods.Contains(symbol, [function.SyntaxTree], context.CancellationToken)
        )
        {
            context.ReportDiagnostic(Create(rule, function.Identifier.GetLocation(), symbol.Name, annotation, context.CancellationToken));
        }
    }

    /// <summary>A lambda with an annotation of its own that is mapped as an endpoint.</summary>
    public static void ReportLambda(SyntaxNodeAnalysisContext context, DiagnosticDescriptor rule)
    {
        var lambda = (ParenthesizedLambdaExpressionSyntax)context.Node;
        if (
            lambda.AttributeLists.Count > 0
            && context.SemanticModel.GetSymbolInfo(lambda, context.CancellationToken).Symbol is { } symbol
            && Annotation.On(symbol) is { Restarts: true } annotation
            && annotation.Data?.ApplicationSyntaxReference?.GetSyntax(context.CancellationToken) is { } written
        )
        {
            context.ReportDiagnostic(Create(rule, written.GetLocation(), "the handler", annotation, context.CancellationToken));
        }
    }

    private static Diagnostic Create(
        DiagnosticDescriptor rule,
        Location place,
        string name,
        Annotation annotation,
        CancellationToken cancellation
    )
    {
        var declared = MR1011CannotRunAgain.DeclaredAt(annotation, cancellation);
        var properties = ImmutableDictionary<string, string?>.Empty;
        return Diagnostic.Create(
            rule,
            place,
            new[] { declared }.OfType<Location>(),
            declared is null ? properties : properties.Add(MR1011CannotRunAgain.DeclaredProperty, null),
            name,
            Why
        );
    }
}
