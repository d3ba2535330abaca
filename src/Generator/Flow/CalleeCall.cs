using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Flow;

/// <summary>A call of a method with a body.</summary>
/// <param name="Operation">Where it stands.</param>
/// <param name="Method">What it calls.</param>
/// <param name="IsVirtual">False for a call of a base member.</param>
/// <param name="Argument">The argument for a parameter.</param>
internal readonly record struct CalleeCall(
    IOperation Operation,
    IMethodSymbol Method,
    bool IsVirtual,
    Func<int, (IOperation? Source, Value Value)> Argument
);
