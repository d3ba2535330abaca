using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Merging;

/// <summary>The arguments of a call of Dapper's, where all of them are understood.</summary>
internal sealed record ReadArguments(
    ISymbol Connection,
    ExpressionSyntax Sql,
    string Text,
    ReadParameters Parameters,
    string Transaction,
    string Timeout
)
{
    private static readonly string[] Needed = ["cnn", "sql", "param", "transaction", "commandTimeout"];

    /// <summary>Null where one is not understood, or makes a difference.</summary>
    public static ReadArguments? Of(IInvocationOperation call, SemanticModel model, CancellationToken cancellation)
    {
        var given = new Dictionary<string, IOperation>(StringComparer.Ordinal);
        foreach (var argument in call.Arguments)
        {
            if (argument.Parameter is null || argument.ArgumentKind is not (ArgumentKind.Explicit or ArgumentKind.DefaultValue))
            {
                return null;
            }

            given[argument.Parameter.Name] = argument.Value;
        }

        if (!IsPlain(given) || given["cnn"] is not { } sender || given["sql"] is not { Syntax: ExpressionSyntax sql } text)
        {
            return null;
        }

        sender = Unconverted(sender);
        if (
            text.ConstantValue is not { HasValue: true, Value: string constant }
            || !MergedText.CanHold(constant)
            || StableValue.SymbolOf(sender) is not { } connection
            || !MultiStatement.Takes(sender.Type)
            || !StableValue.Is(connection, call.Syntax, model, cancellation)
            || ReadParameters.Of(given["param"], model, cancellation) is not { } parameters
        )
        {
            return null;
        }

        var transaction = Written(given["transaction"], model, cancellation);
        var timeout = Written(given["commandTimeout"], model, cancellation);
        return transaction is null || timeout is null
            ? null
            : new ReadArguments(connection, sql, constant, parameters, transaction, timeout);
    }

    /// <summary>The parameters of the overloads with a text and one type of row; all rows at once, and the text a text.</summary>
    private static bool IsPlain(Dictionary<string, IOperation> given)
    {
        foreach (var (name, value) in given.Select(static g => (g.Key, g.Value)))
        {
            var isPlain = name switch
            {
                "cnn" or "sql" or "param" or "transaction" or "commandTimeout" => true,
                "buffered" => Unconverted(value).ConstantValue is { HasValue: true, Value: true },
                // CommandType.Text is 1.
                "commandType" => IsNull(value) || Unconverted(value).ConstantValue is { HasValue: true, Value: 1 },
                _ => false,
            };
            if (!isPlain)
            {
                return false;
            }
        }

        return Needed.All(given.ContainsKey);
    }

    /// <summary>How a value is written that is the same whenever it is evaluated: empty for null; null where it may not be.</summary>
    private static string? Written(IOperation value, SemanticModel model, CancellationToken cancellation)
    {
        if (IsNull(value))
        {
            return string.Empty;
        }

        var plain = Unconverted(value);
        return
            plain.ConstantValue.HasValue
            || (StableValue.SymbolOf(plain) is { } symbol && StableValue.Is(symbol, value.Syntax, model, cancellation))
            ? plain.Syntax.WithoutTrivia().ToString()
            : null;
    }

    private static bool IsNull(IOperation value) =>
        Unconverted(value) is IDefaultValueOperation or { ConstantValue: { HasValue: true, Value: null } };

    private static IOperation Unconverted(IOperation value)
    {
        while (value is IConversionOperation { OperatorMethod: null } conversion)
        {
            value = conversion.Operand;
        }

        return value;
    }
}
