using System.Data;
using System.Data.Common;
using MonotonicReads.AdoNet;
using MonotonicReads.Routing;

namespace MonotonicReads;

/// <summary>A transaction on the primary, begun by a <see cref="ReplicatedConnection"/>.</summary>
public sealed class ReplicatedTransaction : DbTransaction
{
    private readonly ReplicatedConnection _connection;
    private readonly DbTransaction _inner;
    private readonly object? _watched;
    private bool _isInnerDisposed;

    internal ReplicatedTransaction(ReplicatedConnection connection, DbTransaction inner)
    {
        _connection = connection;
        _inner = inner;
        _watched = connection.Routed.Watch?.Begun();
    }

    /// <summary>
    /// The driver's transaction, a <c>MySqlTransaction</c> for <see cref="ReplicatedMySqlDataSource"/>: for what only takes the driver's
    /// types, with <see cref="ReplicatedConnection.Inner"/> of the same connection. The running session takes it for a write, and for a
    /// read on the primary.
    /// </summary>
    /// <exception cref="ReplicaLostException">Its server is the primary no more, in a session.</exception>
    public DbTransaction Inner
    {
        get
        {
            new DriverSharing(_connection.Routed).Note();
            return _inner;
        }
    }

    /// <inheritdoc/>
    public override IsolationLevel IsolationLevel => _inner.IsolationLevel;

    /// <inheritdoc/>
    public override bool SupportsSavepoints => _inner.SupportsSavepoints;

    /// <inheritdoc/>
    protected override DbConnection? DbConnection => _inner.Connection is null ? null : _connection;

#pragma warning disable RS0026 // The optional parameters are those of the base class.
    /// <inheritdoc/>
    public override void Commit()
    {
        _connection.Routed.Use.NoteCommit();
        _connection.Routed.Watch?.Committed(_watched);
        _connection.Use(() => _inner.Commit());
    }

    /// <inheritdoc/>
    public override Task CommitAsync(CancellationToken cancellationToken = default)
    {
        _connection.Routed.Use.NoteCommit();
        _connection.Routed.Watch?.Committed(_watched);
        return _connection.UseAsync(() => _inner.CommitAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public override void Rollback()
    {
        _connection.Routed.Watch?.RolledBack(_watched);
        _connection.Use(() => _inner.Rollback());
    }

    /// <inheritdoc/>
    public override Task RollbackAsync(CancellationToken cancellationToken = default)
    {
        _connection.Routed.Watch?.RolledBack(_watched);
        return _connection.UseAsync(() => _inner.RollbackAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public override void Save(string savepointName) => _connection.Use(() => _inner.Save(savepointName));

    /// <inheritdoc/>
    public override Task SaveAsync(string savepointName, CancellationToken cancellationToken = default) =>
        _connection.UseAsync(() => _inner.SaveAsync(savepointName, cancellationToken));

    /// <inheritdoc/>
    public override void Rollback(string savepointName) => _connection.Use(() => _inner.Rollback(savepointName));

    /// <inheritdoc/>
    public override Task RollbackAsync(string savepointName, CancellationToken cancellationToken = default) =>
        _connection.UseAsync(() => _inner.RollbackAsync(savepointName, cancellationToken));

    /// <inheritdoc/>
    public override void Release(string savepointName) => _connection.Use(() => _inner.Release(savepointName));

    /// <inheritdoc/>
    public override Task ReleaseAsync(string savepointName, CancellationToken cancellationToken = default) =>
        _connection.UseAsync(() => _inner.ReleaseAsync(savepointName, cancellationToken));

#pragma warning restore RS0026

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        // The base class disposes once more, synchronously.
        _isInnerDisposed = true;
        _connection.Routed.Watch?.RolledBack(_watched);
        if (HasEnded)
        {
            await _inner.DisposeAsync().ConfigureAwait(false);
        }
        else if (!_connection.Routed.IsClosing)
        {
            await _connection.UseAsync(() => _inner.DisposeAsync().AsTask()).ConfigureAwait(false);
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The driver's transaction behind one that a caller hands to a command.</summary>
    internal static DbTransaction? Unwrap(DbTransaction? transaction) =>
        transaction is ReplicatedTransaction replicated ? replicated._inner : transaction;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isInnerDisposed)
        {
            _connection.Routed.Watch?.RolledBack(_watched);
            DisposeInner();
        }

        base.Dispose(disposing);
    }

    private bool HasEnded => _inner.Connection is null;

    // Where its connection waits for a statement to end before it is closed, the transaction ends with it.
    private void DisposeInner()
    {
        if (HasEnded)
        {
            _inner.Dispose();
        }
        else if (!_connection.Routed.IsClosing)
        {
            _connection.Use(() => _inner.Dispose());
        }
    }
}
