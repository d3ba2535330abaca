using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Rules;

/// <summary>One class that a program gives to Microsoft's container.</summary>
/// <param name="Place">The name of the call.</param>
/// <param name="Service">What it is asked for as.</param>
/// <param name="Implementation">The class.</param>
/// <param name="IsMade">Whether it comes as an instance or out of a factory, so that the container does not choose the class.</param>
/// <param name="IsPlain">False for a call that registers as it sees fit: a hosted service, a typed client, a helper of the project.</param>
internal sealed record ServiceRegistration(
    SyntaxNode Place,
    ITypeSymbol Service,
    INamedTypeSymbol Implementation,
    bool IsMade,
    bool IsPlain
)
{
    private const string Descriptor = "ServiceDescriptor";

    /// <summary>What the call or creation registers; null where it registers nothing that may have a wrapper.</summary>
    public static ServiceRegistration? Of(SyntaxNodeAnalysisContext context, WrittenTypeNames names, Func<INamedTypeSymbol, bool> matters)
    {
        var (place, isPlain) = PlaceOf(context.Node, names);
        if (place is null)
        {
            return null;
        }

        var (method, arguments) = Called(context);
        if (method is null || !(method.ContainingType.Name == Descriptor || IsForContainer(method)))
        {
            return null;
        }

        var types = method.TypeArguments.ToList();
        var made = new List<INamedTypeSymbol>();
        var isMade = false;
        foreach (var argument in arguments)
        {
            if (argument.Value is ITypeOfOperation named)
            {
                types.Add(named.TypeOperand);
            }
            else if (IsSource(argument.Parameter, method))
            {
                isMade = true;
                made.AddRange(MadeTypes.In(argument.Value).OfType<INamedTypeSymbol>());
            }
        }

        var implementation = made.FirstOrDefault(matters) ?? made.FirstOrDefault() ?? types.LastOrDefault() as INamedTypeSymbol;
        return implementation is null || !matters(implementation)
            ? null
            : new ServiceRegistration(
                place,
                ServiceOf(method, types.FirstOrDefault() ?? implementation),
                implementation,
                isMade || method.Name is "AddHttpClient" or "AddTypedClient",
                isPlain
            );
    }

    private static (IMethodSymbol? Method, ImmutableArray<IArgumentOperation> Arguments) Called(SyntaxNodeAnalysisContext context) =>
        context.SemanticModel.GetOperation(context.Node, context.CancellationToken) switch
        {
            IInvocationOperation call => (call.TargetMethod, call.Arguments),
            IObjectCreationOperation { Constructor: { } constructor } creation => (constructor, creation.Arguments),
            _ => (null, ImmutableArray<IArgumentOperation>.Empty),
        };

    private static (SyntaxNode? Place, bool IsPlain) PlaceOf(SyntaxNode node, WrittenTypeNames names)
    {
        if (node is ObjectCreationExpressionSyntax { Type: var type })
        {
            return WrittenTypeNames.SimpleName(type) == Descriptor ? (type, true) : (null, false);
        }

        if (node is ImplicitObjectCreationExpressionSyntax implicitly)
        {
            var naming = implicitly.ArgumentList.DescendantNodes().Any(n => n is TypeSyntax named && names.MayBe(named));
            return naming ? (implicitly, true) : (null, false);
        }

        if (node is not InvocationExpressionSyntax call || CallNames.Of(call) is not { } name)
        {
            return (null, false);
        }

        var text = name.Identifier.ValueText;
        if (IsLifetime(text) || IsOfDescriptor(call, text))
        {
            return (name, true);
        }

        return
            (text.StartsWith("Add", StringComparison.Ordinal) || text.StartsWith("TryAdd", StringComparison.Ordinal))
            && name is GenericNameSyntax { TypeArgumentList.Arguments: var arguments }
            && arguments.Any(names.MayBe)
            ? (name, false)
            : (null, false);
    }

    private static bool IsLifetime(string name)
    {
        var rest =
            name.StartsWith("TryAdd", StringComparison.Ordinal) ? name.Substring(6)
            : name.StartsWith("Add", StringComparison.Ordinal) ? name.Substring(3)
            : string.Empty;
        return IsLifetimeWord(rest);
    }

    private static bool IsOfDescriptor(InvocationExpressionSyntax call, string name) =>
        call.Expression is MemberAccessExpressionSyntax or SimpleNameSyntax
        && (name is "Describe" or "DescribeKeyed" || IsLifetimeWord(name));

    private static bool IsLifetimeWord(string name) =>
        name is "Singleton" or "Scoped" or "Transient" or "KeyedSingleton" or "KeyedScoped" or "KeyedTransient";

    private static bool IsForContainer(IMethodSymbol method) =>
        (method.ReducedFrom ?? method) is { IsExtensionMethod: true, Parameters: [var first, ..] }
        && first.Type.Name is "IServiceCollection" or "IHealthChecksBuilder" or "IHttpClientBuilder";

    private static bool IsSource(IParameterSymbol? parameter, IMethodSymbol method) =>
        parameter is not null
        && (
            parameter.Type.TypeKind == TypeKind.Delegate
                ? parameter.Type is INamedTypeSymbol { DelegateInvokeMethod.ReturnsVoid: false }
                : parameter.Name.IndexOf("instance", StringComparison.OrdinalIgnoreCase) >= 0
        );

    private static ITypeSymbol ServiceOf(IMethodSymbol method, ITypeSymbol first) =>
        method.Name == "AddHostedService"
            ? method.ContainingAssembly.GetTypeByMetadataName("Microsoft.Extensions.Hosting.IHostedService") ?? first
            : first;
}
