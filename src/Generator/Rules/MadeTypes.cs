using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Rules;

/// <summary>The types of the objects that a value is or a factory returns, before they become an interface.</summary>
internal static class MadeTypes
{
    public static IEnumerable<ITypeSymbol> In(IOperation value) => In(value, new HashSet<ISymbol>(SymbolEqualityComparer.Default));

    private static IEnumerable<ITypeSymbol> In(IOperation value, HashSet<ISymbol> seen)
    {
        switch (value)
        {
            case IConversionOperation conversion:
                return In(conversion.Operand, seen);
            case IParenthesizedOperation inner:
                return In(inner.Operand, seen);
            case IDelegateCreationOperation creation:
                return In(creation.Target, seen);
            case IAnonymousFunctionOperation lambda:
                return Results(lambda.Body).SelectMany(o => In(o, seen));
            case IMethodReferenceOperation group:
                return [group.Method.ReturnType];
            case IConditionalOperation { WhenFalse: { } other } choice:
                return In(choice.WhenTrue, seen).Concat(In(other, seen));
            case ICoalesceOperation coalesce:
                return In(coalesce.Value, seen).Concat(In(coalesce.WhenNull, seen));
            case ISwitchExpressionOperation cases:
                return cases.Arms.SelectMany(arm => In(arm.Value, seen));
            case ILocalReferenceOperation local when seen.Add(local.Local):
                return Given(local).SelectMany(o => In(o, seen)).DefaultIfEmpty(local.Type).OfType<ITypeSymbol>();
            case IInvocationOperation { Type.SpecialType: SpecialType.System_Object } asked
                when asked.Arguments.Select(static a => a.Value).OfType<ITypeOfOperation>().FirstOrDefault() is { } named:
                return [named.TypeOperand];
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

    /// <summary>What a local is given: where it is declared, and where it is assigned from elsewhere than itself.</summary>
    private static IEnumerable<IOperation> Given(ILocalReferenceOperation local)
    {
        var declaration = local.Local.DeclaringSyntaxReferences.Select(static r => r.GetSyntax()).FirstOrDefault();
        var values = declaration
            ?.FirstAncestorOrSelf<BlockSyntax>()
            ?.DescendantNodes()
            .OfType<AssignmentExpressionSyntax>()
            .Where(a =>
                a is { Left: IdentifierNameSyntax name }
                && name.Identifier.ValueText == local.Local.Name
                && !a.Right.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any(n => n.Identifier.ValueText == local.Local.Name)
            )
            .Select(static a => a.Right);
        return (values ?? [])
            .Concat(declaration is VariableDeclaratorSyntax { Initializer.Value: { } first } ? [first] : [])
            .Select(value => local.SemanticModel?.GetOperation(value))
            .OfType<IOperation>();
    }
}
