using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Merging;

/// <summary>
/// What is done with the rows that came and runs nothing but getters of fields: the statement behind it has been sent by then, which
/// nobody can tell.
/// </summary>
internal static class PlainLooks
{
    /// <summary>Without arguments.</summary>
    private static readonly HashSet<string> Bare = new(StringComparer.Ordinal)
    {
        "ToList",
        "ToArray",
        "AsList",
        "First",
        "FirstOrDefault",
        "Single",
        "SingleOrDefault",
    };

    /// <summary>They compare: their keys may not have code of the project's own.</summary>
    private static readonly HashSet<string> Keyed = new(StringComparer.Ordinal)
    {
        "OrderBy",
        "OrderByDescending",
        "ThenBy",
        "ThenByDescending",
        "GroupBy",
        "Distinct",
        "ToDictionary",
        "ToLookup",
        "ToHashSet",
    };

    /// <summary>Whether a call may be one, by its name and shape alone.</summary>
    public static bool MayBe(string name, ArgumentListSyntax arguments) =>
        (Bare.Contains(name) && arguments.Arguments.Count == 0)
        || name == "ConfigureAwait"
        || ((Keyed.Contains(name) || name is "Select" or "Where") && arguments.Arguments.Count <= 3);

    /// <summary>Whether it is one.</summary>
    public static bool Is(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellation) =>
        model.GetOperation(call, cancellation) is IInvocationOperation { TargetMethod: { } method } operation
        && method.ContainingType is { Name: "Enumerable" or "SqlMapper" or "Task" or "ValueTask" or "Task`1" }
        && (!Keyed.Contains(method.Name) || IsValue(KeyOf(method)))
        && operation.Arguments.Skip(method.Name == "ConfigureAwait" ? operation.Arguments.Length : 1).All(static a => IsPlain(a.Value));

    private static ITypeSymbol? KeyOf(IMethodSymbol method)
    {
        var definition = method.OriginalDefinition;
        var at = definition.TypeParameters.Select(static p => p.Name).ToList().IndexOf("TKey");
        return method.TypeArguments.Length == 0 ? null : method.TypeArguments[at < 0 ? 0 : at];
    }

    /// <summary>A number, a text, a time, an id.</summary>
    private static bool IsValue(ITypeSymbol? type) =>
        type switch
        {
            { SpecialType: >= SpecialType.System_Boolean and <= SpecialType.System_String or SpecialType.System_DateTime } => true,
            { TypeKind: TypeKind.Enum } => true,
            INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable => IsValue(
                nullable.TypeArguments[0]
            ),
            { Name: "Guid" or "DateTimeOffset" or "TimeSpan" or "DateOnly" or "TimeOnly", ContainingNamespace.Name: "System" } => true,
            _ => false,
        };

    private static bool IsPlain(IOperation argument)
    {
        while (argument is IConversionOperation { OperatorMethod: null } conversion)
        {
            argument = conversion.Operand;
        }

        return argument switch
        {
            IDelegateCreationOperation { Target: IAnonymousFunctionOperation lambda } => IsPlain(lambda),
            IPropertyReferenceOperation { Property: { IsStatic: true, ContainingType: { Name: "StringComparer" } comparer } } => comparer
                .ContainingNamespace
                .Name == "System",
            _ => argument.ConstantValue.HasValue || argument is IDefaultValueOperation,
        };
    }

    private static bool IsPlain(IAnonymousFunctionOperation lambda) =>
        lambda is { Symbol.IsAsync: false, Body.Operations: [IReturnOperation { ReturnedValue: { } value }] } && IsPlain(value, lambda);

    private static bool IsPlain(IOperation value, IAnonymousFunctionOperation lambda) =>
        value.ConstantValue.HasValue
        || value switch
        {
            IParameterReferenceOperation { Parameter: { } parameter } => SymbolEqualityComparer.Default.Equals(
                parameter.ContainingSymbol,
                lambda.Symbol
            ),
            IConversionOperation { OperatorMethod: null } conversion => IsPlain(conversion.Operand, lambda),
            IFieldReferenceOperation { Instance: { } row } => IsPlain(row, lambda),
            IPropertyReferenceOperation { Instance: { } row, Arguments.IsEmpty: true, Property: { } property } => (
                StableValue.IsAutomatic(property) || IsFrameworks(property)
            ) && IsPlain(row, lambda),
            IBinaryOperation { OperatorMethod: null } binary => IsPlain(binary.LeftOperand, lambda) && IsPlain(binary.RightOperand, lambda),
            ITupleOperation tuple => tuple.Elements.All(e => IsPlain(e, lambda)),
            IAnonymousObjectCreationOperation made => made.Initializers.All(i =>
                i is ISimpleAssignmentOperation { Value: { } member } && IsPlain(member, lambda)
            ),
            IInvocationOperation { TargetMethod: { ContainingType.Name: "Enumerable" } method, Arguments: [{ Value: { } rows }] } =>
                Bare.Contains(method.Name) && IsPlain(rows, lambda),
            _ => false,
        };

    private static bool IsFrameworks(IPropertySymbol property) =>
        property is { Name: "Key", ContainingType.Name: "IGrouping" }
        || property is { Name: "Length", ContainingType.SpecialType: SpecialType.System_String }
        || property is { ContainingType.OriginalDefinition.SpecialType: SpecialType.System_Nullable_T };
}
