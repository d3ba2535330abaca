using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Calls;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Generator.Rules;

/// <summary>
/// The most reads that a call of a method makes, where that is certain: those of its body, and those of the methods of its own class that
/// it calls on itself. No wrapper stands before these, so that they read in the method's session.
/// </summary>
internal sealed class ProvedReads(SummarySearch search)
{
    /// <summary>So far calls are followed.</summary>
    private const int MaxDepth = 4;

    private readonly Dictionary<IMethodSymbol, int> _counted = new(SymbolEqualityComparer.Default);
    private readonly Stack<IMethodSymbol> _open = new();

    /// <summary>Null where the number is not certain.</summary>
    public int? Of(IMethodSymbol method, ReadCount reads) =>
        Count(method.OriginalDefinition, reads) is { } number && new CalleeVisibility(search).SeesAll(method, _counted.Keys)
            ? number
            : null;

    private int? Count(IMethodSymbol method, ReadCount reads)
    {
        if (reads.MayRepeat || reads.StartsAfresh || (reads.ThroughCalls && reads.Calls.IsEmpty))
        {
            return null;
        }

        _open.Push(method);
        var (through, isMoreThanOne) = (0, false);
        foreach (var site in reads.Calls)
        {
            if (CountOf(site, method) is not { } number)
            {
                return null;
            }

            through += number;
            isMoreThanOne |= number > 1;
        }

        _open.Pop();
        // Which of several calls are on the path that reads most is known only where all are on one, or each is one read.
        return !isMoreThanOne ? reads.Most
            : reads.Most == reads.Sites ? reads.Sites - reads.Calls.Count + through
            : null;
    }

    /// <summary>The reads of one call; null where it is none of the class's own methods, on the object itself.</summary>
    private int? CountOf(Site site, IMethodSymbol caller)
    {
        if (
            _open.Count > MaxDepth
            || site.Operation is not IInvocationOperation { Instance: null or IInstanceReferenceOperation } call
            || call.TargetMethod.OriginalDefinition is not { MethodKind: MethodKind.Ordinary } called
            || !IsHelper(called, caller)
            || _open.Contains(called, SymbolEqualityComparer.Default)
            || ForeignBodies.SyntaxOf(called, search.Cancellation).ToList() is not [var part]
            || search.OperationOf(part) is not { SemanticModel: { } model }
        )
        {
            return null;
        }

        if (!_counted.TryGetValue(called, out var known))
        {
            known = Count(called, search.OfBody(called, part, model).Reads) ?? 0;
            _counted[called] = known;
        }

        return known > 0 ? known : null;
    }

    /// <summary>Whether a call of it runs its own body, in the session of its caller, and nothing that it is handed.</summary>
    private static bool IsHelper(IMethodSymbol called, IMethodSymbol caller) =>
        SymbolEqualityComparer.Default.Equals(called.ContainingType, caller.ContainingType)
        && (called.DeclaredAccessibility == Accessibility.Private || called is { IsVirtual: false, IsAbstract: false, IsOverride: false })
        && Annotation.On(called) is null
        && !called.Parameters.Any(static p => p.Type.TypeKind == TypeKind.Delegate);
}
