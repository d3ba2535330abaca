using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Calls;

/// <summary>
/// Whether what a generic method runs depends on what its type parameters are: somewhere below it a member is called of which the type
/// argument chooses the implementation. Only such a method is looked at once for each construction.
/// </summary>
internal sealed class TypeDependence(CallTargets targets, CandidateNames names, ForeignBodies bodies)
{
    private readonly ConcurrentDictionary<IMethodSymbol, bool> _known = new(SymbolEqualityComparer.Default);

    /// <param name="definition">The method as it is declared.</param>
    /// <param name="cancellation">Stops the search.</param>
    public bool Of(IMethodSymbol definition, CancellationToken cancellation)
    {
        if (!TypeArguments.IsOpen(definition))
        {
            return false;
        }

        if (!_known.TryGetValue(definition, out var depends))
        {
            depends = Of(definition, new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default), cancellation);
            _known.TryAdd(definition, depends);
        }

        return depends;
    }

    private bool Of(IMethodSymbol definition, HashSet<IMethodSymbol> seen, CancellationToken cancellation)
    {
        if (!seen.Add(definition))
        {
            return false;
        }

        foreach (var part in ForeignBodies.SyntaxOf(definition, cancellation))
        {
            if (!names.Reaching.IsMentionedIn(part) || bodies.OperationOf(part, near: null, cancellation) is not { } body)
            {
                continue;
            }

            foreach (var operation in body.Descendants())
            {
                if (Called(operation) is ({ } called, var isVirtual) && TypeArguments.IsOpen(called) && names.MayMatter(called))
                {
                    var run = targets.Of(called, isVirtual, cancellation);
                    if (run.Count > 1 || (run.Count == 1 && Of(run[0].Method.OriginalDefinition, seen, cancellation)))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    private static (IMethodSymbol? Called, bool IsVirtual) Called(IOperation operation) =>
        operation switch
        {
            IInvocationOperation call => (call.TargetMethod, call.IsVirtual),
            IMethodReferenceOperation group => (group.Method, group.IsVirtual),
            IObjectCreationOperation creation => (creation.Constructor, false),
            IPropertyReferenceOperation property => (property.Property.GetMethod, true),
            _ => (null, false),
        };
}
