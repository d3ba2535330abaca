using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Effects;

/// <summary>What one body does beside reading. Its lambdas and local functions count as if they ran.</summary>
internal sealed class BodyEffects
{
    private readonly IOperation _body;
    private readonly OutsideEffects _effects;
    private readonly OwnedValues _values;
    private readonly CallEffects _calls;

    public BodyEffects(IOperation body, OutsideEffects effects, Owned owned)
    {
        _body = body;
        _effects = effects;
        _values = new OwnedValues(body, effects, owned);
        _calls = new CallEffects(effects, _values);
    }

    /// <summary>The first effect; null for none.</summary>
    public OutsideEffect? First()
    {
        foreach (var operation in _body.DescendantsAndSelf())
        {
            _effects.Cancellation.ThrowIfCancellationRequested();
            if ((Of(operation) ?? OfCalled(operation)) is { } what)
            {
                return new OutsideEffect(what, operation.Syntax);
            }
        }

        return null;
    }

    /// <summary>What it does itself.</summary>
    private string? Of(IOperation operation) =>
        operation switch
        {
            IDeconstructionAssignmentOperation deconstruction => OfTargets(deconstruction.Target),
            ISimpleAssignmentOperation { IsRef: true, Target: ILocalReferenceOperation } => null,
            IAssignmentOperation assignment => OfTarget(assignment.Target),
            IIncrementOrDecrementOperation increment => OfTarget(increment.Target),
            IEventAssignmentOperation { EventReference: IEventReferenceOperation { Instance: { } source } } when _values.IsMade(source) =>
                null,
            IEventAssignmentOperation => "subscribes to an event, or ends that",
            IDynamicInvocationOperation or IDynamicObjectCreationOperation => "makes a dynamic call, whose effect is not known",
            IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } argument when OfTarget(argument.Value) is not null =>
                $"hands '{NameOf(argument.Value)}' out to be set",
            _ => null,
        };

    /// <summary>What is done by the methods that it runs.</summary>
    private string? OfCalled(IOperation operation) =>
        operation switch
        {
            IInvocationOperation call => _calls.Of(call),
            IObjectCreationOperation creation => _calls.Of(creation),
            IPropertyReferenceOperation property => _calls.Of(property),
            IMethodReferenceOperation reference => _calls.Of(reference),
            IBinaryOperation { OperatorMethod: { } method } binary => _calls.OfOperator(
                method,
                binary,
                binary.LeftOperand,
                binary.RightOperand
            ),
            IUnaryOperation { OperatorMethod: { } method } unary => _calls.OfOperator(method, unary, unary.Operand),
            IConversionOperation { OperatorMethod: { } method } conversion => _calls.OfOperator(method, conversion, conversion.Operand),
            ICompoundAssignmentOperation { OperatorMethod: { } method } compound => _calls.OfOperator(
                method,
                compound,
                compound.Target,
                compound.Value
            ),
            IIncrementOrDecrementOperation { OperatorMethod: { } method } increment => _calls.OfOperator(
                method,
                increment,
                increment.Target
            ),
            _ => ImpliedCalls
                .Of(operation, _effects.Cancellation)
                .Select(implied => _calls.OfImplied(implied.Method, implied.On, operation))
                .FirstOrDefault(static what => what is not null),
        };

    private string? OfTargets(IOperation target) =>
        target switch
        {
            ITupleOperation tuple => tuple.Elements.Select(OfTargets).FirstOrDefault(static w => w is not null),
            IConversionOperation conversion => OfTargets(conversion.Operand),
            _ => OfTarget(target),
        };

    private string? OfTarget(IOperation target) =>
        target switch
        {
            IConditionalAccessOperation access => OfTarget(access.WhenNotNull),
            IConditionalOperation { WhenFalse: { } otherwise } choice => OfTarget(choice.WhenTrue) ?? OfTarget(otherwise),
            IConversionOperation conversion => OfTarget(conversion.Operand),
            _ => OfPlace(target),
        };

    private string? OfPlace(IOperation target) =>
        target switch
        {
            ILocalReferenceOperation { Local.IsRef: true } local => _values.IsOwnedPlace(local) ? null : $"sets '{local.Local.Name}'",
            ILocalReferenceOperation or IDiscardOperation or IDeclarationExpressionOperation => null,
            IParameterReferenceOperation { Parameter: var parameter } => _values.IsOwnVariable(parameter)
                ? null
                : $"sets '{parameter.Name}'",
            IMemberReferenceOperation member => _values.IsOwnedPlace(member) ? null : $"sets '{member.Member.Name}'",
            IArrayElementReferenceOperation element => _values.IsOwnedPlace(element) ? null : "sets an element of an array",
            IInstanceReferenceOperation => _values.IsOwnedPlace(target) ? null : "sets its own fields",
            _ => $"sets '{target.Syntax}'",
        };

    private static string NameOf(IOperation place) =>
        place switch
        {
            IMemberReferenceOperation member => member.Member.Name,
            IConversionOperation conversion => NameOf(conversion.Operand),
            _ => place.Syntax.ToString(),
        };
}
