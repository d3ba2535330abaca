using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MonotonicReads.Generator.Symbols;
using MonotonicReads.Generator.Wrapping.Survey;

namespace MonotonicReads.Generator.Wrapping.Decision;

/// <summary>What keeps a whole type from being wrapped.</summary>
internal static class TypeObstacles
{
    public static ImmutableArray<Obstacle> Of(INamedTypeSymbol type, WrapperShape shape, AnnotationSurvey survey, Compilation compilation)
    {
        if (OfTheClass(type, shape, survey, compilation) is { } obstacle)
        {
            return ImmutableArray.Create(obstacle);
        }

        return shape == WrapperShape.Delegating ? OfItsInterfaces(type, survey, compilation)
            : type.IsAbstract || !survey.HasReachable ? ImmutableArray<Obstacle>.Empty
            : OfItsConstructors(type);
    }

    private static Obstacle? OfTheClass(INamedTypeSymbol type, WrapperShape shape, AnnotationSurvey survey, Compilation compilation)
    {
        if (type.TypeKind == TypeKind.Struct)
        {
            return new Obstacle(type, "a struct cannot be wrapped: each use is a copy", "make it a class");
        }

        if (!survey.HasReachable && !(type.IsStatic && survey.IsTypeAnnotated))
        {
            return null;
        }

        if ((OfItsDeclaration(type) ?? OfTheLanguage(type, compilation)) is { } obstacle)
        {
            return obstacle;
        }

        if (shape == WrapperShape.Delegating)
        {
            return OfItsName(type, compilation);
        }

        return type.IsAbstract ? null
            : OfDeriving(type) is { } why ? new Obstacle(type, why, "let it implement an interface that declares its annotated members")
            : OfItsName(type, compilation);
    }

    /// <summary>A declaration of which there is no instance, or that generated code cannot name.</summary>
    private static Obstacle? OfItsDeclaration(INamedTypeSymbol type)
    {
        if (type.IsStatic)
        {
            return new Obstacle(
                type,
                "a static class has no instance to wrap",
                "make it a class with an interface, or begin a session with ReadSession.Begin"
            );
        }

        var chain = TypeChain.Of(type);
        if (chain.Any(static t => t.IsFileLocal))
        {
            return new Obstacle(type, "it is local to its file, so generated code cannot name it", "remove 'file'");
        }

        return chain.FirstOrDefault(IsHidden) is { } hidden
            ? new Obstacle(
                type,
                $"{Obstacle.Name(hidden)} is private or protected, so generated code cannot name it",
                "make it internal or move it out of its containing type"
            )
            : null;
    }

    private static bool IsHidden(INamedTypeSymbol type) =>
        type.DeclaredAccessibility is Accessibility.Private or Accessibility.Protected or Accessibility.ProtectedAndInternal;

    /// <summary>What the language, or a warning of it that is an error, forbids the wrapper.</summary>
    private static Obstacle? OfTheLanguage(INamedTypeSymbol type, Compilation compilation)
    {
        if (compilation is CSharpCompilation { LanguageVersion: < LanguageVersion.CSharp9 })
        {
            return new Obstacle(type, "the wrapper is written in C# 9", "raise LangVersion to 9 or later");
        }

        if (DuplicateTypeParameter(type) is { } duplicate)
        {
            return new Obstacle(
                type,
                $"the type parameter '{duplicate}' is declared twice by the types around it",
                "rename one of the type parameters"
            );
        }

        return IsObsoleteAsError(type)
            ? new Obstacle(
                type,
                "it is obsolete as an error, so generated code cannot name it",
                "remove the annotation or make the obsolete attribute a warning"
            )
            : null;
    }

    private static Obstacle? OfItsName(INamedTypeSymbol type, Compilation compilation)
    {
        var contracts = ContractAnnotations.Of(compilation);
        var taken = WrapperName.TakenBy(type, other => AnnotationSurvey.Of(other, contracts, Array.Empty<ISymbol>()).IsAnnotated);
        return taken is null
            ? null
            : new Obstacle(
                type,
                $"the name {WrapperName.Of(type)} of its wrapper is taken by "
                    + taken.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat),
                "rename one of the two"
            );
    }

    private static string? OfDeriving(INamedTypeSymbol type)
    {
        if (type.IsRecord)
        {
            return "a record without an interface cannot be wrapped: a derived record is not equal to its base";
        }

        return type.IsSealed ? "it is sealed and implements no interface that declares an annotated member" : null;
    }

    private static ImmutableArray<Obstacle> OfItsInterfaces(INamedTypeSymbol type, AnnotationSurvey survey, Compilation compilation)
    {
        var obstacles = ImmutableArray.CreateBuilder<Obstacle>();
        foreach (var contract in type.AllInterfaces)
        {
            if (contract.TypeKind != TypeKind.Error && !IsNameable(contract, compilation))
            {
                obstacles.Add(
                    new Obstacle(
                        type,
                        $"its interface {Obstacle.Name(contract)} cannot be named outside the class or file",
                        "make the interface internal or public"
                    )
                );
            }
            else if (contract.GetMembers().FirstOrDefault(static m => m.IsStatic && m.IsAbstract) is { } member)
            {
                obstacles.Add(
                    new Obstacle(
                        type,
                        $"its interface {Obstacle.Name(contract)} has the static abstract member '{member.Name}', which no instance "
                            + "can forward",
                        "move the reads into an interface without static members"
                    )
                );
            }
        }

        if (obstacles.Count > 0)
        {
            return obstacles.ToImmutable();
        }

        foreach (var pair in survey.Pairs)
        {
            if (WhyNotForwarded(type, pair, compilation) is { } obstacle)
            {
                var place =
                    pair.Implementation is { } implementation
                    && SymbolEqualityComparer.Default.Equals(implementation.ContainingType, type)
                    && !implementation.IsImplicitlyDeclared
                        ? implementation
                        : type;
                obstacles.Add(new Obstacle(place, obstacle.Why, obstacle.Remedy));
            }
        }

        return obstacles.ToImmutable();
    }

    private static (string Why, string Remedy)? WhyNotForwarded(INamedTypeSymbol type, InterfaceMembers.Pair pair, Compilation compilation)
    {
        if (LanguageNeeds.Of(pair.Declaration, compilation) is { } need)
        {
            return Because(pair.Declaration, need);
        }

        return WhyNotForwarded(type, pair) is { } why ? (why, "take the member out of the interfaces of the class") : null;
    }

    /// <summary>The obstacle that a newer language would take away.</summary>
    public static (string Why, string Remedy) Because(ISymbol member, (string What, int Version) need)
    {
        var version = need.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return (
            $"{Obstacle.Name(member)} has {need.What}, which C# {version} can repeat and this project's cannot",
            $"raise LangVersion to {version} or later"
        );
    }

    private static string? WhyNotForwarded(INamedTypeSymbol type, InterfaceMembers.Pair pair)
    {
        var name = Obstacle.Name(pair.Declaration);
        if (pair.Declaration is IMethodSymbol { MethodKind: MethodKind.UserDefinedOperator })
        {
            return $"{name} is an operator that changes its own operand, and the wrapper would have to change the class behind it";
        }

        if (pair.Declaration is IPropertySymbol { SetMethod.IsInitOnly: true })
        {
            return $"{name} has an init accessor, which can only run while the object is made";
        }

        if (pair.Declaration is IMethodSymbol { IsVararg: true })
        {
            return $"{name} has an __arglist, which cannot be passed on";
        }

        if (pair.Declaration is IPropertySymbol { IsIndexer: false, Parameters.Length: > 0 })
        {
            return $"{name} is a property with parameters, which C# cannot implement";
        }

        return !InterfaceMembers.IsCallable(pair.Declaration, type) ? $"{name} is protected, so only the class itself can call it"
            : IsObsoleteAsError(pair.Declaration.ContainingType)
                ? $"{Obstacle.Name(pair.Declaration.ContainingType)} is obsolete as an error"
            : null;
    }

    private static ImmutableArray<Obstacle> OfItsConstructors(INamedTypeSymbol type) =>
        Constructors(type).Any()
            ? ImmutableArray<Obstacle>.Empty
            : ImmutableArray.Create(
                new Obstacle(
                    type,
                    "it has no public or internal constructor that a derived class could call",
                    "add one, or let the class implement an interface that declares its annotated members"
                )
            );

    /// <summary>The constructors that a deriving wrapper repeats.</summary>
    public static IEnumerable<IMethodSymbol> Constructors(INamedTypeSymbol type) =>
        type.InstanceConstructors.Where(static c =>
            !c.IsVararg && c.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal
        );

    private static string? DuplicateTypeParameter(INamedTypeSymbol type) =>
        TypeChain.TypeParameters(type).GroupBy(static p => p.Name).FirstOrDefault(static g => g.Count() > 1)?.Key;

    private static bool IsNameable(ITypeSymbol type, Compilation compilation) =>
        type switch
        {
            IArrayTypeSymbol array => IsNameable(array.ElementType, compilation),
            INamedTypeSymbol named => compilation.IsSymbolAccessibleWithin(named.OriginalDefinition, compilation.Assembly)
                && !TypeChain.Of(named).Any(static t => t.IsFileLocal)
                && named.TypeArguments.All(a => IsNameable(a, compilation)),
            _ => true,
        };

    public static bool IsObsoleteAsError(ISymbol symbol) =>
        symbol
            .GetAttributes()
            .Any(static a =>
                a
                    is {
                        AttributeClass: { Name: "ObsoleteAttribute", ContainingNamespace.Name: "System" },
                        ConstructorArguments: { Length: 2 } arguments
                    }
                && arguments[1].Value is true
            );
}
