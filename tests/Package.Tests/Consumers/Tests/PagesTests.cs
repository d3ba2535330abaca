using System.Data.Common;
using MonotonicReads;
using MonotonicReads.Testing;
using Xunit;

public sealed record Page(long Total, long Paid);

public interface IPages
{
    Task<Page> GetPageAsync();
}

public sealed class LoosePages(DbDataSource source) : IPages
{
    public async Task<Page> GetPageAsync() => await Sql.GetPageAsync(source);
}

[Monotonic]
public sealed class Pages(DbDataSource source) : IPages
{
    public async Task<Page> GetPageAsync() => await Sql.GetPageAsync(source);
}

public sealed class PagesTests
{
    [Fact]
    public async Task A_page_bears_lagging_replicas()
    {
        await using var set = await ShopAsync();
        IPages pages = new ConsistentPages(new Pages(set.DataSource));
        var summary = await set.ForEachAssignmentAsync(BuyAsync, async run => Check(run, await pages.GetPageAsync()));
        Assert.True(summary.AreAll);
    }

    [Fact]
    public async Task Without_the_annotation_it_does_not()
    {
        await using var set = await ShopAsync();
        var pages = new LoosePages(set.DataSource);
        await Assert.ThrowsAsync<AssignmentException>(() =>
            set.ForEachAssignmentAsync(BuyAsync, async run => Check(run, await pages.GetPageAsync()))
        );
    }

    [Fact]
    public async Task A_held_replica_shows_what_was()
    {
        await using var set = await ShopAsync();
        await set.HoldAsync("r1");
        await set.HoldAsync("r2");
        await using (var db = await set.DataSource.Primary.OpenConnectionAsync())
        {
            await BuyAsync(db);
        }

        Assert.Equal(10, (await new LoosePages(set.DataSource).GetPageAsync()).Total);
        await set.AdvanceAsync("r1");
        await set.AdvanceAsync("r2");
        Assert.Equal(20, (await new LoosePages(set.DataSource).GetPageAsync()).Total);
    }

    private static void Check(AssignmentRun run, Page page) => run.Check(page.Total == page.Paid);

    private static async Task<LaggingReplicas> ShopAsync()
    {
        var set = await EmbeddedReplicas.CreateAsync("r1", "r2");
        await using var db = await set.DataSource.Primary.OpenConnectionAsync();
        await Sql.ExecuteAsync(db, "CREATE TABLE orders (total INT NOT NULL)", null);
        await Sql.ExecuteAsync(db, "CREATE TABLE payments (amount INT NOT NULL)", null);
        await Sql.ExecuteAsync(db, "INSERT INTO orders VALUES (10)", null);
        await Sql.ExecuteAsync(db, "INSERT INTO payments VALUES (10)", null);
        return set;
    }

    private static async Task BuyAsync(DbConnection db)
    {
        await using var transaction = await db.BeginTransactionAsync();
        await Sql.ExecuteAsync(db, "UPDATE orders SET total = total + 10", transaction);
        await Sql.ExecuteAsync(db, "UPDATE payments SET amount = amount + 10", transaction);
        await transaction.CommitAsync();
    }
}

internal static class Sql
{
    public static async Task<Page> GetPageAsync(DbDataSource source) =>
        new(await ScalarAsync(source, "SELECT total FROM orders"), await ScalarAsync(source, "SELECT amount FROM payments"));

    public static async Task ExecuteAsync(DbConnection db, string sql, DbTransaction? transaction)
    {
        await using var command = db.CreateCommand();
        (command.CommandText, command.Transaction) = (sql, transaction);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> ScalarAsync(DbDataSource source, string sql)
    {
        await using var db = await source.OpenConnectionAsync();
        await using var command = db.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(await command.ExecuteScalarAsync());
    }
}
