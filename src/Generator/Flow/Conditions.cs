using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Collections;

namespace MonotonicReads.Generator.Flow;

/// <summary>Tests of a parameter against constants: what a branch that was taken says of the caller's argument.</summary>
internal sealed class Conditions(FlowContext context, KnownValues known)
{
    /// <summary>The state on a branch.</summary>
    /// <param name="current">The block that ends in the condition.</param>
    /// <param name="isConditional">True for the branch that the condition takes.</param>
    /// <param name="state">The state at the end of the block.</param>
    public FlowState On(BasicBlock current, bool isConditional, FlowState state)
    {
        if (current.ConditionKind == ControlFlowConditionKind.None || current.BranchValue is not { } condition || context.Method is null)
        {
            return state;
        }

        var holds = current.ConditionKind == ControlFlowConditionKind.WhenTrue == isConditional;
        return Of(condition, holds) is { } guard ? state with { Guards = Guard.With(state.Guards, guard) } : state;
    }

    /// <summary>The constant that an argument is; null where it is none.</summary>
    public static Optional<object?> ConstantOf(IOperation? argument)
    {
        for (; argument is not null; argument = (argument as IConversionOperation)?.Operand)
        {
            switch (argument)
            {
                case { ConstantValue.HasValue: true }:
                    return argument.ConstantValue;
                case IDefaultValueOperation { Type: { } type }:
                    return type.IsReferenceType || type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T
                        ? new Optional<object?>(null)
                        : default;
                case IObjectCreationOperation
                or IInstanceReferenceOperation
                or IDelegateCreationOperation
                or IArrayCreationOperation
                or IAnonymousObjectCreationOperation
                or IInterpolatedStringOperation:
                    return Guard.NotNull;
                case IConversionOperation { OperatorMethod: not null } or IConversionOperation { IsTryCast: true }:
                    return default;
            }
        }

        return default;
    }

    private Guard? Of(IOperation condition, bool holds)
    {
        switch (condition)
        {
            case IConversionOperation { OperatorMethod: null } conversion:
                return Of(conversion.Operand, holds);
            case IParenthesizedOperation parenthesized:
                return Of(parenthesized.Operand, holds);
            case IUnaryOperation { OperatorKind: UnaryOperatorKind.Not, OperatorMethod: null } not:
                return Of(not.Operand, !holds);
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals } test:
                return OfTest(test, holds);
            case IBinaryOperation { OperatorMethod: null } order when order.OperatorKind.IsOrder():
                return ConditionsOnNumbers.OfOrder(order, holds) is var (compared, excluded)
                    ? OfParameter(compared, isIn: false, excluded)
                    : null;
            case IInvocationOperation call:
                return OfCall(call, holds);
            case IIsNullOperation isNull:
                return OfParameter(isNull.Operand, holds, [null]);
            case IIsPatternOperation pattern:
                return OfPattern(pattern.Pattern) is { } taken ? OfParameter(pattern.Value, holds == taken.IsIn, taken.Values) : null;
            case IPropertyReferenceOperation
            {
                Property: { Name: "HasValue", ContainingType.OriginalDefinition.SpecialType: SpecialType.System_Nullable_T },
                Instance: { } nullable
            }:
                return OfParameter(nullable, !holds, [null]);
            default:
                return condition.Type?.SpecialType == SpecialType.System_Boolean ? OfParameter(condition, isIn: true, [holds]) : null;
        }
    }

    /// <summary><c>string.IsNullOrEmpty(text)</c> and <c>options.HasFlag(Options.Touch)</c>.</summary>
    private Guard? OfCall(IInvocationOperation call, bool holds)
    {
        switch (call.TargetMethod)
        {
            case { Name: "IsNullOrEmpty", ContainingType.SpecialType: SpecialType.System_String }:
            case { Name: "IsNullOrWhiteSpace", ContainingType.SpecialType: SpecialType.System_String } when !holds:
                return OfParameter(call.Arguments[0].Value, holds, [null, string.Empty]);
            case { Name: "HasFlag", ContainingType.SpecialType: SpecialType.System_Enum } when holds:
                return
                    ConstantOf(call.Arguments[0].Value) is { HasValue: true, Value: { } flag }
                    && ConditionsOnNumbers.ZeroFor(flag) is { } zero
                    ? OfParameter(call.Instance, isIn: false, [zero])
                    : null;
            default:
                return null;
        }
    }

    private Guard? OfTest(IBinaryOperation test, bool holds)
    {
        var isIn = holds == (test.OperatorKind == BinaryOperatorKind.Equals);
        if (ConditionsOnNumbers.OfBits(test, isIn) is var (flags, none))
        {
            return OfParameter(flags, isIn: false, [none]);
        }

        if (ConstantOf(test.RightOperand) is { HasValue: true } right && !ReferenceEquals(right.Value, Guard.NotNull))
        {
            return OfParameter(test.LeftOperand, isIn, [right.Value]);
        }

        return ConstantOf(test.LeftOperand) is { HasValue: true } left && !ReferenceEquals(left.Value, Guard.NotNull)
            ? OfParameter(test.RightOperand, isIn, [left.Value])
            : null;
    }

    private Guard? OfParameter(IOperation? subject, bool isIn, Items<object?> values)
    {
        while (subject is IConversionOperation { OperatorMethod: null } conversion)
        {
            subject = conversion.Operand;
        }

        if (subject is null || known.ParameterOf(subject) is not { } parameter)
        {
            return null;
        }

        // Of the two truths one is the other's opposite.
        return !isIn && subject.Type?.SpecialType == SpecialType.System_Boolean && values is [bool truth]
            ? new Guard(parameter, IsIn: true, [!truth])
            : new Guard(parameter, isIn, values);
    }

    /// <summary>The constants that a pattern takes, or all but which; null for any other pattern.</summary>
    private static Guard? OfPattern(IPatternOperation pattern)
    {
        switch (pattern)
        {
            case IConstantPatternOperation { Value: { } value }:
                return ConstantOf(value) is { HasValue: true } constant ? new Guard(Parameter: 0, IsIn: true, [constant.Value]) : null;
            case INegatedPatternOperation { Pattern: { } inner }:
                return OfPattern(inner) is { } guard ? guard with { IsIn = !guard.IsIn } : null;
            case IBinaryPatternOperation { OperatorKind: BinaryOperatorKind.Or } either:
                return OfPattern(either.LeftPattern) is { IsIn: true } left && OfPattern(either.RightPattern) is { IsIn: true } right
                    ? left with
                    {
                        Values = left.Values.Union(right.Values),
                    }
                    : null;
            case IRecursivePatternOperation
            {
                DeconstructionSubpatterns.IsEmpty: true,
                PropertySubpatterns.IsEmpty: true,
                DeclaredSymbol: null
            } any when SymbolEqualityComparer.Default.Equals(any.MatchedType, any.InputType):
                return new Guard(Parameter: 0, IsIn: false, [null]);
            default:
                return null;
        }
    }
}
