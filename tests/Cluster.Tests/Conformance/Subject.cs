using System.Data.Common;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Conformance;

/// <summary>How a subject's statements get to the servers.</summary>
public enum Way
{
    Bare,
    Direct,
    ProxySql,
    ShopifyFork,
    MaxScale,
}

/// <summary>How a data source differs from the usual one.</summary>
public enum SourceKind
{
    Usual,
    Unpooled,
    ForPomelo,
}

/// <summary>A provider under test: the driver alone, or the wrapper on one of its ways, outside or inside a read session.</summary>
public sealed class Subject(ConformanceFixture fixture, Way way, bool isInSession, Func<SourceKind, DbDataSource> createSource)
    : IAsyncDisposable
{
    private readonly DbDataSource _source = createSource(SourceKind.Usual);

    public string Name { get; init; } = isInSession ? $"{way}, in a session" : $"{way}";

    public Way Way => way;

    public bool IsOurs => way != Way.Bare;

    public bool IsInSession => isInSession;

    /// <summary>How many reads the session is planned to make; 0 for no plan.</summary>
    public int Reads { get; init; }

    /// <summary>Whether the bare connection leads to a replica.</summary>
    public bool IsReplica { get; init; }

    public DbDataSource Source => _source;

    /// <summary>Another data source of the same kind; the caller disposes it.</summary>
    public DbDataSource CreateSource(SourceKind kind = SourceKind.Usual) => createSource(kind);

    public DbConnection Create() => _source.CreateConnection();

    public async Task<DbConnection> OpenAsync() => await _source.OpenConnectionAsync();

    /// <summary>A new table <c>(id int auto_increment primary key, note varchar(100))</c> on the primary; nothing waits for the replicas.</summary>
    public Task<string> NewTableAsync() => fixture.NewTableAsync();

    public Task<object?> AskPrimaryAsync(string text) => fixture.AskPrimaryAsync(text);

    public static MySqlConnection Driver(DbConnection connection) =>
        (MySqlConnection)(connection is ReplicatedConnection replicated ? replicated.Inner : connection);

    public static MySqlCommand Driver(DbCommand command) =>
        (MySqlCommand)(command is ReplicatedCommand replicated ? replicated.Inner : command);

    /// <summary>What comes of a behaviour here.</summary>
    public async Task<string> RunAsync(Behaviour behaviour, Calls calls)
    {
        using var session = isInSession ? ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { Reads = Reads }) : null;
        return await Outcome.OfAsync(() => behaviour.Run(this, calls).WaitAsync(TimeSpan.FromSeconds(60)));
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    public override string ToString() => Name;
}
