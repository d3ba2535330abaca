using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Symbols;

namespace MonotonicReads.Generator.Wrapping.Text;

/// <summary>Signatures and calls as text.</summary>
internal static class SignatureText
{
    /// <summary>What a parameter list is written for.</summary>
    public enum Purpose
    {
        /// <summary>A member that callers name: default values and caller information count.</summary>
        Named,

        /// <summary>An explicit implementation: both would warn (CS1066, CS4024).</summary>
        Explicit,

        /// <summary>A repeated constructor: a container may read any attribute of a parameter.</summary>
        Constructor,
    }

    /// <summary>An indexer needs one argument at least, so that the default value of an only parameter would warn (CS1066).</summary>
    public static Purpose OfIndexer(IPropertySymbol indexer) => indexer.Parameters.Length == 1 ? Purpose.Explicit : Purpose.Named;

    /// <param name="compilation">Needed for constructors only: which attributes can be named.</param>
    public static string Parameters(
        IEnumerable<IParameterSymbol> parameters,
        TypeText types,
        Purpose purpose,
        Compilation? compilation = null
    )
    {
        var list = parameters.ToList();
        var firstOptional = list.Count;
        while (
            purpose != Purpose.Explicit
            && firstOptional > 0
            && (list[firstOptional - 1].IsParams || ConstantText.Default(list[firstOptional - 1]) is not null)
        )
        {
            firstOptional--;
        }

        return string.Join(", ", list.Select((p, i) => Parameter(p, types, purpose, i >= firstOptional, compilation)));
    }

    /// <summary>The arguments that pass the parameters on.</summary>
    public static string Arguments(IEnumerable<IParameterSymbol> parameters) => string.Join(", ", parameters.Select(Argument));

    public static string TypeParameters(IEnumerable<ITypeParameterSymbol> parameters, TypeText types, bool withAttributes = false)
    {
        var names = parameters
            .Select(p =>
                (withAttributes ? string.Concat(AttributeText.OnMember(p).Select(static a => a + " ")) : string.Empty) + types.Name(p)
            )
            .ToList();
        return names.Count == 0 ? string.Empty : "<" + string.Join(", ", names) + ">";
    }

    /// <summary>All constraints, for a declaration that callers see.</summary>
    public static EquatableArray<string> Constraints(IEnumerable<ITypeParameterSymbol> parameters, TypeText types) =>
        parameters.Select(p => Constraint(p, types)).OfType<string>().ToEquatableArray();

    /// <summary>
    /// What an override or explicit implementation may and must say: its constraints are inherited, but <c>T?</c> means
    /// nothing until it is known what kind T is.
    /// </summary>
    public static EquatableArray<string> InheritedConstraints(IMethodSymbol method, TypeText types)
    {
        return method.TypeParameters.Where(MentionedAsNullable).Select(p => $"where {types.Name(p)} : {Kind(p)}").ToEquatableArray();

        bool MentionedAsNullable(ITypeParameterSymbol parameter) =>
            Mentions(method.ReturnType, parameter) || method.Parameters.Any(p => Mentions(p.Type, parameter));

        static string Kind(ITypeParameterSymbol parameter) =>
            parameter.IsReferenceType ? "class"
            : parameter.IsValueType ? "struct"
            : "default";
    }

    public static string ReturnType(IMethodSymbol method, TypeText types) =>
        method.ReturnsVoid ? "void" : RefPrefix(method.RefKind) + types.Of(method.ReturnType);

    public static string RefPrefix(RefKind kind) =>
        kind switch
        {
            RefKind.Ref => "ref ",
            RefKind.RefReadOnly => "ref readonly ",
            _ => string.Empty,
        };

    /// <summary>Whether a pointer appears, so that the declaration needs <c>unsafe</c>.</summary>
    public static bool HasPointer(ITypeSymbol type) =>
        type switch
        {
            IPointerTypeSymbol or IFunctionPointerTypeSymbol => true,
            IArrayTypeSymbol array => HasPointer(array.ElementType),
            INamedTypeSymbol named => named.TypeArguments.Any(HasPointer),
            _ => false,
        };

    /// <summary>Whether <c>scoped</c> has to be written: of an out parameter and of params it goes without saying.</summary>
    public static bool IsScoped(IParameterSymbol parameter) =>
        parameter.ScopedKind != ScopedKind.None && parameter.RefKind != RefKind.Out && !parameter.IsThis && !parameter.IsParams;

    private static string Parameter(
        IParameterSymbol parameter,
        TypeText types,
        Purpose purpose,
        bool mayBeOptional,
        Compilation? compilation
    )
    {
        var attributes = compilation is null
            ? AttributeText.OnParameter(parameter, purpose == Purpose.Explicit)
            : AttributeText.OnConstructorParameter(parameter, compilation);
        var scoped = IsScoped(parameter) ? "scoped " : string.Empty;
        var modifier = parameter.IsParams
            ? "params "
            : parameter.RefKind switch
            {
                RefKind.Ref => "ref ",
                RefKind.Out => "out ",
                RefKind.In => "in ",
                RefKind.RefReadOnlyParameter => "ref readonly ",
                _ => string.Empty,
            };
        var type = IsDynamic(parameter) ? types.Of(parameter.Type).Replace("dynamic", "object") : types.Of(parameter.Type);
        var value = mayBeOptional && !parameter.IsParams ? ConstantText.Default(parameter) : null;
        return attributes
            + scoped
            + modifier
            + type
            + " "
            + Identifier.Escape(parameter.Name)
            + (value is null ? string.Empty : " = " + value);
    }

    /// <summary>A dynamic argument would be bound anew at run time; as object it reaches the very same parameter.</summary>
    private static bool IsDynamic(IParameterSymbol parameter) => parameter.Type.TypeKind == TypeKind.Dynamic;

    private static string Argument(IParameterSymbol parameter)
    {
        var modifier = parameter.RefKind switch
        {
            RefKind.Ref => "ref ",
            RefKind.Out => "out ",
            RefKind.In or RefKind.RefReadOnlyParameter => "in ",
            _ => string.Empty,
        };
        return modifier + Identifier.Escape(parameter.Name);
    }

    private static string? Constraint(ITypeParameterSymbol parameter, TypeText types)
    {
        var parts = new List<string>();
        if (parameter.HasUnmanagedTypeConstraint)
        {
            parts.Add("unmanaged");
        }
        else if (parameter.HasValueTypeConstraint)
        {
            parts.Add("struct");
        }
        else if (parameter.HasReferenceTypeConstraint)
        {
            parts.Add(parameter.ReferenceTypeConstraintNullableAnnotation == NullableAnnotation.Annotated ? "class?" : "class");
        }
        else if (parameter.HasNotNullConstraint)
        {
            parts.Add("notnull");
        }

        parts.AddRange(parameter.ConstraintTypes.Select(types.Of));
        if (parameter.HasConstructorConstraint && !parameter.HasValueTypeConstraint && !parameter.HasUnmanagedTypeConstraint)
        {
            parts.Add("new()");
        }

        if (NewerRoslyn.AllowsRefStruct(parameter))
        {
            parts.Add("allows ref struct");
        }

        return parts.Count == 0 ? null : $"where {types.Name(parameter)} : {string.Join(", ", parts)}";
    }

    private static bool Mentions(ITypeSymbol type, ITypeParameterSymbol parameter) =>
        type switch
        {
            ITypeParameterSymbol => type.NullableAnnotation == NullableAnnotation.Annotated
                && SymbolEqualityComparer.Default.Equals(type, parameter),
            IArrayTypeSymbol array => Mentions(array.ElementType, parameter),
            IPointerTypeSymbol pointer => Mentions(pointer.PointedAtType, parameter),
            INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable =>
                SymbolEqualityComparer.Default.Equals(nullable.TypeArguments[0], parameter),
            INamedTypeSymbol named => named.TypeArguments.Any(a => Mentions(a, parameter)),
            _ => false,
        };
}
