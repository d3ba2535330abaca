using Dapper;

namespace MonotonicReads.Testing.Tests;

/// <summary>Units of work that write, and read what they wrote.</summary>
public sealed class WritingUnitTests
{
    private static readonly AssignmentOptions Options = new() { Reset = static db => db.ExecuteAsync("delete from orders where id = 8") };

    [Fact]
    public async Task A_causal_unit_sees_what_it_wrote_under_each_assignment()
    {
        await using var set = await CreateAsync();
        var placing = new ConsistentCausalPlacing(new CausalPlacing(set.DataSource));

        var summary = await set.ForEachAssignmentAsync(async run => run.Check(await placing.PlaceAsync(8) == 1), Options);

        Assert.Equal(new AssignmentSummary(2, AreAll: true) { Draws = 1 }, summary);
        await using var db = await set.DataSource.Primary.OpenConnectionAsync();
        Assert.Equal(0, await db.ExecuteScalarAsync<long>("select count(*) from orders where id = 8")); // put back also after the last run
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_weaker_one_does_not_and_is_told_what_does(bool isMonotonic)
    {
        await using var set = await CreateAsync();
        IPlacing placing = isMonotonic
            ? new ConsistentMonotonicPlacing(new MonotonicPlacing(set.DataSource))
            : new UnannotatedPlacing(set.DataSource);

        var told = await Assert.ThrowsAsync<AssignmentException>(() =>
            set.ForEachAssignmentAsync(async run => run.Check(await placing.PlaceAsync(8) == 1), Options)
        );

        Assert.Equal((1, 2), (told.Broken, told.Summary.Assignments));
        Assert.Contains("[Causal] reads where that has arrived", told.Message, StringComparison.Ordinal);
        Assert.Contains("write 1", told.Message, StringComparison.Ordinal);
        Assert.Contains("insert into orders values (@id, 30)", told.Message, StringComparison.Ordinal);
        Assert.Contains("saw: 0", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_earlier_test_left_is_put_back_before_a_moment_is_held()
    {
        await using var set = await CreateAsync();
        await using (var db = await set.DataSource.Primary.OpenConnectionAsync())
        {
            await db.ExecuteAsync("insert into orders values (8, 30)");
        }

        var placing = new UnannotatedPlacing(set.DataSource);
        await Assert.ThrowsAsync<AssignmentException>(() =>
            set.ForEachAssignmentAsync(async run => run.Check(await placing.PlaceAsync(8) == 1), Options)
        );
    }

    [Fact]
    public async Task A_write_that_nothing_puts_back_is_told()
    {
        await using var set = await CreateAsync();
        var placing = new UnannotatedPlacing(set.DataSource);

        var told = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            set.ForEachAssignmentAsync(OrderQueries.BuyMoreAsync, async _ => await placing.PlaceAsync(8))
        );

        Assert.Contains("The unit of work wrote: insert into orders values (@id, 30)", told.Message, StringComparison.Ordinal);
        Assert.Contains("AssignmentOptions.Reset", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_needs_no_reset_is_allowed_by_one_that_does_nothing()
    {
        await using var set = await CreateAsync();

        var summary = await set.ForEachAssignmentAsync(
            OrderQueries.BuyMoreAsync,
            async _ =>
            {
                await set.TotalAsync();
                await using var db = await set.DataSource.Primary.OpenConnectionAsync();
                await db.ExecuteAsync("insert into stock select max(product) + 1, 1 from stock");
            },
            new AssignmentOptions { Reset = static _ => Task.CompletedTask }
        );

        Assert.Equal(2, summary.Assignments);
    }

    [Fact]
    public async Task A_read_that_locks_is_no_write()
    {
        await using var set = await CreateAsync();

        var summary = await set.ForEachAssignmentAsync(
            OrderQueries.BuyMoreAsync,
            async _ =>
            {
                await set.TotalAsync();
                await using var db = await set.DataSource.Primary.OpenConnectionAsync();
                await using var transaction = await db.BeginTransactionAsync();
                await db.ExecuteScalarAsync<long>("select total from orders", transaction: transaction);
            }
        );

        Assert.Equal(2, summary.Assignments);
    }

    [Fact]
    public async Task A_unit_that_reads_before_it_writes_and_not_after_proves_nothing()
    {
        await using var set = await CreateAsync();

        var told = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            set.ForEachAssignmentAsync(
                async _ =>
                {
                    await set.TotalAsync();
                    await using var db = await set.DataSource.Primary.OpenConnectionAsync();
                    await db.ExecuteAsync("insert into orders values (8, 30)");
                },
                Options
            )
        );

        Assert.Contains("alike", told.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reset_that_fails_does_not_hide_what_broke(bool breaks)
    {
        await using var set = await CreateAsync();
        var placing = new UnannotatedPlacing(set.DataSource);
        var resets = 0;
        var options = new AssignmentOptions
        {
            Reset = db => ++resets == 3 ? throw new TimeoutException("no lock") : db.ExecuteAsync("delete from orders where id = 8"),
        };
        Task RunAsync() => set.ForEachAssignmentAsync(async run => run.Check(await placing.PlaceAsync(8) >= (breaks ? 1 : 0)), options);

        if (breaks)
        {
            var broken = await Assert.ThrowsAsync<AssignmentException>(RunAsync);
            Assert.Contains("AssignmentOptions.Reset failed", broken.Message, StringComparison.Ordinal);
            return;
        }

        var told = await Assert.ThrowsAsync<InvalidOperationException>(RunAsync);
        Assert.IsType<TimeoutException>(told.InnerException);
    }

    private static async Task<LaggingReplicas> CreateAsync()
    {
        var set = await EmbeddedReplicas.CreateAsync("r1", "r2");
        await OrderQueries.CreateAsync(set.DataSource.Primary);
        return set;
    }
}
