using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Names;

namespace MonotonicReads.Generator.Wrapping.Survey;

/// <summary>Which types of a compilation may implement or derive from contracts, judged by the names in their base lists.</summary>
internal static class Implementers
{
    /// <summary>The metadata names of the candidates, in ordinal order; without contracts nothing is looked at.</summary>
    public static EquatableArray<string> Of(EquatableArray<string> contracts, Compilation compilation, CancellationToken cancellationToken)
    {
        if (contracts.Count == 0)
        {
            return EquatableArray<string>.Empty;
        }

        var entries = new List<BaseNameIndex.Entry>();
        foreach (var tree in compilation.SyntaxTrees)
        {
            cancellationToken.ThrowIfCancellationRequested();
            entries.AddRange(BaseNameIndex.Of(tree).Types);
        }

        var names = new SortedSet<string>(contracts, StringComparer.Ordinal);
        Close(entries.Select(static e => (e.Name, (IEnumerable<string>)e.Bases)).ToList(), names);

        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (entry.ClassMetadataName is { } name && entry.Bases.Any(names.Contains))
            {
                found.Add(name);
            }
        }

        return found.ToEquatableArray();
    }

    /// <summary>The same for one contract or base class.</summary>
    public static IEnumerable<string> Of(INamedTypeSymbol type, Compilation compilation, CancellationToken cancellationToken) =>
        Of(new[] { type.Name }.ToEquatableArray(), compilation, cancellationToken);

    /// <summary>Adds to the names every type that has one of them among its bases, until nothing is added.</summary>
    public static void Close(IReadOnlyCollection<(string Name, IEnumerable<string> Bases)> edges, SortedSet<string> names)
    {
        bool grown;
        do
        {
            grown = false;
            foreach (var (name, bases) in edges)
            {
                grown |= !names.Contains(name) && bases.Any(names.Contains) && names.Add(name);
            }
        } while (grown);
    }
}
