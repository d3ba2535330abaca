using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Flow;

/// <summary>An exception on its way: which handlers can take it.</summary>
internal abstract record Thrown
{
    /// <summary>What a call may throw that reaches no database: anything but a database's exceptions.</summary>
    public static readonly Thrown ByCall = new OfCall();

    /// <summary>What a command or whatever stands behind other assemblies may throw besides.</summary>
    public static readonly Thrown ByDatabase = new OfDatabase();

    /// <summary>True where it is thrown by a statement that does nothing else.</summary>
    public bool IsExplicit => this is OfType;

    /// <summary>Whether a handler takes it: false for one that cannot, null for one that may.</summary>
    /// <param name="handler">The type that the handler names; null for a general one.</param>
    public abstract bool? IsTakenBy(ITypeSymbol? handler);

    /// <summary>A value that is thrown where its type stands.</summary>
    /// <param name="type">Its type as far as it is known; null where it is not.</param>
    /// <param name="isExact">True where it can be of no derived type.</param>
    public static Thrown Value(ITypeSymbol? type, bool isExact) => new OfType(type, isExact);

    /// <summary>What the runtime throws at a cast, an index or a division: meant where a handler names it, and not before.</summary>
    public static Thrown ByRuntime(string name) => new OfRuntime(name);

    private static bool TakesAll(ITypeSymbol? handler) =>
        handler is null or { SpecialType: SpecialType.System_Object } || (handler.Name == "Exception" && IsIn(handler, "System"));

    private static bool IsIn(ITypeSymbol type, string space) =>
        type.ContainingNamespace is { ContainingNamespace.IsGlobalNamespace: true } found && found.Name == space;

    private static bool Derives(ITypeSymbol? type, ITypeSymbol from)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(type, from))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOfDatabase(ITypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.Name is "DbException" or "DbUpdateException" or "RetryLimitExceededException")
            {
                return true;
            }
        }

        return false;
    }

    private sealed record OfCall : Thrown
    {
        public override bool? IsTakenBy(ITypeSymbol? handler) =>
            TakesAll(handler) ? true
            : IsOfDatabase(handler) ? false
            : null;
    }

    private sealed record OfDatabase : Thrown
    {
        public override bool? IsTakenBy(ITypeSymbol? handler) =>
            TakesAll(handler) ? true
            : IsOfDatabase(handler) ? null
            : false;
    }

    private sealed record OfType(ITypeSymbol? Type, bool IsExact) : Thrown
    {
        public override bool? IsTakenBy(ITypeSymbol? handler) =>
            TakesAll(handler) || Derives(Type, handler!) ? true
            : Type is null || Type.TypeKind == TypeKind.TypeParameter || (!IsExact && Derives(handler, Type)) ? null
            : false;
    }

    private sealed record OfRuntime(string Name) : Thrown
    {
        public override bool? IsTakenBy(ITypeSymbol? handler) => handler?.Name == Name && IsIn(handler, "System");
    }
}
