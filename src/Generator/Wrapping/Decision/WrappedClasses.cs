using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Names;
using MonotonicReads.Generator.Wrapping.Survey;

namespace MonotonicReads.Generator.Wrapping.Decision;

/// <summary>The classes that have a generated wrapper: those of one compilation, and those that its references say they have.</summary>
internal sealed class WrappedClasses
{
    private const string MapAttribute = "ConsistentRepositoryAttribute";

    private readonly Compilation _compilation;
    private readonly HashSet<string> _names;
    private readonly Dictionary<INamedTypeSymbol, INamedTypeSymbol> _referenced = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<INamedTypeSymbol, WrappedClass?> _known = new(SymbolEqualityComparer.Default);

    public WrappedClasses(Compilation compilation)
    {
        _compilation = compilation;
        var names = new SortedSet<string>(
            ReferencedContracts.Of(compilation.References.ToImmutableArray(), CancellationToken.None),
            StringComparer.Ordinal
        );
        var entries = new List<BaseNameIndex.Entry>();
        foreach (var tree in compilation.SyntaxTrees)
        {
            var index = BaseNameIndex.Of(tree);
            names.UnionWith(index.AnnotatedTypes);
            entries.AddRange(index.Types);
        }

        Implementers.Close(entries.Select(static e => (e.Name, (IEnumerable<string>)e.Bases)).ToList(), names);
        foreach (var assembly in compilation.SourceModule.ReferencedAssemblySymbols)
        {
            foreach (var (type, wrapper) in MapOf(assembly))
            {
                _referenced[type] = wrapper;
                names.Add(type.Name);
            }
        }

        _names = new HashSet<string>(names, StringComparer.Ordinal);
    }

    public bool IsEmpty => _names.Count == 0;

    /// <summary>A test on the simple name, before anything is bound.</summary>
    public bool MayBe(string name) => _names.Contains(name);

    /// <summary>The class's wrapper; null where it has none.</summary>
    public WrappedClass? Of(INamedTypeSymbol type)
    {
        type = type.OriginalDefinition;
        return MayBe(type.Name) ? _known.GetOrAdd(type, Find) : null;
    }

    private WrappedClass? Find(INamedTypeSymbol type)
    {
        if (_referenced.TryGetValue(type, out var wrapper))
        {
            var derives = SymbolEqualityComparer.Default.Equals(wrapper.BaseType?.OriginalDefinition, type);
            return new WrappedClass(type, wrapper.Name, derives ? WrapperShape.Deriving : WrapperShape.Delegating, null);
        }

        if (!SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, _compilation.Assembly))
        {
            return null;
        }

        var decision = WrappingDecision.For(type, _compilation);
        return decision.Outcome == WrappingOutcome.Wrapped ? new WrappedClass(type, WrapperName.Of(type), decision.Shape, decision) : null;
    }

    private static IEnumerable<(INamedTypeSymbol Type, INamedTypeSymbol Wrapper)> MapOf(IAssemblySymbol assembly)
    {
        if (!assembly.Modules.Any(static m => m.ReferencedAssemblies.Any(static a => a.Name == ReferencedContracts.RuntimeAssembly)))
        {
            yield break;
        }

        foreach (var attribute in assembly.GetAttributes())
        {
            if (
                attribute is { AttributeClass.Name: MapAttribute, ConstructorArguments: { Length: 2 } arguments }
                && arguments[0].Value is INamedTypeSymbol type
                && arguments[1].Value is INamedTypeSymbol wrapper
            )
            {
                yield return (type.OriginalDefinition, wrapper.OriginalDefinition);
            }
        }
    }
}

/// <summary>A class with its wrapper.</summary>
/// <param name="Type">The class's definition.</param>
/// <param name="WrapperName">The wrapper's simple name.</param>
/// <param name="Shape">Whether the wrapper derives from the class, or stands before it.</param>
/// <param name="Decision">What it covers; null for a class of another assembly.</param>
internal sealed record WrappedClass(INamedTypeSymbol Type, string WrapperName, WrapperShape Shape, WrappingDecision? Decision)
{
    /// <summary>Whether the wrapper can stand where this type is asked for.</summary>
    public bool CanStandFor(ITypeSymbol asked) =>
        Shape == WrapperShape.Deriving
        || asked.SpecialType == SpecialType.System_Object
        || Type.AllInterfaces.Any(i => SymbolEqualityComparer.Default.Equals(i.OriginalDefinition, asked.OriginalDefinition));
}
