using System.Data.Common;
using MySqlConnector;

namespace MonotonicReads;

/// <summary>
/// The server at the primary's address refuses writes (<c>read_only</c>), so that it is not the primary: a failover is on its way, or the
/// address is a replica's. Nothing was read there, since another server may have newer data.
/// </summary>
/// <remarks>It is a <see cref="DbException"/>, so that code which handles a primary that cannot be reached handles it too, and a transient
/// one.</remarks>
public sealed class ReadOnlyPrimaryException : DbException
{
    internal ReadOnlyPrimaryException(string message)
        : base(message) { }

    /// <summary>Whether a server refused a statement because it refuses all writes (errors 1290 and 1836).</summary>
    internal static bool IsRefusal(Exception exception) =>
        exception is MySqlException { ErrorCode: MySqlErrorCode.OptionPreventsStatement or (MySqlErrorCode)ReadOnlyMode } refused
        && (
            refused.Message.Contains("read-only", StringComparison.Ordinal)
            || refused.Message.Contains("read_only", StringComparison.Ordinal)
            || refused.Message.Contains("read only", StringComparison.Ordinal)
        );

    private const int ReadOnlyMode = 1836;

    /// <summary>Always <see langword="true"/>: a failover ends.</summary>
    public override bool IsTransient => true;
}
