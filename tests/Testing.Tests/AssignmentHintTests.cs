using Dapper;

namespace MonotonicReads.Testing.Tests;

/// <summary>What the report recommends goes by where the reads ran that broke.</summary>
public sealed class AssignmentHintTests
{
    private const string Present = "also where every read sees the present";
    private const string TooOld = "they are in order, and too old";
    private const string OneReplica = "[Monotonic] keeps its reads on one replica.";
    private const string Around = "begin one around all of them";

    [Fact]
    public Task What_breaks_everywhere_is_not_blamed_on_replicas() =>
        IsToldAsync(Present, TooOld, static async (set, run) => run.Check(await set.TotalAsync() == 0));

    [Fact]
    public Task What_breaks_on_a_late_replica_alone_is_too_old() =>
        IsToldAsync(TooOld, Present, static async (set, run) => run.Check(await set.TotalAsync() == 20));

    [Fact]
    public Task A_read_on_the_primary_and_one_on_a_late_replica_are_two_moments() =>
        IsToldAsync(
            OneReplica,
            TooOld,
            static async (set, run) =>
            {
                await using var db = await set.DataSource.Primary.OpenConnectionAsync();
                var total = await db.ExecuteScalarAsync<long>("select total from orders");
                run.Check(await set.TotalAsync("amount", "payments") == total);
            }
        );

    [Fact]
    public Task Reads_in_two_sessions_need_one_around_both() =>
        IsToldAsync(
            "Its reads run in 2 sessions",
            OneReplica,
            static async (set, run) =>
            {
                var (total, paid) = (await InSessionAsync(set, "total", "orders"), await InSessionAsync(set, "amount", "payments"));
                run.Check(total == paid);
            }
        );

    [Fact]
    public Task A_read_outside_the_session_needs_one_around_both() =>
        IsToldAsync(
            Around,
            OneReplica,
            static async (set, run) => run.Check(await InSessionAsync(set, "total", "orders") == await set.TotalAsync("amount", "payments"))
        );

    [Fact]
    public Task A_connection_that_moves_to_the_primary_is_told_where_it_read() =>
        IsToldAsync(
            TooOld,
            OneReplica,
            static async (set, run) =>
            {
                await using var db = await set.DataSource.OpenConnectionAsync();
                await using var transaction = await db.BeginTransactionAsync(); // drawn, and moved before anything is read there
                await db.CloseAsync();
                run.Check(await set.TotalAsync() == 20);
            }
        );

    [Fact]
    public async Task Two_held_moments_are_told_apart()
    {
        await using var set = await EmbeddedReplicas.CreateAsync("r1", "r2", "r3");
        await OrderQueries.CreateAsync(set.DataSource.Primary);
        await set.HoldAsync("r2");
        await using (var db = await set.DataSource.Primary.OpenConnectionAsync())
        {
            await OrderQueries.BuyMoreAsync(db);
        }

        await set.HoldAsync("r3");
        var told = await Assert.ThrowsAsync<AssignmentException>(() =>
            set.ForEachAssignmentAsync(
                OrderQueries.BuyMoreAsync,
                async run => run.Check((await set.TotalAsync(), await set.TotalAsync()) is not (20, 10))
            )
        );

        Assert.Contains("r3 (before the write, moment 2)", told.Message, StringComparison.Ordinal);
        Assert.Contains("r2 (before the write, moment 1)", told.Message, StringComparison.Ordinal);
        Assert.Equal(1, told.Broken);
    }

    private static async Task<long> InSessionAsync(LaggingReplicas set, string column, string table)
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        return await set.TotalAsync(column, table);
    }

    private static async Task IsToldAsync(string hint, string not, Func<LaggingReplicas, AssignmentRun, Task> body)
    {
        await using var set = await EmbeddedReplicas.CreateAsync("r1", "r2");
        await OrderQueries.CreateAsync(set.DataSource.Primary);

        var told = await Assert.ThrowsAsync<AssignmentException>(() =>
            set.ForEachAssignmentAsync(OrderQueries.BuyMoreAsync, run => body(set, run))
        );

        Assert.Contains(hint, told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(not, told.Message, StringComparison.Ordinal);
    }
}
