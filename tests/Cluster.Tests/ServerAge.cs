using System.Globalization;
using Dapper;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests;

/// <summary>How long a server runs. It says so in whole seconds: one that is younger than that error cannot be told from its next run.</summary>
internal static class ServerAge
{
    private const int Seconds = 3;

    /// <summary>Waits until a restart of the server is sure to be seen; most servers are old enough already.</summary>
    public static Task OldEnoughAsync(this MariaDbServer server) => OldEnoughAsync(server.AdminConnectionString);

    /// <inheritdoc cref="OldEnoughAsync(MariaDbServer)"/>
    public static async Task OldEnoughAsync(string connectionString)
    {
        await using var connection = new MySqlConnection(connectionString);
        while (await UptimeAsync(connection) < Seconds)
        {
            await Task.Delay(50);
        }
    }

    private static async Task<long> UptimeAsync(MySqlConnection connection)
    {
        var status = await connection.QuerySingleAsync<(string Name, string Value)>("show global status like 'Uptime'");
        return long.Parse(status.Value, CultureInfo.InvariantCulture);
    }
}
