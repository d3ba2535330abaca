using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using MonotonicReads.Servers;
using SQLitePCL;

namespace MonotonicReads.Testing;

/// <summary>A SQLite file in a directory of its own; a moment is a copy of it.</summary>
internal sealed class EmbeddedServer : ITestServer
{
    // Reads go on while something is written; nothing here outlives the test.
    private const string Creation = "PRAGMA journal_mode = WAL";

    private readonly string _directory = Directory.CreateTempSubdirectory("monotonic-reads-").FullName;
    private readonly ConcurrentDictionary<DbConnection, bool> _broken = new();
    private int _files;

    private EmbeddedServer() => Primary = SourceOf(File, SqliteOpenMode.ReadWriteCreate);

    public string SystemName => "sqlite";

    public string Version => "3";

    public string? Settings => null;

    public DbDataSource Primary { get; }

    public bool KeepsLocksOfHeld => false;

    private string File => Path.Combine(_directory, "primary.db");

    public static async Task<EmbeddedServer> CreateAsync(CancellationToken cancellation)
    {
        var server = new EmbeddedServer();
        try
        {
            await server.RunAsync(Creation, cancellation).ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public DbDataSource Present(string replica) => new EmbeddedPresent(SourceOf(File, SqliteOpenMode.ReadOnly), File, CreateFile);

    public async Task<DbDataSource> HoldAsync(string replica, CancellationToken cancellation)
    {
        var copy = NextFile("moment");
        await CopyAsync(copy, cancellation).ConfigureAwait(false);
        return new EmbeddedMoment(SourceOf(copy, SqliteOpenMode.ReadOnly), copy);
    }

    // What is in the file: in two forms of it that are the same nothing is to be told apart.
    public async Task<string?> ChangesAsync(CancellationToken cancellation)
    {
        var copy = NextFile("look");
        try
        {
            await CopyAsync(copy, cancellation).ConfigureAwait(false);
            var stream = System.IO.File.OpenRead(copy);
            await using (stream.ConfigureAwait(false))
            {
                return Convert.ToHexString(await SHA256.HashDataAsync(stream, cancellation).ConfigureAwait(false));
            }
        }
        finally
        {
            System.IO.File.Delete(copy);
        }
    }

    public void Break(IReadOnlyCollection<DbConnection> connections)
    {
        foreach (var connection in connections.OfType<SqliteConnection>())
        {
            // Not closed from here, where another thread may be in the middle of a statement: that ends, and no other runs.
            _broken.TryAdd(connection, true);
            try
            {
                // None where it was closed meanwhile.
                if (connection.Handle is { } handle)
                {
                    raw.sqlite3_interrupt(handle);
                    raw.sqlite3_progress_handler(handle, 1, static _ => 1, null);
                }
            }
            catch (ObjectDisposedException)
            {
                // It was closed just now.
            }

            connection.StateChange += (_, change) => _broken.TryRemove(connection, out var _);
            if (connection.State != ConnectionState.Open)
            {
                _broken.TryRemove(connection, out var _);
            }
        }
    }

    public void ThrowIfBroken(DbConnection connection)
    {
        if (_broken.TryRemove(connection, out var _))
        {
            connection.Close();
            throw new SqliteException("The connection broke: the test killed its replica.", raw.SQLITE_INTERRUPT);
        }
    }

    public void Look(DbDataReader reader, bool isHeld) { }

    public Exception? ExplainedOnPrimary(Exception exception, IReadOnlyList<string> locking) => null;

    public ValueTask<bool> BeginSnapshotAsync(ServerQuestions server, bool isHeld) =>
        RanAsync(server, "BEGIN; SELECT count(*) FROM sqlite_master");

    public async ValueTask<bool> EndSnapshotAsync(ServerQuestions server, bool isHeld)
    {
        try
        {
            return await RanAsync(server, "COMMIT").ConfigureAwait(false);
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == raw.SQLITE_INTERRUPT)
        {
            // Of a replica that was killed: it ends with its connection.
            return true;
        }
    }

    public Exception? Explained(Exception exception, string replica, bool isHeld) => null;

    public async ValueTask DisposeAsync()
    {
        await Primary.DisposeAsync().ConfigureAwait(false);
        try
        {
            Directory.Delete(_directory, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Where a connection that nobody closed keeps a file: what the test itself has to say must not be hidden by that.
        }
    }

    private static async ValueTask<bool> RanAsync(ServerQuestions server, string text)
    {
        await server.AskAsync(text, TimeSpan.FromSeconds(2)).ConfigureAwait(false);
        return true;
    }

    private string NextFile(string name) =>
        Path.Combine(_directory, FormattableString.Invariant($"{name}-{Interlocked.Increment(ref _files)}.db"));

    private Task CopyAsync(string to, CancellationToken cancellation) =>
        RunAsync($"VACUUM INTO '{to.Replace("'", "''", StringComparison.Ordinal)}'", cancellation);

    private void CreateFile()
    {
        using var connection = Primary.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = Creation;
        command.ExecuteNonQuery();
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
