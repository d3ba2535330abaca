using Dapper;

namespace MonotonicReads.Testing.Tests;

public sealed class AssignmentTests
{
    [Fact]
    public async Task An_unannotated_page_breaks_under_some_assignments_and_the_shortest_is_told()
    {
        await using var set = await EmbeddedReplicas.CreateAsync("r1", "r2", "r3");
        await OrderQueries.CreateAsync(set.DataSource.Primary);
        var pages = new UnannotatedPages(set.DataSource);

        var told = await Assert.ThrowsAsync<AssignmentException>(() =>
            set.ForEachAssignmentAsync(
                OrderQueries.BuyMoreAsync,
                async run =>
                {
                    var page = await pages.GetAsync(7);
                    run.Check(page.IsConsistent);
                }
            )
        );

        Assert.Equal(new AssignmentSummary(16, AreAll: true) { Draws = 4 }, told.Summary);
        Assert.Equal(14, told.Broken); // all but those that see one moment
        Assert.Contains("The check 'page.IsConsistent' fails in 14 of 16", told.Message, StringComparison.Ordinal);
        Assert.Contains("It breaks also where no read goes back in time", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_annotated_page_has_one_draw_and_passes()
    {
        await using var set = await EmbeddedReplicas.CreateAsync("r1", "r2", "r3");
        await OrderQueries.CreateAsync(set.DataSource.Primary);
        var pages = new ConsistentMonotonicPages(new MonotonicPages(set.DataSource));
        var totals = new List<long>();

        var summary = await set.ForEachAssignmentAsync(
            OrderQueries.BuyMoreAsync,
            async run =>
            {
                var page = await pages.GetAsync(7);
                totals.Add(page.Total);
                run.Check(page.IsConsistent);
            }
        );

        Assert.Equal(new AssignmentSummary(2, AreAll: true) { Draws = 1 }, summary);
        Assert.Equal([20, 10], totals); // the present, then the past: both were seen
    }

    [Fact]
    public async Task An_assertion_that_throws_breaks_an_assignment_too()
    {
        await using var set = await EmbeddedReplicas.CreateAsync("r1", "r2");
        await OrderQueries.CreateAsync(set.DataSource.Primary);
        var pages = new UnannotatedPages(set.DataSource);

        var told = await Assert.ThrowsAsync<AssignmentException>(() =>
            set.ForEachAssignmentAsync(OrderQueries.BuyMoreAsync, async _ => Assert.True((await pages.GetAsync(7)).IsConsistent))
        );

        Assert.NotNull(told.InnerException);
    }

    [Fact]
    public async Task A_unit_that_reads_more_after_what_it_saw_is_run_under_each_assignment_of_that()
    {
        await using var set = await EmbeddedReplicas.CreateAsync("r1", "r2");
        await OrderQueries.CreateAsync(set.DataSource.Primary);
        var reads = new List<int>();

        var summary = await set.ForEachAssignmentAsync(
            OrderQueries.BuyMoreAsync,
            async _ =>
            {
                await using var db = set.DataSource.CreateConnection();
                var isNew = await db.ExecuteScalarAsync<long>("select total from orders where id = 7") == 20;
                if (isNew)
                {
                    await db.ExecuteScalarAsync<long>("select amount from payments where order_id = 7");
                }

                reads.Add(isNew ? 2 : 1);
            }
        );

        Assert.Equal(new AssignmentSummary(3, AreAll: true) { Draws = 2 }, summary);
        Assert.Equal([2, 1, 2], reads);
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(11, 2)]
    [InlineData(17, 3)]
    public void Pairs_have_each_pair_of_moments_for_each_two_draws(int draws, int moments)
    {
        var rows = AssignmentRows.Pairs(draws, moments).ToList();
        for (var i = 0; i < draws; i++)
        {
            for (var j = i + 1; j < draws; j++)
            {
                Assert.Equal(moments * moments, rows.Select(row => (row[i], row[j])).Distinct().Count());
            }
        }
    }

    [Fact]
    public async Task What_the_call_held_shows_the_present_afterwards_and_draws_are_by_weight_again()
    {
        await using var set = await EmbeddedReplicas.CreateAsync("r1", "r2");
        await OrderQueries.CreateAsync(set.DataSource.Primary);
        await set.ForEachAssignmentAsync(OrderQueries.BuyMoreAsync, async _ => Assert.InRange(await set.TotalAsync(), 10, 20));

        var servers = new HashSet<string?>();
        await using var db = set.DataSource.CreateConnection();
        for (var i = 0; i < 40; i++)
        {
            await db.OpenAsync();
            servers.Add(db.ServerName);
            Assert.Equal(20, await db.ExecuteScalarAsync<long>("select total from orders where id = 7"));
            await db.CloseAsync();
        }

        Assert.Equal(["r1", "r2"], servers.Order());
    }
}
