using Dapper;

namespace MonotonicReads.Testing.Tests;

/// <summary>A call that would pass whatever the unit of work does fails, and says what to do; its near miss passes.</summary>
public sealed class ProvingNothingTests
{
    [Theory]
    [InlineData("update orders set total = 10 where id = 7")] // it is 10 already, as when the test is run again
    [InlineData("update orders set total = total + 10 where id = 8")] // no such row
    [InlineData("update payments set amount = amount + 10 where order_id = 7")] // nobody reads it
    public async Task A_write_that_no_read_sees(string write)
    {
        await using var set = await CreateAsync();

        var told = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            set.ForEachAssignmentAsync(db => db.ExecuteAsync(write), async _ => await set.TotalAsync())
        );

        Assert.Contains("answer each read of the unit of work alike", told.Message, StringComparison.Ordinal);
        Assert.Contains(write, told.Message, StringComparison.Ordinal);
        Assert.Contains("select max(total) from orders", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_is_rolled_back_and_one_that_is_not()
    {
        await using var set = await CreateAsync();
        var commits = false;
        Task<AssignmentSummary> Run() =>
            set.ForEachAssignmentAsync(
                async db =>
                {
                    await using var transaction = await db.BeginTransactionAsync();
                    await db.ExecuteAsync("update orders set total = total + 10", transaction: transaction);
                    if (commits)
                    {
                        await transaction.CommitAsync();
                    }
                },
                async _ => await set.TotalAsync()
            );

        var told = await Assert.ThrowsAsync<InvalidOperationException>(Run);
        Assert.Contains("committed", told.Message, StringComparison.Ordinal);

        commits = true;
        Assert.Equal(2, (await Run()).Assignments);
    }

    [Fact]
    public async Task A_write_that_is_not_made()
    {
        await using var set = await CreateAsync();

        var told = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            set.ForEachAssignmentAsync(_ => Task.CompletedTask, async _ => await set.TotalAsync())
        );

        Assert.Contains("The write sent nothing", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_on_a_connection_of_the_tests_own_is_seen_by_the_reads()
    {
        await using var set = await CreateAsync();

        var summary = await set.ForEachAssignmentAsync(
            async _ =>
            {
                await using var own = await set.DataSource.Routed.Primary.Pool.Source.OpenConnectionAsync();
                await own.ExecuteAsync("update orders set total = total + 10");
            },
            async _ => await set.TotalAsync()
        );

        Assert.Equal(2, summary.Assignments);
    }

    [Fact]
    public async Task A_unit_that_sends_nothing()
    {
        await using var set = await CreateAsync();

        var told = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            set.ForEachAssignmentAsync(OrderQueries.BuyMoreAsync, _ => Task.CompletedTask)
        );

        Assert.Contains("sent nothing over the set's data source", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_unit_that_reads_on_the_primary_alone_bears_it_and_the_summary_says_so()
    {
        await using var set = await CreateAsync();

        var summary = await set.ForEachAssignmentAsync(
            OrderQueries.BuyMoreAsync,
            async run =>
            {
                await using var db = await set.DataSource.Primary.OpenConnectionAsync();
                run.Check(await db.ExecuteScalarAsync<long>("select total from orders") == 20);
            }
        );

        Assert.Equal(new AssignmentSummary(1, AreAll: true) { Draws = 0 }, summary);
    }

    [Theory]
    [InlineData("select total from orders", true)]
    [InlineData("select amount from payments", false)]
    public async Task A_unit_that_reads_what_was_written_on_the_primary_and_the_rest_elsewhere(string onPrimary, bool sees)
    {
        await using var set = await CreateAsync();
        Task<AssignmentSummary> Run() =>
            set.ForEachAssignmentAsync(
                static db => db.ExecuteAsync("update orders set total = total + 10"),
                async _ =>
                {
                    await using var db = await set.DataSource.Primary.OpenConnectionAsync();
                    await db.ExecuteScalarAsync<long>(onPrimary);
                    await set.TotalAsync("on_hand", "stock");
                }
            );

        if (sees)
        {
            Assert.Equal(2, (await Run()).Assignments);
        }
        else
        {
            await Assert.ThrowsAsync<InvalidOperationException>(Run);
        }
    }

    [Fact]
    public async Task A_first_run_that_fails_is_told_as_that()
    {
        await using var set = await CreateAsync();

        var told = await Assert.ThrowsAsync<AssignmentException>(() =>
            set.ForEachAssignmentAsync(_ => Task.CompletedTask, async run => run.Check(await set.TotalAsync() == 11))
        );

        Assert.Contains("also where every read sees the present", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_replica_that_shows_what_is_written()
    {
        await using var set = await CreateAsync("r1", "r2");
        await set.HoldAsync("r1");
        await set.HoldAsync("r2");

        var told = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            set.ForEachAssignmentAsync(OrderQueries.BuyMoreAsync, async _ => await set.TotalAsync())
        );

        Assert.Contains("Each replica is held", told.Message, StringComparison.Ordinal);
        await IsNotWrittenAsync(set);
    }

    [Fact]
    public async Task Two_replicas_held_one_after_the_other_show_one_moment()
    {
        await using var set = await CreateAsync();
        await set.HoldAsync("r1");
        await set.HoldAsync("r2");

        var summary = await set.ForEachAssignmentAsync(
            OrderQueries.BuyMoreAsync,
            async _ =>
            {
                await set.TotalAsync();
                await set.TotalAsync();
            }
        );
        Assert.Equal(new AssignmentSummary(4, AreAll: true) { Draws = 2 }, summary);

        await set.AdvanceAsync("r2");
        await set.HoldAsync("r2"); // after the write: another moment
        await using (var db = await set.DataSource.Primary.OpenConnectionAsync())
        {
            await db.ExecuteAsync("update orders set total = total + 10");
        }

        var apart = await set.ForEachAssignmentAsync(async _ =>
        {
            await set.TotalAsync();
            await set.TotalAsync();
        });
        Assert.Equal(new AssignmentSummary(9, AreAll: true) { Draws = 2 }, apart);
    }

    [Fact]
    public async Task Two_moments_that_are_the_same_to_all_reads_and_no_present()
    {
        await using var set = await CreateAsync("r1", "r2");
        await set.HoldAsync("r1");
        await set.HoldAsync("r2");

        var told = await Assert.ThrowsAsync<InvalidOperationException>(() => set.ForEachAssignmentAsync(async _ => await set.TotalAsync()));

        Assert.Contains("Write what it reads between HoldAsync", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_begin_is_told_before_anything_is_written()
    {
        await using var set = await CreateAsync("r1", "r2");
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            set.ForEachAssignmentAsync(
                OrderQueries.BuyMoreAsync,
                async _ => await set.TotalAsync(),
                new AssignmentOptions { MaxAssignments = 0 }
            )
        );
        using (ReadSession.Begin(ReadConsistency.Monotonic))
        {
            var around = await Assert.ThrowsAsync<InvalidOperationException>(() =>
                set.ForEachAssignmentAsync(OrderQueries.BuyMoreAsync, async _ => await set.TotalAsync())
            );
            Assert.Contains("runs around", around.Message, StringComparison.Ordinal);
        }

        var same = await Assert.ThrowsAsync<InvalidOperationException>(() => set.ForEachAssignmentAsync(async _ => await set.TotalAsync()));
        Assert.Contains("All replicas show the same", same.Message, StringComparison.Ordinal);

        set.Kill("r1");
        var alone = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            set.ForEachAssignmentAsync(OrderQueries.BuyMoreAsync, async _ => await set.TotalAsync())
        );
        Assert.Contains("one replica alone", alone.Message, StringComparison.Ordinal);
        set.Revive("r1");
        await IsNotWrittenAsync(set);
    }

    private static async Task IsNotWrittenAsync(LaggingReplicas set)
    {
        await using var db = await set.DataSource.Primary.OpenConnectionAsync();
        Assert.Equal(10, await db.ExecuteScalarAsync<long>("select total from orders"));
    }

    private static async Task<LaggingReplicas> CreateAsync(params string[] replicas)
    {
        var set = await EmbeddedReplicas.CreateAsync(replicas is [] ? ["r1", "r2", "r3"] : replicas);
        await OrderQueries.CreateAsync(set.DataSource.Primary);
        return set;
    }
}
