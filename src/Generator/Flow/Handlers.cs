using Microsoft.CodeAnalysis.FlowAnalysis;

namespace MonotonicReads.Generator.Flow;

/// <summary>The handlers in a control-flow graph.</summary>
internal static class Handlers
{
    /// <summary>True where some handler may take what is thrown in a region.</summary>
    public static bool AreAround(ControlFlowRegion? region)
    {
        for (; IsOfGraph(region); region = region.EnclosingRegion)
        {
            if (region is { Kind: ControlFlowRegionKind.Try, EnclosingRegion.Kind: ControlFlowRegionKind.TryAndCatch })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>False for the root and for what lies around it: a lambda's root lies in a region of the graph that it stands in.</summary>
    public static bool IsOfGraph([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] ControlFlowRegion? region) =>
        region is { Kind: not ControlFlowRegionKind.Root };

    /// <summary>
    /// Gives the handlers of one try that may take an exception, in their order; true where one of them takes it for certain.
    /// </summary>
    /// <param name="whole">The try with its handlers.</param>
    /// <param name="thrown">The exception.</param>
    /// <param name="reach">Is given each handler.</param>
    /// <param name="after">The handler whose filter refused it; null to begin with the first.</param>
    public static bool Of(ControlFlowRegion whole, Thrown thrown, Action<ControlFlowRegion> reach, ControlFlowRegion? after = null)
    {
        foreach (var handler in whole.NestedRegions)
        {
            if (after is not null)
            {
                after = ReferenceEquals(handler, after) ? null : after;
                continue;
            }

            if (handler.Kind is not (ControlFlowRegionKind.Catch or ControlFlowRegionKind.FilterAndHandler))
            {
                continue;
            }

            var isTaken = thrown.IsTakenBy(handler.ExceptionType);
            if (isTaken != false)
            {
                reach(handler);
            }

            if (isTaken == true && handler.Kind == ControlFlowRegionKind.Catch)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The handler whose filter a block belongs to; null where it belongs to none.</summary>
    public static ControlFlowRegion? FilterAround(BasicBlock block)
    {
        for (var region = block.EnclosingRegion; region is not null; region = region.EnclosingRegion)
        {
            switch (region.Kind)
            {
                case ControlFlowRegionKind.Filter:
                    return region.EnclosingRegion;
                case ControlFlowRegionKind.Finally:
                    return null;
            }
        }

        return null;
    }

    /// <summary>The exception that a block inside a handler or its filter has at hand.</summary>
    public static Thrown Caught(BasicBlock block)
    {
        for (var region = block.EnclosingRegion; region is not null; region = region.EnclosingRegion)
        {
            if (region.Kind is ControlFlowRegionKind.Catch or ControlFlowRegionKind.Filter or ControlFlowRegionKind.FilterAndHandler)
            {
                return Thrown.Value(region.ExceptionType ?? region.EnclosingRegion?.ExceptionType, isExact: false);
            }
        }

        return Thrown.Value(type: null, isExact: false);
    }
}
