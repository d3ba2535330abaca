using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Flow;

/// <summary>Detours told by name: last, and only by names that are said for nothing else.</summary>
internal static class KnownDetours
{
    private static readonly string[] Ambient =
    [
        "WorkContext",
        "StoreContext",
        "TenantContext",
        "UserContext",
        "RequestContext",
        "SessionContext",
        "ExecutionContext",
        "CurrentUser",
        "CurrentUserService",
        "CurrentUserAccessor",
        "UserAccessor",
        "TenantAccessor",
        "StringLocalizer",
        "Localizer",
    ];

    private static readonly string[] Logs = ["Logger", "LogManager", "LoggerExtensions", "LoggingExtensions"];

    private static readonly string[] Publishers = ["Publish", "Raise", "Notify", "Dispatch", "Trigger", "Fire", "Emit"];

    private static readonly string[] Subscribed = ["Event", "Events", "Publisher", "Bus", "Dispatcher", "Mediator", "Aggregator", "Hooks"];

    private static readonly string[] Subscribers = ["Handler", "Consumer", "Subscriber", "Listener", "Observer", "Subscription", "Hook"];

    /// <summary>What a call goes through, judged by the type that is called and the member's name.</summary>
    public static Detour Of(IMethodSymbol called)
    {
        var method = called.ReducedFrom ?? called;
        var type = method.ContainingType?.Name ?? string.Empty;
        var member = method.AssociatedSymbol?.Name ?? method.Name;
        if (IsPublished(type, member))
        {
            return Detour.Event;
        }

        if (type is "ILog" || Array.Exists(Logs, name => type.EndsWith(name, StringComparison.Ordinal)))
        {
            return Detour.Log;
        }

        if (type.IndexOf("FileSystem", StringComparison.Ordinal) >= 0 || type.IndexOf("FileProvider", StringComparison.Ordinal) >= 0)
        {
            return Detour.FileSystem;
        }

        return AsksForNothing(method) && Array.Exists(Ambient, name => type.EndsWith(name, StringComparison.Ordinal))
            ? Detour.Context
            : Detour.None;
    }

    /// <summary>True where others are told through a type: which of its implementations runs is decided by who subscribed.</summary>
    public static bool IsSubscriber(INamedTypeSymbol type) =>
        Array.Exists(Subscribers, name => type.Name.EndsWith(name, StringComparison.Ordinal));

    /// <summary>True where a type's name says that it keeps what others load.</summary>
    public static bool IsCache(ITypeSymbol? type) =>
        type is { Name: var name }
        && (
            name.EndsWith("Cache", StringComparison.Ordinal)
            || name.IndexOf("CacheManager", StringComparison.Ordinal) >= 0
            || name.EndsWith("CacheService", StringComparison.Ordinal)
            || name.EndsWith("CacheProvider", StringComparison.Ordinal)
            || name.EndsWith("CacheStore", StringComparison.Ordinal)
            || name.EndsWith("CacheClient", StringComparison.Ordinal)
            || name.EndsWith("CacheExtensions", StringComparison.Ordinal)
        );

    private static bool IsPublished(string type, string member)
    {
        foreach (var verb in Publishers)
        {
            if (member.StartsWith(verb, StringComparison.Ordinal))
            {
                return IsSubscribed(type, member, verb.Length);
            }
        }

        return false;
    }

    private static bool IsSubscribed(string type, string member, int from) =>
        Array.Exists(
            Subscribed,
            name => type.IndexOf(name, StringComparison.Ordinal) >= 0 || member.IndexOf(name, StringComparison.Ordinal) >= from
        );

    /// <summary>The current user is asked for without saying which; a member with a key looks something up.</summary>
    private static bool AsksForNothing(IMethodSymbol method) =>
        method.MethodKind == MethodKind.PropertyGet || method.Parameters.All(static p => p.Type.Name == "CancellationToken");
}
