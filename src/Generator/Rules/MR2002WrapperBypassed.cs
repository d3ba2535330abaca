using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.Generator.Rules;

/// <summary>
/// An annotated class that runs without its wrapper: created and not handed to it, registered as what it is not, or never decorated.
/// </summary>
internal static class MR2002WrapperBypassed
{
    public const string Id = "MR2002";

    public static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "Wrapper bypassed",
        "'{0}' runs without its wrapper '{1}', and its annotations have no effect: {2}; {3}",
        "MonotonicReads.Wrapping",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "The generated wrapper opens the session of each call. An object that is used without it makes its reads outside any "
            + "session, and nobody sees it.",
        helpLinkUri: HelpLinks.Of(Id)
    );

    private const string Decorator = "AddConsistentRepositories";

    private static readonly string[] TestFrameworks =
    [
        "xunit.core",
        "xunit.v3.core",
        "nunit.framework",
        "Microsoft.VisualStudio.TestPlatform.TestFramework",
        "MSTest.TestFramework",
        "TUnit.Core",
    ];

    /// <summary>Containers other than Microsoft's have calls of these kinds around what they create.</summary>
    private static readonly string[] RegistrationWords =
    [
        "Add",
        "TryAdd",
        "Register",
        "Bind",
        "Replace",
        "For",
        "Use",
        "Provide",
        "Decorate",
        "Scoped",
        "Singleton",
        "Transient",
        "Describe",
        "Keyed",
    ];

    /// <summary>Tests create the class itself, and want to.</summary>
    public static bool IsTestProject(Compilation compilation) =>
        compilation.ReferencedAssemblyNames.Any(static a => TestFrameworks.Contains(a.Name, StringComparer.OrdinalIgnoreCase));

    public static void ReportCreation(SyntaxNodeAnalysisContext context, WrappedClasses classes)
    {
        if (
            classes.IsEmpty || (context.Node is ObjectCreationExpressionSyntax { Type: var written } && !classes.MayBe(SimpleName(written)))
        )
        {
            return;
        }

        if (
            context.SemanticModel.GetTypeInfo(context.Node, context.CancellationToken).Type is not INamedTypeSymbol type
            || classes.Of(type) is not { } wrapped
            || IsInside(context, wrapped.Type)
            || IsRegistered(context.Node)
            || IsHandedOver(context.Node, wrapped)
        )
        {
            return;
        }

        var (what, remedy) =
            wrapped.Shape == WrapperShape.Deriving
                ? ("it is created here", $"create {wrapped.WrapperName}, which derives from it, or register it and call {Decorator}()")
                : (
                    "it is created here and not handed to the wrapper",
                    $"write new {wrapped.WrapperName}(new {wrapped.Type.Name}(...)), or register it and call {Decorator}()"
                );
        context.ReportDiagnostic(
            Diagnostic.Create(Descriptor, context.Node.GetLocation(), wrapped.Type.Name, wrapped.WrapperName, what, remedy)
        );
    }

    public static void ReportRegistration(SyntaxNodeAnalysisContext context, WrappedClasses classes)
    {
        var invocation = (InvocationExpressionSyntax)context.Node;
        if (
            classes.IsEmpty
            || invocation.Expression is not MemberAccessExpressionSyntax { Name: var name }
            || !IsRegistration(name.Identifier.ValueText)
            || context.SemanticModel.GetSymbolInfo(invocation, context.CancellationToken).Symbol
                is not IMethodSymbol { IsExtensionMethod: true } method
            || (method.ReducedFrom ?? method).Parameters[0].Type.Name != "IServiceCollection"
            || Implementation(invocation, method, context) is not var (service, implementation)
            || classes.Of(implementation) is not { } wrapped
        )
        {
            return;
        }

        if (!wrapped.CanStandFor(service))
        {
            if (!IsResolved(invocation, wrapped.Type))
            {
                Report(
                    $"it is registered as '{service.Name}', which the wrapper is not",
                    wrapped.Type.AllInterfaces.FirstOrDefault() is { } contract
                        ? $"register it under an interface that it implements, such as {contract.Name}"
                        : "register it as itself"
                );
            }
        }
        else if (
            context.Compilation.Options.OutputKind
                is OutputKind.ConsoleApplication
                    or OutputKind.WindowsApplication
                    or OutputKind.WindowsRuntimeApplication
            && !context.Compilation.SyntaxTrees.Any(Decorates)
        )
        {
            Report(
                $"it is registered, and nothing in this program calls {Decorator}()",
                $"call services.{Decorator}() after the registrations"
            );
        }

        void Report(string what, string remedy) =>
            context.ReportDiagnostic(
                Diagnostic.Create(Descriptor, name.GetLocation(), wrapped.Type.Name, wrapped.WrapperName, what, remedy)
            );
    }

    private static bool IsRegistration(string name)
    {
        var rest =
            name.StartsWith("TryAdd", StringComparison.Ordinal) ? name.Substring(6)
            : name.StartsWith("Add", StringComparison.Ordinal) ? name.Substring(3)
            : string.Empty;
        rest = rest.StartsWith("Keyed", StringComparison.Ordinal) ? rest.Substring(5) : rest;
        return rest is "Singleton" or "Scoped" or "Transient";
    }

    /// <summary>
    /// What is registered, and as what: by type arguments, by <c>typeof</c>, by a factory or an instance that is created there.
    /// </summary>
    private static (ITypeSymbol Service, INamedTypeSymbol Implementation)? Implementation(
        InvocationExpressionSyntax invocation,
        IMethodSymbol method,
        SyntaxNodeAnalysisContext context
    )
    {
        var types = method.TypeArguments.ToList();
        foreach (var argument in invocation.ArgumentList.Arguments)
        {
            if (
                argument.Expression is TypeOfExpressionSyntax { Type: var named }
                && context.SemanticModel.GetTypeInfo(named, context.CancellationToken).Type is { } type
            )
            {
                types.Add(type);
            }
            else if (
                Created(argument.Expression) is { } creation
                && context.SemanticModel.GetTypeInfo(creation, context.CancellationToken).Type is INamedTypeSymbol created
            )
            {
                return (types.Count > 0 ? types[0] : created, created);
            }
        }

        return types.Count > 0 && types[types.Count - 1] is INamedTypeSymbol last ? (types[0], last) : null;
    }

    private static ExpressionSyntax? Created(ExpressionSyntax argument)
    {
        var value = argument is LambdaExpressionSyntax { ExpressionBody: { } body } ? body : argument;
        return value is BaseObjectCreationExpressionSyntax ? value : null;
    }

    /// <summary>
    /// Whether another registration hands out the one under its own name:
    /// <c>AddScoped&lt;IOrders&gt;(sp => sp.GetRequiredService&lt;Orders&gt;())</c>.
    /// </summary>
    private static bool IsResolved(SyntaxNode registration, INamedTypeSymbol type)
    {
        var scope = registration
            .Ancestors()
            .LastOrDefault(static n => n is BlockSyntax or CompilationUnitSyntax or ArrowExpressionClauseSyntax);
        return scope
                ?.DescendantNodes()
                .OfType<GenericNameSyntax>()
                .Any(n =>
                    n.Identifier.ValueText is "GetRequiredService" or "GetService"
                    && n.TypeArgumentList.Arguments.Any(a => SimpleName(a) == type.Name)
                ) == true;
    }

    private static bool Decorates(SyntaxTree tree) =>
        tree.GetRoot().DescendantTokens().Any(static t => t.IsKind(SyntaxKind.IdentifierToken) && t.ValueText == Decorator);

    private static bool IsInside(SyntaxNodeAnalysisContext context, INamedTypeSymbol type)
    {
        for (var around = context.ContainingSymbol?.ContainingType; around is not null; around = around.ContainingType)
        {
            if (SymbolEqualityComparer.Default.Equals(around.OriginalDefinition, type))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsRegistered(SyntaxNode creation) =>
        creation
            .Ancestors()
            .TakeWhile(static n => n is not MemberDeclarationSyntax)
            .Any(static n =>
                n is ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax { Expression: var callee } }
                && RegistrationWords.Any(w => CalleeName(callee).StartsWith(w, StringComparison.Ordinal))
            );

    /// <summary>Whether the wrapper is created around it, or anywhere in the same type from what was created before.</summary>
    private static bool IsHandedOver(SyntaxNode creation, WrappedClass wrapped)
    {
        var scope = creation.FirstAncestorOrSelf<TypeDeclarationSyntax>() ?? creation.SyntaxTree.GetRoot();
        return wrapped.Shape == WrapperShape.Delegating
            && scope
                .DescendantNodes()
                .Any(n => n is ObjectCreationExpressionSyntax { Type: var other } && SimpleName(other) == wrapped.WrapperName);
    }

    private static string CalleeName(ExpressionSyntax callee) =>
        callee switch
        {
            MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
            SimpleNameSyntax name => name.Identifier.ValueText,
            _ => string.Empty,
        };

    private static string SimpleName(TypeSyntax type) =>
        type switch
        {
            QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
            AliasQualifiedNameSyntax alias => alias.Name.Identifier.ValueText,
            SimpleNameSyntax simple => simple.Identifier.ValueText,
            _ => string.Empty,
        };
}
