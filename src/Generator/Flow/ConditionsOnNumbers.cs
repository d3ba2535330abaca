using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Collections;

namespace MonotonicReads.Generator.Flow;

/// <summary>What a comparison of numbers or a test of bits says of the small constants that calls hand over.</summary>
internal static class ConditionsOnNumbers
{
    /// <summary>True of the four operators that tell less from more.</summary>
    public static bool IsOrder(this BinaryOperatorKind kind) =>
        kind
            is BinaryOperatorKind.LessThan
                or BinaryOperatorKind.LessThanOrEqual
                or BinaryOperatorKind.GreaterThan
                or BinaryOperatorKind.GreaterThanOrEqual;

    /// <summary>The number that is compared with a constant, and some constants that it is not; null for any other comparison.</summary>
    public static (IOperation Compared, Items<object?> Excluded)? OfOrder(IBinaryOperation order, bool holds)
    {
        var isSwapped = order.LeftOperand.ConstantValue.HasValue;
        var (compared, limit) = isSwapped ? (order.RightOperand, order.LeftOperand) : (order.LeftOperand, order.RightOperand);
        if (limit.ConstantValue is not { HasValue: true, Value: { } constant } || !IsWhole(constant))
        {
            return null;
        }

        var bound = Convert.ToInt64(constant, System.Globalization.CultureInfo.InvariantCulture);
        Items<object?> excluded =
        [
            .. new[] { -1, 0, 1, bound - 1, bound, bound + 1 }
                .Distinct()
                .Where(n => Holds(order.OperatorKind, isSwapped ? bound : n, isSwapped ? n : bound) != holds)
                .Select(n => As(constant, n))
                .Where(static n => n is not null),
        ];
        return excluded.IsEmpty ? null : (compared, excluded);
    }

    /// <summary>The number of which one bit at least is set, and its zero; null where a test says nothing of the kind.</summary>
    public static (IOperation Flags, object None)? OfBits(IBinaryOperation test, bool isEqual)
    {
        if (
            Arguments.Unconverted(test.LeftOperand)
                is not IBinaryOperation { OperatorKind: BinaryOperatorKind.And, OperatorMethod: null } bits
            || bits.Type?.SpecialType == SpecialType.System_Boolean
            || Conditions.ConstantOf(test.RightOperand) is not { HasValue: true, Value: { } right }
            || ZeroFor(right) is not { } zero
            || right.Equals(zero) == isEqual
        )
        {
            return null;
        }

        return bits.RightOperand.ConstantValue.HasValue ? (bits.LeftOperand, zero)
            : bits.LeftOperand.ConstantValue.HasValue ? (bits.RightOperand, zero)
            : null;
    }

    /// <summary>Zero of the same type; null for what is no whole number.</summary>
    public static object? ZeroFor(object constant) => IsWhole(constant) ? As(constant, 0) : null;

    private static bool IsWhole(object constant) => constant is int or long or short or byte or sbyte or ushort or uint;

    private static object? As(object constant, long number)
    {
        try
        {
            return Convert.ChangeType(number, constant.GetType(), System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static bool Holds(BinaryOperatorKind order, long left, long right) =>
        order switch
        {
            BinaryOperatorKind.LessThan => left < right,
            BinaryOperatorKind.LessThanOrEqual => left <= right,
            BinaryOperatorKind.GreaterThan => left > right,
            _ => left >= right,
        };
}
