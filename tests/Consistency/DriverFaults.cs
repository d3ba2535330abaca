using System.Runtime.ExceptionServices;

namespace MonotonicReads.Consistency;

/// <summary>
/// What no code above the driver can catch: its timer for <c>CommandTimeout</c> asks a socket for its peer, and where the connection was
/// reset in the same moment the exception leaves the timer and ends the process (MySqlConnector's issues 820, 1002 and 1553 are of the
/// kind). So does what it throws at a token of the caller's that a timer cancels: the question to end the statement goes to a socket
/// which was reset. Here both are counted, so that a long run goes on.
/// </summary>
internal static class DriverFaults
{
    private static int _count;

    /// <summary>How many there were.</summary>
    public static int Count => Volatile.Read(ref _count);

    /// <summary>Counts them from now on.</summary>
    public static void Survive() => ExceptionHandling.SetUnhandledExceptionHandler(IsOfTimer);

    private static bool IsOfTimer(Exception exception)
    {
        var trace = exception.ToString();
        var isOfTimer =
            trace.Contains("MySqlConnector.Utilities.TimerQueue.Callback", StringComparison.Ordinal)
            || (
                trace.Contains("MySqlConnector.Core.ServerSession.DoCancel", StringComparison.Ordinal)
                && trace.Contains("System.Threading.TimerQueueTimer.Fire", StringComparison.Ordinal)
            );
        if (isOfTimer)
        {
            Interlocked.Increment(ref _count);
        }

        return isOfTimer;
    }
}
