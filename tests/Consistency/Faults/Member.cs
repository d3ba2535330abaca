using System.Globalization;
using MySqlConnector;

namespace MonotonicReads.Consistency.Faults;

/// <summary>A server, whatever its role is now; what is done to it is done as its administrator.</summary>
internal abstract class Member(string name)
{
    /// <summary>What its row in <c>whoami</c> says: <c>n1</c>, <c>n2</c>, ...</summary>
    public string Name => name;

    public abstract int Port { get; }

    /// <summary>Without pooling: nothing of the harness stays open.</summary>
    public abstract string Admin { get; }

    /// <summary>For applications, directly.</summary>
    public abstract string ConnectionString { get; }

    public abstract bool IsRunning { get; }

    public abstract string Position { get; }

    public abstract string StopApplying { get; }

    public abstract string StartApplying { get; }

    public abstract string StopReceiving { get; }

    public abstract string StartReceiving { get; }

    public abstract string StopReplication { get; }

    public abstract string StartReplication { get; }

    /// <summary>Follows nobody any more.</summary>
    public abstract string Leave { get; }

    /// <summary>Whether it refuses writes; also when it is started again.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>Whether a kill loses nothing that it committed; also when it is started again.</summary>
    public bool IsDurable { get; private set; } = true;

    public abstract Task KillAsync();

    /// <summary>Starts it over its files; it follows whom they say once it is told to.</summary>
    public abstract Task StartAsync();

    public abstract Task PauseAsync();

    public abstract Task ResumeAsync();

    /// <summary>Follows a server from where it is.</summary>
    /// <param name="primary">The server.</param>
    /// <param name="delay">Seconds after which a change is applied.</param>
    public abstract Task FollowAsync(Member primary, int delay = 0);

    /// <summary>Over a copy of another server's files, as from a backup; or of none.</summary>
    public abstract Task RebuildAsync(Member? source);

    /// <summary>Whether it applied a position within some time.</summary>
    public abstract Task<bool> HasAppliedAsync(string position, TimeSpan within);

    /// <summary>What ended its replication; empty while it runs, or waits to try again.</summary>
    public abstract Task<string> ReplicationErrorAsync();

    public async Task ExecuteAsync(params string[] statements)
    {
        await using var connection = new MySqlConnection(Admin);
        await connection.OpenAsync().ConfigureAwait(false);
        foreach (var statement in statements)
        {
            await using var command = new MySqlCommand(statement, connection) { CommandTimeout = 60 };
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
    }

    public async Task<List<object[]>> QueryAsync(string sql)
    {
        await using var connection = new MySqlConnection(Admin);
        await connection.OpenAsync().ConfigureAwait(false);
        await using var command = new MySqlCommand(sql, connection) { CommandTimeout = 60 };
        await using var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        var rows = new List<object[]>();
        while (await reader.ReadAsync().ConfigureAwait(false))
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }

    public async Task<string> ScalarAsync(string sql) =>
        await QueryAsync(sql).ConfigureAwait(false) is [[var value, ..], ..]
            ? Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""
            : "";

    public Task<string> PositionAsync() => ScalarAsync(Position);

    public Task SetReadOnlyAsync(bool on)
    {
        IsReadOnly = on;
        return ExecuteAsync(on ? "SET GLOBAL read_only = 1" : "SET GLOBAL read_only = 0");
    }

    /// <summary>With false a kill loses what its last second committed.</summary>
    public Task SetDurableAsync(bool on)
    {
        IsDurable = on;
        return ExecuteAsync($"SET GLOBAL innodb_flush_log_at_trx_commit = {(on ? 1 : 0)}");
    }

    /// <summary>Writes its name into its own table, and nowhere else.</summary>
    public Task NameAsync() => ExecuteAsync($"SET sql_log_bin = 0; DELETE FROM app.whoami; INSERT INTO app.whoami VALUES ('{Name}')");

    public override string ToString() => Name;
}
