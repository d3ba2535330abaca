using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Names;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.Generator.Rules;

/// <summary>
/// An annotated class that runs without its wrapper: created and not handed to it, registered as what it is not, or never decorated.
/// </summary>
internal static class MR2002WrapperBypassed
{
    public const string Id = "MR2002";

    /// <summary>A property of reports about a program that never calls the decorator.</summary>
    public const string NotDecoratedProperty = "NotDecorated";

    public static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "Wrapper bypassed",
        "'{0}' runs without {1}, and its annotations have no effect: {2}; {3}",
        "MonotonicReads.Wrapping",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "The generated wrapper opens the session of each call. An object that is used without it makes its reads outside any "
            + "session, and nobody sees it.",
        helpLinkUri: HelpLinks.Of(Id)
    );

    private const string Decorator = "AddConsistentRepositories";

    private static readonly ulong DecoratorCode = NameCode.Of(Decorator);

    private static readonly string[] TestFrameworks =
    [
        "xunit.core",
        "xunit.v3.core",
        "nunit.framework",
        "Microsoft.VisualStudio.TestPlatform.TestFramework",
        "MSTest.TestFramework",
        "TUnit.Core",
    ];

    /// <summary>Tests create the class itself, and want to.</summary>
    public static bool IsTestProject(Compilation compilation) =>
        compilation.ReferencedAssemblyNames.Any(static a => TestFrameworks.Contains(a.Name, StringComparer.OrdinalIgnoreCase));

    public static void ReportCreation(SyntaxNodeAnalysisContext context, WrappedClasses classes, WrittenTypeNames names)
    {
        if (
            classes.IsEmpty
            || CreatedType(context, names) is not { } type
            || classes.Of(type) is not { } wrapped
            || IsInside(context, wrapped.Type)
            || new WrapperHandover(context, names, wrapped).Ends(context.Node)
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
        Report(context, context.Node, wrapped, what, remedy);
    }

    public static void ReportRegistration(SyntaxNodeAnalysisContext context, WrappedClasses classes, WrittenTypeNames names)
    {
        if (
            classes.IsEmpty
            || ServiceRegistration.Of(
                context,
                names,
                type => classes.Of(type) is not null || ActivationOf(type, classes, context.Compilation) is not null
            )
                is not { } registration
        )
        {
            return;
        }

        if (classes.Of(registration.Implementation) is { } wrapped)
        {
            ReportWrapped(context, names, wrapped, registration);
        }
        else if (
            ActivationOf(registration.Implementation, classes, context.Compilation) is { } activation
            && !registration.IsPlain
            && WrappingDecision.For(registration.Implementation.OriginalDefinition, context.Compilation).Obstacles is [var obstacle, ..]
        )
        {
            context.ReportDiagnostic(
                Diagnostic.Create(
                    Descriptor,
                    registration.Place.GetLocation(),
                    registration.Implementation.Name,
                    "a wrapper",
                    $"it is {activation.What}, which its framework makes and calls itself",
                    obstacle.Remedy
                )
            );
        }
    }

    private static void ReportWrapped(
        SyntaxNodeAnalysisContext context,
        WrittenTypeNames names,
        WrappedClass wrapped,
        ServiceRegistration registration
    )
    {
        var service = registration.Service;
        if (registration.IsPlain && !wrapped.CanStandFor(service))
        {
            if (!new WrapperHandover(context, names, wrapped).IsForwarded())
            {
                Report(
                    context,
                    registration.Place,
                    wrapped,
                    $"it is registered as '{service.Name}', which the wrapper is not",
                    wrapped.Type.AllInterfaces.FirstOrDefault() is { } contract
                        ? $"register it under an interface that it implements, such as {contract.Name}"
                        : "register it as itself"
                );
            }
        }
        else if (registration.IsMade && !CanTakeObject(wrapped, service))
        {
            Report(
                context,
                registration.Place,
                wrapped,
                wrapped.Shape == WrapperShape.Deriving
                    ? "the wrapper derives from it and cannot take an object that was made before"
                    : $"it is registered as '{service.Name}', which the wrapper is not",
                wrapped.Shape == WrapperShape.Deriving
                    ? $"register the type, or create {wrapped.WrapperName} there"
                    : "register it under an interface that it implements"
            );
        }
        else if (
            IsExecutable(context.Compilation) && !context.Compilation.SyntaxTrees.Any(static tree => NameIndex.Of(tree).Has(DecoratorCode))
        )
        {
            Report(
                context,
                registration.Place,
                wrapped,
                $"it is registered, and nothing in this program calls {Decorator}()",
                $"call services.{Decorator}() after the registrations",
                NotDecoratedProperty
            );
        }
        else if (IsExecutable(context.Compilation) && LateRegistration.IsOne(context.Node, context.Compilation, DecoratorCode))
        {
            Report(
                context,
                registration.Place,
                wrapped,
                $"it is registered behind {Decorator}(), which decorates only what is registered before it",
                $"call services.{Decorator}() after the registrations"
            );
        }
    }

    private static bool IsExecutable(Compilation compilation) =>
        compilation.Options.OutputKind
            is OutputKind.ConsoleApplication
                or OutputKind.WindowsApplication
                or OutputKind.WindowsRuntimeApplication;

    private static bool CanTakeObject(WrappedClass wrapped, ITypeSymbol service) =>
        wrapped.Shape == WrapperShape.Delegating && wrapped.CanStandFor(service);

    /// <summary>How a class with annotations is activated that has no wrapper for that.</summary>
    private static FrameworkActivation? ActivationOf(INamedTypeSymbol type, WrappedClasses classes, Compilation compilation) =>
        classes.MayBe(type.Name)
        && FrameworkActivation.Of(type) is { } activation
        && WrappingDecision.For(type.OriginalDefinition, compilation).Outcome == WrappingOutcome.Declined
            ? activation
            : null;

    private static INamedTypeSymbol? CreatedType(SyntaxNodeAnalysisContext context, WrittenTypeNames names)
    {
        var created = context.Node switch
        {
            ObjectCreationExpressionSyntax { Type: var written } when names.MayBe(written) => context.Node,
            ImplicitObjectCreationExpressionSyntax => context.Node,
            InvocationExpressionSyntax call => CreatedBy(call, names),
            _ => null,
        };
        return created is null ? null : context.SemanticModel.GetTypeInfo(created, context.CancellationToken).Type as INamedTypeSymbol;
    }

    /// <summary>The type that <c>Activator</c> or <c>ActivatorUtilities</c> is asked to create.</summary>
    private static TypeSyntax? CreatedBy(InvocationExpressionSyntax call, WrittenTypeNames names)
    {
        if (
            call.Expression is not MemberAccessExpressionSyntax { Expression: var owner, Name: var name }
            || name.Identifier.ValueText is not ("CreateInstance" or "GetServiceOrCreateInstance")
            || (owner is MemberAccessExpressionSyntax { Name: var last } ? last : owner)
                is not SimpleNameSyntax { Identifier.ValueText: "Activator" or "ActivatorUtilities" }
        )
        {
            return null;
        }

        var type = name is GenericNameSyntax { TypeArgumentList.Arguments: [var argument] }
            ? argument
            : call
                .ArgumentList.Arguments.Select(static a => (a.Expression as TypeOfExpressionSyntax)?.Type)
                .FirstOrDefault(static t => t is not null);
        return type is not null && names.MayBe(type) ? type : null;
    }

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

    private static void Report(
        SyntaxNodeAnalysisContext context,
        SyntaxNode place,
        WrappedClass wrapped,
        string what,
        string remedy,
        string? property = null
    ) =>
        context.ReportDiagnostic(
            Diagnostic.Create(
                Descriptor,
                place.GetLocation(),
                property is null ? null : ImmutableDictionary<string, string?>.Empty.Add(property, null),
                wrapped.Type.Name,
                $"its wrapper '{wrapped.WrapperName}'",
                what,
                remedy
            )
        );
}
