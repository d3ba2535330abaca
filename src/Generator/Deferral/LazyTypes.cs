using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Deferral;

/// <summary>Types whose values do their work when somebody walks through them or calls them.</summary>
internal static class LazyTypes
{
    /// <summary>A sequence, query or enumerator; a collection is none.</summary>
    public static bool IsSequence(ITypeSymbol? type) =>
        type is INamedTypeSymbol named
        && (named.Name, named.ContainingNamespace?.ToDisplayString()) switch
        {
            ("IEnumerable" or "IEnumerator", "System.Collections") => true,
            ("IEnumerable" or "IEnumerator" or "IAsyncEnumerable" or "IAsyncEnumerator", "System.Collections.Generic") => true,
            ("IOrderedEnumerable" or "IQueryable" or "IOrderedQueryable" or "ParallelQuery" or "OrderedParallelQuery", "System.Linq") =>
                true,
            ("IOrderedAsyncEnumerable", "System.Linq") => true,
            _ => false,
        };

    /// <summary>A delegate, or a value that is made when it is first asked for.</summary>
    public static bool IsDelegate(ITypeSymbol? type) =>
        type is { TypeKind: TypeKind.Delegate } or INamedTypeSymbol { Name: "Lazy", ContainingNamespace.Name: "System" };

    /// <summary>A delegate that is called for what it returns, or a value that is made when it is first asked for.</summary>
    public static bool GivesValue(ITypeSymbol? type) =>
        type is INamedTypeSymbol { DelegateInvokeMethod: { } invoke }
            ? !invoke.ReturnsVoid && invoke.ReturnType is not INamedTypeSymbol { Name: "Task" or "ValueTask", TypeArguments.IsEmpty: true }
            : IsDelegate(type);

    /// <summary>A sequence or collection whose elements are sequences.</summary>
    public static bool HoldsSequences(ITypeSymbol? type) =>
        type switch
        {
            IArrayTypeSymbol { ElementType: var element } => IsSequence(element),
            INamedTypeSymbol named => (IsSequence(named) || IsCollection(named)) && named.TypeArguments.Any(IsSequence),
            _ => false,
        };

    /// <summary>What a value of the type carries of the sequences that it was made of; null where it has walked through them.</summary>
    public static Carrier? CarrierOf(ITypeSymbol? type) =>
        HoldsSequences(type) ? Carrier.Holder
        : IsSequence(type) ? Carrier.Sequence
        : null;

    /// <summary>Whether an object of the type, made of a sequence, has walked through it.</summary>
    public static bool IsCollection(ITypeSymbol type) =>
        type.TypeKind == TypeKind.Array
        || type.AllInterfaces.Any(static i =>
            i.OriginalDefinition.SpecialType
                is SpecialType.System_Collections_Generic_ICollection_T
                    or SpecialType.System_Collections_Generic_IReadOnlyCollection_T
            || i is { Name: "ICollection", ContainingNamespace.Name: "Collections" }
        );

    /// <summary>A value that can hold no sequence.</summary>
    public static bool IsPlain(ITypeSymbol type) =>
        type.SpecialType is not (SpecialType.None or SpecialType.System_Object) || type.TypeKind is TypeKind.Enum;
}
