using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;

namespace MonotonicReads.Testing;

/// <summary>A number of connections that show one moment. There can be no more of them later: who needs more is told at once.</summary>
/// <param name="sources">The driver's, of one connection each: opening it goes back to the moment.</param>
/// <param name="replica">Whose.</param>
internal sealed class HeldConnections(IReadOnlyList<DbDataSource> sources, string replica) : DbDataSource
{
    private readonly ConcurrentStack<DbDataSource> _free = new(sources);
    private volatile bool _isDisposed;

    public override string ConnectionString => sources[0].ConnectionString;

    protected override DbConnection CreateDbConnection() =>
        throw new NotSupportedException("A connection that shows an earlier moment is open already: OpenConnection lends it.");

    protected override DbConnection OpenDbConnection()
    {
        var source = Take();
        try
        {
            return Lent(source.OpenConnection(), source);
        }
        catch
        {
            _free.Push(source);
            throw;
        }
    }

    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        var source = Take();
        try
        {
            return Lent(await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false), source);
        }
        catch
        {
            _free.Push(source);
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        _isDisposed = true;
        if (disposing)
        {
            foreach (var source in sources)
            {
                source.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        _isDisposed = true;
        foreach (var source in sources)
        {
            await source.DisposeAsync().ConfigureAwait(false);
        }

        await base.DisposeAsyncCore().ConfigureAwait(false);
    }

    private DbDataSource Take() =>
        _free.TryPop(out var source)
            ? source
            : throw new InvalidOperationException(
                $"Replica '{replica}' is held, and all {sources.Count} connections that show its moment are open. MySQL opens no further "
                    + "one to an earlier moment: close some, or raise LaggingReplicasOptions.ConnectionsHeld."
            );

    private DbConnection Lent(DbConnection connection, DbDataSource source)
    {
        connection.StateChange += OnStateChange;
        return connection;

        void OnStateChange(object sender, StateChangeEventArgs change)
        {
            if (change.CurrentState == ConnectionState.Closed)
            {
                connection.StateChange -= OnStateChange;
                TakeBack(source);
            }
        }
    }

    // What was read is locked against changes of the table until the transaction is back at the moment, and nobody may open it again.
    private void TakeBack(DbDataSource source)
    {
        try
        {
            if (!_isDisposed)
            {
                source.OpenConnection().Dispose();
            }
        }
        catch (Exception exception) when (exception is DbException or InvalidOperationException)
        {
            // It broke, or no longer shows the moment. Whoever opens it next is told the same; here somebody only closes it.
        }
        finally
        {
            _free.Push(source);
        }
    }
}
