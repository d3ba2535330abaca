using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Effects;

/// <summary>
/// What members of the framework do, and of libraries that most projects have. It goes by what kind of member it is: one without a result
/// changes what it is called on, one with a result does not unless its name says so. What is in none of the lists is not known.
/// </summary>
internal static class FrameworkEffects
{
    public static FrameworkEffect Of(IMethodSymbol method)
    {
        if (method.ContainingType is not { } type)
        {
            return FrameworkEffect.Unknown;
        }

        var space = SpaceOf(method);
        var name = space + "." + Outermost(type).Name;
        return OfSpecial(name, method) ?? OfOddOnes(name, method) ?? OfKnown(space, name, method);
    }

    public static string SpaceOf(IMethodSymbol method) => method.ContainingType?.ContainingNamespace?.ToDisplayString() ?? string.Empty;

    private static FrameworkEffect? OfSpecial(string name, IMethodSymbol method) =>
        name switch
        {
            "System.Lazy" or "System.Threading.ThreadLocal" when method.Name == "get_Value" => FrameworkEffect.RunsWhatItWasMadeOf,
            "System.Threading.Interlocked" or "System.Threading.Volatile" => method.Name == "Read"
                ? FrameworkEffect.None
                : FrameworkEffect.SetsFirstArgument,
            "System.Type" when method.Name == "InvokeMember" => FrameworkEffect.Unknown,
            _ when method.Name is "Invoke" && SpaceOf(method) == "System.Reflection" => FrameworkEffect.Unknown,
            "System.GC" when method.Name is "SuppressFinalize" or "KeepAlive" => FrameworkEffect.None,
            _ when FrameworkNames.Outside.Contains(name) => IsGetter(method) ? FrameworkEffect.None : FrameworkEffect.Unknown,
            _ when OpensFile(name, method) => FrameworkEffect.Unknown,
            _ => null,
        };

    // Of types whose other members do what their kind says.
    private static FrameworkEffect? OfOddOnes(string name, IMethodSymbol method) =>
        name switch
        {
            "System.Array" when method.Name == "SetValue" => FrameworkEffect.ChangesReceiver,
            "System.Runtime.CompilerServices.ConditionalWeakTable" when method.Name == "GetValue" => FrameworkEffect.ChangesReceiver,
            _ when method.Name == "Save" && SpaceOf(method) == "System.Xml.Linq" && TakesText(method) => FrameworkEffect.Unknown,
            _ => null,
        };

    private static FrameworkEffect OfKnown(string space, string name, IMethodSymbol method) =>
        space == "System.Collections.Immutable"
        || FrameworkNames.HarmlessTypes.Contains(name)
        || FrameworkNames.MayBeSaidTwice.Contains(space)
            ? FrameworkEffect.None
        : FrameworkNames.ChangeableTypes.Contains(name) || FrameworkNames.Changeable.Contains(space)
            ? (OnlyLooks(method) ? FrameworkEffect.None : FrameworkEffect.ChangesReceiver)
        : FrameworkNames.Harmless.Contains(space) ? (Changes(name, method) ? FrameworkEffect.ChangesReceiver : FrameworkEffect.None)
        : IsGetter(method) && IsFramework(space) ? FrameworkEffect.None
        : FrameworkEffect.Unknown;

    private static bool OnlyLooks(IMethodSymbol method) =>
        method.MethodKind is MethodKind.Constructor or MethodKind.UserDefinedOperator or MethodKind.Conversion
        || method is { IsStatic: true, IsExtensionMethod: false }
        || OnlyLooks(method.Name);

    private static bool OnlyLooks(string name) =>
        !name.Contains("OrAdd")
        && !name.Contains("OrCreate")
        && !name.Contains("CreateEntry")
        && !name.Contains("Consuming")
        && FrameworkNames.Looking.Any(word => name.StartsWith(word, StringComparison.Ordinal));

    // A delegate is combined and a text replaced into a new one.
    private static bool Changes(string name, IMethodSymbol method) =>
        method.MethodKind is MethodKind.Ordinary or MethodKind.DelegateInvoke or MethodKind.PropertySet or MethodKind.EventAdd
        && (
            method.IsStatic && !method.IsExtensionMethod
                ? name == "System.Array" && method.Name is "Clear" or "Fill" or "Resize" or "Reverse" or "Sort"
                : MayChange(method)
                    && !IsNamed(method, FrameworkNames.Void)
                    && (method.ReturnsVoid || IsNamed(method, FrameworkNames.Changing))
        );

    private static bool MayChange(IMethodSymbol method) =>
        (method.IsExtensionMethod ? method.Parameters.FirstOrDefault()?.Type : method.ContainingType)
            is not { IsValueType: true, IsReadOnly: true }
                and not { SpecialType: SpecialType.System_String }
        || Receiver(method) is { Name: "Span" or "Memory" or "ArraySegment" };

    private static ITypeSymbol? Receiver(IMethodSymbol method) =>
        method.IsExtensionMethod ? method.Parameters.FirstOrDefault()?.Type : method.ContainingType;

    private static bool IsNamed(IMethodSymbol method, string[] words) =>
        words.Any(word =>
            method.Name.StartsWith(word, StringComparison.Ordinal)
            && (method.Name.Length == word.Length || !char.IsLower(method.Name[word.Length]))
        );

    private static bool IsGetter(IMethodSymbol method) => method.MethodKind == MethodKind.PropertyGet;

    private static bool IsFramework(string space) =>
        space.StartsWith("System.", StringComparison.Ordinal) || space.StartsWith("Microsoft.", StringComparison.Ordinal);

    private static bool OpensFile(string name, IMethodSymbol method) =>
        name is "System.IO.StreamReader" or "System.IO.StreamWriter"
        && method is { MethodKind: MethodKind.Constructor, Parameters: [{ Type.SpecialType: SpecialType.System_String }, ..] };

    // A file's name.
    private static bool TakesText(IMethodSymbol method) => method.Parameters is [{ Type.SpecialType: SpecialType.System_String }, ..];

    private static INamedTypeSymbol Outermost(INamedTypeSymbol type)
    {
        while (type.ContainingType is { } around)
        {
            type = around;
        }

        return type;
    }
}
