using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Effects;

/// <summary>What one body does beside reading. Its lambdas and local functions count as if they ran.</summary>
internal sealed class BodyEffects(IOperation body, OutsideEffects effects, Owned owned)
{
    private readonly OwnedValues _values = new(body, effects, owned);

    /// <summary>The first effect; null for none.</summary>
    public OutsideEffect? First()
    {
        foreach (var operation in body.DescendantsAndSelf())
        {
            effects.Cancellation.ThrowIfCancellationRequested();
            if (Of(operation) is { } what)
            {
                return new OutsideEffect(what, operation.Syntax);
            }
        }

        return null;
    }

    private string? Of(IOperation operation) =>
        operation switch
        {
            IDeconstructionAssignmentOperation deconstruction => OfTargets(deconstruction.Target),
            IAssignmentOperation assignment => OfTarget(assignment.Target),
            IIncrementOrDecrementOperation increment => OfTarget(increment.Target),
            IEventAssignmentOperation => "subscribes to an event, or ends that",
            IDynamicInvocationOperation or IDynamicObjectCreationOperation => "makes a dynamic call, whose effect is not known",
            IInvocationOperation call => OfCall(call),
            IObjectCreationOperation { Constructor: { } constructor } creation => OfCall(
                constructor,
                isVirtual: false,
                new Owned(This: true, AreOwned(creation.Arguments)),
                receiver: null,
                creation
            ),
            IPropertyReferenceOperation property => OfProperty(property),
            IMethodReferenceOperation reference => OfReference(reference),
            IBinaryOperation { OperatorMethod: { } method } => OfOperator(method, operation),
            IUnaryOperation { OperatorMethod: { } method } => OfOperator(method, operation),
            IConversionOperation { OperatorMethod: { } method } => OfOperator(method, operation),
            IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out, Value: IMemberReferenceOperation member }
                when !_values.IsOwnedPlace(member) => $"hands '{member.Member.Name}' out to be set",
            _ => null,
        };

    private string? OfTargets(IOperation target) =>
        target is ITupleOperation tuple ? tuple.Elements.Select(OfTargets).FirstOrDefault(static w => w is not null) : OfTarget(target);

    private string? OfTarget(IOperation target) =>
        target switch
        {
            ILocalReferenceOperation or IDiscardOperation or IDeclarationExpressionOperation => null,
            IParameterReferenceOperation parameter => OfTarget(parameter.Parameter),
            IMemberReferenceOperation member => _values.IsOwnedPlace(member) ? null : $"sets '{member.Member.Name}'",
            IArrayElementReferenceOperation element => _values.IsOwnedPlace(element) ? null : "sets an element of an array",
            IConditionalAccessOperation access => OfTarget(access.WhenNotNull),
            _ => $"sets '{target.Syntax}'",
        };

    private string? OfTarget(IParameterSymbol parameter)
    {
        var isOwn = _values.IsField(parameter)
            ? owned.This
            : parameter.RefKind == RefKind.None
                || parameter.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.LocalFunction or MethodKind.AnonymousFunction }
                || owned.Arguments;
        return isOwn ? null : $"sets '{parameter.Name}'";
    }

    private bool AreOwned(IEnumerable<IArgumentOperation> arguments) => arguments.All(argument => _values.IsOwned(argument.Value));

    private string? OfCall(IInvocationOperation call)
    {
        var method = call.TargetMethod.ReducedFrom ?? call.TargetMethod;
        if (method.MethodKind == MethodKind.DelegateInvoke)
        {
            return call.Instance is { } invoked && _values.IsOwned(invoked) ? null : $"runs the delegate '{call.Instance?.Syntax}'";
        }

        if (method.MethodKind == MethodKind.LocalFunction)
        {
            return null;
        }

        if (effects.Libraries.KeepsEntities(call, _values) is { } kept)
        {
            return kept;
        }

        var receiver = call.Instance ?? (method.IsExtensionMethod ? call.Arguments.FirstOrDefault()?.Value : null);
        return OfCall(method, call.IsVirtual, new Owned(_values.IsOwned(call.Instance), AreOwned(call.Arguments)), receiver, call);
    }

    private string? OfProperty(IPropertyReferenceOperation property)
    {
        var isWritten = property.Parent is IAssignmentOperation assignment && ReferenceEquals(assignment.Target, property);
        var accessor = isWritten ? property.Property.SetMethod : property.Property.GetMethod;
        return accessor is null
            ? null
            : OfCall(
                accessor,
                isVirtual: accessor.IsVirtual || accessor.IsAbstract || accessor.IsOverride,
                new Owned(_values.IsOwned(property.Instance), AreOwned(property.Arguments)),
                property.Instance,
                property
            );
    }

    private string? OfReference(IMethodReferenceOperation reference) =>
        reference.Method.MethodKind == MethodKind.LocalFunction
            ? null
            : OfCall(
                reference.Method.ReducedFrom ?? reference.Method,
                reference.IsVirtual,
                new Owned(_values.IsOwned(reference.Instance), Arguments: false),
                reference.Instance,
                reference
            );

    private string? OfOperator(IMethodSymbol method, IOperation operation) =>
        OfCall(method, isVirtual: false, new Owned(This: false, Arguments: false), receiver: null, operation);

    private string? OfCall(IMethodSymbol method, bool isVirtual, Owned handed, IOperation? receiver, IOperation call)
    {
        if (IsSaidToBePure(method) || effects.Libraries.IsListedRead(method))
        {
            return null;
        }

        if (effects.Libraries.IsOfLibrary(method))
        {
            return effects.Libraries.Of(method);
        }

        if (method.Locations.Any(static l => l.IsInSource))
        {
            return effects.OfCall(method, isVirtual, handed);
        }

        return FrameworkEffects.Of(method) switch
        {
            FrameworkEffect.None => null,
            FrameworkEffect.ChangesReceiver => _values.IsOwned(receiver ?? FirstArgument(call))
                ? null
                : $"changes '{(receiver ?? FirstArgument(call))?.Syntax ?? call.Syntax}'",
            _ => OutsideEffects.Unknown(method),
        };
    }

    private static IOperation? FirstArgument(IOperation call) => (call as IInvocationOperation)?.Arguments.FirstOrDefault()?.Value;

    private static bool IsSaidToBePure(IMethodSymbol method) =>
        method.GetAttributes().Any(static a => a.AttributeClass is { Name: "PureAttribute" });
}
