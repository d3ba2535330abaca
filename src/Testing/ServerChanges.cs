using MySqlConnector;

namespace MonotonicReads.Testing;

/// <summary>What a MySQL or MariaDB server counts of what is written there, by all its users and into all its databases.</summary>
internal static class ServerChanges
{
    // MariaDB counts no rows of InnoDB, and MySQL counts what it writes into temporary tables of its own with the rest.
    private static readonly string[] Names =
    [
        "Handler_write",
        "Handler_update",
        "Handler_delete",
        "Innodb_rows_inserted",
        "Innodb_rows_updated",
        "Innodb_rows_deleted",
    ];

    // Change what is read without a row of it being written.
    private static readonly string[] OfTables =
    [
        "Com_alter_table",
        "Com_create_db",
        "Com_create_table",
        "Com_create_view",
        "Com_drop_db",
        "Com_drop_table",
        "Com_drop_view",
        "Com_rename_table",
        "Com_truncate",
    ];

    /// <returns>The counts; null where the server has not those of rows.</returns>
    public static async Task<string?> OfAsync(MySqlConnection connection, CancellationToken cancellation)
    {
        var rows = IsMariaDb(connection) ? Names[..3] : Names[3..];
        var wanted = string.Join("', '", rows.Concat(OfTables));
        var command = new MySqlCommand($"SHOW GLOBAL STATUS WHERE Variable_name IN ('{wanted}')", connection);
        await using (command.ConfigureAwait(false))
        {
            var told = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    told[reader.GetString(0)] = reader.GetString(1);
                }
            }

            return rows.All(told.ContainsKey) ? string.Join(' ', told.Values) : null;
        }
    }

    private static bool IsMariaDb(MySqlConnection connection) =>
        connection.ServerVersion.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);
}
