using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Peers.Servers;

/// <summary>
/// Where reads really ran, told by the servers: their general logs know each statement, whoever sent it in whatever way. Only reads of
/// the page's tables count; what a library asks besides does not.
/// </summary>
internal static class StatementLog
{
    private const string Reads = """
        select count(*) from mysql.general_log
        where command_type in ('Query', 'Execute') and argument regexp '^[[:space:]]*select' and argument regexp '(Order|Line|Payment|Stock|Note)Row'
        """;

    public static async Task BeginAsync(MariaDbCluster cluster)
    {
        foreach (var server in cluster.Replicas.Prepend(cluster.Primary))
        {
            await using var connection = Admin(server);
            await connection.ExecuteAsync(
                // Of this server alone: replicas must not truncate their logs after it.
                "set sql_log_bin = 0; set global general_log = 0; set global log_output = 'TABLE'; truncate table mysql.general_log; set global general_log = 1"
            );
        }
    }

    /// <summary>How many of the reads since <see cref="BeginAsync"/> the primary answered, 0 to 1.</summary>
    public static async Task<double> ShareOfPrimaryAsync(MariaDbCluster cluster)
    {
        var onPrimary = await CountAsync(cluster.Primary);
        var all = onPrimary;
        foreach (var replica in cluster.Replicas)
        {
            all += await CountAsync(replica);
        }

        return all == 0 ? 0 : (double)onPrimary / all;
    }

    private static async Task<long> CountAsync(MariaDbServer server)
    {
        await using var connection = Admin(server);
        await connection.ExecuteAsync("set global general_log = 0");
        return await connection.ExecuteScalarAsync<long>(Reads);
    }

    private static MySqlConnection Admin(MariaDbServer server) => new(server.AdminConnectionString + ";Pooling=false");
}
