using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace MonotonicReads.Runtime.Tests.Support;

/// <summary>A primary and three replicas, each a SQLite database of its own that knows its name.</summary>
internal sealed class SqliteReplicaSet : IDisposable
{
    public const string WhoAmI = "SELECT name FROM server";

    private readonly List<SqliteServer> _servers = [];

    public SqliteReplicaSet(
        Func<ReplicatedDataSourceBuilder, ReplicatedDataSourceBuilder>? configure = null,
        params (string Name, int Weight)[] replicas
    )
    {
        replicas = replicas.Length > 0 ? replicas : [("r1", 1), ("r2", 1), ("r3", 1)];
        Primary = Start("primary");
        var builder = new ReplicatedDataSourceBuilder().UsePrimary(Primary.DataSource).UseTimeProvider(Time).UseLoggerFactory(Log);
        foreach (var (name, weight) in replicas)
        {
            builder.AddReplica(name, Start(name).DataSource, weight);
        }

        Source = (configure?.Invoke(builder) ?? builder).Build();
        Source.SessionEvent += (_, args) => Events.Add(args);
    }

    public SqliteServer Primary { get; }

    public ReplicatedDataSource Source { get; }

    public ManualTime Time { get; } = new();

    public RecordingLog Log { get; } = new();

    public List<ReadSessionEventArgs> Events { get; } = [];

    public IEnumerable<string> ReplicaNames => _servers.Skip(1).Select(server => server.Name);

    public SqliteServer Server(string name) => _servers.Single(server => server.Name == name);

    /// <summary>The name of the server that answers a read of its own connection.</summary>
    public string Ask(string sql = WhoAmI)
    {
        using var connection = Source.OpenConnection();
        return AskOn(connection, sql);
    }

    public static string AskOn(DbConnection connection, string sql = WhoAmI)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (string)command.ExecuteScalar()!;
    }

    public async Task<string> AskAsync()
    {
        await using var connection = await Source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = WhoAmI;
        return (string)(await command.ExecuteScalarAsync())!;
    }

    public void Dispose()
    {
        Source.Dispose();
        _servers.ForEach(server => server.Dispose());
    }

    private SqliteServer Start(string name)
    {
        var server = new SqliteServer(name);
        _servers.Add(server);
        return server;
    }
}

/// <summary>A SQLite database in shared memory, alive as long as this object.</summary>
internal sealed class SqliteServer : IDisposable
{
    private readonly SqliteConnection _keptOpen;

    public SqliteServer(string name)
    {
        Name = name;
        var connectionString = $"Data Source=file:{name}-{Guid.NewGuid():N}?mode=memory&cache=shared";
        _keptOpen = new SqliteConnection(connectionString);
        _keptOpen.Open();
        Execute(
            $"CREATE TABLE server (name TEXT); INSERT INTO server VALUES ('{name}'); CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT)"
        );
        DataSource = new RefusableDataSource(SqliteFactory.Instance.CreateDataSource(connectionString));
    }

    public string Name { get; }

    public RefusableDataSource DataSource { get; }

    public long CountItems()
    {
        using var command = _keptOpen.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM item";
        return (long)command.ExecuteScalar()!;
    }

    public void Execute(string sql)
    {
        using var command = _keptOpen.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        DataSource.Dispose();
        _keptOpen.Dispose();
    }
}

/// <summary>A double that stands in for a server out of reach: opens another data source's connections, or refuses to.</summary>
internal sealed class RefusableDataSource(DbDataSource inner) : DbDataSource
{
    private int _opened;

    public Exception? Refusal { get; set; }

    /// <summary>Called before each opening.</summary>
    public Action? Opening { get; set; }

    public int Opened => _opened;

    public bool IsDisposed { get; private set; }

    public override string ConnectionString => inner.ConnectionString;

    public void Refuse() => Refusal = new RefusedException();

    protected override DbConnection CreateDbConnection() => inner.CreateConnection();

    protected override DbConnection OpenDbConnection()
    {
        ThrowIfRefusing();
        return base.OpenDbConnection();
    }

    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfRefusing();
        return base.OpenDbConnectionAsync(cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }

    private void ThrowIfRefusing()
    {
        Interlocked.Increment(ref _opened);
        Opening?.Invoke();
        if (Refusal is not null)
        {
            throw Refusal;
        }
    }
}

internal sealed class RefusedException() : DbException("connection refused");

internal sealed class RecordingLog : ILoggerFactory, ILogger
{
    private readonly List<(LogLevel Level, EventId Id, string Text)> _records = [];

    public IReadOnlyList<(LogLevel Level, EventId Id, string Text)> Records
    {
        get
        {
            lock (_records)
            {
                return _records.ToArray();
            }
        }
    }

    public ILogger CreateLogger(string categoryName)
    {
        Assert.Equal("MonotonicReads", categoryName);
        return this;
    }

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        lock (_records)
        {
            _records.Add((logLevel, eventId, formatter(state, exception)));
        }
    }

    public void Dispose() { }
}
