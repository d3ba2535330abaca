using System.Data;
using System.Data.Common;
using System.Transactions;

namespace MonotonicReads;

/// <content>In a snapshot all connections of the session share one, with a read-only transaction on it.</content>
public sealed partial class ReplicatedConnection
{
    private SnapshotConnection? _snapshot;

    /// <summary>What the driver shall do with its own connection: in a snapshot it is not closed with a reader.</summary>
    internal CommandBehavior ForDriver(CommandBehavior behavior) =>
        _snapshot is null ? behavior : behavior & ~CommandBehavior.CloseConnection;

    /// <summary>A statement has run, or failed: in a snapshot the next one may.</summary>
    /// <param name="result">What it returned; the default value where it failed.</param>
    internal void EndTurn<T>(T? result) => _snapshot?.EndTurn(result as DbDataReader);

    // The turn is given back by EndTurn, when the statement has run.
    private async ValueTask TakeTurnAsync(Statement statement, bool isAsync, CancellationToken cancellation)
    {
        var snapshot = _snapshot!;
        await snapshot.TakeTurnAsync(isAsync, cancellation).ConfigureAwait(false);
        try
        {
            Next(statement, Readiness.None, out _);
        }
        catch
        {
            snapshot.EndTurn(reader: null);
            throw;
        }
    }

    private async ValueTask OpenInSnapshotAsync(
        ReadSession session,
        SnapshotConnection snapshot,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        if (_isForPrimary || Transaction.Current is not null)
        {
            throw OnlyReads();
        }

        await snapshot.TakeTurnAsync(isAsync, cancellation).ConfigureAwait(false);
        try
        {
            if (snapshot.Inner is null)
            {
                await OpenOnServerAsync(new OpenAttempt(Source, session, isForPrimary: false), isAsync, cancellation).ConfigureAwait(false);
                await TakeSnapshotAsync(snapshot, isAsync, cancellation).ConfigureAwait(false);
            }
            else
            {
                ThrowIfLost(session, snapshot);
                Take(snapshot.Inner, snapshot.Server!);
                _openedFor = session.PinFor(Source);
                _snapshot = snapshot;
            }
        }
        catch
        {
            await PositionSearch.DisposeAsync(Release(), silent: null, isAsync).ConfigureAwait(false);
            throw;
        }
        finally
        {
            snapshot.EndTurn(reader: null);
        }
    }

    // First where the session may read, caught up and behind the barrier, then the transaction: what it shows is fixed by its beginning.
    private async ValueTask TakeSnapshotAsync(SnapshotConnection snapshot, bool isAsync, CancellationToken cancellation)
    {
        if (!Source.HasPositions)
        {
            throw new NotSupportedException(
                "Snapshot sessions need servers of MySQL or MariaDB that can be named: a ReplicatedMySqlDataSource."
            );
        }

        List<RoutedServer>? refused = null;
        while (true)
        {
            await RouteOnAsync(new Statement(IsPlainRead: true, ReturnsData: false, BeginsTransaction: true), isAsync, cancellation)
                .ConfigureAwait(false);
            var server = Server;
            try
            {
                await ServerProtocol
                    .BeginSnapshotAsync(new ServerQuestions(server, Driver, Source.Time, isAsync, cancellation))
                    .ConfigureAwait(false);
                snapshot.Keep(Driver, server);
                _snapshot = snapshot;
                return;
            }
            catch (SilentServerException silent)
            {
                Abandon(silent);
                throw;
            }
            catch (Exception exception)
                when (Source.Proxy is not null && CanTryAnother(server, exception) && refused?.Contains(server) != true)
            {
                // Behind a proxy this is the first that a server which is out of reach says.
                (refused ??= []).Add(server);
                if (!CanRunElsewhere(exception, isOverdue: false))
                {
                    throw;
                }
            }
        }
    }

    private static void ThrowIfLost(ReadSession session, SnapshotConnection snapshot)
    {
        if (snapshot.Inner is { State: not ConnectionState.Open })
        {
            throw new ReplicaLostException(
                string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"Read session {session.Id} has lost its snapshot: the connection to '{snapshot.Server!.Name}' broke, and no other has the same state. Run the unit of work again in a new session."
                ),
                session.Id,
                snapshot.Server!.Name,
                innerException: null
            );
        }
    }

    // Whether a statement may run here at all, where the session shows a snapshot.
    private void CheckSnapshot(ReadSession? session, in Statement statement)
    {
        if (_snapshot is null)
        {
            if (session?.Snapshot is not null)
            {
                throw _isForPrimary
                    ? OnlyReads()
                    : new InvalidOperationException(
                        $"This connection was opened outside the snapshot of read session {session.Id}, whose reads show one moment. Open the connection inside it."
                    );
            }

            return;
        }

        if (session?.Snapshot is null || !ReferenceEquals(session.Snapshot.ConnectionIn(Source), _snapshot))
        {
            throw SnapshotConnection.Ended();
        }

        ThrowIfLost(session, _snapshot);
        if (!statement.IsPlainRead)
        {
            throw OnlyReads();
        }
    }

    private void ThrowIfInSnapshot()
    {
        if (_snapshot is not null)
        {
            throw OnlyReads();
        }
    }

    private static InvalidOperationException OnlyReads() =>
        new(
            "A snapshot session only reads: its transaction is read-only, and a write, a transaction or a read on the primary would show another moment. Do it outside the session."
        );
}
