using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Effects;

/// <summary>
/// Which values of a body nobody else has: what it made itself, and what a database handed to it. Changing them is no effect, since
/// another run makes others.
/// </summary>
internal sealed class OwnedValues
{
    private readonly IOperation _body;
    private readonly OutsideEffects _effects;
    private readonly Owned _owned;
    private readonly OwnedVariables _variables;
    private readonly Dictionary<IInvocationOperation, Ownership> _calls = [];
    private readonly HashSet<ILocalSymbol> _references = new(SymbolEqualityComparer.Default);

    public OwnedValues(IOperation body, OutsideEffects effects, Owned owned)
    {
        _body = body;
        _effects = effects;
        _owned = owned;
        _variables = new OwnedVariables(body, this, effects);
    }

    public Compilation Compilation => _effects.Compilation;

    /// <summary>Whose the value is.</summary>
    public Ownership Of(IOperation? value) =>
        value switch
        {
            null => Ownership.None,
            ILocalReferenceOperation local => Ownership.IsPlain(local.Type) ? Ownership.All : _variables.Of(local.Local),
            IParameterReferenceOperation parameter => Ownership.IsPlain(parameter.Type)
                ? Ownership.All
                : _variables.Of(parameter.Parameter),
            IInstanceReferenceOperation own => own.ReferenceKind
                is InstanceReferenceKind.ImplicitReceiver
                    or InstanceReferenceKind.InterpolatedStringHandler
                ? Ownership.All
                : _owned.This,
            _ when Ownership.IsPlain(value.Type) || value.ConstantValue.HasValue => Ownership.All,
            IInvocationOperation call => OfCall(call),
            IPropertyReferenceOperation { Property.GetMethod: { } getter } property when _effects.HasBody(getter) => _effects.Returned(
                getter.OriginalDefinition,
                Handed(property.Instance, getter, property.Arguments)
            ),
            IMemberReferenceOperation { Instance: { } instance } => Of(instance).Part(value.Type, Compilation),
            IArrayElementReferenceOperation element => Of(element.ArrayReference).Part(value.Type, Compilation),
            ISimpleAssignmentOperation assignment => Of(assignment.Value),
            _ => MadeValues.Of(value, this) ?? PassedOn(value),
        };

    /// <summary>Whether the object may be changed.</summary>
    public bool IsMade(IOperation? value) => Of(value).IsMade;

    private Ownership PassedOn(IOperation value) =>
        value switch
        {
            IConversionOperation conversion => Of(conversion.Operand),
            IParenthesizedOperation parenthesized => Of(parenthesized.Operand),
            ITranslatedQueryOperation query => Of(query.Operation),
            IAwaitOperation awaited => Of(awaited.Operation).Part(value.Type, Compilation),
            IConditionalAccessInstanceOperation instance => Of(ReceiverOf(instance)),
            IConditionalAccessOperation access => Of(access.WhenNotNull),
            IConditionalOperation choice => Of(choice.WhenTrue).Or(Of(choice.WhenFalse)),
            ICoalesceOperation coalesce => Of(coalesce.Value).Or(Of(coalesce.WhenNull)),
            ICoalesceAssignmentOperation coalesce => Of(coalesce.Target).Or(Of(coalesce.Value)),
            ISwitchExpressionOperation choice => choice
                .Arms.Select(arm => Of(arm.Value))
                .Aggregate(Ownership.All, static (a, b) => a.Or(b)),
            _ => Ownership.None,
        };

    /// <summary>Whether the variable is the body's own, whatever its value: a number in a field can be read, and not set.</summary>
    public bool IsOwnedPlace(IOperation? place) =>
        place switch
        {
            IMemberReferenceOperation { Instance: var instance } => instance is { Type.IsValueType: true }
                ? IsOwnedPlace(instance)
                : IsMade(instance),
            IArrayElementReferenceOperation element => IsMade(element.ArrayReference),
            ILocalReferenceOperation { Local: { IsRef: true } local } => IsOwnedReference(local),
            ILocalReferenceOperation { Local.Type: { IsValueType: true, IsRefLikeType: false } } => true,
            IParameterReferenceOperation { Parameter: { Type.IsValueType: true } parameter } => IsOwnVariable(parameter),
            IConditionalOperation choice => IsOwnedPlace(choice.WhenTrue) && IsOwnedPlace(choice.WhenFalse),
            IConditionalAccessInstanceOperation instance => IsOwnedPlace(ReceiverOf(instance)),
            _ => IsMade(place),
        };

    private bool IsOwnedReference(ILocalSymbol local)
    {
        // While it is looked at, what is reached through itself is its own.
        if (!_references.Add(local))
        {
            return true;
        }

        var isOwned = _variables.RefersTo(local).All(IsOwnedPlace);
        _references.Remove(local);
        return isOwned;
    }

    /// <summary>Whether setting the parameter changes nothing outside.</summary>
    public bool IsOwnVariable(IParameterSymbol parameter) =>
        IsField(parameter)
            ? _owned.This.IsMade
            : parameter.RefKind == RefKind.None
                || parameter.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.LocalFunction or MethodKind.AnonymousFunction }
                || _owned.Of(parameter).IsMade;

    /// <summary>Whether it is a primary constructor's, which the object keeps.</summary>
    public bool IsField(IParameterSymbol parameter) =>
        parameter.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.Constructor } && _body is not IConstructorBodyOperation;

    /// <summary>What a parameter of the body's own method is handed.</summary>
    public Ownership Handed(IParameterSymbol parameter) =>
        IsField(parameter) ? _owned.This.Part(parameter.Type, Compilation) : _owned.Of(parameter);

    /// <summary>What a local variable was made of; null where that is not one thing.</summary>
    public IOperation? MadeOf(ILocalSymbol local) => _variables.MadeOf(local);

    /// <summary>Whether a call of the framework or a library gives out what is new.</summary>
    public static bool MakesNew(IMethodSymbol method) =>
        method.Name.StartsWith("To", StringComparison.Ordinal)
        || method.Name.StartsWith("Create", StringComparison.Ordinal)
        || method.Name is "GetEnumerator" or "GetAsyncEnumerator" or "Clone" or "DeepClone" or "Split" or "GetBytes" or "ConvertAll";

    /// <summary>Whose are the object of a call and what it is handed.</summary>
    public Owned Handed(IOperation? receiver, IMethodSymbol method, IEnumerable<IArgumentOperation> arguments)
    {
        var handed = method.Parameters.Select(static _ => Ownership.None).ToArray();
        foreach (var argument in arguments)
        {
            if (argument.Parameter is { } parameter && parameter.Ordinal < handed.Length)
            {
                handed[parameter.Ordinal] = Of(argument.Value);
            }
        }

        return new Owned(Of(receiver), handed.ToImmutableArray());
    }

    /// <summary>Whose are the object of a method that is handed on as a delegate and what it will be handed.</summary>
    public Owned HandedTo(IMethodReferenceOperation reference) =>
        reference.Method.ReducedFrom is { } extension
            ? new Owned(Ownership.None, extension.Parameters.Select(static _ => Ownership.None).ToImmutableArray())
            : HandedTo(reference, reference.Method, Of(reference.Instance));

    /// <summary>Whose is what a delegate will be handed.</summary>
    public Owned HandedTo(IOperation value) =>
        value.Type is INamedTypeSymbol { DelegateInvokeMethod: { } invoke } ? HandedTo(value, invoke, Ownership.None) : Owned.Nothing;

    private Owned HandedTo(IOperation use, IMethodSymbol method, Ownership instance) =>
        new(instance, method.Parameters.Select(parameter => HandedToDelegates.Of(use, parameter, this, _effects)).ToImmutableArray());

    /// <summary>What the delegate is handed that is looked at where a field is declared.</summary>
    public Ownership HandedToDelegate(IParameterSymbol parameter) => _owned.Of(parameter);

    private Ownership OfCall(IInvocationOperation call)
    {
        if (!_variables.AreSettled)
        {
            return Made(call);
        }

        if (!_calls.TryGetValue(call, out var known))
        {
            _calls[call] = known = Made(call);
        }

        return known;
    }

    private Ownership Made(IInvocationOperation call)
    {
        var method = call.TargetMethod;
        var receiver = ReceiverOf(call);
        if (_effects.Libraries.IsOfLibrary(method))
        {
            return LibraryEffects.HandsOutWhatItKeeps(method) ? Of(receiver).Part(call.Type, Compilation) : Ownership.All;
        }

        if (method.MethodKind == MethodKind.DelegateInvoke)
        {
            return Of(call.Instance).Part(call.Type, Compilation);
        }

        if (method.Locations.Any(static l => l.IsInSource))
        {
            return method.MethodKind == MethodKind.LocalFunction
                ? _variables.Returned(method)
                : _effects.Returned(method.OriginalDefinition, Handed(call.Instance, method, call.Arguments));
        }

        return FrameworkResults.Of(call, receiver, this);
    }

    /// <summary>What a call is made on, as an extension too.</summary>
    public static IOperation? ReceiverOf(IInvocationOperation call) =>
        call.Instance ?? (call.TargetMethod.IsExtensionMethod ? call.Arguments.FirstOrDefault()?.Value : null);

    private static IOperation? ReceiverOf(IConditionalAccessInstanceOperation instance)
    {
        for (IOperation? child = instance, around = instance.Parent; around is not null; child = around, around = around.Parent)
        {
            if (around is IConditionalAccessOperation access && ReferenceEquals(access.WhenNotNull, child))
            {
                return access.Operation;
            }
        }

        return null;
    }

    /// <summary>Whose is what a lambda or a method gives out that is handed on as a delegate; all of it for nothing.</summary>
    public Ownership GivenBy(IOperation target) =>
        target switch
        {
            IAnonymousFunctionOperation lambda => _variables.Returned(lambda),
            IMethodReferenceOperation { Method: { MethodKind: MethodKind.LocalFunction } local } => _variables.Returned(local),
            IMethodReferenceOperation { Method: var method } when method.ReturnsVoid => Ownership.All,
            IMethodReferenceOperation { Method: var method, Instance: var instance } => Ownership.All.With(
                method.ReturnType,
                method.Locations.Any(static l => l.IsInSource)
                    ? _effects.Returned(method.OriginalDefinition, Handed(instance, method, []))
                    : Ownership.None
            ),
            _ => Of(target),
        };
}
