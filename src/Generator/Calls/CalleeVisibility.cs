using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Flow;
using MonotonicReads.Generator.Reads;
using MonotonicReads.Generator.Symbols;

namespace MonotonicReads.Generator.Calls;

/// <summary>
/// Proves that a method makes at most one read: every callee is known, down to the last, and none of them makes a second one.
/// </summary>
internal sealed class CalleeVisibility(SummarySearch search)
{
    /// <summary>A method that reaches more bodies than this is given up: there is no proof.</summary>
    private const int MaxBodies = 100;

    private readonly HashSet<IMethodSymbol> _seen = new(SymbolEqualityComparer.Default);
    private readonly Queue<IMethodSymbol> _pending = new();

    public bool MakesAtMostOneRead(IMethodSymbol method)
    {
        Enqueue(method);
        return SeesPending();
    }

    /// <summary>
    /// True where everything that the method may run is known, and only the method itself and what was counted with it read.
    /// </summary>
    public bool SeesAll(IMethodSymbol method, IReadOnlyCollection<IMethodSymbol> counted)
    {
        _seen.UnionWith(counted);
        return SeesAllOf(method) && counted.All(SeesAllOf) && SeesPending();
    }

    private bool SeesAllOf(IMethodSymbol method)
    {
        _seen.Add(method);
        foreach (var part in ForeignBodies.SyntaxOf(method, search.Cancellation))
        {
            if (search.OperationOf(part) is not { } body || !body.Descendants().All(IsKnown))
            {
                return false;
            }
        }

        return true;
    }

    private bool SeesPending()
    {
        while (_pending.Count > 0)
        {
            if (_seen.Count > MaxBodies || !MakesAtMostOneReadItself(_pending.Dequeue()))
            {
                return false;
            }
        }

        return true;
    }

    private void Enqueue(IMethodSymbol method)
    {
        if (_seen.Add(method))
        {
            _pending.Enqueue(method);
        }
    }

    private bool MakesAtMostOneReadItself(IMethodSymbol method)
    {
        foreach (var part in ForeignBodies.SyntaxOf(method, search.Cancellation))
        {
            search.Cancellation.ThrowIfCancellationRequested();
            if (search.OperationOf(part) is not { } body)
            {
                return false;
            }

            var flow = search.OfBody(method, part, body.SemanticModel!);
            if (flow.Reads.Sites > 1 || flow.Reads.MayRepeat || !body.Descendants().All(IsKnown))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsKnown(IOperation operation) =>
        operation switch
        {
            IInvocationOperation call => IsKnown(call.TargetMethod, call.IsVirtual),
            IMethodReferenceOperation group => IsKnown(group.Method, group.IsVirtual),
            IObjectCreationOperation { Constructor: { } constructor } => IsKnown(constructor, isVirtual: false),
            IPropertyReferenceOperation { Property: { GetMethod: { } getter } } property => IsKnownAccessor(getter, property),
            IBinaryOperation { OperatorMethod: { } @operator } => IsKnown(@operator, isVirtual: false),
            IUnaryOperation { OperatorMethod: { } @operator } => IsKnown(@operator, isVirtual: false),
            IConversionOperation { OperatorMethod: { } @operator } => IsKnown(@operator, isVirtual: false),
            IDynamicInvocationOperation
            or IDynamicMemberReferenceOperation
            or IDynamicIndexerAccessOperation
            or IDynamicObjectCreationOperation
            or IInvalidOperation => false,
            _ => true,
        };

    /// <summary>A property of another assembly holds a value as far as anyone can tell.</summary>
    private bool IsKnownAccessor(IMethodSymbol getter, IPropertyReferenceOperation property) =>
        !getter.Locations.Any(static l => l.IsInSource)
        || (
            getter.ContainingType.TypeKind != TypeKind.Interface && !getter.IsAbstract
                ? IsKnown(getter, isVirtual: false)
                : IsKnown(getter, property.Instance is not IInstanceReferenceOperation)
        );

    private bool IsKnown(IMethodSymbol method, bool isVirtual)
    {
        if (
            method.MethodKind == MethodKind.LocalFunction
            || search.Libraries.Listed.RoleOf(method) is not null
            || search.Libraries.Describe(method) is not null
        )
        {
            return true;
        }

        if (method.MethodKind == MethodKind.DelegateInvoke)
        {
            return false;
        }

        var definition = (method.ReducedFrom ?? method).OriginalDefinition;
        if (!definition.Locations.Any(static l => l.IsInSource))
        {
            return IsOfTheFramework(definition) || DataLibraries.IsPartOfOne(definition.ContainingAssembly);
        }

        var targets = search.TargetsOf(method, isVirtual).ToList();
        foreach (var target in targets)
        {
            if (
                target.IsAbstract
                || target.IsExtern
                || (
                    !ForeignBodies.SyntaxOf(target, search.Cancellation).Any()
                    && !target.IsImplicitlyDeclared
                    && target.AssociatedSymbol is null
                )
            )
            {
                return false;
            }

            Enqueue(target);
        }

        return targets.Count > 0;
    }

    private static bool IsOfTheFramework(IMethodSymbol method) => FrameworkTypes.RootOf(method) == "System";
}
