using System.Collections.Concurrent;
using Dapper;
using MonotonicReads.Cluster;

namespace MonotonicReads.Testing.Tests;

/// <summary>Runs that cannot be compared: the call says so, and blames no assignment.</summary>
public sealed class AssignmentOrderTests
{
    [Fact]
    public async Task Another_order_by_chance_or_time()
    {
        await using var set = await CreateAsync();
        var runs = 0;

        var told = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            set.ForEachAssignmentAsync(
                OrderQueries.BuyMoreAsync,
                async _ =>
                {
                    runs++;
                    await (runs % 2 == 0 ? set.TotalAsync() : set.TotalAsync("amount", "payments"));
                    await set.TotalAsync("on_hand", "stock");
                }
            )
        );

        Assert.Contains("same order", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cache_that_outlives_a_run_is_named()
    {
        await using var set = await CreateAsync();
        var cache = new ConcurrentDictionary<string, long>();

        var told = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            set.ForEachAssignmentAsync(
                OrderQueries.BuyMoreAsync,
                async _ =>
                {
                    if (!cache.ContainsKey("total"))
                    {
                        cache["total"] = await set.TotalAsync();
                    }

                    await set.TotalAsync("amount", "payments");
                }
            )
        );

        Assert.Contains("a cache or a context that outlives a run", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_run_itself_threw_is_told_with_it()
    {
        await using var set = await CreateAsync();
        var runs = 0;

        var told = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            set.ForEachAssignmentAsync(
                OrderQueries.BuyMoreAsync,
                async _ =>
                {
                    if (++runs == 2)
                    {
                        throw new TimeoutException("too late");
                    }

                    await set.TotalAsync();
                }
            )
        );

        Assert.IsType<TimeoutException>(told.InnerException);
        Assert.Contains("TimeoutException (too late)", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failures_found_before_are_told_first()
    {
        await using var set = await CreateAsync();
        var runs = 0;

        var told = await Assert.ThrowsAsync<AssignmentException>(() =>
            set.ForEachAssignmentAsync(
                OrderQueries.BuyMoreAsync,
                async run =>
                {
                    runs++;
                    var total = await set.TotalAsync();
                    run.Check(await set.TotalAsync("amount", runs == 3 ? "payments where 1 = 1" : "payments") == total);
                    await set.TotalAsync("on_hand", runs == 4 ? "stock where 1 = 1" : "stock");
                }
            )
        );

        Assert.Contains("It was not run under more of them", told.Message, StringComparison.Ordinal);
        Assert.Contains("same order", told.Message, StringComparison.Ordinal);
        Assert.False(told.Summary.AreAll);
    }

    [Fact]
    public async Task Two_calls_at_a_time()
    {
        await using var set = await CreateAsync();
        var (entered, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = set.ForEachAssignmentAsync(
            OrderQueries.BuyMoreAsync,
            async _ =>
            {
                entered.TrySetResult();
                await goOn.Task;
                await set.TotalAsync();
            }
        );
        await entered.Task;

        var told = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            set.ForEachAssignmentAsync(OrderQueries.BuyMoreAsync, async _ => await set.TotalAsync())
        );
        Assert.Contains("runs already on this set", told.Message, StringComparison.Ordinal);

        goOn.SetResult();
        Assert.Equal(2, (await first).Assignments);
        await using (var db = await set.DataSource.Primary.OpenConnectionAsync())
        {
            Assert.Equal(20, await db.ExecuteScalarAsync<long>("select total from orders")); // the second wrote nothing
        }

        Assert.Equal(2, (await set.ForEachAssignmentAsync(OrderQueries.BuyMoreAsync, async _ => await set.TotalAsync())).Assignments);
    }

    [Fact]
    public async Task What_an_earlier_run_left_behind()
    {
        await using var set = await CreateAsync();
        var (goOn, wasRead) = (new SemaphoreSlim(0), new SemaphoreSlim(0));

        var told = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            set.ForEachAssignmentAsync(
                OrderQueries.BuyMoreAsync,
                async run =>
                {
                    if (run.Number == 1)
                    {
                        _ = Task.Run(async () =>
                        {
                            await goOn.WaitAsync();
                            await set.TotalAsync();
                            wasRead.Release();
                        });
                    }
                    else
                    {
                        goOn.Release();
                        await wasRead.WaitAsync();
                    }

                    await set.TotalAsync();
                }
            )
        );

        Assert.Contains("an earlier run", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flow_that_knows_of_no_run_is_assigned_as_a_test_servers_requests_are()
    {
        await using var set = await CreateAsync();

        var told = await Assert.ThrowsAsync<AssignmentException>(() =>
            set.ForEachAssignmentAsync(OrderQueries.BuyMoreAsync, async run => run.Check(await SuppressedAsync(set) == 20))
        );

        Assert.Equal((1, 2), (told.Broken, told.Summary.Assignments));
    }

    [Fact]
    public async Task Reads_at_the_same_time_are_refused_over_a_server_and_in_one_session_they_are_not()
    {
        await using var server = await MariaDbCluster.StartAsync(replicas: 0);
        await using var set = await LaggingReplicas.OverAsync(server.Primary.ConnectionString, "r1", "r2");
        await OrderQueries.CreateAsync(set.DataSource.Primary);
        Task<long[]> BothAsync() => Task.WhenAll(SlowAsync(set, "total", "orders"), SlowAsync(set, "amount", "payments"));

        for (var i = 0; i < 3; i++)
        {
            var told = await Assert.ThrowsAsync<InvalidOperationException>(() =>
                set.ForEachAssignmentAsync(OrderQueries.BuyMoreAsync, _ => BothAsync())
            );
            Assert.Contains("at the same time", told.Message, StringComparison.Ordinal);
        }

        // Whichever of the two draws for the session, both read there.
        for (var i = 0; i < 10; i++)
        {
            var seen = new List<string>();
            var summary = await set.ForEachAssignmentAsync(
                OrderQueries.BuyMoreAsync,
                async _ =>
                {
                    using var session = ReadSession.Begin(ReadConsistency.Monotonic);
                    seen.Add(string.Join(' ', await BothAsync()));
                }
            );
            Assert.Equal(2, summary.Assignments);
            var late = 10 * (4 + i); // three writes were made above
            Assert.Equal([$"{late + 10} {late + 10}", $"{late} {late}"], seen);
        }
    }

    private static async Task<long> SlowAsync(LaggingReplicas set, string column, string table)
    {
        await using var db = set.DataSource.CreateConnection();
        return await db.QuerySingleAsync<long>(
            $"""
            with recursive n(i) as (select 1 union all select i + 1 from n where i < 300)
            select {column} + 0 * (select count(*) from n a, n b, n c where c.i < 20) from {table}
            """
        );
    }

    private static Task<long> SuppressedAsync(LaggingReplicas set)
    {
        using (ExecutionContext.SuppressFlow())
        {
            return Task.Run(() => set.TotalAsync());
        }
    }

    private static async Task<LaggingReplicas> CreateAsync()
    {
        var set = await EmbeddedReplicas.CreateAsync("r1", "r2");
        await OrderQueries.CreateAsync(set.DataSource.Primary);
        return set;
    }
}
