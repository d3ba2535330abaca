using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Flow;

/// <summary>Tells a query, which is sent when it is walked through, from a collection in memory.</summary>
internal static class QueryShapes
{
    /// <summary>True where walking through the sequence sends a query: a query, or operators on its rows.</summary>
    public static bool IsQuery(IOperation sequence, LibraryTypes types)
    {
        var source = Source(sequence);
        if (types.IsQueryable(source.Type))
        {
            return !IsInMemory(source, types);
        }

        return source is IInvocationOperation { TargetMethod: { } operation } invocation
            && Arguments.SubjectOf(invocation) is { } first
            && Composes(operation, types)
            && IsQuery(first, types);
    }

    /// <summary>True where an operator hands its first argument on as a sequence that nothing has walked through.</summary>
    public static bool Composes(IMethodSymbol operation, LibraryTypes types) =>
        operation.ReturnType.Name is "IEnumerable" or "IOrderedEnumerable" or "IAsyncEnumerable" or "ConfiguredCancelableAsyncEnumerable"
        && (
            LibraryTypes.IsExactly(operation.ContainingType, types.EnumerableOperators)
            || operation.Name is "AsAsyncEnumerable" or "WithCancellation" or "ConfigureAwait"
        );

    /// <summary>The operation that a query was composed from in the end.</summary>
    public static IOperation Origin(IOperation sequence)
    {
        var source = Source(sequence);
        while (source is IInvocationOperation invocation && Arguments.SubjectOf(invocation) is { } composed)
        {
            source = Source(composed);
        }

        return source;
    }

    /// <summary>A collection that was only dressed as a query.</summary>
    private static bool IsInMemory(IOperation query, LibraryTypes types)
    {
        while (query is IInvocationOperation { TargetMethod: { } operation, Arguments: [var first, ..] })
        {
            var source = Source(first.Value);
            if (operation.Name == "AsQueryable" && !types.IsQueryable(source.Type))
            {
                return true;
            }

            if (!types.IsQueryable(source.Type))
            {
                return false;
            }

            query = source;
        }

        return false;
    }

    private static IOperation Source(IOperation operation)
    {
        while (true)
        {
            switch (operation)
            {
                case IConversionOperation conversion:
                    operation = conversion.Operand;
                    break;
                case IParenthesizedOperation parenthesized:
                    operation = parenthesized.Operand;
                    break;
                case ITranslatedQueryOperation query:
                    operation = query.Operation;
                    break;
                default:
                    return operation;
            }
        }
    }
}
