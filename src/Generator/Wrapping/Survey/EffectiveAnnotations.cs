using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Symbols;

namespace MonotonicReads.Generator.Wrapping.Survey;

/// <summary>
/// Which annotation holds for a member of one class: the nearest wins, in the order member, its type, overridden
/// member, interface member, interface. An annotation on the assembly makes no wrapper.
/// </summary>
internal sealed class EffectiveAnnotations
{
    private readonly INamedTypeSymbol _type;
    private readonly ContractAnnotations _contracts;
    private readonly IReadOnlyCollection<ISymbol> _assumed;
    private readonly Dictionary<ISymbol, Annotation?> _declared = new(SymbolEqualityComparer.Default);

    public EffectiveAnnotations(INamedTypeSymbol type, ContractAnnotations contracts, IReadOnlyCollection<ISymbol> assumed)
    {
        _type = type;
        _contracts = contracts;
        _assumed = assumed;
    }

    /// <summary>The annotation that stands on the symbol itself, or that a fix is about to write there.</summary>
    public Annotation? Declared(ISymbol symbol)
    {
        var definition = symbol.OriginalDefinition;
        if (!_declared.TryGetValue(definition, out var annotation))
        {
            annotation = definition is INamedTypeSymbol { TypeKind: TypeKind.Interface } or { ContainingType.TypeKind: TypeKind.Interface }
                ? _contracts.On(definition)
                : Annotation.On(definition);
            foreach (var assumed in _assumed)
            {
                if (SymbolEqualityComparer.Default.Equals(assumed.OriginalDefinition, definition))
                {
                    annotation ??= Annotation.PlainMonotonic;
                }
            }

            _declared.Add(definition, annotation);
        }

        return annotation;
    }

    /// <summary>The annotation of the class or of a base class up to the one that declares the member, or null.</summary>
    public Annotation? OnClass(ISymbol member)
    {
        for (var type = _type; type is not null && type.SpecialType != SpecialType.System_Object; type = type.BaseType)
        {
            if (Declared(type) is { } annotation)
            {
                return annotation;
            }

            if (SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, member.ContainingType.OriginalDefinition))
            {
                return null;
            }
        }

        return null;
    }

    /// <param name="implementation">The method that runs: of the class, of a base class, or an interface's default.</param>
    /// <param name="interfaceMethods">The interface methods that it implements for this class.</param>
    public Annotation? For(IMethodSymbol implementation, IReadOnlyCollection<IMethodSymbol> interfaceMethods)
    {
        if (Declared(implementation) is { } own)
        {
            return own;
        }

        var broad = IsReachedByTypeAnnotation(implementation, interfaceMethods);
        if (broad && OnClass(implementation) is { } onClass)
        {
            return onClass;
        }

        for (var overridden = implementation.OverriddenMethod; overridden is not null; overridden = overridden.OverriddenMethod)
        {
            if ((Declared(overridden) ?? (broad ? OnClass(overridden) : null)) is { } inherited)
            {
                return inherited;
            }
        }

        Annotation? strongest = null;
        foreach (var method in interfaceMethods)
        {
            strongest = Annotation.Stronger(strongest, Declared(method));
        }

        if (strongest is not null || !broad)
        {
            return strongest;
        }

        foreach (var method in interfaceMethods)
        {
            strongest = Annotation.Stronger(strongest, Declared(method.ContainingType));
        }

        return strongest;
    }

    /// <summary>
    /// An annotation on a type speaks of its reads. Disposal, the members of object, events and automatic properties
    /// read nothing, so only an annotation on themselves covers them.
    /// </summary>
    private static bool IsReachedByTypeAnnotation(IMethodSymbol method, IReadOnlyCollection<IMethodSymbol> interfaceMethods)
    {
        if (method.MethodKind is MethodKind.EventAdd or MethodKind.EventRemove)
        {
            return false;
        }

        if (method.AssociatedSymbol is IPropertySymbol property)
        {
            return !IsAutomatic(property);
        }

        for (var root = method; root is not null; root = root.OverriddenMethod)
        {
            if (root.ContainingType.SpecialType == SpecialType.System_Object)
            {
                return false;
            }
        }

        foreach (var declaration in interfaceMethods)
        {
            if (
                declaration.ContainingType.SpecialType == SpecialType.System_IDisposable
                || FrameworkTypes.IsAsyncDisposable(declaration.ContainingType)
            )
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A property without any body; one whose accessor uses the <c>field</c> keyword has a body and may read.</summary>
    private static bool IsAutomatic(IPropertySymbol property)
    {
        var stored = property
            .ContainingType.GetMembers()
            .Any(m => m is IFieldSymbol field && SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));
        return stored && !HasBody(property.GetMethod) && !HasBody(property.SetMethod);
    }

    private static bool HasBody(IMethodSymbol? accessor) =>
        accessor is not null
        && accessor.DeclaringSyntaxReferences.Any(static r =>
            r.GetSyntax() is AccessorDeclarationSyntax { Body: not null } or AccessorDeclarationSyntax { ExpressionBody: not null }
        );
}
