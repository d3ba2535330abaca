using System.Data.Common;
using MySqlConnector;

namespace MonotonicReads.Servers;

/// <summary>What should be the primary refuses writes: another server is the primary, or will be soon.</summary>
internal sealed class ReadOnlyPrimaryException(string message) : DbException(message)
{
    /// <summary>Whether a server refused a statement because it refuses all writes (errors 1290 and 1836).</summary>
    public static bool IsRefusal(Exception exception) =>
        exception is MySqlException { ErrorCode: MySqlErrorCode.OptionPreventsStatement or (MySqlErrorCode)ReadOnlyMode } refused
        && (
            refused.Message.Contains("read-only", StringComparison.Ordinal)
            || refused.Message.Contains("read_only", StringComparison.Ordinal)
            || refused.Message.Contains("read only", StringComparison.Ordinal)
        );

    private const int ReadOnlyMode = 1836;

    /// <summary>A failover ends.</summary>
    public override bool IsTransient => true;
}
