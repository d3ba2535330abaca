using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Flow;

/// <summary>Calls that wait for the next piece of work; in a loop, what follows starts afresh.</summary>
internal static class WorkBoundaries
{
    public static bool Separates(IMethodSymbol method) =>
        (method.ContainingType?.Name, method.Name) switch
        {
            ("Task", "Delay") or ("Thread", "Sleep") or ("PeriodicTimer", "WaitForNextTickAsync") => true,
            ("ChannelReader", "ReadAsync" or "WaitToReadAsync" or "TryRead") => true,
            ("BlockingCollection", "Take" or "TryTake") => true,
            ("WaitHandle", "WaitOne") or ("ManualResetEventSlim", "Wait") => true,
            ("ConcurrentQueue", "TryDequeue") => true,
            _ => method.Name
                is "WaitAndPop"
                    or "WaitAndDequeue"
                    or "ReceiveAsync"
                    or "Receive"
                    or "ReceiveMessageAsync"
                    or "DequeueAsync"
                    or "Dequeue"
                && method.ContainingType?.SpecialType == SpecialType.None,
        };
}
