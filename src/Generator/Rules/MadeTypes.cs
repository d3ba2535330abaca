using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Rules;

/// <summary>The types of the objects that a value is or a factory returns, as far as the text tells: before they become an interface.</summary>
internal static class MadeTypes
{
    public static IEnumerable<ITypeSymbol> In(IOperation value)
    {
        switch (value)
        {
            case IConversionOperation conversion:
                return In(conversion.Operand);
            case IParenthesizedOperation inner:
                return In(inner.Operand);
            case IDelegateCreationOperation creation:
                return In(creation.Target);
            case IAnonymousFunctionOperation lambda:
                return Results(lambda.Body).SelectMany(In);
            case IMethodReferenceOperation group:
                return [group.Method.ReturnType];
            case IConditionalOperation { WhenFalse: { } other } choice:
                return In(choice.WhenTrue).Concat(In(other));
            case ICoalesceOperation coalesce:
                return In(coalesce.Value).Concat(In(coalesce.WhenNull));
            case ISwitchExpressionOperation cases:
                return cases.Arms.SelectMany(static arm => In(arm.Value));
            case ILocalReferenceOperation local when Initializer(local) is { } initializer:
                return In(initializer);
            default:
                return value.Type is { } type ? [type] : [];
        }
    }

    private static IEnumerable<IOperation> Results(IOperation body)
    {
        foreach (var child in body.ChildOperations)
        {
            if (child is IReturnOperation { ReturnedValue: { } result })
            {
                yield return result;
            }
            else if (child is not (IAnonymousFunctionOperation or ILocalFunctionOperation))
            {
                foreach (var inner in Results(child))
                {
                    yield return inner;
                }
            }
        }
    }

    /// <summary>What a local of the same body begins with.</summary>
    private static IOperation? Initializer(ILocalReferenceOperation local) =>
        local.Local.DeclaringSyntaxReferences.Select(static r => r.GetSyntax()).FirstOrDefault()
            is VariableDeclaratorSyntax { Initializer.Value: { } value }
            ? local.SemanticModel?.GetOperation(value)
            : null;
}
