using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
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

    /// <summary>More bodies than this are not looked at for one type.</summary>
    private const int MaxBodies = 10_000;

    private readonly ForeignBodies _bodies = new(compilation);
    private readonly CallTargets _targets = new(compilation);

    private readonly RecursiveFindings<(IMethodSymbol, Owned), OutsideEffect> _found = new();

    private readonly RecursiveResults<(IMethodSymbol, Owned)> _results = new();
    private readonly Dictionary<(SyntaxNode, Owned), OutsideEffect?> _initializers = [];
    private int _depth;
    private int _looked;

    public Compilation Compilation => compilation;

    public LibraryEffects Libraries { get; } = new(libraries);

    public CancellationToken Cancellation => cancellation;

    /// <summary>The first effect; null for none.</summary>
    public OutsideEffect? Of(IMethodSymbol method, Owned owned)
    {
        cancellation.ThrowIfCancellationRequested();
        method = method.OriginalDefinition;
        return _found.Of((method, owned), () => Looked(() => InBodies(method, owned)));
    }

    /// <summary>What a call of one of the compilation's methods does; null for nothing.</summary>
    public string? OfCall(IMethodSymbol method, bool isVirtualCall, Owned owned)
    {
        if (_depth >= MaxDepth || _looked > MaxBodies)
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

    /// <summary>What the disposal of an object does that is known by an interface of the compilation's; null for nothing.</summary>
    /// <param name="contract">The interface.</param>
    /// <param name="disposal">The member of <c>IDisposable</c> or <c>IAsyncDisposable</c>.</param>
    /// <param name="owned">Whose the object is.</param>
    public string? OfDisposal(INamedTypeSymbol contract, IMethodSymbol disposal, Owned owned)
    {
        var found = _targets
            .ClassesOf(contract, cancellation)
            .Select(type => type.FindImplementationForInterfaceMember(disposal))
            .OfType<IMethodSymbol>()
            .Distinct<IMethodSymbol>(SymbolEqualityComparer.Default)
            .ToList();
        return found.Count == 0
            ? Unknown(disposal)
            : found
                .Where(static method => method.Locations.Any(static l => l.IsInSource))
                .Select(method => OfCall(method, isVirtualCall: true, owned))
                .FirstOrDefault(static what => what is not null);
    }

    /// <summary>Whose is what a method of the compilation returns.</summary>
    public Ownership Returned(IMethodSymbol method, Owned owned) =>
        _results.Of((method, owned), () => _depth < MaxDepth && _looked <= MaxBodies ? ReturnedByBodies(method, owned) : Ownership.None);

    /// <summary>What a field's value does that is a delegate, or made of one, with its code in the initializer; null for nothing.</summary>
    /// <param name="initializer">Where the field is declared.</param>
    /// <param name="handed">Whose is what the delegate is handed.</param>
    public OutsideEffect? OfInitializer(EqualsValueClauseSyntax initializer, Owned handed)
    {
        if (!_initializers.TryGetValue((initializer, handed), out var effect))
        {
            _initializers[(initializer, handed)] = null;
            _initializers[(initializer, handed)] = effect = Looked(() =>
                _bodies.OperationOf(initializer, near: null, cancellation) is not ISymbolInitializerOperation operation
                || !new OwnedValues(operation, this, handed).IsMade(operation.Value)
                    ? new OutsideEffect("is not known", initializer)
                    : new BodyEffects(operation, this, handed).First()
            );
        }

        return effect;
    }

    /// <summary>Whether the method is written out in this compilation; the accessor of an automatic property is not.</summary>
    public bool HasBody(IMethodSymbol method) =>
        method.Locations.Any(static l => l.IsInSource) && ForeignBodies.SyntaxOf(method.OriginalDefinition, cancellation).Any();

    public static string Unknown(IMethodSymbol method) => $"calls '{NameOf(method)}', whose effect is not known";

    public static string NameOf(IMethodSymbol method) =>
        method.MethodKind is MethodKind.Constructor ? "new " + method.ContainingType.Name
        : method.AssociatedSymbol is { } property ? property.Name
        : method.ContainingType is { } type && method.IsStatic ? type.Name + "." + method.Name
        : method.Name;

    private Ownership ReturnedByBodies(IMethodSymbol method, Owned owned)
    {
        Ownership? result = null;
        foreach (var body in ForeignBodies.SyntaxOf(method, cancellation))
        {
            if (_bodies.OperationOf(body, near: null, cancellation) is not { } operation)
            {
                return Ownership.None;
            }

            var returned = Looked(() => Returned(operation, owned));
            result = result is null ? returned : result.Or(returned);
        }

        return result ?? Ownership.None;
    }

    private Ownership Returned(IOperation body, Owned owned)
    {
        var values = new OwnedValues(body, this, owned);
        return body.Descendants()
            .OfType<IReturnOperation>()
            .Where(static r => r.ReturnedValue is not null && !IsInFunction(r))
            .Select(r =>
                r.Kind == OperationKind.YieldReturn
                    ? Ownership.All.With(r.ReturnedValue!.Type, values.Of(r.ReturnedValue))
                    : values.Of(r.ReturnedValue)
            )
            .Aggregate(Ownership.All, static (whole, one) => whole.Or(one));
    }

    private T Looked<T>(Func<T> look)
    {
        _depth++;
        _looked++;
        try
        {
            return look();
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
        if (method.MethodKind == MethodKind.Constructor && InInitializers(method) is { } begun)
        {
            return begun;
        }

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

    /// <summary>What the initializers of a new object's fields and properties do.</summary>
    private OutsideEffect? InInitializers(IMethodSymbol constructor)
    {
        foreach (var reference in constructor.ContainingType.DeclaringSyntaxReferences)
        {
            if (reference.GetSyntax(cancellation) is not TypeDeclarationSyntax declaration)
            {
                continue;
            }

            var initializers = declaration.Members.SelectMany(static member =>
                member switch
                {
                    FieldDeclarationSyntax field
                        when !field.Modifiers.Any(SyntaxKind.StaticKeyword) && !field.Modifiers.Any(SyntaxKind.ConstKeyword) =>
                        field.Declaration.Variables.Select(static v => v.Initializer),
                    PropertyDeclarationSyntax property when !property.Modifiers.Any(SyntaxKind.StaticKeyword) => [property.Initializer],
                    _ => [],
                }
            );
            foreach (var initializer in initializers)
            {
                if (
                    initializer is { Value: not LiteralExpressionSyntax }
                    && _bodies.OperationOf(initializer, near: null, cancellation) is { } operation
                    && new BodyEffects(operation, this, Owned.Nothing with { This = Ownership.All }).First() is { } effect
                )
                {
                    return effect;
                }
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
