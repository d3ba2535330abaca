using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Calls;

/// <summary>Type arguments: what fits what, and what stands for a type parameter.</summary>
internal sealed class TypeArguments(Compilation compilation)
{
    /// <summary>Types nested deeper than this are a recursion that makes ever new ones.</summary>
    private const int MaxNesting = 4;

    /// <summary>
    /// True where a type that a class implements may be the one that is called: <c>IHandler&lt;A&gt;</c> is not run for a call on
    /// <c>IHandler&lt;B&gt;</c>; a type parameter stands for whatever meets its constraints.
    /// </summary>
    /// <param name="implemented">The type as the class implements it.</param>
    /// <param name="called">The type as the call names it.</param>
    /// <param name="own">What the class's type parameters are, where it is the one.</param>
    public bool Fits(ITypeSymbol implemented, ITypeSymbol called, Dictionary<ITypeParameterSymbol, ITypeSymbol> own)
    {
        if (implemented is ITypeParameterSymbol parameter)
        {
            if (own.TryGetValue(parameter, out var known) && !SymbolEqualityComparer.Default.Equals(known, called))
            {
                return called is ITypeParameterSymbol || known is ITypeParameterSymbol;
            }

            own[parameter] = called;
            return Meets(called, parameter);
        }

        if (called is ITypeParameterSymbol open)
        {
            return Meets(implemented, open);
        }

        if (implemented is not INamedTypeSymbol { TypeArguments: { Length: > 0 } mine } || called is not INamedTypeSymbol other)
        {
            return SymbolEqualityComparer.Default.Equals(implemented, called);
        }

        return SymbolEqualityComparer.Default.Equals(implemented.OriginalDefinition, called.OriginalDefinition)
            && mine.Zip(other.TypeArguments, (m, o) => Fits(m, o, own)).All(static fits => fits);
    }

    /// <summary>True where a type, or one in it, is known only to the run.</summary>
    public static bool IsOpen(ITypeSymbol? type) =>
        type switch
        {
            ITypeParameterSymbol => true,
            IArrayTypeSymbol array => IsOpen(array.ElementType),
            INamedTypeSymbol named => named.TypeArguments.Any(IsOpen) || IsOpen(named.ContainingType),
            _ => false,
        };

    /// <summary>True where a method of a generic type, or a generic method, leaves a type open.</summary>
    public static bool IsOpen(IMethodSymbol method) => IsOpen(method.ContainingType) || method.TypeArguments.Any(IsOpen);

    /// <summary>The type parameters of a method, and of the types around it, with what they are in a constructed one.</summary>
    public static Dictionary<ITypeParameterSymbol, ITypeSymbol> Of(IMethodSymbol constructed)
    {
        var map = new Dictionary<ITypeParameterSymbol, ITypeSymbol>(SymbolEqualityComparer.Default);
        for (var i = 0; i < constructed.TypeArguments.Length; i++)
        {
            map[constructed.OriginalDefinition.TypeParameters[i]] = constructed.TypeArguments[i];
        }

        for (var type = constructed.ContainingType; type is not null; type = type.ContainingType)
        {
            for (var i = 0; i < type.TypeArguments.Length; i++)
            {
                map[type.OriginalDefinition.TypeParameters[i]] = type.TypeArguments[i];
            }
        }

        return map;
    }

    /// <summary>A method with what stands for its type parameters.</summary>
    public IMethodSymbol Substitute(IMethodSymbol method, Dictionary<ITypeParameterSymbol, ITypeSymbol> known)
    {
        if (known.Count == 0 || !IsOpen(method))
        {
            return method;
        }

        var definition = method.OriginalDefinition;
        if (method.ContainingType is { } type && Substitute(type, known) is INamedTypeSymbol constructed)
        {
            definition =
                constructed
                    .GetMembers(definition.Name)
                    .OfType<IMethodSymbol>()
                    .FirstOrDefault(m => SymbolEqualityComparer.Default.Equals(m.OriginalDefinition, method.OriginalDefinition))
                ?? definition;
        }

        return definition.Arity == 0 || definition.Arity != method.TypeArguments.Length
            ? definition
            : definition.Construct([.. method.TypeArguments.Select(argument => Substitute(argument, known))]);
    }

    /// <summary>True where nothing is open and nothing is nested without end.</summary>
    public static bool IsClosed(IMethodSymbol method) =>
        !IsOpen(method)
        && method.TypeArguments.All(static a => Nesting(a) <= MaxNesting)
        && (method.ContainingType is not { } type || Nesting(type) <= MaxNesting);

    private static int Nesting(ITypeSymbol type) =>
        type is INamedTypeSymbol { TypeArguments: { Length: > 0 } arguments } ? 1 + arguments.Max(Nesting) : 0;

    private ITypeSymbol Substitute(ITypeSymbol type, Dictionary<ITypeParameterSymbol, ITypeSymbol> known)
    {
        switch (type)
        {
            case ITypeParameterSymbol parameter:
                return known.TryGetValue(parameter, out var stands) ? stands : type;
            case IArrayTypeSymbol array:
                return compilation.CreateArrayTypeSymbol(Substitute(array.ElementType, known), array.Rank);
            case INamedTypeSymbol { IsTupleType: false, ContainingType: null, TypeArguments.Length: > 0 } named:
                return named.OriginalDefinition.Construct([.. named.TypeArguments.Select(argument => Substitute(argument, known))]);
            default:
                return type;
        }
    }

    private bool Meets(ITypeSymbol type, ITypeParameterSymbol parameter) =>
        type is ITypeParameterSymbol
        || (
            (!parameter.HasReferenceTypeConstraint || type.IsReferenceType)
            && (!parameter.HasValueTypeConstraint || type.IsValueType)
            && parameter.ConstraintTypes.All(constraint =>
                IsOpen(constraint)
                || IsOpen(type)
                || compilation.ClassifyCommonConversion(type, constraint) is { IsImplicit: true } or { IsIdentity: true }
            )
        );
}
