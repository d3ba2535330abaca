using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Effects;

/// <summary>Parameters of members outside the compilation whose values are changed by the call.</summary>
internal static class WrittenParameters
{
    /// <summary>What is handed on in order to be written, or read to its end.</summary>
    private static readonly HashSet<string> Sinks = new(StringComparer.Ordinal)
    {
        "ArrayBufferWriter",
        "BinaryReader",
        "BinaryWriter",
        "DataSet",
        "DataTable",
        "IBufferWriter",
        "JsonTextReader",
        "JsonTextWriter",
        "JsonReader",
        "JsonWriter",
        "Memory",
        "PipeReader",
        "PipeWriter",
        "Span",
        "Stream",
        "StringBuilder",
        "TextReader",
        "TextWriter",
        "Utf8JsonWriter",
        "XmlReader",
        "XmlWriter",
    };

    private static readonly HashSet<string> Targets = new(StringComparer.Ordinal)
    {
        "buffer",
        "dest",
        "destination",
        "destinationArray",
        "dst",
        "output",
        "target",
    };

    /// <summary>Members without a result that only look at what they are handed.</summary>
    private static readonly string[] Looking =
    [
        "ThrowIf",
        "Throw",
        "Validate",
        "Wait",
        "KeepAlive",
        "Assert",
        "Log",
        "Write",
        "Fail",
        "Add",
        "Insert",
        "Enqueue",
        "Push",
        "Set",
        "For",
    ];

    public static bool Contain(IMethodSymbol method, IParameterSymbol parameter)
    {
        if (parameter.IsThis || parameter.RefKind is RefKind.Out || Ownership.IsPlain(parameter.Type))
        {
            return false;
        }

        if (IsReceiver(method, parameter))
        {
            return false;
        }

        return IsSink(parameter.Type)
            || (parameter.Type.IsReferenceType && Targets.Contains(parameter.Name) && !IsKept(method, parameter))
            || (method.Name.Contains("CopyTo") && parameter.Type is IArrayTypeSymbol)
            || IsFilled(method, parameter);
    }

    // What a static member without a result does, it does to what it is handed: Array.Copy, JsonConvert.PopulateObject.
    private static bool IsFilled(IMethodSymbol method, IParameterSymbol parameter) =>
        method.Name is "PopulateObject" or "Bind" or "SetValue"
            ? parameter.Type.SpecialType == SpecialType.System_Object && parameter.Name is not "value"
            : method is { IsStatic: true, ReturnsVoid: true, MethodKind: MethodKind.Ordinary, IsExtensionMethod: false }
                && parameter is { IsParams: false, Type: IArrayTypeSymbol or { SpecialType: SpecialType.System_Array } }
                && !parameter.Name.StartsWith("source", StringComparison.Ordinal)
                && parameter.Name is not "src"
                && FrameworkEffects.SpaceOf(method).StartsWith("System", StringComparison.Ordinal)
                && !Looking.Any(word => method.Name.StartsWith(word, StringComparison.Ordinal));

    // A weak reference keeps what it is made of, and changes nothing of it.
    private static bool IsKept(IMethodSymbol method, IParameterSymbol parameter) =>
        method.MethodKind == MethodKind.Constructor && parameter.Name == "target";

    // That is asked elsewhere.
    private static bool IsReceiver(IMethodSymbol method, IParameterSymbol parameter) =>
        method.IsExtensionMethod && parameter.Ordinal == 0 && !method.Name.StartsWith("Serialize", StringComparison.Ordinal);

    private static bool IsSink(ITypeSymbol type)
    {
        for (var current = type; current is { SpecialType: SpecialType.None }; current = current.BaseType)
        {
            if (
                Sinks.Contains(current.Name)
                && current.ContainingNamespace?.ToDisplayString() is { } space
                && (space.StartsWith("System", StringComparison.Ordinal) || space.StartsWith("Newtonsoft", StringComparison.Ordinal))
            )
            {
                return true;
            }
        }

        return false;
    }
}
