using Dapper;

namespace MonotonicReads.Testing.Tests;

/// <summary>How many assignments are run, and which come first where they are too many.</summary>
public sealed class AssignmentBoundTests
{
    [Fact]
    public async Task Many_reads_are_assigned_pair_by_pair_and_one_change_suffices_to_break()
    {
        await using var set = await CreateAsync();

        var told = await Assert.ThrowsAsync<AssignmentException>(() =>
            set.ForEachAssignmentAsync(
                OrderQueries.BuyMoreAsync,
                run => ReadAsync(set, run, 12),
                new AssignmentOptions { MaxAssignments = 60 }
            )
        );

        Assert.Equal((60, false), (told.Summary.Assignments, told.Summary.AreAll));
        var present = Assert.Single(
            told.Message.Split('\n'),
            line => line.Contains("r1 (the present)", StringComparison.Ordinal) && line.Contains("--*--", StringComparison.Ordinal)
        );
        Assert.DoesNotMatch(@"\*--(-----)+--\*", present); // the reads of the present are side by side: one change
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(63)]
    public async Task The_bound_is_one(int most)
    {
        await using var set = await CreateAsync();
        var runs = 0;

        var summary = await set.ForEachAssignmentAsync(
            OrderQueries.BuyMoreAsync,
            async run =>
            {
                runs++;
                await ReadAsync(set, run: null, 6);
            },
            new AssignmentOptions { MaxAssignments = most }
        );

        Assert.Equal((most, most, false), (runs, summary.Assignments, summary.AreAll));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(65)]
    public async Task At_the_bound_all_are_run_and_none_twice(int most)
    {
        await using var set = await CreateAsync();
        var seen = new List<string>();

        var summary = await set.ForEachAssignmentAsync(
            OrderQueries.BuyMoreAsync,
            async _ =>
            {
                var totals = new List<long>();
                for (var i = 0; i < 6; i++)
                {
                    totals.Add(await set.TotalAsync());
                }

                seen.Add(string.Join(' ', totals));
            },
            new AssignmentOptions { MaxAssignments = most }
        );

        Assert.Equal(new AssignmentSummary(64, AreAll: true) { Draws = 6 }, summary);
        Assert.Equal(64, seen.Distinct().Count());
    }

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    public async Task None_is_run_twice_below_the_bound_and_two_draws_of_late_runs_see_each_pair(int most)
    {
        await using var set = await CreateAsync();
        var seen = new List<string>();

        await set.ForEachAssignmentAsync(
            OrderQueries.BuyMoreAsync,
            async _ =>
            {
                var totals = new List<long> { await set.TotalAsync() };

                // What saw the past reads more, which the first run does not know of.
                for (var i = 0; i < (totals[0] == 10 ? 9 : 5); i++)
                {
                    totals.Add(await set.TotalAsync());
                }

                seen.Add(string.Join(' ', totals));
            },
            new AssignmentOptions { MaxAssignments = most }
        );

        Assert.Equal(most, seen.Count);
        Assert.Equal(most, seen.Distinct().Count());
        var late = seen.Select(static row => row.Split(' ')).Where(static row => row.Length == 10).ToList();
        for (var i = 1; i < 10 && most == 40; i++)
        {
            for (var j = i + 1; j < 10; j++)
            {
                Assert.Equal(4, late.Select(row => (row[i], row[j])).Distinct().Count());
            }
        }
    }

    [Fact]
    public async Task The_order_is_looked_at_beyond_the_bound_too()
    {
        await using var set = await CreateAsync();
        var runs = 0;

        var told = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            set.ForEachAssignmentAsync(
                OrderQueries.BuyMoreAsync,
                async _ =>
                {
                    runs++;
                    for (var i = 0; i < 6; i++)
                    {
                        await set.TotalAsync("total", runs > 2 && i == 0 ? "orders where 1 = 1" : "orders");
                    }
                },
                new AssignmentOptions { MaxAssignments = 20 }
            )
        );

        Assert.Contains("same order", told.Message, StringComparison.Ordinal);
    }

    private static async Task ReadAsync(LaggingReplicas set, AssignmentRun? run, int reads)
    {
        long before = 0;
        for (var i = 0; i < reads; i++)
        {
            var now = await set.TotalAsync();
            run?.Check(now >= before);
            before = now;
        }
    }

    private static async Task<LaggingReplicas> CreateAsync()
    {
        var set = await EmbeddedReplicas.CreateAsync("r1", "r2");
        await OrderQueries.CreateAsync(set.DataSource.Primary);
        return set;
    }
}
