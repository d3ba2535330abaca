using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Flow;
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

    /// <summary>A generic class that is constructed in more ways than this is looked at as it stands.</summary>
    private const int MaxConstructions = 8;

    /// <summary>An editor asks who derives from a few names, for which the files are looked through; a build asks for more.</summary>
    private const int FewNames = 32;

    private int _asked;

    private readonly Lazy<BaseNameIndex[]> _files = new(() => [.. compilation.SyntaxTrees.Select(BaseNameIndex.Of)]);

    private readonly ConcurrentDictionary<INamedTypeSymbol, ImmutableArray<INamedTypeSymbol>> _candidates = new(
        SymbolEqualityComparer.Default
    );

    private readonly Lazy<ILookup<string, BaseNameIndex.Entry>> _byBase = new(() =>
        compilation
            .SyntaxTrees.SelectMany(tree => BaseNameIndex.Of(tree).Types)
            .SelectMany(entry => entry.Bases.Select(name => (name, entry)))
            .ToLookup(pair => pair.name, pair => pair.entry, StringComparer.Ordinal)
    );

    private readonly TypeArguments _types = new(compilation);

    /// <summary>What a call may run, each with the classes whose objects run it so.</summary>
    public IReadOnlyList<CallTarget> Of(IMethodSymbol method, bool isVirtualCall, CancellationToken cancellation)
    {
        var type = method.ContainingType;
        var isInterface = type?.TypeKind == TypeKind.Interface;
        if (type is null || !IsDispatched(method, isInterface, isVirtualCall))
        {
            return [new CallTarget(method, [])];
        }

        // Members of the framework are implemented everywhere and say nothing of data.
        if (IsFramework(type))
        {
            return isInterface ? [] : [new CallTarget(method, [])];
        }

        // Who is told is decided by the type of what is told: a mediator, which is not followed.
        if (isInterface && KnownDetours.IsSubscriber(type) && TypeArguments.IsOpen(type))
        {
            return [];
        }

        var found = Implementations(method, type, isInterface, cancellation);
        if (found.Count > MaxConstructions || TypeArguments.IsOpen(method))
        {
            found = Definitions(found);
        }

        return found.Count > MaxImplementations ? [] : found;
    }

    /// <summary>The classes of the compilation that implement an interface.</summary>
    public IEnumerable<INamedTypeSymbol> ClassesOf(INamedTypeSymbol contract, CancellationToken cancellation) =>
        _candidates
            .GetOrAdd(contract.OriginalDefinition, t => CandidatesOf(t, cancellation))
            .Where(type =>
                type is { IsAbstract: false, TypeKind: TypeKind.Class or TypeKind.Struct }
                && type.AllInterfaces.Any(i => SymbolEqualityComparer.Default.Equals(i.OriginalDefinition, contract.OriginalDefinition))
            );

    /// <summary>Whether the object that it is called on decides what runs.</summary>
    private static bool IsDispatched(IMethodSymbol method, bool isInterface, bool isVirtualCall)
    {
        var definition = method.OriginalDefinition;
        return isInterface
            ? isVirtualCall || (definition.IsStatic && (definition.IsAbstract || definition.IsVirtual))
            : isVirtualCall && IsOverridable(definition);
    }

    /// <summary>The member's own body, then those of the classes that implement or override it, in the order of the files.</summary>
    private List<CallTarget> Implementations(IMethodSymbol method, INamedTypeSymbol type, bool isInterface, CancellationToken cancellation)
    {
        var targets = new Dictionary<IMethodSymbol, List<INamedTypeSymbol>>(SymbolEqualityComparer.Default);
        var order = new List<IMethodSymbol>();
        if (!method.OriginalDefinition.IsAbstract)
        {
            Add(method, isInterface ? null : type);
        }

        foreach (var candidate in _candidates.GetOrAdd(type.OriginalDefinition, t => CandidatesOf(t, cancellation)))
        {
            if ((isInterface ? Implementation(candidate, method) : Override(candidate, method)) is { IsAbstract: false } implementation)
            {
                Add(implementation, candidate);
            }
        }

        return order.ConvertAll(target => new CallTarget(target, targets[target]));

        void Add(IMethodSymbol target, INamedTypeSymbol? owner)
        {
            if (!targets.TryGetValue(target, out var owners))
            {
                targets.Add(target, owners = []);
                order.Add(target);
            }

            if (owner is not null)
            {
                owners.Add(owner);
            }
        }
    }

    private static List<CallTarget> Definitions(List<CallTarget> found) =>
        [
            .. found
                .GroupBy(static target => target.Method.OriginalDefinition, SymbolEqualityComparer.Default)
                .Select(static same => new CallTarget((IMethodSymbol)same.Key!, [.. same.SelectMany(static target => target.Owners)])),
        ];

    /// <inheritdoc cref="TypeArguments.Substitute(IMethodSymbol, Dictionary{ITypeParameterSymbol, ITypeSymbol})" />
    public IMethodSymbol Substitute(IMethodSymbol method, Dictionary<ITypeParameterSymbol, ITypeSymbol> known) =>
        _types.Substitute(method, known);

    private static bool IsOverridable(IMethodSymbol method) =>
        (method.IsVirtual || method.IsAbstract || method.IsOverride) && !method.IsSealed;

    private static bool IsFramework(INamedTypeSymbol type) =>
        FrameworkTypes.RootOf(type) is "System" or "Microsoft" && !type.Locations.Any(l => l.IsInSource);

    /// <summary>The classes that may implement or derive from a type, judged by the names in base lists, read once per file.</summary>
    private ImmutableArray<INamedTypeSymbol> CandidatesOf(INamedTypeSymbol type, CancellationToken cancellation)
    {
        var found = ImmutableArray.CreateBuilder<INamedTypeSymbol>();
        var names = new HashSet<string>(StringComparer.Ordinal) { type.Name };
        var pending = new Queue<string>(names);
        while (pending.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var entry in NamingBase(pending.Dequeue()))
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

    private IEnumerable<BaseNameIndex.Entry> NamingBase(string name)
    {
        if (Interlocked.Increment(ref _asked) > FewNames)
        {
            return _byBase.Value[name];
        }

        var found = new List<BaseNameIndex.Entry>();
        foreach (var file in _files.Value)
        {
            file.AddNamingBase(name, found);
        }

        return found;
    }

    /// <summary>The implementation in a class, where the class implements the interface as it is constructed in the call.</summary>
    private IMethodSymbol? Implementation(INamedTypeSymbol candidate, IMethodSymbol method)
    {
        foreach (var implemented in candidate.AllInterfaces)
        {
            var own = new Dictionary<ITypeParameterSymbol, ITypeSymbol>(SymbolEqualityComparer.Default);
            if (
                SymbolEqualityComparer.Default.Equals(implemented.OriginalDefinition, method.ContainingType.OriginalDefinition)
                && _types.Fits(implemented, method.ContainingType, own)
            )
            {
                var member = implemented
                    .GetMembers(method.Name)
                    .FirstOrDefault(m => SymbolEqualityComparer.Default.Equals(m.OriginalDefinition, method.OriginalDefinition));
                return member is not null && candidate.FindImplementationForInterfaceMember(member) is IMethodSymbol found
                    ? Constructed(found, method, own)
                    : null;
            }
        }

        return null;
    }

    /// <summary>The method that an object of a class runs where a virtual member is called.</summary>
    private IMethodSymbol? Override(INamedTypeSymbol candidate, IMethodSymbol method)
    {
        for (var type = candidate; type is not null; type = type.BaseType)
        {
            var own = new Dictionary<ITypeParameterSymbol, ITypeSymbol>(SymbolEqualityComparer.Default);
            if (SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, method.ContainingType.OriginalDefinition))
            {
                return _types.Fits(type, method.ContainingType, own) ? method : null;
            }

            if (
                type.GetMembers(method.Name).OfType<IMethodSymbol>().FirstOrDefault(m => Overrides(m, method.OriginalDefinition)) is
                { } found
            )
            {
                for (var ancestor = type.BaseType; ancestor is not null; ancestor = ancestor.BaseType)
                {
                    if (SymbolEqualityComparer.Default.Equals(ancestor.OriginalDefinition, method.ContainingType.OriginalDefinition))
                    {
                        return _types.Fits(ancestor, method.ContainingType, own) ? Constructed(found, method, own) : null;
                    }
                }
            }
        }

        return null;
    }

    private static bool Overrides(IMethodSymbol member, IMethodSymbol definition)
    {
        for (var overridden = member.OverriddenMethod; overridden is not null; overridden = overridden.OverriddenMethod)
        {
            if (SymbolEqualityComparer.Default.Equals(overridden.OriginalDefinition, definition))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What is found in a generic class, with what the call says of its type parameters.</summary>
    private IMethodSymbol Constructed(IMethodSymbol found, IMethodSymbol called, Dictionary<ITypeParameterSymbol, ITypeSymbol> own)
    {
        var target = _types.Substitute(found, own);
        return target.Arity > 0 && target.Arity == called.TypeArguments.Length
            ? target.ConstructedFrom.Construct([.. called.TypeArguments])
            : target;
    }
}

/// <summary>A method that a call may run.</summary>
/// <param name="Method">The method, its type parameters replaced where the call says what they are.</param>
/// <param name="Owners">The classes whose objects run it; empty where it runs in any case.</param>
internal sealed record CallTarget(IMethodSymbol Method, IReadOnlyList<INamedTypeSymbol> Owners);
