using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Flow;

/// <summary>What is known of a query that has not been sent yet, whatever the type of the variable that holds it.</summary>
/// <param name="IncludesCollections">Its rows bring collections with them.</param>
/// <param name="Splits">True where each of those has a statement of its own, false where all have one; null where the query does not
/// say.</param>
internal sealed record QueryShape(bool IncludesCollections, bool? Splits)
{
    public static readonly QueryShape Plain = new(IncludesCollections: false, Splits: null);

    /// <summary>The query that an operator makes of another.</summary>
    public QueryShape With(IInvocationOperation invocation) =>
        invocation.TargetMethod.Name switch
        {
            "Include" or "ThenInclude" => IncludesCollections || !BringsCollection(invocation)
                ? this
                : this with
                {
                    IncludesCollections = true,
                },
            "AsSplitQuery" => this with { Splits = true },
            "AsSingleQuery" => this with { Splits = false },

            // What is included goes with rows of the entity, and not with what is made of them.
            "Select" or "SelectMany" or "GroupBy" or "Join" or "GroupJoin" => this with { IncludesCollections = false },
            _ => this,
        };

    /// <summary>What takes the rows, as against a number that the database makes of them.</summary>
    public static bool TakesRows(string member) =>
        !(
            member.StartsWith("Count", StringComparison.Ordinal)
            || member.StartsWith("LongCount", StringComparison.Ordinal)
            || member.StartsWith("Any", StringComparison.Ordinal)
            || member.StartsWith("All", StringComparison.Ordinal)
            || member.StartsWith("Sum", StringComparison.Ordinal)
            || member.StartsWith("Min", StringComparison.Ordinal)
            || member.StartsWith("Max", StringComparison.Ordinal)
            || member.StartsWith("Average", StringComparison.Ordinal)
            || member.StartsWith("Contains", StringComparison.Ordinal)
        );

    public static QueryShape? Join(QueryShape? a, QueryShape? b) =>
        a is null || b is null
            ? null
            : new QueryShape(a.IncludesCollections && b.IncludesCollections, a.Splits == b.Splits ? a.Splits : false);

    private static bool BringsCollection(IInvocationOperation include)
    {
        var types = include.TargetMethod.TypeArguments;
        return types.Length > 1 ? IsCollection(types[types.Length - 1]) : types is [var entity] && PathBringsCollection(include, entity);
    }

    /// <summary><c>Include("Lines.Article")</c>.</summary>
    private static bool PathBringsCollection(IInvocationOperation include, ITypeSymbol entity)
    {
        if (include.Arguments.LastOrDefault()?.Value.ConstantValue is not { HasValue: true, Value: string path })
        {
            return false;
        }

        ITypeSymbol? type = entity;
        foreach (var step in path.Split('.'))
        {
            type = type?.GetMembers(step).OfType<IPropertySymbol>().FirstOrDefault()?.Type;
            if (type is not null && IsCollection(type))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsCollection(ITypeSymbol type) =>
        type.SpecialType != SpecialType.System_String
        && (
            type is IArrayTypeSymbol { ElementType.SpecialType: not SpecialType.System_Byte }
            || type.SpecialType == SpecialType.System_Collections_IEnumerable
            || type.AllInterfaces.Any(static i => i.SpecialType == SpecialType.System_Collections_IEnumerable)
        );
}
