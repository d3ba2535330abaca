using System.Data;
using System.Data.Common;
using Dapper;
using Microsoft.EntityFrameworkCore;

namespace MonotonicReads.Benchmarks.Reading;

internal interface ISeriesPages
{
    Task<long> ReadAsync(DbDataSource source);
}

/// <summary>A page of four reads, each on a connection that Dapper opens.</summary>
internal sealed class DapperPages : ISeriesPages
{
    [Monotonic(Reads = SeriesPage.Reads)]
    public Task<long> ReadAsync(DbDataSource source) => SeriesPage.DapperAsync(source);
}

/// <summary>The same without a plan.</summary>
internal sealed class UnplannedDapperPages : ISeriesPages
{
    [Monotonic]
    public Task<long> ReadAsync(DbDataSource source) => SeriesPage.DapperAsync(source);
}

/// <summary>Four reads, each on a connection that is opened for it.</summary>
internal sealed class OpenedPages : ISeriesPages
{
    [Monotonic(Reads = SeriesPage.Reads)]
    public Task<long> ReadAsync(DbDataSource source) => SeriesPage.OpenedAsync(source);
}

/// <summary>Four readers that close their connection, <see cref="CommandBehavior.CloseConnection"/>.</summary>
internal sealed class ClosingPages : ISeriesPages
{
    [Monotonic(Reads = SeriesPage.Reads)]
    public Task<long> ReadAsync(DbDataSource source) => SeriesPage.ClosingAsync(source);
}

internal interface IContextPages
{
    Task<long> ReadAsync(DbContextOptions<SeriesContext> options);
}

/// <summary>Four queries of one context, which opens and closes its connection for each.</summary>
internal sealed class ContextPages : IContextPages
{
    [Monotonic(Reads = SeriesPage.Reads)]
    public Task<long> ReadAsync(DbContextOptions<SeriesContext> options) => SeriesPage.ContextAsync(options, isHeld: false);
}

/// <summary>The same without a plan.</summary>
internal sealed class UnplannedContextPages : IContextPages
{
    [Monotonic]
    public Task<long> ReadAsync(DbContextOptions<SeriesContext> options) => SeriesPage.ContextAsync(options, isHeld: false);
}

internal sealed class SeriesContext(DbContextOptions<SeriesContext> options) : DbContext(options)
{
    public DbSet<SeriesRow> Rows => Set<SeriesRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<SeriesRow>().ToTable("series_rows");
}

internal sealed class SeriesRow
{
    public long Id { get; set; }

    public long Price { get; set; }
}

/// <summary>Four reads of one row each, in the ways in which programs do them.</summary>
internal static class SeriesPage
{
    public const int Reads = 4;

    public const string Schema =
        "create table series_rows (Id bigint primary key, Price bigint not null); insert into series_rows values (0, 1), (1, 2), (2, 3), (3, 4)";

    private const string Sql = "select Price from series_rows where Id = @id";

    public static async Task<long> HeldAsync(DbDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        var sum = 0L;
        for (var id = 0; id < Reads; id++)
        {
            sum += await connection.QuerySingleAsync<long>(Sql, new { id });
        }

        return sum;
    }

    public static async Task<long> DapperAsync(DbDataSource source)
    {
        await using var connection = source.CreateConnection();
        var sum = 0L;
        for (var id = 0; id < Reads; id++)
        {
            sum += await connection.QuerySingleAsync<long>(Sql, new { id });
        }

        return sum;
    }

    public static async Task<long> OpenedAsync(DbDataSource source)
    {
        var sum = 0L;
        for (var id = 0; id < Reads; id++)
        {
            await using var connection = await source.OpenConnectionAsync();
            sum += await connection.QuerySingleAsync<long>(Sql, new { id });
        }

        return sum;
    }

    public static async Task<long> HeldReadersAsync(DbDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        var sum = 0L;
        for (var id = 0; id < Reads; id++)
        {
            sum += await ReadAsync(connection, id, CommandBehavior.SingleResult);
        }

        return sum;
    }

    public static async Task<long> ClosingAsync(DbDataSource source)
    {
        await using var connection = source.CreateConnection();
        var sum = 0L;
        for (var id = 0; id < Reads; id++)
        {
            await connection.OpenAsync();
            sum += await ReadAsync(connection, id, CommandBehavior.SingleResult | CommandBehavior.CloseConnection);
        }

        return sum;
    }

    public static async Task<long> ContextAsync(DbContextOptions<SeriesContext> options, bool isHeld)
    {
        await using var context = new SeriesContext(options);
        if (isHeld)
        {
            await context.Database.OpenConnectionAsync();
        }

        var sum = 0L;
        for (var id = 0; id < Reads; id++)
        {
            sum += (await context.Rows.AsNoTracking().SingleAsync(row => row.Id == id)).Price;
        }

        return sum;
    }

    private static async Task<long> ReadAsync(DbConnection connection, long id, CommandBehavior behavior)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Sql;
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("id", id);
        command.Parameters.Add(parameter);
        await using var reader = await command.ExecuteReaderAsync(behavior);
        return await reader.ReadAsync() ? reader.GetInt64(0) : throw new InvalidOperationException("There is no such row.");
    }
}
