using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Effects;

/// <summary>What the calls of a body do beside reading.</summary>
internal sealed class CallEffects(OutsideEffects effects, OwnedValues values)
{
    private readonly KnownDelegates _delegates = new(effects, values);

    public string? Of(IInvocationOperation call)
    {
        var method = call.TargetMethod;
        if (method.MethodKind == MethodKind.DelegateInvoke || method is { Name: "DynamicInvoke", ContainingType.Name: "Delegate" })
        {
            var handed = new Owned(Ownership.None, call.Arguments.Select(argument => values.Of(argument.Value)).ToImmutableArray());
            return _delegates.WhyNotKnown(call.Instance, handed) is { } why ? $"runs the delegate '{call.Instance?.Syntax}'{why}" : null;
        }

        if (method.MethodKind == MethodKind.LocalFunction)
        {
            return null;
        }

        return OfCall(method, call.IsVirtual, call.Instance, OwnedValues.ReceiverOf(call), call.Arguments)
            ?? effects.Libraries.KeepsEntities(call, values);
    }

    public string? Of(IObjectCreationOperation creation)
    {
        if (creation.Constructor is not { } constructor)
        {
            return null;
        }

        if (constructor.Locations.Any(static l => l.IsInSource) && !IsSaidToBePure(constructor))
        {
            var owned = values.Handed(receiver: null, constructor, creation.Arguments) with { This = values.Of(creation) };
            return effects.OfCall(constructor, isVirtualCall: false, owned);
        }

        return OfCall(constructor, isVirtual: false, instance: null, receiver: null, creation.Arguments);
    }

    public string? Of(IPropertyReferenceOperation property)
    {
        var (isRead, isWritten) = UseOf(property);
        var instance = property.Instance;
        var isVirtual = property.Property is { IsVirtual: true } or { IsAbstract: true } or { IsOverride: true };
        return (isRead ? OfAccessor(property.Property.GetMethod) : null) ?? (isWritten ? OfAccessor(property.Property.SetMethod) : null);

        string? OfAccessor(IMethodSymbol? accessor) =>
            accessor is null ? null : OfCall(accessor, isVirtual, instance, instance, property.Arguments);
    }

    public string? Of(IMethodReferenceOperation reference)
    {
        var method = reference.Method.ReducedFrom ?? reference.Method;
        if (method.MethodKind == MethodKind.LocalFunction)
        {
            return null;
        }

        return method.Locations.Any(static l => l.IsInSource) && !IsSaidToBePure(method) && !effects.Libraries.IsListedRead(method)
            ? effects.OfCall(method, reference.IsVirtual, values.HandedTo(reference))
            : OfCall(method, reference.IsVirtual, reference.Instance, reference.Instance, []);
    }

    public string? OfOperator(IMethodSymbol method, IOperation operation, params IOperation[] operands) =>
        method.Locations.Any(static l => l.IsInSource)
            ? effects.OfCall(method, isVirtualCall: false, new Owned(Ownership.None, operands.Select(values.Of).ToImmutableArray()))
            : OfCall(method, isVirtual: false, instance: null, receiver: operation, []);

    /// <summary>Of a method that the language runs where none is written: only the project's own can do anything.</summary>
    public string? OfImplied(IMethodSymbol method, IOperation on, IOperation operation)
    {
        if (operation is IUsingOperation or IUsingDeclarationOperation && method.ContainingType.TypeKind == TypeKind.Interface)
        {
            var owned = new Owned(values.Of(on), ImmutableArray<Ownership>.Empty);
            return ImpliedCalls
                .TypesOf(on)
                .OfType<INamedTypeSymbol>()
                .Where(static type => type.TypeKind == TypeKind.Interface && type.Locations.Any(static l => l.IsInSource))
                .Select(type => effects.OfDisposal(type, method, owned))
                .FirstOrDefault(static what => what is not null);
        }

        return OfImpliedMethod(method, on, operation);
    }

    private string? OfImpliedMethod(IMethodSymbol method, IOperation on, IOperation operation)
    {
        if (!method.Locations.Any(static l => l.IsInSource) || IsSaidToBePure(method))
        {
            return null;
        }

        var instance = method.IsStatic ? null : on;
        var owned = new Owned(
            values.Of(instance),
            method.Parameters.Select(p => p.RefKind == RefKind.Out ? Ownership.All : values.Of(on)).ToImmutableArray()
        );
        return effects.OfCall(method.ReducedFrom ?? method, isVirtualCall: !method.IsStatic && operation.Type is null, owned);
    }

    private string? OfCall(
        IMethodSymbol method,
        bool isVirtual,
        IOperation? instance,
        IOperation? receiver,
        IEnumerable<IArgumentOperation> arguments
    )
    {
        if (IsSaidToBePure(method) || effects.Libraries.IsListedRead(method))
        {
            return null;
        }

        if (method.Locations.Any(static l => l.IsInSource))
        {
            return effects.OfCall(method, isVirtual, values.Handed(instance, method, arguments));
        }

        var handed = arguments.ToList();
        if (handed.Select(OfDelegate).FirstOrDefault(static what => what is not null) is { } runs)
        {
            return runs;
        }

        if (effects.Libraries.IsOfLibrary(method))
        {
            return effects.Libraries.Of(method) ?? OfChanges(method, receiver, handed, LibraryEffects.ChangesReceiver(method));
        }

        return FrameworkEffects.Of(method) switch
        {
            FrameworkEffect.None => OfChanges(method, receiver, handed, changesReceiver: false),
            FrameworkEffect.ChangesReceiver => OfChanges(method, receiver, handed, changesReceiver: true),
            FrameworkEffect.RunsWhatItWasMadeOf => _delegates.WhyNotKnown(receiver, Owned.Nothing) is { } why
                ? $"runs what '{receiver?.Syntax}' was made of{why}"
                : null,
            FrameworkEffect.SetsFirstArgument => handed is [{ Value: var place }, ..] && values.IsOwnedPlace(place)
                ? null
                : OutsideEffects.Unknown(method),
            _ => OutsideEffects.Unknown(method),
        };
    }

    private string? OfDelegate(IArgumentOperation argument) =>
        argument.Parameter?.Type is { TypeKind: TypeKind.Delegate } or { Name: "Delegate" }
        && argument.ArgumentKind != ArgumentKind.DefaultValue
        && _delegates.WhyNotKnown(argument.Value, values.HandedTo(argument.Value)) is { } why
            ? $"hands on the delegate '{argument.Value.Syntax}'{why}"
            : null;

    private string? OfChanges(IMethodSymbol method, IOperation? receiver, List<IArgumentOperation> arguments, bool changesReceiver)
    {
        var changed = changesReceiver ? receiver ?? arguments.FirstOrDefault()?.Value : null;
        if (changesReceiver && !values.IsMade(changed))
        {
            return changed is null ? OutsideEffects.Unknown(method) : $"changes '{changed.Syntax}'";
        }

        return
            arguments.FirstOrDefault(argument =>
                argument.Parameter is { } parameter && WrittenParameters.Contain(method, parameter) && !values.IsMade(argument.Value)
            )
                is { } written
            ? $"hands '{written.Value.Syntax}' to '{OutsideEffects.NameOf(method)}', which changes it"
            : null;
    }

    private static (bool IsRead, bool IsWritten) UseOf(IPropertyReferenceOperation property)
    {
        IOperation target = property;
        while (target.Parent is ITupleOperation or IConversionOperation { IsImplicit: true })
        {
            target = target.Parent;
        }

        return target.Parent switch
        {
            ISimpleAssignmentOperation assignment when ReferenceEquals(assignment.Target, property) => (
                property.Property.ReturnsByRef,
                true
            ),
            IDeconstructionAssignmentOperation deconstruction when ReferenceEquals(deconstruction.Target, target) => (false, true),
            IAssignmentOperation assignment when ReferenceEquals(assignment.Target, target) => (true, true),
            IIncrementOrDecrementOperation => (true, true),
            _ => (true, false),
        };
    }

    private static bool IsSaidToBePure(IMethodSymbol method) =>
        method.GetAttributes().Any(static a => a.AttributeClass is { Name: "PureAttribute" });
}
