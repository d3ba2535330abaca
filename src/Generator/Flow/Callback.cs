using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace MonotonicReads.Generator.Flow;

/// <summary>Something that a delegate may run.</summary>
internal abstract record Callback;

/// <summary>A lambda together with the graph that it stands in, without which its own graph cannot be had.</summary>
internal sealed record LambdaCallback(IFlowAnonymousFunctionOperation Operation, ControlFlowGraph Scope) : Callback;

/// <summary>A method named without being called.</summary>
internal sealed record MethodCallback(IMethodSymbol Method, IOperation Operation) : Callback;

/// <summary>A delegate that the method under analysis was handed.</summary>
internal sealed record ParameterCallback(int Ordinal) : Callback;
