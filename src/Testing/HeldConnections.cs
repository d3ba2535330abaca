using System.Data;
using System.Data.Common;

namespace MonotonicReads.Testing;

/// <summary>A number of connections that show one moment. There can be no more of them later: who needs more is told at once.</summary>
/// <param name="inner">The driver's pool, of so many.</param>
/// <param name="replica">Whose.</param>
/// <param name="most">How many.</param>
internal sealed class HeldConnections(DbDataSource inner, string replica, int most) : DbDataSource
{
    private int _open;

    public override string ConnectionString => inner.ConnectionString;

    protected override DbConnection CreateDbConnection() => inner.CreateConnection();

    protected override DbConnection OpenDbConnection()
    {
        Enter();
        try
        {
            return Opened(inner.OpenConnection());
        }
        catch
        {
            Interlocked.Decrement(ref _open);
            throw;
        }
    }

    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        Enter();
        try
        {
            return Opened(await inner.OpenConnectionAsync(cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            Interlocked.Decrement(ref _open);
            throw;
        }
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

    private void Enter()
    {
        if (Interlocked.Increment(ref _open) > most)
        {
            Interlocked.Decrement(ref _open);
            throw new InvalidOperationException(
                $"Replica '{replica}' is held, and all {most} connections that show its moment are open. MySQL opens no further one "
                    + "to an earlier moment: close some, or raise LaggingReplicasOptions.ConnectionsHeld."
            );
        }
    }

    private DbConnection Opened(DbConnection connection)
    {
        connection.StateChange += (_, change) =>
        {
            if (change.CurrentState == ConnectionState.Closed)
            {
                Interlocked.Decrement(ref _open);
            }
        };
        return connection;
    }
}
