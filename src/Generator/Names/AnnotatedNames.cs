using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;

namespace MonotonicReads.Generator.Names;

/// <summary>The names of annotated methods: each call of one is a pinned read, whatever is known of its body.</summary>
internal sealed class AnnotatedNames
{
    private static readonly ConditionalWeakTable<IAssemblySymbol, string[]> ByAssembly = new();

    private readonly HashSet<ulong> _names = [];

    public AnnotatedNames(Compilation compilation)
    {
        foreach (var tree in compilation.SyntaxTrees)
        {
            _names.UnionWith(NameIndex.Of(tree).Annotated.Select(NameCode.Of));
        }

        foreach (var assembly in compilation.SourceModule.ReferencedAssemblySymbols)
        {
            _names.UnionWith(ByAssembly.GetValue(assembly, NamesIn).Select(NameCode.Of));
        }
    }

    public IReadOnlyCollection<ulong> Codes => _names;

    private static string[] NamesIn(IAssemblySymbol assembly)
    {
        if (!assembly.Modules.Any(static m => m.ReferencedAssemblies.Any(static a => a.Name == "MonotonicReads")))
        {
            return [];
        }

        var found = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Stack<INamespaceOrTypeSymbol>();
        pending.Push(assembly.GlobalNamespace);
        while (pending.Count > 0)
        {
            var container = pending.Pop();
            var ofAll = container is INamedTypeSymbol type && IsPinned(type);
            foreach (var member in container.GetMembers())
            {
                if (member is INamespaceOrTypeSymbol inner)
                {
                    pending.Push(inner);
                }
                else if (member is IMethodSymbol { MethodKind: MethodKind.Ordinary } && (ofAll || IsPinned(member)))
                {
                    found.Add(member.Name);
                }
            }
        }

        return [.. found];
    }

    private static bool IsPinned(ISymbol symbol) =>
        ConsistencyAnnotations.On(symbol) is not (DeclaredConsistency.None or DeclaredConsistency.Eventual);
}
