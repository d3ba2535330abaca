using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using MonotonicReads;

namespace Storefront.Data;

/// <summary>
/// Four SQLite files in a temporary directory: a primary, and three replicas that apply its change log, each as late as
/// its lag says. <see cref="ReplicatedDataSource"/> takes any <see cref="DbDataSource"/>, so selector, session and wrapper
/// are the real ones.
/// </summary>
internal sealed class EmbeddedShop : IShopDatabase
{
    private readonly string _directory;
    private readonly List<EmbeddedReplica> _replicas;

    private EmbeddedShop(string directory, List<EmbeddedReplica> replicas, ReplicatedDataSource source)
    {
        _directory = directory;
        _replicas = replicas;
        Source = source;
    }

    public ReplicatedDataSource Source { get; }

    public IReadOnlyList<IShopReplica> Replicas => _replicas;

    public string Kind => "SQLite";

    public bool HasPositions => false;

    public TimeSpan LagStep => TimeSpan.FromMilliseconds(250);

    public static async Task<EmbeddedShop> CreateAsync()
    {
        var directory = Directory.CreateTempSubdirectory("storefront-").FullName;
        var primary = await CreateServerAsync(directory, "primary");
        var builder = new ReplicatedDataSourceBuilder().UsePrimary(primary);
        var replicas = new List<EmbeddedReplica>();
        foreach (var lag in IShopDatabase.Lags)
        {
            var name = $"replica{replicas.Count + 1}";
            var server = await CreateServerAsync(directory, name);
            builder.AddReplica(name, server);
            replicas.Add(new EmbeddedReplica(primary, server, lag));
        }

        return new EmbeddedShop(directory, replicas, builder.Build());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }

        await Source.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_directory, recursive: true);
    }

    private static async Task<EmbeddedServer> CreateServerAsync(string directory, string name)
    {
        var server = new EmbeddedServer(name, Path.Combine(directory, $"{name}.db"));
        await using var connection = await server.OpenConnectionAsync();
        // Readers go on while a change is applied, and nothing here has to outlive a power cut.
        await connection.ExecuteAsync("pragma journal_mode = wal; pragma synchronous = off");
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var table in Schema.Tables)
        {
            await connection.ExecuteAsync(table, transaction: transaction);
        }

        foreach (var (sql, row) in Schema.Rows())
        {
            await connection.ExecuteAsync(sql, row, transaction);
        }

        await connection.ExecuteAsync("insert into this_server values (@name)", new { name }, transaction);
        await transaction.CommitAsync();
        return server;
    }
}
