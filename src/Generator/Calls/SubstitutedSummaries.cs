using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Generator.Calls;

/// <summary>A generic body's questions, with what its type parameters are in one construction.</summary>
internal sealed class SubstitutedSummaries(ICalleeSummaries search, Func<IMethodSymbol, IMethodSymbol> substitute) : ICalleeSummaries
{
    /// <inheritdoc />
    public MethodSummary OfCall(IMethodSymbol method, bool isVirtualCall, bool runsDelegates) =>
        search.OfCall(substitute(method.ReducedFrom ?? method), isVirtualCall, runsDelegates);

    /// <inheritdoc />
    public bool HasBody(IMethodSymbol method) => search.HasBody(substitute(method));

    /// <inheritdoc />
    public bool SplitsQueries => search.SplitsQueries;

    /// <inheritdoc />
    public bool CallsImplicitly => search.CallsImplicitly;
}
