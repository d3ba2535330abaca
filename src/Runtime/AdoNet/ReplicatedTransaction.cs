using System.Data;
using System.Data.Common;

namespace MonotonicReads.AdoNet;

/// <summary>A transaction on the primary, begun by a <see cref="ReplicatedConnection"/>.</summary>
internal sealed class ReplicatedTransaction(ReplicatedConnection connection, DbTransaction inner) : DbTransaction
{
    private bool _isInnerDisposed;

    public DbTransaction Inner => inner;

    public override IsolationLevel IsolationLevel => inner.IsolationLevel;

    public override bool SupportsSavepoints => inner.SupportsSavepoints;

    protected override DbConnection? DbConnection => inner.Connection is null ? null : connection;

    public override void Commit()
    {
        connection.Routed.Use.NoteCommit();
        connection.Use(() => inner.Commit());
    }

    public override Task CommitAsync(CancellationToken cancellationToken = default)
    {
        connection.Routed.Use.NoteCommit();
        return connection.UseAsync(() => inner.CommitAsync(cancellationToken));
    }

    public override void Rollback() => connection.Use(() => inner.Rollback());

    public override Task RollbackAsync(CancellationToken cancellationToken = default) =>
        connection.UseAsync(() => inner.RollbackAsync(cancellationToken));

    public override void Save(string savepointName) => connection.Use(() => inner.Save(savepointName));

    public override Task SaveAsync(string savepointName, CancellationToken cancellationToken = default) =>
        connection.UseAsync(() => inner.SaveAsync(savepointName, cancellationToken));

    public override void Rollback(string savepointName) => connection.Use(() => inner.Rollback(savepointName));

    public override Task RollbackAsync(string savepointName, CancellationToken cancellationToken = default) =>
        connection.UseAsync(() => inner.RollbackAsync(savepointName, cancellationToken));

    public override void Release(string savepointName) => connection.Use(() => inner.Release(savepointName));

    public override Task ReleaseAsync(string savepointName, CancellationToken cancellationToken = default) =>
        connection.UseAsync(() => inner.ReleaseAsync(savepointName, cancellationToken));

    public override async ValueTask DisposeAsync()
    {
        // The base class disposes once more, synchronously.
        _isInnerDisposed = true;
        if (HasEnded)
        {
            await inner.DisposeAsync().ConfigureAwait(false);
        }
        else if (!connection.Routed.IsClosing)
        {
            await connection.UseAsync(() => inner.DisposeAsync().AsTask()).ConfigureAwait(false);
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The driver's transaction behind one that a caller hands to a command.</summary>
    public static DbTransaction? Unwrap(DbTransaction? transaction) =>
        transaction is ReplicatedTransaction replicated ? replicated.Inner : transaction;

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isInnerDisposed)
        {
            DisposeInner();
        }

        base.Dispose(disposing);
    }

    private bool HasEnded => inner.Connection is null;

    // Where its connection waits for a statement to end before it is closed, the transaction ends with it.
    private void DisposeInner()
    {
        if (HasEnded)
        {
            inner.Dispose();
        }
        else if (!connection.Routed.IsClosing)
        {
            connection.Use(() => inner.Dispose());
        }
    }
}
