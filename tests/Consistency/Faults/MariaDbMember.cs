using System.Globalization;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Consistency.Faults;

/// <summary>A MariaDB server.</summary>
internal sealed class MariaDbMember(MariaDbServer server) : Member(string.Create(CultureInfo.InvariantCulture, $"n{server.ServerId}"))
{
    public override int Port => server.Port;

    public override string Admin =>
        new MySqlConnectionStringBuilder(server.AdminConnectionString) { Pooling = false, ConnectionTimeout = 10 }.ConnectionString;

    public override string ConnectionString =>
        new MySqlConnectionStringBuilder(server.ConnectionString) { ConnectionTimeout = 2 }.ConnectionString;

    public override bool IsRunning => server.IsRunning;

    public override string Position => "SELECT @@gtid_binlog_pos";

    public override string StopApplying => "STOP SLAVE SQL_THREAD";

    public override string StartApplying => "START SLAVE SQL_THREAD";

    public override string StopReceiving => "STOP SLAVE IO_THREAD";

    public override string StartReceiving => "START SLAVE IO_THREAD";

    public override string StopReplication => "STOP SLAVE";

    public override string StartReplication => "START SLAVE";

    public override string Leave => "STOP SLAVE; RESET SLAVE ALL";

    public override Task KillAsync() => server.KillAsync();

    public override Task StartAsync() => server.RestartAloneAsync(Options);

    public override Task PauseAsync() => server.PauseAsync();

    public override Task ResumeAsync() => server.ResumeAsync();

    public override async Task FollowAsync(Member primary, int delay = 0)
    {
        await ExecuteAsync("STOP SLAVE").ConfigureAwait(false);
        var (applied, logged) = (
            await ScalarAsync("SELECT @@gtid_slave_pos").ConfigureAwait(false),
            await PositionAsync().ConfigureAwait(false)
        );
        // An errant transaction has a domain of its own. Its row is there, and a log that forgets it would lie.
        var (followed, errant) = ByDomain(logged, applied);
        if (logged.Length > 0 && applied != followed)
        {
            // Either it was the primary, and what it wrote counts as applied; or a kill lost what its log still has, which then has to be forgotten.
            await ExecuteAsync(
                    HoldsItsLog(logged)
                        ? $"SET GLOBAL gtid_slave_pos = '{logged}'"
                        : $"RESET MASTER; SET GLOBAL gtid_binlog_state = '{string.Join(',', errant.Prepend(applied))}'"
                )
                .ConfigureAwait(false);
        }

        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={primary.Port}, MASTER_USER='cluster_admin', MASTER_PASSWORD='cluster_admin', MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1, MASTER_DELAY={delay}; START SLAVE"
        );
        await ExecuteAsync(text).ConfigureAwait(false);
    }

    public override async Task RebuildAsync(Member? source)
    {
        IsReadOnly = true;
        await server.RebuildAsync((source as MariaDbMember)?.Inner, Options).ConfigureAwait(false);
        if (source is not null)
        {
            // As a backup leaves it: all data, the position it was taken at, and no log of its own.
            var position = await PositionAsync().ConfigureAwait(false);
            if (position.Length == 0)
            {
                position = await ScalarAsync("SELECT @@gtid_slave_pos").ConfigureAwait(false);
            }

            await ExecuteAsync($"STOP SLAVE; RESET SLAVE ALL; RESET MASTER; SET GLOBAL gtid_slave_pos = '{position}'")
                .ConfigureAwait(false);
            await NameAsync().ConfigureAwait(false);
        }
    }

    public override async Task<bool> HasAppliedAsync(string position, TimeSpan within) =>
        await ScalarAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT MASTER_GTID_WAIT('{position}', {within.TotalSeconds:F2})"))
            .ConfigureAwait(false) == "0";

    public override async Task<string> ReplicationErrorAsync()
    {
        await using var connection = new MySqlConnection(Admin);
        await connection.OpenAsync().ConfigureAwait(false);
        await using var command = new MySqlCommand("SHOW SLAVE STATUS", connection);
        await using var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        if (!await reader.ReadAsync().ConfigureAwait(false))
        {
            return "follows nobody";
        }

        var isTrying = Convert.ToString(reader["Slave_IO_Running"], CultureInfo.InvariantCulture) is "Yes" or "Connecting" or "Preparing";
        var isApplying = Convert.ToString(reader["Slave_SQL_Running"], CultureInfo.InvariantCulture) == "Yes";
        return isTrying && isApplying ? ""
            : $"{reader["Last_IO_Error"]} {reader["Last_SQL_Error"]}".Trim() is { Length: > 0 } error ? error
            : "stopped";
    }

    private MariaDbServer Inner => server;

    private string[] Options => [$"--read-only={(IsReadOnly ? 1 : 0)}", $"--innodb-flush-log-at-trx-commit={(IsDurable ? 1 : 0)}"];

    private static (string Followed, IEnumerable<string> Errant) ByDomain(string logged, string applied)
    {
        var domains = applied.Split(',').Select(Domain).ToHashSet();
        var all = logged.Split(',', StringSplitOptions.RemoveEmptyEntries).ToLookup(gtid => domains.Contains(Domain(gtid)));
        return (string.Join(',', all[true]), all[false]);

        static string Domain(string gtid) => gtid.Split('-')[0];
    }

    private bool HoldsItsLog(string logged)
    {
        // What wrote last says it: a replica's log has other servers' transactions, a former primary's its own.
        var last = logged.Split(',').Select(gtid => gtid.Split('-')).MaxBy(parts => long.Parse(parts[2], CultureInfo.InvariantCulture))!;
        return last[1] == server.ServerId.ToString(CultureInfo.InvariantCulture);
    }
}
