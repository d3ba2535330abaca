using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Effects;

/// <summary>
/// Whether a value is a body's own, so that changing it is no effect: another run makes another. A list that it made of what it was handed
/// is its own, and what is in it is not; so the types are kept of what is not its own and may be in it.
/// </summary>
internal sealed class Ownership : IEquatable<Ownership>
{
    /// <summary>More of them are not told apart.</summary>
    private const int MaxOthers = 6;

    private static readonly HashSet<string> Immutable = new(StringComparer.Ordinal)
    {
        "BigInteger",
        "CancellationToken",
        "CultureInfo",
        "Encoding",
        "Regex",
        "StringComparer",
        "TimeZoneInfo",
        "Type",
        "Uri",
        "Version",
    };

    /// <summary>Somebody else has it.</summary>
    public static readonly Ownership None = new(isMade: false, isMixed: false, ImmutableArray<ITypeSymbol>.Empty);

    /// <summary>It is the body's own, and all that is reached through it.</summary>
    public static readonly Ownership All = new(isMade: true, isMixed: false, ImmutableArray<ITypeSymbol>.Empty);

    /// <summary>It is the body's own, and nothing that is reached through it.</summary>
    public static readonly Ownership Shell = new(isMade: true, isMixed: true, ImmutableArray<ITypeSymbol>.Empty);

    private readonly bool _isMixed;
    private readonly ImmutableArray<ITypeSymbol> _others;

    private Ownership(bool isMade, bool isMixed, ImmutableArray<ITypeSymbol> others)
    {
        IsMade = isMade;
        _isMixed = isMixed;
        _others = others;
    }

    /// <summary>Whether the object itself may be changed.</summary>
    public bool IsMade { get; }

    /// <summary>Of a new object, in which a value is put.</summary>
    /// <param name="type">The type of the value.</param>
    /// <param name="value">Whose that is.</param>
    public Ownership With(ITypeSymbol? type, Ownership value)
    {
        if (!IsMade || _isMixed)
        {
            return this;
        }

        if (value.IsMade)
        {
            return value._isMixed ? Shell : With(value._others);
        }

        var held = ImmutableArray.CreateBuilder<ITypeSymbol>();
        AddHeld(type, held);
        return type is null ? Shell : With(held.ToImmutable());
    }

    /// <summary>Of a new collection of what is in another one.</summary>
    /// <param name="type">The type of the new one.</param>
    public static Ownership CopyAs(ITypeSymbol? type)
    {
        var held = ImmutableArray.CreateBuilder<ITypeSymbol>();
        switch (type)
        {
            case IArrayTypeSymbol array:
                AddHeld(array.ElementType, held);
                break;
            case INamedTypeSymbol { TypeArguments: { IsEmpty: false } arguments }:
                foreach (var argument in arguments)
                {
                    AddHeld(argument, held);
                }

                break;
            default:
                return Shell;
        }

        return All.With(held.ToImmutable());
    }

    /// <summary>Of what is reached through it.</summary>
    public Ownership Part(ITypeSymbol? type, Compilation compilation) =>
        !IsMade ? None
        : IsPlain(type) ? All
        : _isMixed ? None
        : MayBe(type, compilation) ? None
        : this;

    /// <summary>Of what may be one or the other.</summary>
    public Ownership Or(Ownership other) =>
        !IsMade || !other.IsMade ? None
        : _isMixed || other._isMixed ? Shell
        : With(other._others);

    /// <summary>Whether a value of the type may be one of those that are in it and somebody else's.</summary>
    public bool MayBe(ITypeSymbol? type, Compilation compilation) =>
        _isMixed || (!_others.IsEmpty && (type is null || _others.Any(other => AreAlike(type, other, compilation))));

    /// <summary>Whether nobody can change it, or see it changed.</summary>
    public static bool IsPlain(ITypeSymbol? type) =>
        type is { IsUnmanagedType: true } or { SpecialType: SpecialType.System_String }
        || (
            type is { ContainingNamespace: { } space }
            && Immutable.Contains(type.Name)
            && space.ToDisplayString().StartsWith("System", StringComparison.Ordinal)
        );

    public bool Equals(Ownership? other) =>
        other is not null
        && IsMade == other.IsMade
        && _isMixed == other._isMixed
        && _others.Length == other._others.Length
        && _others.All(type => other._others.Contains(type, SymbolEqualityComparer.Default));

    public override bool Equals(object? obj) => Equals(obj as Ownership);

    public override int GetHashCode() =>
        _others.Aggregate(IsMade ? 1 : 0, static (hash, type) => unchecked(hash + (SymbolEqualityComparer.Default.GetHashCode(type) * 31)));

    private Ownership With(ImmutableArray<ITypeSymbol> more)
    {
        var others = _others;
        foreach (var type in more)
        {
            if (!others.Contains(type, SymbolEqualityComparer.Default))
            {
                others = others.Add(type);
            }
        }

        return others.Length == _others.Length ? this
            : others.Length > MaxOthers ? Shell
            : new Ownership(isMade: true, isMixed: false, others);
    }

    private static void AddHeld(ITypeSymbol? type, ImmutableArray<ITypeSymbol>.Builder held)
    {
        if (type is null || IsPlain(type) || held.Contains(type, SymbolEqualityComparer.Default))
        {
            return;
        }

        held.Add(type);
        switch (type)
        {
            case IArrayTypeSymbol array:
                AddHeld(array.ElementType, held);
                break;
            case INamedTypeSymbol named:
                foreach (var argument in named.TypeArguments)
                {
                    AddHeld(argument, held);
                }

                break;
        }
    }

    private static bool AreAlike(ITypeSymbol left, ITypeSymbol right, Compilation compilation) =>
        SaysNothing(left)
        || SaysNothing(right)
        || SymbolEqualityComparer.Default.Equals(left, right)
        || AreFormsAlike(left, right, compilation)
        || MayBeBoth(left, right)
        || MayBeBoth(right, left)
        || compilation.ClassifyCommonConversion(left, right) is { Exists: true, IsImplicit: true, IsUserDefined: false }
        || compilation.ClassifyCommonConversion(right, left) is { Exists: true, IsImplicit: true, IsUserDefined: false };

    // A list of one thing is no list of another.
    private static bool AreFormsAlike(ITypeSymbol left, ITypeSymbol right, Compilation compilation) =>
        left is INamedTypeSymbol { TypeArguments: var ofLeft }
        && right is INamedTypeSymbol { TypeArguments: var ofRight }
        && SymbolEqualityComparer.Default.Equals(left.OriginalDefinition, right.OriginalDefinition)
        && ofLeft.Zip(ofRight, (l, r) => AreAlike(l, r, compilation)).All(static alike => alike);

    // Of a class that is not sealed others are derived, which may implement it.
    private static bool MayBeBoth(ITypeSymbol type, ITypeSymbol contract) =>
        contract is { TypeKind: TypeKind.Interface, SpecialType: SpecialType.None }
        && type.SpecialType == SpecialType.None
        && (type.TypeKind == TypeKind.Interface || type is { TypeKind: TypeKind.Class, IsSealed: false })
        && type.Locations.Any(static place => place.IsInSource)
        && contract.Locations.Any(static place => place.IsInSource);

    private static bool SaysNothing(ITypeSymbol type) =>
        type.TypeKind is TypeKind.TypeParameter or TypeKind.Dynamic or TypeKind.Error
        || type.SpecialType is SpecialType.System_Object or SpecialType.System_Array;
}
