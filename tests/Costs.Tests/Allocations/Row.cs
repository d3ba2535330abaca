using System.Data.Common;

namespace MonotonicReads.Costs.Tests.Allocations;

/// <summary>Open, read one row, close: by ADO.NET alone, so that nothing is measured but the data source.</summary>
internal static class Row
{
    private const string Sql = "SELECT id FROM products WHERE id = 1";

    public static void Read(DbDataSource source)
    {
        using var connection = source.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = Sql;
        using var reader = command.ExecuteReader();
        reader.Read();
        reader.GetInt32(0);
    }

    public static async Task ReadAsync(DbDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = Sql;
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        reader.GetInt32(0);
    }
}
