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

        Assert.Equal(new AssignmentSummary(16, AreAll: true), told.Summary);
        Assert.Equal(14, told.Broken); // all but those that see one moment
        Assert.Contains("The check 'page.IsConsistent' fails in 14 of 16", told.Message, StringComparison.Ordinal);
        Repository.IsAsWritten("docs/images/assignment.svg", told.Svg);
        Repository.IsAsWritten(
            "docs/guides/testing.md",
            "<!-- assignment: begin -->\n",
            "<!-- assignment: end -->",
            $"```\n{told.Message}\n```\n"
        );
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

        Assert.Equal(new AssignmentSummary(2, AreAll: true), summary);
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
    public async Task What_breaks_in_one_moment_is_not_blamed_on_replicas()
    {
        await using var set = await EmbeddedReplicas.CreateAsync("r1", "r2");
        await OrderQueries.CreateAsync(set.DataSource.Primary);
        var pages = new UnannotatedPages(set.DataSource);

        var told = await Assert.ThrowsAsync<AssignmentException>(() =>
            set.ForEachAssignmentAsync(OrderQueries.BuyMoreAsync, async run => run.Check((await pages.GetAsync(7)).Total == 0))
        );

        Assert.Contains("although all its reads see one moment", told.Message, StringComparison.Ordinal);
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

        Assert.Equal(new AssignmentSummary(3, AreAll: true), summary);
        Assert.Equal([2, 1, 2], reads);
    }

    [Fact]
    public async Task Many_reads_are_assigned_pair_by_pair_and_one_change_suffices_to_break()
    {
        await using var set = await EmbeddedReplicas.CreateAsync("r1", "r2");
        await OrderQueries.CreateAsync(set.DataSource.Primary);

        var told = await Assert.ThrowsAsync<AssignmentException>(() =>
            set.ForEachAssignmentAsync(
                OrderQueries.BuyMoreAsync,
                async run =>
                {
                    await using var db = set.DataSource.CreateConnection();
                    long before = 0;
                    for (var i = 0; i < 12; i++)
                    {
                        var now = await db.ExecuteScalarAsync<long>("select total from orders where id = 7");
                        run.Check(now >= before);
                        before = now;
                    }
                }
            )
        );

        Assert.False(told.Summary.AreAll);
        Assert.InRange(told.Summary.Assignments, 10, 60);
        var present = Assert.Single(
            told.Message.Split('\n'),
            line => line.Contains("r1 (the present)", StringComparison.Ordinal) && line.Contains("--*--", StringComparison.Ordinal)
        );
        Assert.DoesNotMatch(@"\*--(-----)+--\*", present); // the reads of the present are side by side: one change
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(11, 2)]
    [InlineData(17, 3)]
    public void Pairs_have_each_pair_of_moments_for_each_two_draws(int draws, int moments)
    {
        var rows = AssignmentSearch.Pairs(draws, moments).ToList();
        for (var i = 0; i < draws; i++)
        {
            for (var j = i + 1; j < draws; j++)
            {
                Assert.Equal(moments * moments, rows.Select(row => (row[i], row[j])).Distinct().Count());
            }
        }
    }

    [Fact]
    public async Task Nothing_to_assign_a_session_around_and_an_order_by_chance_are_told()
    {
        await using var set = await EmbeddedReplicas.CreateAsync("r1", "r2");
        await OrderQueries.CreateAsync(set.DataSource.Primary);

        var same = await Assert.ThrowsAsync<InvalidOperationException>(() => set.ForEachAssignmentAsync(_ => Task.CompletedTask));
        Assert.Contains("All replicas show the same", same.Message, StringComparison.Ordinal);

        await set.HoldAsync("r2");
        using (ReadSession.Begin(ReadConsistency.Monotonic))
        {
            var around = await Assert.ThrowsAsync<InvalidOperationException>(() => set.ForEachAssignmentAsync(_ => Task.CompletedTask));
            Assert.Contains("runs around", around.Message, StringComparison.Ordinal);
        }

        var runs = 0;
        var order = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            set.ForEachAssignmentAsync(async _ =>
            {
                runs++;
                await using var db = set.DataSource.CreateConnection();
                await db.ExecuteScalarAsync<long>(runs % 2 == 0 ? "select total from orders" : "select amount from payments");
                await db.ExecuteScalarAsync<long>("select on_hand from stock");
            })
        );
        Assert.Contains("same order", order.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_call_held_shows_the_present_afterwards_and_draws_are_by_weight_again()
    {
        await using var set = await EmbeddedReplicas.CreateAsync("r1", "r2");
        await OrderQueries.CreateAsync(set.DataSource.Primary);
        await set.ForEachAssignmentAsync(OrderQueries.BuyMoreAsync, _ => Task.CompletedTask);

        await using var db = set.DataSource.CreateConnection();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(20, await db.ExecuteScalarAsync<long>("select total from orders where id = 7"));
        }
    }
}
