using System.Data;
using System.Data.Common;
using MonotonicReads.Choosing;
using MonotonicReads.Detection;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Routing;

/// <summary>
/// What a connection consists of while it is open. Each part alone changes what it holds; here is only what happens to all of them at once.
/// </summary>
internal sealed class RoutedConnection : IAskedConnection
{
    public const string ClosedMessage = "The connection is closed. Open it first.";

    private readonly RoutedSource _source;
    private readonly IToldOfClosing? _owner;
    private OpenReaders _readers;
    private SnapshotUse _snapshot;
    private WithheldClosing _withheld;
    private DbTransaction? _transaction;
    private ConnectionUse _use;
    private Statement _statement;
    private bool _isExecuting;
    private bool _isPreparing;
    private bool _brokeInUse;
    private bool _isTimedOut;
    private bool _runsAgain;
    private bool _runsElsewhere;

    /// <param name="source">The data source.</param>
    /// <param name="isForPrimary">Whether the caller asked for the primary.</param>
    /// <param name="owner">Told when the driver closes its connection; null for nobody.</param>
    public RoutedConnection(RoutedSource source, bool isForPrimary, IToldOfClosing? owner)
    {
        _source = source;
        _owner = owner;
        IsForPrimary = isForPrimary;
        Link = new ServerLink(source.Time, DriverChanged);
        Use = new SessionUse(source);
        Addressing = source.Proxy is { } proxy ? new ProxyAddressing(source, proxy) : null;
        Watch = ConnectionWatch.Of(source.Detector);
    }

    public RoutedSource Source => _source;

    public bool IsForPrimary { get; }

    /// <summary>Whether it is never opened again.</summary>
    public bool IsDisposed { get; set; }

    public ServerLink Link { get; }

    public SessionUse Use { get; }

    /// <summary>Where the driver's connection may be kept for a next read; null where none is planned.</summary>
    public SessionLease? Lease { get; set; }

    /// <summary>Whether somebody is told of each closing, so that it has to be seen at once.</summary>
    public bool TellsClosing { get; set; }

    /// <summary>Through a proxy; null where each server is connected to.</summary>
    public ProxyAddressing? Addressing { get; }

    public ConnectionWatch? Watch { get; }

    public ref SnapshotUse Snapshot => ref _snapshot;

    public ref WithheldClosing Withheld => ref _withheld;

    public bool HasOpenReader => _readers.Any;

    public RoutedServer Server => Link.Server ?? throw NotOpen();

    public bool IsOutdated => Link.IsOutdated;

    /// <summary>The driver's connection.</summary>
    /// <exception cref="InvalidOperationException">The connection is closed.</exception>
    public DbConnection Driver => Link.Driver ?? throw NotOpen();

    /// <summary>Whether statements can be sent; in a snapshot, which is shared, and in a planned series a reader that was told to closes
    /// this one alone.</summary>
    public ConnectionState State =>
        IsClosing || (_readers.CloseConnection && (_snapshot.HasClosed(_readers) || _withheld.HasClosed(_readers)))
            ? ConnectionState.Closed
            : Link.Driver?.State ?? ConnectionState.Closed;

    /// <summary>The replicas that did not execute the statement which runs elsewhere now; null for none.</summary>
    public List<RoutedServer>? Refused { get; private set; }

    /// <summary>The statement runs elsewhere next, and not there again.</summary>
    public void NoteRefused(RoutedServer replica) => (Refused, _runsElsewhere) = ([.. Refused ?? [], replica], true);

    /// <summary>Whether it is closed for the caller, and will be when its statement has ended.</summary>
    public bool IsClosing => _use.IsClosing;

    /// <summary>A statement, or whatever else the caller asks of the server, begins; <see cref="EndUse"/> ends it. Meanwhile no other may:
    /// the connection would have to move under the first one, or send a question of ours beside it.</summary>
    /// <param name="toOpen">Whether it is the opening.</param>
    /// <exception cref="InvalidOperationException">Another one has not ended: the driver has room for one.</exception>
    public void BeginUse(bool toOpen = false)
    {
        if (!_use.TryBegin(toOpen || !_withheld.IsWithheld || State == ConnectionState.Open))
        {
            throw toOpen || State == ConnectionState.Open ? Link.InUse() : NotOpen();
        }

        Use.Begin();
    }

    /// <summary>It has ended.</summary>
    /// <returns>Whether the connection was closed meanwhile: the caller closes it now, and says so by <see cref="EndClosing"/>.</returns>
    public bool EndUse()
    {
        // Of several statements some may have run.
        if (_isExecuting && !_isPreparing && !_runsAgain && _statement.Settings is { AreOneStatement: false })
        {
            Link.LoseSettings();
            _snapshot.LoseSettings();
        }

        (_isExecuting, _isPreparing, _statement) = (false, false, default);
        Use.NoteEnd();
        if (_brokeInUse)
        {
            _brokeInUse = false;
            NoteIfBroken(ConnectionState.Closed);
        }

        Refused = _runsElsewhere ? Refused : null;
        var (runsAgain, runsElsewhere) = (_runsAgain, _runsElsewhere);
        (_runsAgain, _runsElsewhere) = (false, false);
        if (_withheld.EndUse() && !runsElsewhere)
        {
            _use.TryClose();
        }
        else if (!runsAgain && !IsClosing && State != ConnectionState.Open)
        {
            _owner?.NoteClosed();
        }

        return !_use.TryEnd();
    }

    /// <summary>It is closed.</summary>
    public void EndClosing()
    {
        _isExecuting = false;
        _use.EndClosing();
    }

    /// <summary>The driver's connection was left, and the statement runs on another next: for the caller it is open all the time.</summary>
    public void RunAgain()
    {
        _runsAgain = true;
        Link.Reconnect();
    }

    public void Running(in Statement statement) => _statement = statement;

    /// <summary>What runs.</summary>
    public Statement Statement => _statement;

    /// <summary>The statement runs elsewhere: where a reader that nobody got has closed the driver's connection, as Dapper's are told to,
    /// another is opened for it.</summary>
    public void LeaveIfClosed()
    {
        if (Link.Driver is { State: not ConnectionState.Open })
        {
            Abandon(silent: null);
            RunAgain();
        }
    }

    /// <summary>The driver executes the caller's statement, or prepares it: should the connection break, its exception tells why.</summary>
    public void BeginExecution(bool prepares = false) => (_isExecuting, _isPreparing) = (true, prepares);

    /// <summary>The driver closes the connection for its caller's limit alone, which says nothing of the server.</summary>
    public void NoteTimeout() => _isTimedOut = true;

    /// <summary>The server, or the caller, ended the statement: a connection that is closed now its reader has closed.</summary>
    public void NoteRefusal(CommandBehavior behavior, bool wasSent)
    {
        _withheld.NoteRefusal(wasSent);
        if (Link.Driver is { State: not ConnectionState.Open })
        {
            _readers.NoteClosing(behavior);
        }
    }

    /// <summary>Whether a reader was told to close the driver's connection.</summary>
    public bool IsClosedByReader => _readers.CloseConnection;

    /// <summary>The connection is to be closed, which is a use too. MySqlConnector gives one on which a statement runs back to its pool,
    /// and whoever gets it next reads the answer: it is closed when the statement has ended.</summary>
    /// <returns>Whether that is now.</returns>
    public bool TryClose() => _use.TryClose();

    public InvalidOperationException NotOpen() =>
        IsDisposed ? new ObjectDisposedException("ReplicatedConnection") : new InvalidOperationException(ClosedMessage);

    /// <summary>What the driver shall do with its own connection: in a snapshot it is not closed with a reader, nor where it is kept for
    /// the next read.</summary>
    public CommandBehavior ForDriver(CommandBehavior behavior) =>
        _snapshot.IsTaken || ((behavior & CommandBehavior.CloseConnection) != 0 && new SeriesKeeping(this).TryWithhold())
            ? behavior & ~CommandBehavior.CloseConnection
            : behavior;

    /// <summary>A statement has run, or failed (and returned the default value): in a snapshot the next one may.</summary>
    public void EndTurn<T>(T? result)
    {
        Link.Tried();
        _snapshot.EndTurn(result as DbDataReader);
    }

    /// <summary>A statement has run.</summary>
    public void Track<T>(T result, CommandBehavior behavior, object? statement)
    {
        NoteSettings();
        if (result is DbDataReader reader)
        {
            _readers.Track(reader, behavior, DriverLimit.Of(statement));
            _withheld.Track(reader);
        }
    }

    /// <summary>The driver began a transaction.</summary>
    public DbTransaction Began(DbTransaction transaction) => _transaction = transaction;

    public bool ReadsFor(SessionPin pin) => Use.ReadsFor(pin);

    public ServerQuestions Ask(bool isAsync, CancellationToken cancellation)
    {
        ThrowIfUnableToMove(Server);
        var transaction = _transaction?.Connection is null ? null : _transaction;
        return new ServerQuestions(Server, Driver, _source.Time, isAsync, cancellation, transaction)
        {
            MayBeLimited = Link.Settings is not null,
            IsCallers = true,
        };
    }

    public bool IsLostBy(Exception exception, CancellationToken cancellation) =>
        !cancellation.IsCancellationRequested
        && exception is not ReplicaLostException
        && (_source.IsServerFailure(exception) || (exception is InvalidOperationException && State != ConnectionState.Open));

    public void Abandon(SilentServerException? silent)
    {
        var openedFor = Use.OpenedFor;
        if (Release() is { } pooled)
        {
            // Nothing is waited for.
            Synchronous.Result(pooled.DisposeAsync(isAsync: false, silent));
        }

        Use.OpenFor(openedFor);
    }

    /// <inheritdoc cref="SessionUse.LearnAsync"/>
    public async ValueTask LearnAsync(DbConnection? driver, bool isAsync)
    {
        if (await Use.LearnAsync(driver, Link, _readers.CloseConnection, isAsync).ConfigureAwait(false) is { } silent)
        {
            Abandon(silent);
        }
    }

    // Everything that is the driver connection's ends with it.
    public PooledConnection? Release()
    {
        if (Link.Driver is not { } driver)
        {
            return null;
        }

        new SeriesKeeping(this).TakeBack();
        NoteIfNotLent(driver.State);
        (_brokeInUse, _isTimedOut) = (false, false);
        var pooled = Link.LetGo();
        Use.End();
        _transaction = null;
        _readers = default;
        _snapshot.Leave();
        return pooled;
    }

    public void ThrowIfUnableToMove(RoutedServer target)
    {
        if (State != ConnectionState.Open)
        {
            throw NotOpen();
        }

        _readers.ThrowIfAny(Link.Server, target);
    }

    private void NoteSettings()
    {
        if (_statement.Settings is { } settings)
        {
            Link.ChangedSettings(settings);
            _snapshot.ChangedSettings(settings);
            _statement = default;
        }
    }

    private void DriverChanged(object sender, StateChangeEventArgs change)
    {
        if (_isExecuting)
        {
            _brokeInUse |= IsGone(change.CurrentState);
        }
        else
        {
            NoteIfNotLent(change.CurrentState);
            if (change.CurrentState == ConnectionState.Closed)
            {
                _owner?.NoteClosed();
            }
        }
    }

    // The snapshot's end closes its connection, and so may another's statement on it.
    private void NoteIfNotLent(ConnectionState state)
    {
        if (!_snapshot.IsTaken)
        {
            NoteIfBroken(state);
        }
        else if (IsGone(state) && !_snapshot.HasEnded)
        {
            Use.Reads?.NoteBroken(losses: null);
        }
    }

    // Nobody but a reader that was told to closes the driver's connection behind this one, and the driver for a limit of its caller's. A
    // proxy's says nothing of a server.
    private void NoteIfBroken(ConnectionState state)
    {
        if (IsGone(state) && !_isTimedOut && !_readers.HaveClosedIt)
        {
            _isTimedOut = _readers.MayBeOverdue(Link.Driver);
            Use.Reads?.NoteBroken(_source.Proxy is null && !_isTimedOut ? _source.Losses : null);
        }
    }

    private static bool IsGone(ConnectionState state) => state is ConnectionState.Closed or ConnectionState.Broken;
}
