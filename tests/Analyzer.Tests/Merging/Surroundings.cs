using System.Data.Common;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.Data.Sqlite;

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
    public Assembly Load(Stream assembly) =>
        (
            Dapper is null ? new AssemblyLoadContext(null, isCollectible: true) : new Beside(Packages.PathOf("Dapper", Dapper))
        ).LoadFromStream(assembly);

    private static async Task<DbConnection> OpenSqliteAsync()
    {
        var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = SideBySide.Schema("INTEGER");
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private sealed class Beside(string dapper) : AssemblyLoadContext(null, isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName assemblyName) => assemblyName.Name == "Dapper" ? LoadFromAssemblyPath(dapper) : null;
    }
}
