using System.Globalization;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Consistency.Faults;

/// <summary>A current MySQL server.</summary>
internal sealed class MySqlMember(MySqlServer server) : Member(string.Create(CultureInfo.InvariantCulture, $"n{server.ServerId}"))
{
    public override int Port => server.Port;

    public override string Admin =>
        new MySqlConnectionStringBuilder(server.ConnectionString)
        {
            Pooling = false,
            ConnectionTimeout = 10,
            Database = "mysql",
        }.ConnectionString;

    /// <summary>Not as root, whom <c>read_only</c> does not bind.</summary>
    public override string ConnectionString =>
        new MySqlConnectionStringBuilder(server.ConnectionString) { UserID = "app", ConnectionTimeout = 2 }.ConnectionString;

    public override bool IsRunning => server.IsRunning;

    public override string Position => "SELECT @@GLOBAL.gtid_executed";

    public override string StopApplying => "STOP REPLICA SQL_THREAD";

    public override string StartApplying => "START REPLICA SQL_THREAD";

    public override string StopReceiving => "STOP REPLICA IO_THREAD";

    public override string StartReceiving => "START REPLICA IO_THREAD";

    public override string StopReplication => "STOP REPLICA";

    public override string StartReplication => "START REPLICA";

    public override string Leave => "STOP REPLICA; RESET REPLICA ALL";

    private string[] Options => [$"--read-only={(IsReadOnly ? 1 : 0)}", $"--innodb-flush-log-at-trx-commit={(IsDurable ? 1 : 0)}"];

    public override Task KillAsync() => server.KillAsync();

    public override Task StartAsync() => server.RestartAsync(Options);

    public override Task PauseAsync() => server.PauseAsync();

    public override Task ResumeAsync() => server.ResumeAsync();

    public override Task FollowAsync(Member primary, int delay = 0) =>
        ExecuteAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"STOP REPLICA; CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT={primary.Port}, SOURCE_USER='root', SOURCE_CONNECT_RETRY=1, SOURCE_AUTO_POSITION=1, SOURCE_DELAY={delay}, GET_SOURCE_PUBLIC_KEY=1; START REPLICA"
            )
        );

    public override async Task RebuildAsync(Member? source)
    {
        IsReadOnly = true;
        await server
            .RebuildAsync(((MySqlMember?)source ?? throw new NotSupportedException("An empty MySQL server.")).Inner, Options)
            .ConfigureAwait(false);
        await NameAsync().ConfigureAwait(false);
    }

    public override async Task<bool> HasAppliedAsync(string position, TimeSpan within) =>
        await ScalarAsync(
                string.Create(CultureInfo.InvariantCulture, $"SELECT WAIT_FOR_EXECUTED_GTID_SET('{position}', {within.TotalSeconds:F2})")
            )
            .ConfigureAwait(false) == "0";

    public override async Task<string> ReplicationErrorAsync()
    {
        await using var connection = new MySqlConnection(Admin);
        await connection.OpenAsync().ConfigureAwait(false);
        await using var command = new MySqlCommand("SHOW REPLICA STATUS", connection);
        await using var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        if (!await reader.ReadAsync().ConfigureAwait(false))
        {
            return "follows nobody";
        }

        var isTrying = Convert.ToString(reader["Replica_IO_Running"], CultureInfo.InvariantCulture) is "Yes" or "Connecting";
        var isApplying = Convert.ToString(reader["Replica_SQL_Running"], CultureInfo.InvariantCulture) == "Yes";
        return isTrying && isApplying ? ""
            : $"{reader["Last_IO_Error"]} {reader["Last_SQL_Error"]}".Trim() is { Length: > 0 } error ? error
            : "stopped";
    }

    private MySqlServer Inner => server;
}
