using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Names;
using MonotonicReads.Generator.Symbols;

namespace MonotonicReads.Generator.Calls;

/// <summary>
/// The methods that a call may run: the method itself, or for an interface or virtual member its implementations in the compilation.
/// </summary>
internal sealed class CallTargets(Compilation compilation)
{
    /// <summary>A member implemented more often than this is dispatch in general, of which nothing in particular can be said.</summary>
    private const int MaxImplementations = 40;

    private readonly ConcurrentDictionary<INamedTypeSymbol, ImmutableArray<INamedTypeSymbol>> _candidates = new(
        SymbolEqualityComparer.Default
    );

    private readonly Lazy<ILookup<string, BaseNameIndex.Entry>> _byBase = new(() =>
        compilation
            .SyntaxTrees.SelectMany(tree => BaseNameIndex.Of(tree).Types)
            .SelectMany(entry => entry.Bases.Select(name => (name, entry)))
            .ToLookup(pair => pair.name, pair => pair.entry, StringComparer.Ordinal)
    );

    public IEnumerable<IMethodSymbol> Of(IMethodSymbol method, bool isVirtualCall, CancellationToken cancellation)
    {
        var definition = method.OriginalDefinition;
        var type = method.ContainingType;
        var isInterface = type?.TypeKind == TypeKind.Interface;
        if (type is null || !isVirtualCall || (!isInterface && !IsOverridable(definition)))
        {
            return [definition];
        }

        // Members of the framework are implemented everywhere and say nothing of data.
        if (IsFramework(type))
        {
            return isInterface ? [] : [definition];
        }

        var targets = new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default);
        if (!definition.IsAbstract)
        {
            targets.Add(definition);
        }

        foreach (var candidate in _candidates.GetOrAdd(type.OriginalDefinition, t => CandidatesOf(t, cancellation)))
        {
            if ((isInterface ? Implementation(candidate, method) : Override(candidate, definition)) is { } implementation)
            {
                targets.Add(implementation.OriginalDefinition);
            }
        }

        return targets.Count > MaxImplementations ? [] : targets;
    }

    private static bool IsOverridable(IMethodSymbol method) =>
        (method.IsVirtual || method.IsAbstract || method.IsOverride) && !method.IsSealed;

    private static bool IsFramework(INamedTypeSymbol type)
    {
        var space = type.ContainingNamespace;
        while (space is { ContainingNamespace.IsGlobalNamespace: false })
        {
            space = space.ContainingNamespace;
        }

        return space?.Name is "System" or "Microsoft" && !type.Locations.Any(l => l.IsInSource);
    }

    /// <summary>The classes that may implement or derive from a type, judged by the names in base lists, read once per file.</summary>
    private ImmutableArray<INamedTypeSymbol> CandidatesOf(INamedTypeSymbol type, CancellationToken cancellation)
    {
        var found = ImmutableArray.CreateBuilder<INamedTypeSymbol>();
        var names = new HashSet<string>(StringComparer.Ordinal) { type.Name };
        var pending = new Queue<string>(names);
        while (pending.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var entry in _byBase.Value[pending.Dequeue()])
            {
                if (
                    entry.ClassMetadataName is { } name
                    && compilation.Assembly.GetTypeByMetadataName(name) is { } candidate
                    && !GeneratedWrappers.IsWrittenByUs(candidate)
                )
                {
                    found.Add(candidate);
                }

                if (names.Add(entry.Name))
                {
                    pending.Enqueue(entry.Name);
                }
            }
        }

        return found.ToImmutable();
    }

    /// <summary>The implementation in a class, where the class implements the interface as it is constructed in the call.</summary>
    private static IMethodSymbol? Implementation(INamedTypeSymbol candidate, IMethodSymbol method)
    {
        foreach (var implemented in candidate.AllInterfaces)
        {
            if (
                SymbolEqualityComparer.Default.Equals(implemented.OriginalDefinition, method.ContainingType.OriginalDefinition)
                && Fits(implemented, method.ContainingType)
            )
            {
                var member = implemented
                    .GetMembers(method.Name)
                    .FirstOrDefault(m => SymbolEqualityComparer.Default.Equals(m.OriginalDefinition, method.OriginalDefinition));
                return member is null ? null : candidate.FindImplementationForInterfaceMember(member) as IMethodSymbol;
            }
        }

        return null;
    }

    /// <summary>
    /// <c>IHandler&lt;A&gt;</c> is not run for a call on <c>IHandler&lt;B&gt;</c>; a call on <c>IHandler&lt;T&gt;</c> is dispatch by a type
    /// that only the run knows, and is not followed.
    /// </summary>
    private static bool Fits(INamedTypeSymbol implemented, INamedTypeSymbol called)
    {
        for (var i = 0; i < called.TypeArguments.Length; i++)
        {
            var argument = called.TypeArguments[i];
            var own = implemented.TypeArguments[i];
            if (
                argument.TypeKind == TypeKind.TypeParameter
                || (own.TypeKind != TypeKind.TypeParameter && !SymbolEqualityComparer.Default.Equals(argument, own))
            )
            {
                return false;
            }
        }

        return true;
    }

    private static IMethodSymbol? Override(INamedTypeSymbol candidate, IMethodSymbol definition)
    {
        foreach (var member in candidate.GetMembers(definition.Name))
        {
            for (
                var overridden = (member as IMethodSymbol)?.OverriddenMethod;
                overridden is not null;
                overridden = overridden.OverriddenMethod
            )
            {
                if (SymbolEqualityComparer.Default.Equals(overridden.OriginalDefinition, definition))
                {
                    return (IMethodSymbol)member;
                }
            }
        }

        return null;
    }
}
