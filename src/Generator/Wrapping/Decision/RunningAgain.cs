using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Symbols;

namespace MonotonicReads.Generator.Wrapping.Decision;

/// <summary>Whether a wrapper can make a call once more: it needs the arguments again, and nobody may have the result yet.</summary>
internal static class RunningAgain
{
    /// <summary>Why it cannot; null where it can.</summary>
    public static string? WhyNot(IMethodSymbol method) =>
        method.MethodKind == MethodKind.PropertySet ? "it sets a property"
        : method.ReturnsByRef || method.ReturnsByRefReadonly || method.ReturnType.IsRefLikeType || IsPointer(method.ReturnType)
            ? "what it returns cannot be kept"
        : IsHandedOutInPieces(method.ReturnType) ? "its result is handed out item by item"
        : method.Parameters.FirstOrDefault(static p => !CanBeKept(p)) is { } parameter
            ? $"its parameter '{parameter.Name}' cannot be kept for another call"
        : null;

    private static bool CanBeKept(IParameterSymbol parameter) =>
        parameter.RefKind == RefKind.None
        && !parameter.Type.IsRefLikeType
        && !IsPointer(parameter.Type)
        && !NewerRoslyn.AllowsRefStruct(parameter.Type);

    private static bool IsPointer(ITypeSymbol type) => type.TypeKind is TypeKind.Pointer or TypeKind.FunctionPointer;

    private static bool IsHandedOutInPieces(ITypeSymbol type) =>
        FrameworkTypes.AsyncSequenceItem(type) is not null
        || FrameworkTypes.IsSequence(type)
        || FrameworkTypes.IsAsyncEnumerator(type)
        || FrameworkTypes.IsEnumerator(type);
}
