using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Wrapping.Decision;

/// <summary>
/// The kinds of classes that frameworks activate by their own type, told by a base class or interface, by an attribute, or by the shape
/// that a convention asks for. What a container hands out by an interface (a MediatR handler, a validator, a claims transformation) is
/// none: that can be decorated.
/// </summary>
internal static class ActivatedKinds
{
    private static readonly ImmutableArray<ActivatedKind> Contracts = ImmutableArray.Create(
        new ActivatedKind("ControllerBase", "Microsoft.AspNetCore.Mvc", "an MVC controller", IsWhole: true, EndpointMethods.Public),
        new ActivatedKind("Hub", "Microsoft.AspNetCore.SignalR", "a SignalR hub", IsWhole: true, EndpointMethods.Public),
        new ActivatedKind(
            "PageModel",
            "Microsoft.AspNetCore.Mvc.RazorPages",
            "a Razor page's model",
            IsWhole: true,
            EndpointMethods.OfType
        ),
        new ActivatedKind("RazorPageBase", "Microsoft.AspNetCore.Mvc.Razor", "a Razor page", IsWhole: true),
        new ActivatedKind("ViewComponent", "Microsoft.AspNetCore.Mvc", "a view component", IsWhole: true),
        new ActivatedKind("IComponent", "Microsoft.AspNetCore.Components", "a Blazor component", IsWhole: true),
        new ActivatedKind("ITagHelper", "Microsoft.AspNetCore.Razor.TagHelpers", "a tag helper", IsWhole: true),
        new ActivatedKind("Grain", "Orleans", "an Orleans grain", IsWhole: true),
        new ActivatedKind("IGrainBase", "Orleans", "an Orleans grain", IsWhole: true),
        new ActivatedKind("IGrain", "Orleans", "an Orleans grain", IsWhole: true),
        new ActivatedKind("Interceptor", "Grpc.Core.Interceptors", "a gRPC interceptor", IsWhole: true),
        new ActivatedKind("Actor", "Dapr.Actors.Runtime", "a Dapr actor", IsWhole: true),
        new ActivatedKind("ActorBase", "Akka.Actor", "an Akka actor", IsWhole: true),
        new ActivatedKind("BaseEndpoint", "FastEndpoints", "a FastEndpoints endpoint", IsWhole: true),
        new ActivatedKind("ServiceBase", "System.ServiceProcess", "a Windows service", IsWhole: true),
        new ActivatedKind("Attribute", "System", "an attribute", IsWhole: true),
        new ActivatedKind("IHostedService", "Microsoft.Extensions.Hosting", "a hosted service"),
        new ActivatedKind("IHealthCheck", "Microsoft.Extensions.Diagnostics.HealthChecks", "a health check"),
        new ActivatedKind("IMiddleware", "Microsoft.AspNetCore.Http", "a middleware"),
        new ActivatedKind("IEndpointFilter", "Microsoft.AspNetCore.Http", "an endpoint filter"),
        new ActivatedKind("IHubFilter", "Microsoft.AspNetCore.SignalR", "a hub filter"),
        new ActivatedKind("IFilterMetadata", "Microsoft.AspNetCore.Mvc.Filters", "an MVC filter"),
        new ActivatedKind("IModelBinder", "Microsoft.AspNetCore.Mvc.ModelBinding", "a model binder"),
        new ActivatedKind("IValueProviderFactory", "Microsoft.AspNetCore.Mvc.ModelBinding", "a value provider factory"),
        new ActivatedKind("IRouteConstraint", "Microsoft.AspNetCore.Routing", "a route constraint"),
        new ActivatedKind("IAuthorizationHandler", "Microsoft.AspNetCore.Authorization", "an authorization handler"),
        new ActivatedKind("IAuthenticationHandler", "Microsoft.AspNetCore.Authentication", "an authentication handler"),
        new ActivatedKind("IFunctionsWorkerMiddleware", "Microsoft.Azure.Functions.Worker.Middleware", "a middleware"),
        new ActivatedKind("IConsumer", "MassTransit", "a MassTransit consumer"),
        new ActivatedKind("IHandleMessages", "NServiceBus", "an NServiceBus handler"),
        new ActivatedKind("IJob", "Quartz", "a Quartz job"),
        new ActivatedKind("IInvocable", "Coravel.Invocable", "a Coravel job")
    );

    /// <summary>Attributes of methods that a framework calls on an object that it makes for them.</summary>
    private static readonly ImmutableArray<ActivatedKind> Calls = ImmutableArray.Create(
        new ActivatedKind("FunctionAttribute", "Microsoft.Azure.Functions.Worker", "an Azure function", IsWhole: true),
        new ActivatedKind("FunctionNameAttribute", "Microsoft.Azure.WebJobs", "an Azure function", IsWhole: true),
        new ActivatedKind("LambdaFunctionAttribute", "Amazon.Lambda.Annotations", "an AWS Lambda function", IsWhole: true),
        new ActivatedKind("FactAttribute", "Xunit", "a test class", IsWhole: true),
        new ActivatedKind("TestAttribute", "NUnit.Framework", "a test class", IsWhole: true),
        new ActivatedKind("TestCaseAttribute", "NUnit.Framework", "a test class", IsWhole: true),
        new ActivatedKind("TestMethodAttribute", "Microsoft.VisualStudio.TestTools.UnitTesting", "a test class", IsWhole: true),
        new ActivatedKind("BenchmarkAttribute", "BenchmarkDotNet.Attributes", "a benchmark", IsWhole: true),
        new ActivatedKind("McpServerToolAttribute", "ModelContextProtocol.Server", "a tool of an MCP server", IsWhole: true)
    );

    private static readonly ActivatedKind GrpcService = new("", "Grpc.Core", "a gRPC service", IsWhole: true, EndpointMethods.Overrides);
    private static readonly ActivatedKind Controller = new(
        "",
        "Microsoft.AspNetCore.Mvc",
        "an MVC controller",
        true,
        EndpointMethods.Public
    );
    private static readonly ActivatedKind Middleware = new("", "Microsoft.AspNetCore.Http", "a middleware", IsWhole: true);
    private static readonly ActivatedKind View = new("", "Microsoft.AspNetCore.Mvc", "a view component", IsWhole: true);
    private static readonly ActivatedKind Lambda = new("", "Amazon.Lambda.Core", "an AWS Lambda function", IsWhole: true);

    /// <summary>What a class is that derives from the type or implements it.</summary>
    public static ActivatedKind? OfContract(INamedTypeSymbol contract)
    {
        if (BearsBinding(contract))
        {
            return GrpcService;
        }

        foreach (var kind in Contracts)
        {
            if (kind.Is(contract))
            {
                return kind;
            }
        }

        return null;
    }

    /// <summary>What a class is by its attributes or its shape.</summary>
    public static ActivatedKind? OfMarks(INamedTypeSymbol type)
    {
        if (
            Bears(type, "ControllerAttribute", Controller.Namespace)
            || Bears(type, "ApiControllerAttribute", Controller.Namespace)
            || IsConventionController(type)
        )
        {
            return Controller;
        }

        if (Bears(type, "ViewComponentAttribute", View.Namespace) || IsConventionView(type))
        {
            return View;
        }

        if (IsConventionMiddleware(type))
        {
            return Middleware;
        }

        foreach (var member in type.GetMembers())
        {
            if (member is IMethodSymbol { MethodKind: MethodKind.Ordinary, DeclaredAccessibility: Accessibility.Public } method)
            {
                if (method.Parameters.Any(static p => IsNamed(p.Type, "ILambdaContext", Lambda.Namespace)))
                {
                    return Lambda;
                }

                foreach (var kind in Calls)
                {
                    if (Bears(method, kind.Name, kind.Namespace))
                    {
                        return kind;
                    }
                }
            }
        }

        return null;
    }

    /// <summary><c>UseMiddleware&lt;T&gt;()</c> makes it with the delegate that comes next; a base class may have what it calls.</summary>
    private static bool IsConventionMiddleware(INamedTypeSymbol type)
    {
        if (
            !type.InstanceConstructors.Any(static c =>
                c.Parameters.Any(static p => IsNamed(p.Type, "RequestDelegate", Middleware.Namespace))
            )
        )
        {
            return false;
        }

        for (var declaring = type; declaring is not null; declaring = declaring.BaseType)
        {
            if (
                declaring
                    .GetMembers()
                    .Any(static m =>
                        m is IMethodSymbol { Name: "Invoke" or "InvokeAsync", Parameters: [var first, ..] }
                        && IsNamed(first.Type, "HttpContext", Middleware.Namespace)
                    )
            )
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>MVC takes a class for a controller by its name; that it is meant is told by a route on one of its methods.</summary>
    private static bool IsConventionController(INamedTypeSymbol type) =>
        type.Name.EndsWith("Controller", StringComparison.OrdinalIgnoreCase)
        && IsFoundByName(type, "NonControllerAttribute")
        && type.GetMembers()
            .Any(static m =>
                m is IMethodSymbol { DeclaredAccessibility: Accessibility.Public }
                && (
                    Bears(m, "HttpMethodAttribute", "Microsoft.AspNetCore.Mvc.Routing")
                    || Bears(m, "RouteAttribute", Controller.Namespace)
                    || ReturnsActionResult(m)
                )
            );

    private static bool ReturnsActionResult(ISymbol member)
    {
        var result = (member as IMethodSymbol)?.ReturnType;
        if (result is INamedTypeSymbol { Name: "Task" or "ValueTask", TypeArguments: [var awaited] })
        {
            result = awaited;
        }

        return result is not null
            && (IsNamed(result, "IActionResult", Controller.Namespace) || IsNamed(result, "ActionResult", Controller.Namespace));
    }

    private static bool IsConventionView(INamedTypeSymbol type) =>
        type.Name.EndsWith("ViewComponent", StringComparison.OrdinalIgnoreCase)
        && IsFoundByName(type, "NonViewComponentAttribute")
        && type.ContainingModule.ReferencedAssemblies.Any(static a => a.Name == "Microsoft.AspNetCore.Mvc.ViewFeatures")
        && type.GetMembers()
            .Any(static m => m is IMethodSymbol { Name: "Invoke" or "InvokeAsync", DeclaredAccessibility: Accessibility.Public });

    private static bool IsFoundByName(INamedTypeSymbol type, string exception) =>
        type is { DeclaredAccessibility: Accessibility.Public, IsAbstract: false, IsGenericType: false, ContainingType: null }
        && !Bears(type, exception, Controller.Namespace);

    // What protoc generates for a service.
    private static bool BearsBinding(INamedTypeSymbol type) => Bears(type, "BindServiceMethodAttribute", GrpcService.Namespace);

    private static bool Bears(ISymbol symbol, string name, string space)
    {
        foreach (var attribute in symbol.GetAttributes())
        {
            for (var type = attribute.AttributeClass; type is not null; type = type.BaseType)
            {
                if (IsNamed(type, name, space))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool IsNamed(ITypeSymbol type, string name, string space) =>
        type.Name == name && type.ContainingNamespace?.ToDisplayString() == space;
}

/// <summary>A kind of classes that a framework activates.</summary>
/// <param name="Name">The base class, interface or attribute by which they are told.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="What">What such a class is called, with its article.</param>
/// <param name="IsWhole">
/// Whether the class is there for the framework alone; otherwise it may offer other interfaces, which a container hands out.
/// </param>
/// <param name="Endpoints">Which methods' annotations the web package reads.</param>
internal sealed record ActivatedKind(
    string Name,
    string Namespace,
    string What,
    bool IsWhole = false,
    EndpointMethods Endpoints = EndpointMethods.None
)
{
    public bool Is(INamedTypeSymbol type) => type.Name == Name && type.ContainingNamespace?.ToDisplayString() == Namespace;

    /// <summary>Whether the type is of the same framework, which calls its members itself.</summary>
    public bool Owns(INamedTypeSymbol type) => Root(type.ContainingNamespace?.ToDisplayString() ?? string.Empty) == Root(Namespace);

    /// <summary>Whether the method is an endpoint whose own annotation, or its class's, is read.</summary>
    public bool Calls(IMethodSymbol method) =>
        Endpoints switch
        {
            EndpointMethods.Public => !method.GetAttributes().Any(static a => a.AttributeClass?.Name == "NonActionAttribute"),
            EndpointMethods.Overrides => method.IsOverride,
            _ => false,
        };

    private static string Root(string space) => space.IndexOf('.') is var dot and > 0 ? space.Substring(0, dot) : space;
}

/// <summary>Which annotations are part of an endpoint's metadata.</summary>
internal enum EndpointMethods
{
    /// <summary>None.</summary>
    None,

    /// <summary>Those of the class.</summary>
    OfType,

    /// <summary>Those of the class and its public methods.</summary>
    Public,

    /// <summary>Those of the class and the methods that it overrides.</summary>
    Overrides,
}
