using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Effects;

/// <summary>
/// Which values of a body nobody else has: what it made itself, and what a database handed to it. Changing them is no effect, since
/// another run makes others.
/// </summary>
internal sealed class OwnedValues(IOperation body, OutsideEffects effects, Owned owned)
{
    private readonly Dictionary<ILocalSymbol, bool> _locals = new(SymbolEqualityComparer.Default);
    private ILookup<ISymbol, IOperation>? _assigned;

    /// <summary>Whether the value, and what is reached through it, is the body's own.</summary>
    public bool IsOwned(IOperation? value) =>
        value switch
        {
            null => false,
            ILocalReferenceOperation local => IsOwned(local.Local),
            IParameterReferenceOperation parameter => IsOwned(parameter.Parameter),
            IInstanceReferenceOperation own => own.ReferenceKind == InstanceReferenceKind.ImplicitReceiver || owned.This,
            _ when IsPlainValue(value.Type) => true,
            IInvocationOperation call => IsOwned(call),
            IMemberReferenceOperation member => member.Instance is not null && IsOwned(member.Instance),
            IArrayElementReferenceOperation element => IsOwned(element.ArrayReference),
            ISimpleAssignmentOperation assignment => IsOwned(assignment.Value),
            _ => IsMade(value) || IsPassedOn(value),
        };

    private bool IsPassedOn(IOperation value) =>
        value switch
        {
            IConversionOperation conversion => IsOwned(conversion.Operand),
            IAwaitOperation awaited => IsOwned(awaited.Operation),
            IConditionalAccessInstanceOperation instance => IsOwned(ReceiverOf(instance)),
            IConditionalAccessOperation access => IsOwned(access.WhenNotNull),
            IConditionalOperation choice => IsOwned(choice.WhenTrue) && IsOwned(choice.WhenFalse),
            ICoalesceOperation coalesce => IsOwned(coalesce.Value) && IsOwned(coalesce.WhenNull),
            ISwitchExpressionOperation choice => choice.Arms.All(arm => IsOwned(arm.Value)),
            _ => false,
        };

    /// <summary>Whether the variable is the body's own, whatever its value: a number in a field can be read, and not set.</summary>
    public bool IsOwnedPlace(IOperation? place) =>
        place switch
        {
            IMemberReferenceOperation { Instance: var instance } => instance is { Type.IsValueType: true }
                ? IsOwnedPlace(instance)
                : IsOwned(instance),
            IArrayElementReferenceOperation element => IsOwned(element.ArrayReference),
            _ => IsOwned(place),
        };

    /// <summary>Whether it is a primary constructor's, which the object keeps.</summary>
    public bool IsField(IParameterSymbol parameter) =>
        parameter.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.Constructor } && body is not IConstructorBodyOperation;

    /// <summary>What a local variable was made of; null where that is not one thing.</summary>
    public IOperation? MadeOf(ILocalSymbol local) => (_assigned ??= Assigned())[local].ToList() is [var one] ? one : null;

    private static bool IsMade(IOperation value) =>
        value
            is IObjectCreationOperation
                or IArrayCreationOperation
                or IAnonymousObjectCreationOperation
                or ITypeParameterObjectCreationOperation
                or ITupleOperation
                or IWithOperation
                or ILiteralOperation
                or IDefaultValueOperation
                or IDelegateCreationOperation
                or IAnonymousFunctionOperation
                or IInterpolatedStringOperation
                or IThrowOperation
        || value.Syntax is CollectionExpressionSyntax;

    private static bool IsPlainValue(ITypeSymbol? type) => type is { IsUnmanagedType: true } or { SpecialType: SpecialType.System_String };

    private bool IsOwned(IInvocationOperation call)
    {
        var method = call.TargetMethod;
        if (effects.Libraries.IsOfLibrary(method))
        {
            return true;
        }

        var receiver = call.Instance ?? (method.IsExtensionMethod ? call.Arguments.FirstOrDefault()?.Value : null);
        if (!method.Locations.Any(static l => l.IsInSource))
        {
            // What makes a list or an array of something makes a new one.
            return receiver is null || method.Name.StartsWith("To", StringComparison.Ordinal) || IsOwned(receiver);
        }

        var arguments = call.Arguments.All(argument => IsOwned(argument.Value));
        return effects.ReturnsOwned(method.OriginalDefinition, new Owned(receiver is not null && IsOwned(receiver), arguments));
    }

    private bool IsOwned(ILocalSymbol local)
    {
        if (!_locals.TryGetValue(local, out var known))
        {
            // While it is looked at, what is made of itself is its own.
            _locals[local] = true;
            _assigned ??= Assigned();
            _locals[local] = known = _assigned.Contains(local) && _assigned[local].All(IsOwned);
        }

        return known;
    }

    // What a lambda is handed comes from what it is handed to.
    private bool IsOwned(IParameterSymbol parameter)
    {
        if (parameter.ContainingSymbol is not IMethodSymbol { MethodKind: MethodKind.AnonymousFunction } lambda)
        {
            return IsPlainValue(parameter.Type) || (IsField(parameter) ? owned.This : owned.Arguments);
        }

        var function = body.Descendants()
            .OfType<IAnonymousFunctionOperation>()
            .FirstOrDefault(f => SymbolEqualityComparer.Default.Equals(f.Symbol, lambda));
        var around = function?.Parent;
        while (around is IDelegateCreationOperation or IConversionOperation or IArgumentOperation)
        {
            around = around.Parent;
        }

        return around is IInvocationOperation call
            && (
                effects.Libraries.IsOfLibrary(call.TargetMethod)
                || IsOwned(call.Instance ?? call.Arguments.FirstOrDefault(a => !a.Descendants().Contains(function))?.Value)
            );
    }

    private ILookup<ISymbol, IOperation> Assigned()
    {
        var found = new List<(ISymbol Local, IOperation Value)>();
        foreach (var operation in body.DescendantsAndSelf())
        {
            switch (operation)
            {
                case IVariableDeclaratorOperation declarator when declarator.GetVariableInitializer() is { } initializer:
                    found.Add((declarator.Symbol, initializer.Value));
                    break;
                case ISimpleAssignmentOperation { Target: ILocalReferenceOperation target } assignment:
                    found.Add((target.Local, assignment.Value));
                    break;
                case ICoalesceAssignmentOperation { Target: ILocalReferenceOperation target } assignment:
                    found.Add((target.Local, assignment.Value));
                    break;
                case IDeconstructionAssignmentOperation deconstruction:
                    found.AddRange(LocalsIn(deconstruction.Target).Select(local => ((ISymbol)local, deconstruction.Value)));
                    break;
                case IForEachLoopOperation loop:
                    found.AddRange(loop.Locals.Select(local => ((ISymbol)local, loop.Collection)));
                    break;
                case IArgumentOperation { Parent: { } call, Parameter.RefKind: RefKind.Out or RefKind.Ref } argument:
                    found.AddRange(LocalsIn(argument.Value).Select(local => ((ISymbol)local, ReceiverOf(call))));
                    break;
                case IDeclarationPatternOperation { DeclaredSymbol: ILocalSymbol matched } pattern:
                    found.Add((matched, MatchedBy(pattern)));
                    break;
            }
        }

        return found.ToLookup(static pair => pair.Local, static pair => pair.Value, SymbolEqualityComparer.Default);
    }

    private static IEnumerable<ILocalSymbol> LocalsIn(IOperation target) =>
        target.DescendantsAndSelf().OfType<ILocalReferenceOperation>().Select(static l => l.Local);

    private static IOperation ReceiverOf(IOperation call) =>
        (call as IInvocationOperation)?.Instance ?? (call as IInvocationOperation)?.Arguments.FirstOrDefault()?.Value ?? call;

    private static IOperation MatchedBy(IOperation pattern)
    {
        var around = pattern.Parent;
        while (
            around
                is IPatternOperation
                    or IPropertySubpatternOperation
                    or ISwitchCaseOperation
                    or ICaseClauseOperation
                    or ISwitchExpressionArmOperation
        )
        {
            around = around.Parent;
        }

        return around switch
        {
            IIsPatternOperation test => test.Value,
            ISwitchOperation choice => choice.Value,
            ISwitchExpressionOperation choice => choice.Value,
            _ => pattern,
        };
    }

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
}
