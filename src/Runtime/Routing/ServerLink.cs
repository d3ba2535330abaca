using System.Data;
using System.Data.Common;
using MonotonicReads.Servers;
using MonotonicReads.Sql;

namespace MonotonicReads.Routing;

/// <summary>
/// Where a connection is: the driver's connection, with its place in its pool's count, and the server that it leads to. Who
/// lets go of it gives it back.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="driverChanged">Told when the driver's connection changes its state.</param>
internal sealed class ServerLink(TimeProvider time, StateChangeEventHandler driverChanged)
{
    private PooledConnection? _pooled;
    private RoutedServer? _server;
    private string? _database;
    private SessionSettings? _settings;
    private bool _isBorrowed;
    private bool _isShared;

    /// <summary>Another statement has not ended. In the driver's words: programs look for them.</summary>
    public InvalidOperationException InUse() =>
        new($"This {Driver?.GetType().Name ?? "connection"} is already in use. See https://mysqlconnector.net/conn-reuse");

    /// <summary>Told when the driver's connection changes its state.</summary>
    public StateChangeEventHandler Listener => driverChanged;

    /// <summary>The driver's connection, for statements that leave nothing behind; null while there is none.</summary>
    public DbConnection? Driver => _pooled?.Connection;

    /// <summary>The server; null while there is none.</summary>
    public RoutedServer? Server => _server;

    /// <summary>Its connection as it may be lent to a snapshot.</summary>
    public PooledConnection? Pooled => _pooled;

    /// <summary>What <see cref="ChangedDatabase"/> noted; null for the connection string's.</summary>
    public string? Database => _database;

    /// <summary>Whether it was handed out, so that nobody knows what is done on it.</summary>
    public bool IsShared => _isShared;

    /// <summary>Whether it is as reads leave it, so that another read may go on on it.</summary>
    public bool IsAsReadsLeaveIt =>
        !_isShared
        && _database is null
        && _settings is null
        && !HasUnknownSettings
        && _pooled is { Connection.State: ConnectionState.Open, IsOutdated: false };

    /// <summary>Whether it leads to another server, or another run of it, than its address does by now.</summary>
    public bool IsOutdated => _pooled is { IsOutdated: true };

    /// <summary>Hands the driver's connection out; whoever has it may change it.</summary>
    public DbConnection? Share()
    {
        _isShared = _pooled is not null;
        return Driver;
    }

    /// <summary>Notes which database was chosen on the driver's connection.</summary>
    public void ChangedDatabase(string database) => _database = database;

    /// <summary>What was set of the session; null for nothing.</summary>
    public SessionSettings? Settings => _settings;

    /// <summary>Notes what was set of the session on the driver's connection.</summary>
    public void ChangedSettings(SessionSettings settings) => _settings = _settings?.With(settings) ?? settings;

    /// <summary>Whether more was set than <see cref="Settings"/> says, or less.</summary>
    public bool HasUnknownSettings { get; private set; }

    /// <summary>Of a text of several statements some may have run.</summary>
    public void LoseSettings() => HasUnknownSettings = true;

    /// <summary>Whether the driver's connection was kept from an earlier read, and nothing has run on it since: it may be dead, and nobody
    /// knows.</summary>
    public bool IsUntried { get; private set; }

    /// <summary>Whether such a connection turned out to be dead: another is opened for the statement.</summary>
    public bool MustReconnect { get; private set; }

    /// <summary>A statement has run on it.</summary>
    public void Tried()
    {
        IsUntried = false;
        HoldsMoment = _server is { HoldsMoments: true };
    }

    /// <summary>Whether a read on it may show the moment of an earlier one, because autocommit is off.</summary>
    public bool HoldsMoment { get; private set; }

    /// <summary>Whether its transaction may be the caller's, who did more than to read: then its end is his matter.</summary>
    public bool MayBeCallersTransaction { get; private set; }

    /// <summary>A statement runs on it next.</summary>
    public void Running(in Statement statement) =>
        MayBeCallersTransaction |= !statement.IsPlainRead && statement.Settings is not { AreAlone: true };

    /// <summary>The moment was left: the next read shows what is there then.</summary>
    public void LeftMoment() => HoldsMoment = false;

    /// <summary>Nothing is open any more, and there is nothing that the next statement could use.</summary>
    public void Reconnect() => MustReconnect = true;

    /// <summary>What <see cref="ChangedDatabase"/> and <see cref="ChangedSettings"/> noted ends here; the next opening begins with the
    /// connection string's.</summary>
    public void Forget()
    {
        _database = null;
        _settings = null;
        HasUnknownSettings = false;
        MustReconnect = false;
    }

    /// <summary>Opens a connection that is not taken yet, and is in the transaction that runs.</summary>
    public static ValueTask<PooledConnection> ConnectAsync(RoutedServer server, bool isAsync, CancellationToken cancellation) =>
        server.Pool.ConnectAsync(isAsync, cancellation);

    /// <summary>Opens one that is in no transaction.</summary>
    public static ValueTask<PooledConnection> ConnectOutsideAsync(RoutedServer server, bool isAsync, CancellationToken cancellation) =>
        OutsideTransactions.Begin() is { } outside
            ? ConnectInAsync(outside, server, isAsync, cancellation)
            : ConnectAsync(server, isAsync, cancellation);

    private static async ValueTask<PooledConnection> ConnectInAsync(
        IDisposable outside,
        RoutedServer server,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        using (outside)
        {
            return await ConnectAsync(server, isAsync, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Opens one, that is not taken yet, as this one is: with the database and the settings of the session that were chosen
    /// here, and in no transaction. One that is in a transaction is on the primary, and does not move.</summary>
    /// <exception cref="InvalidOperationException">Nobody knows how this one is.</exception>
    /// <exception cref="NotAlikeException">The server is there, and refuses to be as it was here.</exception>
    public async ValueTask<PooledConnection> ConnectAlikeAsync(RoutedServer server, bool isAsync, CancellationToken cancellation)
    {
        if (HasUnknownSettings)
        {
            throw new InvalidOperationException(
                $"The statement must run on '{server.Name}', and a text of several statements that set something of the session has failed "
                    + "on this connection, so that nobody knows what to set there. Close the connection and open it again."
            );
        }

        var pooled = await ConnectOutsideAsync(server, isAsync, cancellation).ConfigureAwait(false);
        try
        {
            server.MarkAvailable();
            await ChangeAlikeAsync(pooled.Connection, server, isAsync, cancellation).ConfigureAwait(false);
            return pooled;
        }
        catch (Exception exception)
        {
            await pooled.DisposeAsync(isAsync, exception as SilentServerException).ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask ChangeAlikeAsync(DbConnection opened, RoutedServer server, bool isAsync, CancellationToken cancellation)
    {
        try
        {
            var database = _database ?? (_settings is not null && Letting.ReturnsAsItIs(opened) ? Letting.KeptOut(opened) : null);
            if (database is not null && isAsync)
            {
                await opened.ChangeDatabaseAsync(database, cancellation).ConfigureAwait(false);
            }
            else if (database is not null)
            {
                opened.ChangeDatabase(database);
            }

            if (_settings is not null)
            {
                var questions = new ServerQuestions(server, opened, time, isAsync, cancellation);
                await ServerProtocol.SetAsync(questions, _settings.Text).ConfigureAwait(false);
            }
        }
        catch (DbException exception) when (ServerAnswer.IsRefusal(exception))
        {
            // The server is not out of reach: what it says is the caller's matter, whose settings they are.
            throw new NotAlikeException(exception);
        }
    }

    /// <summary>Is on a connection from now on, and owns it.</summary>
    public void Take(PooledConnection pooled, RoutedServer server) => Be(pooled, server, isBorrowed: false);

    /// <summary>Is on a connection that was kept open from now on, and owns it.</summary>
    public void TakeKept(PooledConnection pooled, RoutedServer server)
    {
        Take(pooled, server);
        IsUntried = true;
    }

    /// <summary>Is on a connection that somebody else gives back.</summary>
    public void Borrow(PooledConnection pooled, RoutedServer server) => Be(pooled, server, isBorrowed: true);

    /// <summary>Somebody else gives the connection back from now on.</summary>
    public void Lend() => _isBorrowed = true;

    /// <summary>Leads to another server over the same connection, which is one to a proxy.</summary>
    public void TurnTo(RoutedServer server) => _server = server;

    /// <summary>A primary that refuses writes is none: no connection that was made to it until now is handed out again.</summary>
    public void NoteIfRefused(Exception exception)
    {
        if (_server is { IsPrimary: true } && ReadOnlyPrimaryException.IsRefusal(exception))
        {
            _pooled!.RetireAll();
        }
    }

    /// <summary>Is nowhere from now on.</summary>
    /// <returns>The connection to give back; null where there was none, or it was borrowed.</returns>
    public PooledConnection? LetGo()
    {
        if (_pooled is not { } pooled)
        {
            return null;
        }

        pooled.Connection.StateChange -= driverChanged;
        _pooled = null;
        _server = null;
        _isShared = false;
        IsUntried = false;
        return _isBorrowed ? null : pooled;
    }

    private void Be(PooledConnection pooled, RoutedServer server, bool isBorrowed)
    {
        _pooled = pooled;
        _server = server;
        _isBorrowed = isBorrowed;
        MustReconnect = false;
        MayBeCallersTransaction = false;
        HoldsMoment = server.HoldsMoments && Letting.ReturnsAsItIs(pooled.Connection);
        pooled.Connection.StateChange += driverChanged;
    }
}
