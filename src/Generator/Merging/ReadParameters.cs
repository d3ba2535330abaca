using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Merging;

/// <summary>
/// The parameters of a read: members of an anonymous object, each with its value as it is written, or one object that all reads have to
/// share.
/// </summary>
internal sealed record ReadParameters(ImmutableArray<ReadParameter> Named, string? Whole)
{
    public static readonly ReadParameters None = new(ImmutableArray<ReadParameter>.Empty, null);

    /// <summary>The names of all of them.</summary>
    public ImmutableArray<string> Names { get; init; } = ImmutableArray<string>.Empty;

    /// <summary>The names of those that are lists: Dapper writes a number behind the name for each item.</summary>
    public ImmutableArray<string> Lists { get; init; } = ImmutableArray<string>.Empty;

    /// <summary>Null where one of them may not be evaluated earlier.</summary>
    public static ReadParameters? Of(IOperation value, SemanticModel model, CancellationToken cancellation)
    {
        while (value is IConversionOperation { OperatorMethod: null } conversion)
        {
            value = conversion.Operand;
        }

        return value switch
        {
            IDefaultValueOperation or { ConstantValue: { HasValue: true, Value: null } } => None,
            IAnonymousObjectCreationOperation anonymous => OfAnonymous(anonymous, model, cancellation),
            _ => StableValue.SymbolOf(value) is { } symbol
            && IsPlainObject(value.Type)
            && StableValue.Is(symbol, value.Syntax, model, cancellation)
                ? new ReadParameters(ImmutableArray<ReadParameter>.Empty, value.Syntax.WithoutTrivia().ToString()).For(value.Type!)
                : null,
        };
    }

    private static ReadParameters? OfAnonymous(
        IAnonymousObjectCreationOperation anonymous,
        SemanticModel model,
        CancellationToken cancellation
    )
    {
        var named = ImmutableArray.CreateBuilder<ReadParameter>();
        foreach (var initializer in anonymous.Initializers)
        {
            if (
                initializer is not ISimpleAssignmentOperation { Target: IPropertyReferenceOperation target, Value: { } value }
                || value.Syntax is not ExpressionSyntax
                || !IsPlainValue(target.Property.Type)
                || !StableValue.IsArgument(value, model, cancellation)
                || initializer.Syntax is not AnonymousObjectMemberDeclaratorSyntax declarator
            )
            {
                return null;
            }

            named.Add(
                new ReadParameter(
                    target.Property.Name,
                    declarator.Expression.WithoutTrivia().ToString(),
                    declarator.WithoutTrivia().ToString()
                )
            );
        }

        return new ReadParameters(named.ToImmutable(), null).For(anonymous.Type!);
    }

    private ReadParameters For(ITypeSymbol type)
    {
        var properties = type.GetMembers().OfType<IPropertySymbol>().ToList();
        return this with
        {
            Names = properties.Select(static p => p.Name).ToImmutableArray(),
            Lists = properties.Where(static p => IsList(p.Type)).Select(static p => p.Name).ToImmutableArray(),
        };
    }

    /// <summary>The object's own members: nothing runs when they are asked, and each is one that could stand by itself.</summary>
    private static bool IsPlainObject(ITypeSymbol? type) =>
        type is INamedTypeSymbol { IsAnonymousType: true } && type.GetMembers().OfType<IPropertySymbol>().All(p => IsPlainValue(p.Type));

    private static bool IsList(ITypeSymbol type) =>
        type is IArrayTypeSymbol { ElementType.SpecialType: not SpecialType.System_Byte } or INamedTypeSymbol { Name: "List" or "HashSet" };

    /// <summary>A value that Dapper hands over as it is, or a list that is there as a whole.</summary>
    private static bool IsPlainValue(ITypeSymbol type) =>
        type switch
        {
            { SpecialType: >= SpecialType.System_Boolean and <= SpecialType.System_String or SpecialType.System_DateTime } => true,
            { TypeKind: TypeKind.Enum } => true,
            IArrayTypeSymbol { Rank: 1 } array => IsPlainValue(array.ElementType),
            INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable => IsPlainValue(
                nullable.TypeArguments[0]
            ),
            INamedTypeSymbol { Name: "List" or "HashSet", TypeArguments: [var item], ContainingNamespace: { } space } =>
                space.ToDisplayString() == "System.Collections.Generic" && IsPlainValue(item),
            { Name: "Guid" or "DateTimeOffset" or "TimeSpan" or "DateOnly" or "TimeOnly", ContainingNamespace: { Name: "System" } space } =>
                space.ContainingNamespace.IsGlobalNamespace,
            _ => false,
        };
}

/// <summary>A parameter.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value as it is written.</param>
/// <param name="Written">Both as they are written.</param>
internal sealed record ReadParameter(string Name, string Value, string Written);
