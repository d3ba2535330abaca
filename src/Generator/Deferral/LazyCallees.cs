using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Deferral;

/// <summary>What methods do with sequences and delegates: hand them on, keep them, or make lazy ones of their own.</summary>
/// <param name="modelOf">The model of another file, or null.</param>
/// <param name="readsIn">The calls in a body that read; null to take every lazy result for one that does.</param>
/// <param name="cancellation">Stops the search.</param>
/// <param name="targetsOf">What a call of a member without a body may run; null where that is not known.</param>
internal sealed class LazyCallees(
    Func<SyntaxTree, SemanticModel?> modelOf,
    Func<SyntaxNode, SemanticModel, IEnumerable<SyntaxNode>>? readsIn,
    CancellationToken cancellation,
    Func<IMethodSymbol, IEnumerable<IMethodSymbol>>? targetsOf = null
)
{
    private const int MaxDepth = 3;

    private readonly HashSet<IMethodSymbol> _open = new(SymbolEqualityComparer.Default);

    /// <summary>Whether the result of a call that reads makes its reads when it is walked through.</summary>
    public bool IsLazy(IMethodSymbol method, InvocationExpressionSyntax call, SemanticModel model)
    {
        var type = method.ReturnType;
        if (!LazyTypes.IsSequence(type))
        {
            return false;
        }

        if (IsStreamed(method, call) || type.Name is "IQueryable" or "IOrderedQueryable" or "IAsyncEnumerable" or "IAsyncEnumerator")
        {
            return true;
        }

        var bodies = TargetsOf(method).SelectMany(BodiesOf).ToList();
        return bodies.Count == 0
            ? readsIn is null && method.ContainingAssembly.Equals(model.Compilation.Assembly, SymbolEqualityComparer.Default)
            : bodies.Exists(b => ReturnsLazily(method, b));
    }

    /// <summary>A call that hands its argument out again, in an object.</summary>
    public static bool HandsOn(IMethodSymbol method) =>
        method.Name switch
        {
            "FromResult" => true,
            "Create" => method.ContainingType.Name is "Tuple" or "ValueTuple" or "KeyValuePair",
            _ => method.ContainingNamespace?.ToDisplayString() is { } space
                && space.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal)
                && method.ReturnType.Name.EndsWith("Result", StringComparison.Ordinal),
        };

    /// <summary>Whether the method, or the object that it belongs to, keeps the argument.</summary>
    public bool Keeps(IMethodSymbol method, IParameterSymbol? parameter)
    {
        if (parameter is null)
        {
            return false;
        }

        var definition = parameter.OriginalDefinition;
        if (
            definition.Type is ITypeParameterSymbol { TypeParameterKind: TypeParameterKind.Type }
            && method.MethodKind == MethodKind.Ordinary
        )
        {
            return method.Name.StartsWith("Add", StringComparison.Ordinal)
                || method.Name is "Insert" or "Enqueue" or "Push" or "TryAdd" or "TryWrite" or "OnNext" or "SetResult";
        }

        if (
            method.MethodKind == MethodKind.Constructor
            && definition.ContainingSymbol is IMethodSymbol { ContainingType: { IsRecord: true } record }
        )
        {
            return record.GetMembers(parameter.Name).Any(static m => m is IPropertySymbol);
        }

        return BodiesOf(method.OriginalDefinition).Any(b => Stores(b, parameter.Name));
    }

    /// <summary>Whether a method of this compilation hands back a sequence that it has made already.</summary>
    public bool IsFinished(IMethodSymbol method)
    {
        var bodies = TargetsOf(method.OriginalDefinition).SelectMany(BodiesOf).ToList();
        return bodies.Count > 0
            && bodies.TrueForAll(b => !IsIterator(b) && ResultsOf(b).All(r => TypeOf(r) is { } type && !LazyTypes.IsSequence(type)));
    }

    /// <summary>Whether the call only takes the delegate in.</summary>
    public static bool RunsLater(IMethodSymbol method) =>
        method.Parameters.Any(static p => p.Type is { Name: "Delegate" or "RequestDelegate" or "TimerCallback" or "WaitCallback" })
        || Flow.LambdaArguments.Use(method) == Flow.LambdaUse.Later;

    private IEnumerable<IMethodSymbol> TargetsOf(IMethodSymbol method) =>
        targetsOf is not null && (method.IsAbstract || method.ContainingType?.TypeKind == TypeKind.Interface)
            ? targetsOf(method)
            : [method];

    private bool ReturnsLazily(IMethodSymbol method, SyntaxNode body)
    {
        if (IsIterator(body))
        {
            return true;
        }

        if (_open.Count >= MaxDepth || !_open.Add(method.OriginalDefinition) || modelOf(body.SyntaxTree) is not { } model)
        {
            return false;
        }

        try
        {
            return readsIn is null
                ? ResultsOf(body).Any(r => LazyTypes.IsSequence(TypeOf(r)) && !IsBuffered(r, model))
                : readsIn(body, model)
                    .Any(read =>
                        new LaterReads(model, body, body.Span, this, cancellation).Of(read).Any(static l => l.IsCertain && l.IsReturned)
                    );
        }
        finally
        {
            _open.Remove(method.OriginalDefinition);
        }
    }

    private ITypeSymbol? TypeOf(ExpressionSyntax expression) => modelOf(expression.SyntaxTree)?.GetTypeInfo(expression, cancellation).Type;

    /// <summary>Whether Dapper is told to read the rows as they are walked through.</summary>
    public static bool IsStreamed(IMethodSymbol method, InvocationExpressionSyntax call) =>
        method.Name.Contains("Unbuffered")
        || call.ArgumentList.Arguments.Any(a =>
            a.Expression.IsKind(SyntaxKind.FalseLiteralExpression) && Parts.ParameterOf(a, method)?.Name == "buffered"
        );

    private bool IsBuffered(ExpressionSyntax result, SemanticModel model) =>
        result is InvocationExpressionSyntax call
        && model.GetSymbolInfo(call, cancellation).Symbol is IMethodSymbol { ContainingNamespace.Name: "Dapper" } method
        && !IsStreamed(method, call);

    /// <summary>Whether a body, or a function, yields what it returns.</summary>
    public static bool IsIterator(SyntaxNode body) => Own(body).Any(static n => n is YieldStatementSyntax);

    private static IEnumerable<ExpressionSyntax> ResultsOf(SyntaxNode body) =>
        body is ArrowExpressionClauseSyntax arrow
            ? [arrow.Expression]
            : Own(body).OfType<ReturnStatementSyntax>().Select(static r => r.Expression).OfType<ExpressionSyntax>();

    private static bool Stores(SyntaxNode body, string parameter) =>
        Own(body)
            .OfType<AssignmentExpressionSyntax>()
            .Any(a =>
                a.Right is IdentifierNameSyntax name
                && name.Identifier.ValueText == parameter
                && (
                    a.Left is MemberAccessExpressionSyntax
                    || (
                        a.Left is IdentifierNameSyntax field
                        && !body.DescendantNodes()
                            .OfType<VariableDeclaratorSyntax>()
                            .Any(v => v.Identifier.ValueText == field.Identifier.ValueText)
                    )
                )
            );

    private static IEnumerable<SyntaxNode> Own(SyntaxNode body) =>
        body.DescendantNodesAndSelf(n => n == body || n is not (LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax));

    private IEnumerable<SyntaxNode> BodiesOf(IMethodSymbol method)
    {
        foreach (var reference in (method.PartialImplementationPart ?? method).DeclaringSyntaxReferences)
        {
            var body = reference.GetSyntax(cancellation) switch
            {
                BaseMethodDeclarationSyntax declaration => (SyntaxNode?)declaration.Body ?? declaration.ExpressionBody,
                LocalFunctionStatementSyntax local => (SyntaxNode?)local.Body ?? local.ExpressionBody,
                AccessorDeclarationSyntax accessor => (SyntaxNode?)accessor.Body ?? accessor.ExpressionBody,
                ArrowExpressionClauseSyntax arrow => arrow,
                _ => null,
            };
            if (body is not null)
            {
                yield return body;
            }
        }
    }
}
