using System.Data.Common;
using Microsoft.Data.Sqlite;
using MonotonicReads.Servers;

namespace MonotonicReads.Testing;

/// <summary>A SQLite file in a directory of its own; a moment is a copy of it.</summary>
internal sealed class EmbeddedServer : ITestServer
{
    private readonly string _directory = Directory.CreateTempSubdirectory("monotonic-reads-").FullName;
    private int _moments;

    private EmbeddedServer() => Primary = SourceOf(File, SqliteOpenMode.ReadWriteCreate);

    public string SystemName => "sqlite";

    public string Version => "3";

    public DbDataSource Primary { get; }

    private string File => Path.Combine(_directory, "primary.db");

    public static async Task<EmbeddedServer> CreateAsync(CancellationToken cancellation)
    {
        var server = new EmbeddedServer();

        // Reads go on while something is written; nothing here outlives the test.
        await server.RunAsync("PRAGMA journal_mode = WAL", cancellation).ConfigureAwait(false);
        return server;
    }

    public DbDataSource Present(string replica) => SourceOf(File, SqliteOpenMode.ReadOnly);

    public async Task<DbDataSource> HoldAsync(string replica, CancellationToken cancellation)
    {
        var copy = Path.Combine(_directory, FormattableString.Invariant($"moment-{Interlocked.Increment(ref _moments)}.db"));
        await RunAsync($"VACUUM INTO '{copy.Replace("'", "''", StringComparison.Ordinal)}'", cancellation).ConfigureAwait(false);
        return SourceOf(copy, SqliteOpenMode.ReadOnly);
    }

    public void Break(IReadOnlyCollection<DbConnection> connections)
    {
        foreach (var connection in connections)
        {
            connection.Close();
        }
    }

    public ValueTask<bool> BeginSnapshotAsync(ServerQuestions server, bool isHeld) =>
        RanAsync(server, "BEGIN; SELECT count(*) FROM sqlite_master");

    public ValueTask<bool> EndSnapshotAsync(ServerQuestions server, bool isHeld) => RanAsync(server, "COMMIT");

    public Exception? Explained(Exception exception, string replica, bool isHeld) => null;

    public async ValueTask DisposeAsync()
    {
        await Primary.DisposeAsync().ConfigureAwait(false);
        Directory.Delete(_directory, recursive: true);
    }

    private static async ValueTask<bool> RanAsync(ServerQuestions server, string text)
    {
        await server.AskAsync(text, TimeSpan.FromSeconds(2)).ConfigureAwait(false);
        return true;
    }

    private async Task RunAsync(string text, CancellationToken cancellation)
    {
        var connection = await Primary.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var command = connection.CreateCommand();
            await using (command.ConfigureAwait(false))
            {
                command.CommandText = text;
                await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            }
        }
    }

    // Unpooled: a connection that is closed lets go of its file.
    private static DbDataSource SourceOf(string file, SqliteOpenMode mode) =>
        SqliteFactory.Instance.CreateDataSource(
            new SqliteConnectionStringBuilder
            {
                DataSource = file,
                Mode = mode,
                Pooling = false,
            }.ConnectionString
        );
}
