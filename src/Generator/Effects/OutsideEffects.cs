using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Calls;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Effects;

/// <summary>
/// Looks for what a method does beside reading, through the methods of the compilation that it calls. Of what it does not find it is
/// proved that there is none: a call of which nothing is known counts as an effect.
/// </summary>
internal sealed class OutsideEffects(Compilation compilation, DataLibraries? libraries, CancellationToken cancellation)
{
    /// <summary>A longer chain of calls is not followed.</summary>
    private const int MaxDepth = 40;

    private readonly ForeignBodies _bodies = new(compilation);
    private readonly CallTargets _targets = new(compilation);

    private readonly RecursiveFindings<(IMethodSymbol, Owned), OutsideEffect> _found = new();

    /// <summary>Whose results are made by them; of one that is looked at already that is not known.</summary>
    private readonly Dictionary<(IMethodSymbol, Owned), bool> _makers = [];
    private int _depth;

    public LibraryEffects Libraries { get; } = new(libraries);

    public CancellationToken Cancellation => cancellation;

    /// <summary>The first effect; null for none.</summary>
    public OutsideEffect? Of(IMethodSymbol method, Owned owned)
    {
        cancellation.ThrowIfCancellationRequested();
        method = method.OriginalDefinition;
        return _found.Of(
            (method, owned),
            () =>
            {
                _depth++;
                var found = _depth > MaxDepth ? null : InBodies(method, owned);
                _depth--;
                return found;
            }
        );
    }

    /// <summary>What a call of one of the compilation's methods does; null for nothing.</summary>
    public string? OfCall(IMethodSymbol method, bool isVirtualCall, Owned owned)
    {
        if (_depth >= MaxDepth)
        {
            return $"calls '{method.Name}' through more methods than are followed";
        }

        var targets = _targets.Of(method, isVirtualCall, cancellation);
        if (targets.Count == 0)
        {
            return Unknown(method);
        }

        foreach (var target in targets)
        {
            if (target.Method is { IsExtern: true } or { IsAbstract: true })
            {
                return Unknown(method);
            }

            if (Of(target.Method, owned) is { } effect)
            {
                return Through(method, effect);
            }
        }

        return null;
    }

    /// <summary>Whether all that a method returns is made by it.</summary>
    public bool ReturnsOwned(IMethodSymbol method, Owned owned)
    {
        if (!_makers.TryGetValue((method, owned), out var makes))
        {
            _makers[(method, owned)] = false;
            _makers[(method, owned)] = makes =
                _depth < MaxDepth
                && ForeignBodies.SyntaxOf(method, cancellation).ToList() is { Count: > 0 } bodies
                && bodies.TrueForAll(body =>
                    _bodies.OperationOf(body, near: null, cancellation) is { } operation && ReturnsOwned(operation, owned)
                );
        }

        return makes;
    }

    public static string Unknown(IMethodSymbol method) => $"calls '{NameOf(method)}', whose effect is not known";

    public static string NameOf(IMethodSymbol method) =>
        method.MethodKind is MethodKind.Constructor ? "new " + method.ContainingType.Name
        : method.AssociatedSymbol is { } property ? property.Name
        : method.ContainingType is { } type && method.IsStatic ? type.Name + "." + method.Name
        : method.Name;

    private bool ReturnsOwned(IOperation body, Owned owned)
    {
        _depth++;
        try
        {
            var values = new OwnedValues(body, this, owned);
            return body.Descendants()
                .OfType<IReturnOperation>()
                .Where(static r => r.ReturnedValue is not null && !IsInFunction(r))
                .All(r => values.IsOwned(r.ReturnedValue!));
        }
        finally
        {
            _depth--;
        }
    }

    private static bool IsInFunction(IOperation operation)
    {
        for (var around = operation.Parent; around is not null; around = around.Parent)
        {
            if (around.Kind is OperationKind.AnonymousFunction or OperationKind.LocalFunction)
            {
                return true;
            }
        }

        return false;
    }

    private OutsideEffect? InBodies(IMethodSymbol method, Owned owned)
    {
        foreach (var body in ForeignBodies.SyntaxOf(method, cancellation))
        {
            if (
                _bodies.OperationOf(body, near: null, cancellation) is { } operation
                && new BodyEffects(operation, this, owned).First() is { } effect
            )
            {
                return effect;
            }
        }

        return null;
    }

    // Of a chain of calls the first and the last are told.
    private static string Through(IMethodSymbol method, OutsideEffect effect)
    {
        var last = effect.What.LastIndexOf(", which ", StringComparison.Ordinal);
        return $"calls '{NameOf(method)}', which {(last < 0 ? effect.What : effect.What.Substring(last + ", which ".Length))}";
    }
}
