using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Generator.Calls;

/// <summary>What the searches of one compilation have found for good.</summary>
internal sealed class SummaryMemory
{
    public ConcurrentDictionary<IMethodSymbol, MethodSummary> Known { get; } = new(SymbolEqualityComparer.Default);

    /// <summary>What a call of a method does, where everything that it may run is known.</summary>
    public ConcurrentDictionary<(IMethodSymbol Method, bool IsVirtualCall), MethodSummary> Calls { get; } = new();

    /// <summary>
    /// Methods that name nothing from which a database may be reached: they do nothing unless they are handed a delegate.
    /// </summary>
    public ConcurrentDictionary<IMethodSymbol, bool> Silent { get; } = new(SymbolEqualityComparer.Default);

    public ConcurrentDictionary<IMethodSymbol, DeclaredConsistency> Declarations { get; } = new(SymbolEqualityComparer.Default);

    /// <summary>What the flow of a body showed, by the body's syntax; a body without entry has not been solved.</summary>
    public ConcurrentDictionary<SyntaxNode, FlowResult> Flows { get; } = new();
}
