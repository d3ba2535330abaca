using System.Data.Common;
using MySqlConnector;

namespace MonotonicReads.Servers;

/// <summary>What the driver does when a statement has taken as long as its caller allows.</summary>
internal static class DriverLimit
{
    // Its clock ticks no finer than this, and may ring early by another one.
    private const int Early = 100;

    /// <summary>How long the caller allows, in seconds; 0 is without end.</summary>
    /// <param name="statement">The driver's command or batch.</param>
    public static int Of(object? statement) =>
        statement switch
        {
            DbCommand command => command.CommandTimeout,
            DbBatch batch => batch.Timeout,
            _ => 0,
        };

    /// <summary>Whether it asks the server to end the statement first. Where it does not, closing the connection is all that it
    /// does.</summary>
    public static bool TriesToCancel(DbConnection? connection) =>
        connection is MySqlConnection && new MySqlConnectionStringBuilder(connection.ConnectionString).CancellationTimeout >= 0;

    /// <summary>Whether a limit may have passed meanwhile.</summary>
    /// <param name="limit">The limit, in seconds; 0 is none.</param>
    /// <param name="since">When it began at the earliest, of <see cref="Environment.TickCount64"/>.</param>
    public static bool MayHavePassed(int limit, long since) => limit > 0 && Environment.TickCount64 - since >= (limit * 1000L) - Early;
}
