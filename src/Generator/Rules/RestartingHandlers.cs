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

    /// <summary>The actions, page handlers and hub methods of a class.</summary>
    public static void Report(SymbolAnalysisContext context, DiagnosticDescriptor rule)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (FrameworkActivation.Of(type) is not { } activation)
        {
            return;
        }

        foreach (var method in type.GetMembers().OfType<IMethodSymbol>())
        {
            if (
                activation.Honours(method, context.Compilation)
                && ConsistencyAnnotations.NearestTo(method, includeAssembly: false) is { Restarts: true } annotation
                && method.Locations.FirstOrDefault(static l => l.IsInSource) is { } place
            )
            {
                context.ReportDiagnostic(Create(rule, place, method.Name, annotation, context.CancellationToken));
            }
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
