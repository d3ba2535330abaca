using System.Data.Common;
using MySqlConnector;

namespace MonotonicReads;

/// <summary>
/// A <see cref="ReplicatedDataSource"/> for MySQL and MariaDB: one <see cref="MySqlDataSource"/>, and so one connection
/// pool, for each server. Built by <see cref="ReplicatedMySqlDataSourceBuilder"/>; disposing it closes the pools.
/// </summary>
/// <remarks>
/// Every new physical connection to a replica is asked once for the server's identity, start time and
/// <c>read_only</c>: a replica that accepts writes is refused, and one that was restarted or replaced is lost for the
/// sessions that have read on it, since it may have gone back in time. A pooled connection is never asked again.
/// </remarks>
public sealed class ReplicatedMySqlDataSource : ReplicatedDataSource
{
    internal ReplicatedMySqlDataSource(ReplicaSet set)
        : base(set)
    {
    }

    // A pool of which all connections are in use says nothing about the server behind it.
    internal override bool IsServerFailure(Exception exception) =>
        base.IsServerFailure(exception) && !exception.Message.Contains("pooled connections are in use", StringComparison.Ordinal);

    internal override DbCommand CreateInnerCommand() => new MySqlCommand();

    internal override DbBatch CreateInnerBatch() => new MySqlBatch();
}
