using System.Text;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Symbols;
using MonotonicReads.Generator.Wrapping.Text;

namespace MonotonicReads.Generator.Wrapping.Decision;

/// <summary>The path that <c>Key = "order.CustomerId"</c> names, bound to a parameter by position.</summary>
/// <param name="Ordinal">The parameter; by position, since the class and its interface may name it differently.</param>
/// <param name="Rest">The member accesses behind it, with <c>?.</c> where the value before may be null.</param>
internal sealed record SessionKeyPath(int Ordinal, string Rest)
{
    /// <summary>Binds the key, or says why it names nothing usable.</summary>
    /// <param name="key">The text of the annotation.</param>
    /// <param name="methods">The methods whose parameter names count: the implementation first, then what it implements.</param>
    public static (SessionKeyPath? Path, string? Why) Bind(string key, IReadOnlyList<IMethodSymbol> methods, Compilation compilation)
    {
        var segments = key.Split('.');
        var parameter = methods.SelectMany(static m => m.Parameters).FirstOrDefault(p => p.Name == segments[0]);
        if (parameter is null)
        {
            return (null, $"Key \"{key}\" starts with no parameter of this method");
        }

        if (parameter.RefKind == RefKind.Out)
        {
            return (null, $"Key \"{key}\" names an out parameter, which has no value yet");
        }

        var type = parameter.Type;
        var rest = new StringBuilder();
        foreach (var segment in segments.Skip(1))
        {
            if (Readable(type, segment, compilation) is not { } member)
            {
                return (
                    null,
                    $"Key \"{key}\" does not lead on: {type.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat)} has "
                        + $"no readable property '{segment}'"
                );
            }

            rest.Append(MayBeNull(type) ? "?." : ".").Append(Identifier.Escape(segment));
            type = member is IPropertySymbol property ? property.Type : ((IFieldSymbol)member).Type;
        }

        return HasStableText(type)
            ? (new SessionKeyPath(parameter.Ordinal, rest.ToString()), null)
            : (
                null,
                $"Key \"{key}\" is of type {type.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat)}, which has no "
                    + "text that tells one value from another"
            );
    }

    private static bool MayBeNull(ITypeSymbol type) =>
        type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T
        || (!type.IsValueType && type.NullableAnnotation == NullableAnnotation.Annotated);

    private static ISymbol? Readable(ITypeSymbol type, string name, Compilation compilation)
    {
        var underlying = Underlying(type);
        foreach (var candidate in SelfAndBases(underlying))
        {
            foreach (var member in candidate.GetMembers(name))
            {
                if (
                    !member.IsStatic
                    && member is IPropertySymbol { IsIndexer: false, GetMethod: not null } or IFieldSymbol
                    && compilation.IsSymbolAccessibleWithin(
                        member is IPropertySymbol property ? property.GetMethod! : member,
                        compilation.Assembly
                    )
                )
                {
                    return member;
                }
            }
        }

        return null;
    }

    private static IEnumerable<ITypeSymbol> SelfAndBases(ITypeSymbol type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            yield return current;
        }

        var further = type is ITypeParameterSymbol parameter
            ? parameter.ConstraintTypes.SelectMany(static c => SelfAndBases(c))
            : type.AllInterfaces;
        foreach (var inherited in further)
        {
            yield return inherited;
        }
    }

    private static ITypeSymbol Underlying(ITypeSymbol type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable
            ? nullable.TypeArguments[0]
            : type;

    /// <summary>Records and tuples have one, too.</summary>
    private static bool HasOwnToString(ITypeSymbol type) =>
        SelfAndBases(type)
            .TakeWhile(static t => t.SpecialType is not (SpecialType.System_Object or SpecialType.System_ValueType))
            .Any(static t => t.GetMembers("ToString").Any(static m => m is IMethodSymbol { IsOverride: true, Parameters.Length: 0 }));

    /// <summary>A class without a format of its own would give its type's name, and every call the same session.</summary>
    private static bool HasStableText(ITypeSymbol type)
    {
        var underlying = Underlying(type);
        return underlying.SpecialType is SpecialType.System_String or SpecialType.System_Char or SpecialType.System_Boolean
            || underlying.TypeKind == TypeKind.Enum
            || (underlying is ITypeParameterSymbol parameter && parameter.ConstraintTypes.Length == 0)
            || (!underlying.IsRefLikeType && (FrameworkTypes.IsFormattable(underlying) || HasOwnToString(underlying)));
    }
}
