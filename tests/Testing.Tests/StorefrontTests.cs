using Dapper;
using Storefront.Data;
using Storefront.Repositories;

namespace MonotonicReads.Testing.Tests;

/// <summary>The sample's own page: without an annotation it fails, with one it passes. The guide shows what is said here.</summary>
public sealed class StorefrontTests
{
    [Fact]
    public async Task The_unannotated_page_fails_and_its_report_is_the_guides()
    {
        await using var shop = await CreateAsync();

        var told = await Assert.ThrowsAsync<AssignmentException>(() => RunAsync(shop, new UnannotatedOrderPageRepository(shop.DataSource)));

        // Four reads; those that never go back are 0 to 4 late ones, then the present.
        Assert.Equal(new AssignmentSummary(16, AreAll: true) { Draws = 4 }, told.Summary);
        Assert.Equal(16 - 5, told.Broken);
        Repository.IsAsWritten("docs/images/assignment.svg", told.Svg);
        Repository.IsAsWritten(
            "docs/guides/testing.md",
            "<!-- assignment: begin -->\n",
            "<!-- assignment: end -->",
            $"```\n{told.Message}\n```\n"
        );
    }

    [Fact]
    public async Task The_annotated_page_passes()
    {
        await using var shop = await CreateAsync();

        var summary = await RunAsync(shop, new ConsistentMonotonicOrderPageRepository(new MonotonicOrderPageRepository(shop.DataSource)));

        Assert.Equal(new AssignmentSummary(2, AreAll: true) { Draws = 1 }, summary);
    }

    [Fact]
    public async Task The_annotated_page_passes_also_where_its_replica_catches_up()
    {
        await using var shop = await CreateAsync();
        var options = new AssignmentOptions { ReplicasAdvance = true };

        var summary = await RunAsync(
            shop,
            new ConsistentMonotonicOrderPageRepository(new MonotonicOrderPageRepository(shop.DataSource)),
            options
        );

        Assert.Equal(new AssignmentSummary(1 + 4, AreAll: true) { Draws = 1 }, summary); // late: before its read 2, 3, 4 or never
    }

    private static Task<AssignmentSummary> RunAsync(LaggingReplicas shop, IOrderPageRepository pages, AssignmentOptions? options = null) =>
        shop.ForEachAssignmentAsync(
            new OrderChange(Sequence: 1, MadeAt: 0, OrderId: 7, Line: 1, Product: Schema.ProductOf(7, 1), Cents: 250).ApplyAsync,
            async run =>
            {
                var page = await pages.GetAsync(7);
                run.Check(!page.SawTimeRunBackwards);
            },
            options ?? new AssignmentOptions()
        );

    private static async Task<LaggingReplicas> CreateAsync()
    {
        var set = await EmbeddedReplicas.CreateAsync("r1", "r2", "r3");
        await using var db = await set.DataSource.Primary.OpenConnectionAsync();
        foreach (var table in Schema.Tables)
        {
            await db.ExecuteAsync(table);
        }

        await using var transaction = await db.BeginTransactionAsync();
        foreach (var (sql, row) in Schema.Rows())
        {
            await db.ExecuteAsync(sql, row, transaction);
        }

        await db.ExecuteAsync("insert into this_server values ('shop')", transaction: transaction);
        await transaction.CommitAsync();
        return set;
    }
}
