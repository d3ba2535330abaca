using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Effects;

/// <summary>The framework's members by namespace: what is in none of these lists has an effect that is not known.</summary>
internal static class FrameworkEffects
{
    private static readonly string[] Harmless =
    [
        "System",
        "System.Buffers",
        "System.ComponentModel.DataAnnotations",
        "System.Data.SqlTypes",
        "System.Diagnostics",
        "System.Diagnostics.CodeAnalysis",
        "System.Diagnostics.Metrics",
        "System.Globalization",
        "System.Linq",
        "System.Numerics",
        "System.Runtime.CompilerServices",
        "System.Runtime.ExceptionServices",
        "System.Security.Claims",
        "System.Text.Json",
        "System.Text.Json.Nodes",
        "System.Text.RegularExpressions",
        "System.Threading.Tasks",
        "Microsoft.Extensions.DependencyInjection",
        "Microsoft.Extensions.Logging",
        "Microsoft.Extensions.Options",
        "Microsoft.Extensions.Primitives",
    ];

    /// <summary>Their objects are changed by what does not only look at them.</summary>
    private static readonly string[] Changeable =
    [
        "System.Collections",
        "System.Collections.Concurrent",
        "System.Collections.Generic",
        "System.Collections.ObjectModel",
        "System.Collections.Specialized",
        "System.Text",
    ];

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "System.Threading.CancellationToken",
        "System.IO.Path",
        "System.Security.Cryptography.SHA256",
        "System.Security.Cryptography.SHA512",
        "System.Collections.Frozen.FrozenDictionary",
        "System.Collections.Frozen.FrozenSet",
    };

    private static readonly HashSet<string> ChangeableTypes = new(StringComparer.Ordinal)
    {
        "System.IO.MemoryStream",
        "System.IO.StringReader",
        "System.IO.StringWriter",
        "System.IO.TextWriter",
        "System.Threading.CancellationTokenSource",
        "System.Threading.Tasks.TaskCompletionSource",
    };

    private static readonly HashSet<string> Outside = new(StringComparer.Ordinal)
    {
        "System.AppDomain",
        "System.Console",
        "System.Environment",
        "System.GC",
        "System.IObserver",
        "System.IProgress",
        "System.Progress",
        "System.Diagnostics.Process",
        "System.Diagnostics.EventLog",
    };

    private static readonly HashSet<string> ArrayChanges = new(StringComparer.Ordinal)
    {
        "Clear",
        "Fill",
        "Resize",
        "Reverse",
        "Sort",
        "SetValue",
    };

    private static readonly string[] Looking =
    [
        "Get",
        "TryGet",
        "Contains",
        "IndexOf",
        "LastIndexOf",
        "Find",
        "Exists",
        "To",
        "Equals",
        "Compare",
        "As",
        "Count",
        "Copy",
        "BinarySearch",
        "TrueForAll",
        "Peek",
        "TryPeek",
        "Slice",
        "ConvertAll",
        "ForEach",
        "get_",
        "Create",
        "MoveNext",
        "Dispose",
    ];

    public static FrameworkEffect Of(IMethodSymbol method)
    {
        if (method.ContainingType is not { } type)
        {
            return FrameworkEffect.Unknown;
        }

        var space = type.ContainingNamespace?.ToDisplayString() ?? string.Empty;
        var name = space + "." + Outermost(type).Name;
        if (Outside.Contains(name))
        {
            return method.MethodKind == MethodKind.PropertyGet ? FrameworkEffect.None : FrameworkEffect.Unknown;
        }

        if (space == "System.Collections.Immutable" || Known.Contains(name))
        {
            return FrameworkEffect.None;
        }

        if (ChangeableTypes.Contains(name) || Changeable.Contains(space) || ChangesArray(name, method))
        {
            return OnlyLooks(name, method) ? FrameworkEffect.None : FrameworkEffect.ChangesReceiver;
        }

        return Harmless.Contains(space) ? FrameworkEffect.None : FrameworkEffect.Unknown;
    }

    private static bool ChangesArray(string type, IMethodSymbol method) => type == "System.Array" && ArrayChanges.Contains(method.Name);

    private static bool OnlyLooks(string type, IMethodSymbol method) =>
        method.MethodKind == MethodKind.Constructor || (method.IsStatic && !ChangesArray(type, method)) || OnlyLooks(method.Name);

    private static INamedTypeSymbol Outermost(INamedTypeSymbol type)
    {
        while (type.ContainingType is { } around)
        {
            type = around;
        }

        return type;
    }

    private static bool OnlyLooks(string name) =>
        !name.Contains("OrAdd") && Looking.Any(word => name.StartsWith(word, StringComparison.Ordinal));
}
