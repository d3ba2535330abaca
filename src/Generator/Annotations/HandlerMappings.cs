using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Annotations;

/// <summary>
/// Calls that are handed what runs later for a request, a job, a command or a message: a lambda there is a unit of work of its own, and
/// no part of the method that maps it.
/// </summary>
internal static class HandlerMappings
{
    private const string Web = "Microsoft.AspNetCore";

    /// <summary>Libraries whose members map handlers, by the namespace that theirs begin with.</summary>
    private static readonly (string Space, string[] Members)[] Known =
    [
        ("Microsoft.AspNetCore.SignalR.Client", ["On"]),
        ("MonotonicReads.Testing", ["ForEachAssignmentAsync"]),
        ("System.CommandLine", ["SetHandler", "SetAction"]),
        ("Coravel", ["Schedule", "ScheduleAsync", "QueueTask", "QueueAsyncTask"]),
        ("FluentScheduler", ["Schedule", "AddJob"]),
        ("MassTransit", ["Handler", "ConnectHandler"]),
        ("Rebus", ["Handle"]),
        ("EasyNetQ", ["Subscribe", "SubscribeAsync", "Respond", "RespondAsync", "Receive", "ReceiveAsync", "Consume"]),
        ("StackExchange.Redis", ["Subscribe", "SubscribeAsync", "OnMessage"]),
        ("Microsoft.Azure.ServiceBus", ["RegisterMessageHandler", "RegisterSessionHandler"]),
        ("Cocona", ["AddCommand"]),
        ("ConsoleAppFramework", ["Add", "AddCommand", "AddRootCommand"]),
        ("Spectre.Console.Cli", ["AddDelegate", "AddAsyncDelegate"]),
    ];

    /// <summary>Verbs of members that take any delegate, whose shape is all that is known of them.</summary>
    private static readonly string[] Verbs = ["Map", "Handle", "On", "SetHandler", "SetAction", "AddCommand"];

    /// <summary>Whether the parameter takes a handler.</summary>
    /// <param name="method">The member that is called.</param>
    /// <param name="parameter">Its parameter.</param>
    public static bool Takes(IMethodSymbol method, IParameterSymbol? parameter)
    {
        if (parameter is null || (!IsAnyDelegate(parameter.Type) && parameter.Type.TypeKind != TypeKind.Delegate))
        {
            return false;
        }

        method = method.ReducedFrom ?? method;
        var invoke = (parameter.Type as INamedTypeSymbol)?.DelegateInvokeMethod;
        return !Configures(invoke) && (IsOfKnown(method) || IsEndpoint(method, parameter.Type, invoke));
    }

    /// <summary>The call to which a lambda is handed as a handler; null where it is not.</summary>
    public static IInvocationOperation? MappingOf(IOperation? lambda)
    {
        var operation = lambda;
        while (operation is IAnonymousFunctionOperation or IDelegateCreationOperation or IConversionOperation)
        {
            operation = operation.Parent;
        }

        return
            operation is IArgumentOperation { Parent: IInvocationOperation mapping, Parameter: var parameter }
            && Takes(mapping.TargetMethod, parameter)
            ? mapping
            : null;
    }

    private static bool IsOfKnown(IMethodSymbol method)
    {
        foreach (var (known, members) in Known)
        {
            if (Array.IndexOf(members, method.Name) >= 0 && IsWithin(method.ContainingNamespace?.ToDisplayString() ?? "", known))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>An endpoint, a middleware or a filter, whoever's extension it is: told by what its parameter takes.</summary>
    private static bool IsEndpoint(IMethodSymbol method, ITypeSymbol type, IMethodSymbol? invoke)
    {
        if (IsAnyDelegate(type))
        {
            return Array.Exists(Verbs, verb => Begins(method.Name, verb)) || BuildsEndpoints(SubjectOf(method));
        }

        if (IsRequestDelegate(type))
        {
            return true;
        }

        if (invoke is null || IsRequestDelegate(invoke.ReturnType))
        {
            return false;
        }

        return invoke.Parameters.Any(static p => IsOfWeb(p.Type, "HttpContext") || IsOfWeb(p.Type, "EndpointFilterInvocationContext"))
            ? IsWithin(method.ContainingNamespace?.ToDisplayString() ?? "", Web) || BuildsEndpoints(SubjectOf(method))
            : !invoke.ReturnsVoid && Begins(method.Name, "Map") && BuildsEndpoints(SubjectOf(method));
    }

    private static ITypeSymbol? SubjectOf(IMethodSymbol method) =>
        method.IsExtensionMethod ? method.Parameters[0].Type : method.ContainingType;

    /// <summary>What sets something up while it is called: <c>app.Map("/admin", branch => ...)</c>.</summary>
    private static bool Configures(IMethodSymbol? invoke) => invoke?.Parameters.Any(static p => BuildsEndpoints(p.Type)) == true;

    private static bool BuildsEndpoints(ITypeSymbol? type) =>
        type is not null
        && (
            IsBuilder(type)
            || type.AllInterfaces.Any(IsBuilder)
            || (type as ITypeParameterSymbol)?.ConstraintTypes.Any(BuildsEndpoints) == true
        );

    private static bool IsBuilder(ITypeSymbol type) => IsOfWeb(type, "IApplicationBuilder") || IsOfWeb(type, "IEndpointRouteBuilder");

    private static bool IsRequestDelegate(ITypeSymbol type) => IsOfWeb(type, "RequestDelegate");

    private static bool IsAnyDelegate(ITypeSymbol type) => type is { Name: "Delegate", ContainingNamespace.Name: "System" };

    private static bool IsOfWeb(ITypeSymbol type, string name) =>
        type.Name == name && IsWithin(type.ContainingNamespace?.ToDisplayString() ?? "", Web);

    private static bool IsWithin(string space, string outer) =>
        space.StartsWith(outer, StringComparison.Ordinal) && (space.Length == outer.Length || space[outer.Length] == '.');

    private static bool Begins(string name, string verb) =>
        name.StartsWith(verb, StringComparison.Ordinal) && (name.Length == verb.Length || char.IsUpper(name[verb.Length]));
}
