using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;

namespace MonotonicReads.Generator.Wrapping.Survey;

/// <summary>
/// What stands on the interfaces of one compilation. Many classes implement the same few interfaces, and most of
/// those come from assemblies that cannot know the annotations, so each is asked once.
/// </summary>
internal sealed class ContractAnnotations
{
    private static readonly ConditionalWeakTable<Compilation, ContractAnnotations> ByCompilation = new();

    private readonly IAssemblySymbol _own;
    private readonly ConcurrentDictionary<ISymbol, Annotation?> _annotations = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, bool> _knowsUs = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, bool> _annotated = new(SymbolEqualityComparer.Default);

    private ContractAnnotations(Compilation compilation) => _own = compilation.Assembly;

    public static ContractAnnotations Of(Compilation compilation) =>
        ByCompilation.GetValue(compilation, static c => new ContractAnnotations(c));

    /// <summary>The annotation on a symbol that several classes may ask for, or null.</summary>
    public Annotation? On(ISymbol definition) =>
        KnowsUs(definition.ContainingAssembly) ? _annotations.GetOrAdd(definition, Annotation.On) : null;

    /// <summary>Whether a type or one of its own members is annotated; <c>[Eventual]</c> counts too.</summary>
    public bool IsAnnotated(INamedTypeSymbol type)
    {
        var definition = type.OriginalDefinition;
        return KnowsUs(definition.ContainingAssembly)
            && _annotated.GetOrAdd(definition, static symbol => HasAnnotation((INamedTypeSymbol)symbol));
    }

    private static bool HasAnnotation(INamedTypeSymbol type)
    {
        if (Annotation.On(type) is not null)
        {
            return true;
        }

        foreach (var member in type.GetMembers())
        {
            if (member is IMethodSymbol && Annotation.On(member) is not null)
            {
                return true;
            }
        }

        return false;
    }

    private bool KnowsUs(IAssemblySymbol? assembly)
    {
        if (assembly is null)
        {
            return false;
        }

        return SymbolEqualityComparer.Default.Equals(assembly, _own)
            || _knowsUs.GetOrAdd(assembly, static symbol => ReferencesRuntime((IAssemblySymbol)symbol));
    }

    /// <summary>An assembly bears annotations only if it references the assembly that declares them.</summary>
    private static bool ReferencesRuntime(IAssemblySymbol assembly)
    {
        foreach (var module in assembly.Modules)
        {
            foreach (var reference in module.ReferencedAssemblies)
            {
                if (reference.Name == ReferencedContracts.RuntimeAssembly)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
