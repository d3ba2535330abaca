using System.Data;
using System.Data.Common;

namespace MonotonicReads;

/// <content>Where each statement of an open connection runs, and how the connection gets there.</content>
public sealed partial class ReplicatedConnection
{
    private RoutedServer Server => _server ?? throw NotOpen();

    /// <summary>Makes sure that the connection is on the server where a statement may run, and tells the session.</summary>
    /// <param name="isPlainRead">Whether the statement is provably a plain read.</param>
    /// <param name="returnsData">Whether what the statement returns can tell the session something.</param>
    internal void Route(bool isPlainRead, bool returnsData)
    {
        while (Target(isPlainRead, returnsData) is { } target)
        {
            MoveTo(target);
        }
    }

    /// <inheritdoc cref="Route"/>
    internal async ValueTask RouteAsync(bool isPlainRead, bool returnsData, CancellationToken cancellationToken)
    {
        while (Target(isPlainRead, returnsData) is { } target)
        {
            await MoveToAsync(target, cancellationToken).ConfigureAwait(false);
        }
    }

    internal DbDataReader Track(DbDataReader reader, CommandBehavior behavior)
    {
        if (_reader is { IsClosed: false })
        {
            (_olderReaders ??= []).Add(_reader);
        }

        _reader = reader;
        _closesWithReader |= (behavior & CommandBehavior.CloseConnection) != 0;
        return reader;
    }

    // Where the statement has to run instead of here, or null when it may run here and the session knows of it.
    private RoutedServer? Target(bool isPlainRead, bool returnsData)
    {
        var server = Server;
        var session = Source.SessionForRead();
        if (session is null)
        {
            return isPlainRead || server.IsPrimary ? Stay(server, null, returnsData) : Source.PrimaryServer;
        }

        var pin = _readFor is { } last && ReferenceEquals(last.Session, session.Root) ? last : session.PinFor(Source);
        if (server.IsPrimary || !isPlainRead || session.Consistency == ReadConsistency.Primary || pin.Server is { IsPrimary: true })
        {
            if (!server.IsPrimary)
            {
                return Source.PrimaryServer;
            }

            if (returnsData)
            {
                pin.BindPrimary(server);
            }

            return Stay(server, session, returnsData);
        }

        if (pin.TryRead(server))
        {
            _readFor = pin;
            return Stay(server, session, returnsData);
        }

        if (pin.Loss is { } loss)
        {
            throw ReplicaRouter.Lost(session, loss);
        }

        // A concurrent read of the session found its first replica out of reach and drew again.
        if (ReferenceEquals(pin, _openedFor) && pin.Server is { } drawn)
        {
            return drawn;
        }

        throw new InvalidOperationException(
            $"This connection was opened outside read session {session.Id}, on replica '{server.Name}', and the session reads on '{pin.Server?.Name}'. Open the connection inside the session.");
    }

    private static RoutedServer? Stay(RoutedServer server, ReadSession? session, bool returnsData)
    {
        if (returnsData)
        {
            RoutingMetrics.CountRead(server, session);
        }

        return null;
    }

    private void MoveTo(RoutedServer target)
    {
        ThrowIfUnableToMove(target);
        var inner = target.Source.OpenConnection();
        if (_database is not null)
        {
            inner.ChangeDatabase(_database);
        }

        Release()!.Dispose();
        Take(inner, target);
    }

    private async ValueTask MoveToAsync(RoutedServer target, CancellationToken cancellationToken)
    {
        ThrowIfUnableToMove(target);
        var inner = await target.Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        if (_database is not null)
        {
            await inner.ChangeDatabaseAsync(_database, cancellationToken).ConfigureAwait(false);
        }

        await Release()!.DisposeAsync().ConfigureAwait(false);
        Take(inner, target);
    }

    private void ThrowIfUnableToMove(RoutedServer target)
    {
        if (State != ConnectionState.Open)
        {
            throw NotOpen();
        }

        if (_reader is { IsClosed: false } || _olderReaders?.Exists(reader => !reader.IsClosed) == true)
        {
            throw new InvalidOperationException(
                $"The statement must run on '{target.Name}', and this connection is on replica '{_server?.Name}' with a reader open on it. Close the reader first, or use a connection of ReplicatedDataSource.Primary.");
        }
    }

    private void InnerStateChanged(object sender, StateChangeEventArgs change) => NoteIfBroken(change.CurrentState);

    // Nobody but a reader that was told to closes the driver's connection behind this one.
    private void NoteIfBroken(ConnectionState state)
    {
        if (state is ConnectionState.Closed or ConnectionState.Broken
            && !_closesWithReader
            && _readFor is { } pin
            && _server is { IsPrimary: false } server)
        {
            Source.Lose(pin, server, ReplicaLossReason.ConnectionBroken, exception: null);
        }
    }
}
