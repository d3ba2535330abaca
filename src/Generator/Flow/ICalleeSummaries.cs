using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Flow;

/// <summary>What the flow of a body asks about the methods that it calls.</summary>
internal interface ICalleeSummaries
{
    /// <summary>What a call does: the union over everything that it may run.</summary>
    /// <param name="method">The method called.</param>
    /// <param name="isVirtualCall">False for a call of a base member.</param>
    /// <param name="runsDelegates">True where the call hands over a delegate, so that a method without data access matters too.</param>
    MethodSummary OfCall(IMethodSymbol method, bool isVirtualCall, bool runsDelegates);

    /// <summary>True where a call of an interface member runs a body of this compilation.</summary>
    bool HasBody(IMethodSymbol method);

    /// <summary>True where the project's options give each collection that a query includes a statement of its own.</summary>
    bool SplitsQueries { get; }

    /// <summary>True where members that are called without being named reach a database.</summary>
    bool CallsImplicitly { get; }
}
