using System.Data.Common;
using Microsoft.Data.Sqlite;
using MonotonicReads.Generator.Tests.Harness;

namespace MonotonicReads.Analyzer.Tests.Merging;

/// <summary>Where a class runs: with which Dapper, and on which database.</summary>
/// <param name="OpenAsync">Opens a connection to the tables as they are at first.</param>
/// <param name="Dapper">A version that is compiled against and loaded; null for the tests' own.</param>
/// <param name="Commands">How many commands have come to the server; null where nobody counts.</param>
internal sealed record Surroundings(Func<Task<DbConnection>> OpenAsync, string? Dapper = null, Func<long>? Commands = null)
{
    /// <summary>SQLite, in memory.</summary>
    public static readonly Surroundings Default = new(OpenSqliteAsync);

    /// <summary>The class's assembly, with its own copy of Dapper where that is another one.</summary>
    public LoadedAssembly Load(Stream assembly) =>
        new(assembly, Dapper is null ? null : new Dictionary<string, string> { ["Dapper"] = Packages.PathOf("Dapper", Dapper) });

    private static async Task<DbConnection> OpenSqliteAsync()
    {
        var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = SideBySide.Schema("INTEGER");
        await command.ExecuteNonQueryAsync();
        return connection;
    }
}
