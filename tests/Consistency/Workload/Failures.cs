using System.Data.Common;

namespace MonotonicReads.Consistency.Workload;

/// <summary>Which exceptions the documentation lets reach a caller.</summary>
internal static class Failures
{
    /// <summary>Whether a caller has to expect it.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="wasCancelled">Whether the caller asked for an early end.</param>
    /// <param name="isFresh">Whether the data source may never have met its replicas before.</param>
    public static bool IsAllowed(Exception exception, bool wasCancelled, bool isFresh) =>
        exception switch
        {
            ReplicaLostException or SessionTokenException => true,
            DbException => IsPublic(exception),
            OperationCanceledException => wasCancelled,
            // Where a connection that was not reset turns out to be broken, the driver says so in the system's words.
            IOException or System.Net.Sockets.SocketException => IsDrivers(exception),
            // EF Core wraps what the driver threw.
            InvalidOperationException { InnerException: { } inner } when IsEntityFrameworks(exception) => IsAllowed(
                inner,
                wasCancelled,
                isFresh
            ),
            // A replica that takes writes and never was met otherwise is a mistake of configuration, which is told.
            InvalidOperationException when isFresh && exception.Message.Contains("AllowWritableReplicas()", StringComparison.Ordinal) =>
                true,
            // What the driver's transaction says of a commit on a connection that broke.
            InvalidOperationException when IsEnlistment(exception) => true,
            Microsoft.EntityFrameworkCore.DbUpdateException { InnerException: { } inner } => IsAllowed(inner, wasCancelled, isFresh),
            _ => false,
        };

    /// <summary>Whether the exception is, or wraps, the product's own.</summary>
    public static bool IsLoss(Exception exception) => exception is ReplicaLostException || exception.InnerException is ReplicaLostException;

    public static string Describe(Exception exception)
    {
        var text = exception.InnerException is { } inner
            ? $"{exception.Message} <- {inner.GetType().Name}: {inner.Message}"
            : exception.Message;
        var from = string.Join(
            " < ",
            (exception.StackTrace ?? "")
                .Split('\n')
                .Select(line => line.Trim())
                .Where(line =>
                    line.StartsWith("at MonotonicReads", StringComparison.Ordinal)
                    || line.StartsWith("at MySqlConnector", StringComparison.Ordinal)
                )
                .Select(line => line[3..].Split(" in ")[0].Split('(')[0])
                .Take(exception is System.Data.Common.DbException ? 1 : 9)
        );
        return $"{text} [{from}]";
    }

    private static bool IsDrivers(Exception exception) =>
        (exception.StackTrace ?? "")
            .Split('\n')
            .Select(line => line.Trim())
            .FirstOrDefault(line => !line.StartsWith("at System.", StringComparison.Ordinal))
            ?.StartsWith("at MySqlConnector.", StringComparison.Ordinal) == true;

    private static bool IsEnlistment(Exception exception) =>
        exception.StackTrace?.Contains("at MySqlConnector.Core.EnlistedTransactionBase", StringComparison.Ordinal) == true
        || exception.StackTrace?.Contains("at MySqlConnector.Core.StandardEnlistedTransaction", StringComparison.Ordinal) == true;

    private static bool IsEntityFrameworks(Exception exception) =>
        exception.StackTrace?.Contains("Microsoft.EntityFrameworkCore", StringComparison.Ordinal) == true;

    private static bool IsPublic(Exception exception) => exception.GetType().IsVisible;
}
