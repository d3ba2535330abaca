using System.Data;
using System.Data.Common;

namespace MonotonicReads.Testing;

/// <summary>The connections of a replica while it shows one thing: the present, or one moment.</summary>
/// <param name="replica">The replica.</param>
/// <param name="inner">The driver's data source.</param>
/// <param name="isHeld">Whether it is an earlier moment.</param>
internal sealed class ReplicaMoment(SimulatedReplica replica, DbDataSource inner, bool isHeld) : DbDataSource
{
    public override string ConnectionString => inner.ConnectionString;

    protected override DbConnection CreateDbConnection() =>
        throw new NotSupportedException(
            "A replica's connections are opened here: one that is opened elsewhere is neither counted nor killed."
        );

    protected override DbConnection OpenDbConnection()
    {
        replica.ThrowIfKilled();
        var ahead = replica.Ahead;
        return Opened((ahead ?? inner).OpenConnection(), ahead is not null);
    }

    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        replica.ThrowIfKilled();
        var ahead = replica.Ahead;
        return Opened(await (ahead ?? inner).OpenConnectionAsync(cancellationToken).ConfigureAwait(false), ahead is not null);
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

    private DbConnection Opened(DbConnection connection, bool isAhead)
    {
        replica.Open.TryAdd(connection, isHeld && !isAhead);
        connection.StateChange += OnStateChange;

        // It was killed meanwhile: whoever broke what was open then did not see this one.
        if (replica.IsKilled)
        {
            connection.Dispose();
            replica.ThrowIfKilled();
        }

        return connection;

        void OnStateChange(object sender, StateChangeEventArgs change)
        {
            if (change.CurrentState == ConnectionState.Closed)
            {
                connection.StateChange -= OnStateChange;
                replica.Open.TryRemove(connection, out var _);
            }
        }
    }
}
