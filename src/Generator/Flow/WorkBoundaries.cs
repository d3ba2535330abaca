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
            ("Console", "ReadLine" or "ReadKey" or "Read") => true,
            ("HttpListener", "GetContext" or "GetContextAsync") => true,
            ("TcpListener", "AcceptTcpClient" or "AcceptTcpClientAsync" or "AcceptSocket" or "AcceptSocketAsync") => true,
            ("Socket", "Accept" or "AcceptAsync") or ("NamedPipeServerStream", "WaitForConnection" or "WaitForConnectionAsync") => true,
            ("IConsumer", "Consume") or ("IAsyncStreamReader", "MoveNext") => true,
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

    /// <summary>A sequence that waits for the next piece of work at each step.</summary>
    public static bool IsStream(IMethodSymbol method) =>
        (method.ContainingType?.Name, method.Name) switch
        {
            (_, "ReadAllAsync" or "ReceiveMessagesAsync") => method.ReturnType.Name == "IAsyncEnumerable",
            ("BlockingCollection", "GetConsumingEnumerable") => true,
            _ => false,
        };

    /// <summary>Begins to walk through a sequence.</summary>
    public static bool Walks(IMethodSymbol method) => method.Name is "GetEnumerator" or "GetAsyncEnumerator";

    /// <summary>A step of whatever walks through a sequence.</summary>
    public static bool GoesOn(IMethodSymbol method) => method.Name is "MoveNext" or "MoveNextAsync";
}
