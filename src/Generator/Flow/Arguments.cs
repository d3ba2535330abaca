using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Flow;

/// <summary>Finds among the arguments of a call what it is about.</summary>
internal static class Arguments
{
    public static (IOperation? Source, Value Value) Named(
        ImmutableArray<IArgumentOperation> arguments,
        Value[] values,
        string? parameter
    ) => Of(arguments, values, p => p.Name == parameter);

    public static (IOperation? Source, Value Value) At(ImmutableArray<IArgumentOperation> arguments, Value[] values, int ordinal) =>
        Of(arguments, values, p => p.Ordinal == ordinal);

    /// <summary>What a call is about: its receiver, or the first argument of an extension method.</summary>
    public static IOperation? SubjectOf(IInvocationOperation invocation) =>
        invocation.Instance ?? invocation.Arguments.FirstOrDefault()?.Value;

    public static Value SubjectOf(IInvocationOperation invocation, Value receiver, Value[] arguments) =>
        invocation.Instance is not null ? receiver : arguments.FirstOrDefault() ?? Value.Unknown;

    public static IOperation Unconverted(IOperation operation)
    {
        while (operation is IConversionOperation { IsImplicit: true } conversion)
        {
            operation = conversion.Operand;
        }

        return operation;
    }

    /// <summary>What a task brings, or the type itself.</summary>
    public static ITypeSymbol? Unwrapped(ITypeSymbol? type) =>
        type is INamedTypeSymbol { Name: "Task" or "ValueTask", TypeArguments: [var result] } ? result : type;

    /// <summary>True for <c>CommandType.StoredProcedure</c>.</summary>
    public static bool IsStoredProcedure(IOperation? source) =>
        source?.ConstantValue is { HasValue: true, Value: 4 }
        || (source is IConversionOperation conversion && IsStoredProcedure(conversion.Operand));

    private static (IOperation? Source, Value Value) Of(
        ImmutableArray<IArgumentOperation> arguments,
        Value[] values,
        Func<IParameterSymbol, bool> isMeant
    )
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Parameter is { } parameter && isMeant(parameter))
            {
                return (arguments[i].Value, values[i]);
            }
        }

        return (null, Value.Unknown);
    }
}
