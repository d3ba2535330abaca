using System.Data;
using System.Data.Common;

namespace MonotonicReads.Testing;

/// <summary>The connections of a replica while it shows one thing: the present, or one moment.</summary>
/// <param name="replica">The replica.</param>
/// <param name="inner">The driver's data source.</param>
internal sealed class ReplicaMoment(SimulatedReplica replica, DbDataSource inner) : DbDataSource
{
    public override string ConnectionString => inner.ConnectionString;

    protected override DbConnection CreateDbConnection() => inner.CreateConnection();

    protected override DbConnection OpenDbConnection()
    {
        replica.ThrowIfKilled();
        return Opened((replica.Ahead ?? inner).OpenConnection());
    }

    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        replica.ThrowIfKilled();
        return Opened(await (replica.Ahead ?? inner).OpenConnectionAsync(cancellationToken).ConfigureAwait(false));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsyncCore().ConfigureAwait(false);
    }

    private DbConnection Opened(DbConnection connection)
    {
        replica.Open.TryAdd(connection, true);
        connection.StateChange += (_, change) =>
        {
            if (change.CurrentState == ConnectionState.Closed)
            {
                replica.Open.TryRemove(connection, out var _);
            }
        };
        return connection;
    }
}
