using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Symbols;

/// <summary>Types told apart by name, so that nothing has to be looked up in the compilation.</summary>
internal static class FrameworkTypes
{
    public static bool IsTaskLike(ITypeSymbol type) =>
        type is INamedTypeSymbol { Name: "Task" or "ValueTask", Arity: 0 or 1 } named && IsIn(named, "System", "Threading", "Tasks");

    /// <summary>
    /// Whether an async method may await the type and return it, although it is not the framework's:
    /// <c>[AsyncMethodBuilder]</c> stands on it, and awaiting it gives what such a method has to return.
    /// </summary>
    public static bool HasAsyncBuilder(ITypeSymbol type) =>
        type
            is INamedTypeSymbol
            {
                Arity: 0 or 1,
                TypeKind: TypeKind.Class or TypeKind.Struct,
                ContainingType: null or { IsGenericType: false }
            } named
        && NamesAsyncBuilder(named)
        && AwaitedResult(named) is { } result
        && (
            named.Arity == 0
                ? result.SpecialType == SpecialType.System_Void
                : SymbolEqualityComparer.Default.Equals(result, named.TypeArguments[0])
        );

    /// <summary>Whether <c>[AsyncMethodBuilder]</c> stands on the type.</summary>
    public static bool NamesAsyncBuilder(ITypeSymbol type) =>
        type
            .OriginalDefinition.GetAttributes()
            .Any(static a =>
                a is { AttributeClass: { Name: "AsyncMethodBuilderAttribute" } attribute, ConstructorArguments.Length: 1 }
                && IsIn(attribute, "System", "Runtime", "CompilerServices")
            );

    /// <summary>
    /// The type's own <c>GetAwaiter()</c>, or null. Extension methods are not looked for: whether they are in reach depends on the place.
    /// </summary>
    public static IMethodSymbol? Awaiter(ITypeSymbol type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            if (
                current.GetMembers("GetAwaiter").FirstOrDefault(static m => m is IMethodSymbol { Parameters.Length: 0, IsStatic: false })
                is IMethodSymbol found
            )
            {
                return found;
            }
        }

        return null;
    }

    private static ITypeSymbol? AwaitedResult(ITypeSymbol type) =>
        Awaiter(type)
            ?.ReturnType.GetMembers("GetResult")
            .OfType<IMethodSymbol>()
            .FirstOrDefault(static m => m.Parameters.Length == 0)
            ?.ReturnType;

    /// <summary>The T of <c>IAsyncEnumerable&lt;T&gt;</c>, or null.</summary>
    public static ITypeSymbol? AsyncSequenceItem(ITypeSymbol type) =>
        type is INamedTypeSymbol { Name: "IAsyncEnumerable", Arity: 1 } named && IsIn(named, "System", "Collections", "Generic")
            ? named.TypeArguments[0]
            : null;

    /// <summary>The T of <c>IEnumerable&lt;T&gt;</c>, or null.</summary>
    public static ITypeSymbol? SequenceItem(ITypeSymbol type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Collections_Generic_IEnumerable_T } named
            ? named.TypeArguments[0]
            : null;

    public static bool IsAsyncEnumerator(ITypeSymbol type) =>
        type is INamedTypeSymbol { Name: "IAsyncEnumerator", Arity: 1 } named && IsIn(named, "System", "Collections", "Generic");

    /// <summary>A sequence of any item, or <c>IEnumerable</c>.</summary>
    public static bool IsSequence(ITypeSymbol type) =>
        type.OriginalDefinition.SpecialType
            is SpecialType.System_Collections_Generic_IEnumerable_T
                or SpecialType.System_Collections_IEnumerable;

    /// <summary>An enumerator of any item, or <c>IEnumerator</c>.</summary>
    public static bool IsEnumerator(ITypeSymbol type) =>
        type.OriginalDefinition.SpecialType
            is SpecialType.System_Collections_Generic_IEnumerator_T
                or SpecialType.System_Collections_IEnumerator;

    public static bool IsAsyncDisposable(INamedTypeSymbol type) => type is { Name: "IAsyncDisposable", Arity: 0 } && IsIn(type, "System");

    public static bool IsCancellationToken(ITypeSymbol type) =>
        type is INamedTypeSymbol { Name: "CancellationToken", Arity: 0 } named && IsIn(named, "System", "Threading");

    public static bool IsFormattable(ITypeSymbol type) =>
        type.AllInterfaces.Any(static i => i is { Name: "IFormattable", Arity: 0 } && IsIn(i, "System"));

    /// <summary>The outermost namespace around a symbol; empty for what stands in none.</summary>
    public static string? RootOf(ISymbol? symbol)
    {
        var space = symbol?.ContainingNamespace;
        while (space is { ContainingNamespace.IsGlobalNamespace: false })
        {
            space = space.ContainingNamespace;
        }

        return space?.Name;
    }

    /// <summary>Whether the type's namespace is the one given from the outside in.</summary>
    public static bool IsIn(INamedTypeSymbol type, params string[] namespaces)
    {
        if (type.ContainingType is not null)
        {
            return false;
        }

        var current = type.ContainingNamespace;
        for (var i = namespaces.Length - 1; i >= 0; i--)
        {
            if (current is null || current.Name != namespaces[i])
            {
                return false;
            }

            current = current.ContainingNamespace;
        }

        return current is { IsGlobalNamespace: true };
    }
}
