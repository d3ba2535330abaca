using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Effects;

/// <summary>
/// What a query selects of its entities. A context keeps an entity that is part of the result, be it the whole one or one that is reached
/// through it; of values that are taken out of them it keeps nothing.
/// </summary>
internal static class ProjectedValues
{
    /// <summary>Parts of a query that give out what they are made of.</summary>
    private static readonly HashSet<string> Passing = new(StringComparer.Ordinal)
    {
        "AsEnumerable",
        "AsQueryable",
        "DefaultIfEmpty",
        "Distinct",
        "First",
        "FirstOrDefault",
        "OrderBy",
        "OrderByDescending",
        "Single",
        "SingleOrDefault",
        "Skip",
        "Take",
        "ThenBy",
        "ThenByDescending",
        "ToArray",
        "ToList",
        "Where",
    };

    // Of each row and each of its parts something is selected.
    private const int WithResultSelector = 3;

    /// <summary>
    /// Whether a part of a query selects no entity. Of a selector that is written elsewhere it is taken to be so where its result is of
    /// another type.
    /// </summary>
    public static bool AreOf(IInvocationOperation step)
    {
        var selector = step.TargetMethod.Name is "Select" or "SelectMany" ? step.Arguments.LastOrDefault()?.Value : null;
        return selector is not null
            && (
                BodyOf(selector) is { } body
                    ? (step.TargetMethod.Name == "Select" || step.TargetMethod.Parameters.Length == WithResultSelector) && IsProjected(body)
                    : step.TargetMethod is { Name: "Select", TypeArguments: [var from, var to] }
                        && !SymbolEqualityComparer.Default.Equals(from, to)
            );
    }

    private static IOperation? BodyOf(IOperation? value) =>
        value switch
        {
            IConversionOperation conversion => BodyOf(conversion.Operand),
            IDelegateCreationOperation creation => BodyOf(creation.Target),
            IAnonymousFunctionOperation { Body.Operations: [IReturnOperation { ReturnedValue: { } returned }] } => returned,
            _ => null,
        };

    private static bool IsProjected(IOperation? value) =>
        value is null
        || IsValue(value.Type)
        || value switch
        {
            ILiteralOperation or IDefaultValueOperation => true,
            IConversionOperation conversion => IsProjected(conversion.Operand),
            ITranslatedQueryOperation query => IsProjected(query.Operation),
            IConditionalOperation choice => IsProjected(choice.WhenTrue) && IsProjected(choice.WhenFalse),
            ICoalesceOperation coalesce => IsProjected(coalesce.Value) && IsProjected(coalesce.WhenNull),
            IObjectCreationOperation or IAnonymousObjectCreationOperation or IArrayCreationOperation or ITupleOperation => ArePutIn(value),
            IInvocationOperation { TargetMethod.Name: "Select" } call => BodyOf(call.Arguments.LastOrDefault()?.Value) is { } body
                && IsProjected(body),
            IInvocationOperation call when Passing.Contains(call.TargetMethod.Name) => IsProjected(OwnedValues.ReceiverOf(call)),
            _ => false,
        };

    private static bool ArePutIn(IOperation made) =>
        made.ChildOperations.All(static child =>
            child switch
            {
                IArgumentOperation argument => IsProjected(argument.Value),
                ISimpleAssignmentOperation assignment => IsProjected(assignment.Value),
                IObjectOrCollectionInitializerOperation or IArrayInitializerOperation or IMemberInitializerOperation => ArePutIn(child),
                IInstanceReferenceOperation => true,
                IInvocationOperation { Instance: IInstanceReferenceOperation } add => add.Arguments.All(static a => IsProjected(a.Value)),
                _ => IsProjected(child),
            }
        );

    private static bool IsValue(ITypeSymbol? type) =>
        Ownership.IsPlain(type) || type is IArrayTypeSymbol { ElementType: var element } && Ownership.IsPlain(element);
}
