using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Flow;

/// <summary>A condition that asks whether something kept is there.</summary>
/// <param name="Kept">What is asked for.</param>
/// <param name="MissWhenTrue">True where the condition holds if it is not there.</param>
internal readonly record struct MissTest(Kept Kept, bool MissWhenTrue)
{
    /// <summary>The test that a condition makes, alone or beside others; null for none.</summary>
    public static MissTest? Of(IOperation condition, KeptValues values) =>
        KeptValues.Unwrapped(condition) switch
        {
            IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not => Of(not.Operand, values) is { } inner
                ? inner with
                {
                    MissWhenTrue = !inner.MissWhenTrue,
                }
                : null,
            IBinaryOperation
            {
                OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr or BinaryOperatorKind.And
            } both => Of(both.LeftOperand, values) ?? Of(both.RightOperand, values),
            IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals } equal => OfComparison(equal, isEqual: true, values),
            IBinaryOperation { OperatorKind: BinaryOperatorKind.NotEquals } unequal => OfComparison(unequal, isEqual: false, values),
            IIsPatternOperation pattern when values.Of(pattern.Value) is { } kept => new MissTest(kept, IsNull(pattern.Pattern)),
            IInvocationOperation call => OfCall(call, values),
            IPropertyReferenceOperation { Property.Name: "HasValue" or "IsValueCreated", Instance: { } owner }
                when values.Of(owner) is { } kept => new MissTest(kept, MissWhenTrue: false),
            IFieldReferenceOperation or IPropertyReferenceOperation when values.Of(condition) is { } flag => new MissTest(
                flag with
                {
                    IsFlag = true,
                },
                MissWhenTrue: false
            ),
            _ => null,
        };

    private static MissTest? OfComparison(IBinaryOperation comparison, bool isEqual, KeptValues values)
    {
        var (left, right) = (KeptValues.Unwrapped(comparison.LeftOperand), KeptValues.Unwrapped(comparison.RightOperand));
        var other =
            IsNothing(right) ? left
            : IsNothing(left) ? right
            : null;
        return values.Of(other) is { } kept && !IsZero(comparison) ? new MissTest(kept, isEqual)
            : other is IPropertyReferenceOperation { Property.Name: "Count" or "Length", Instance: { } owner }
            && values.Of(owner) is { } collection
                ? new MissTest(collection, isEqual)
            : null;
    }

    private static MissTest? OfCall(IInvocationOperation call, KeptValues values)
    {
        var subject = Arguments.SubjectOf(call);
        return call.TargetMethod.Name switch
        {
            "IsNullOrEmpty" or "IsNullOrWhiteSpace" when values.Of(subject) is { } text => new MissTest(text, MissWhenTrue: true),
            "Any" when values.Of(subject) is { } list => new MissTest(list, MissWhenTrue: false),
            var name when KeptValues.LooksUp(name) && KeptValues.OfStore(call) is { } store => new MissTest(store, MissWhenTrue: false),
            _ => null,
        };
    }

    /// <summary>An identity of 0 says that a row is new, not that it was not loaded.</summary>
    private static bool IsZero(IBinaryOperation comparison) =>
        comparison.LeftOperand.ConstantValue is { HasValue: true, Value: 0 }
        || comparison.RightOperand.ConstantValue is { HasValue: true, Value: 0 };

    private static bool IsNothing(IOperation operation) =>
        operation is IDefaultValueOperation || operation.ConstantValue is { HasValue: true, Value: null or 0 or false };

    private static bool IsNull(IPatternOperation pattern) =>
        pattern switch
        {
            INegatedPatternOperation negated => !IsNull(negated.Pattern),
            IConstantPatternOperation { Value.ConstantValue: { HasValue: true, Value: null or false } } => true,
            _ => false,
        };
}
