using System.Xml.Linq;
using Dapper;
using Xunit.Sdk;

namespace MonotonicReads.Testing.Tests;

/// <summary>What is found is told, whatever goes wrong beside it.</summary>
public sealed class AssignmentReportTests
{
    [Fact]
    public async Task The_drawing_goes_to_a_file_whose_directory_is_made()
    {
        await using var set = await CreateAsync();
        var directory = Directory.CreateTempSubdirectory("assignment-");
        try
        {
            var file = Path.Combine(directory.FullName, "not", "there", "a.svg");
            var told = await FailAsync(set, new AssignmentOptions { SvgFile = file });
            Assert.Equal(told.Svg, await File.ReadAllTextAsync(file));

            // A file where the directory would be.
            var hidden = await FailAsync(set, new AssignmentOptions { SvgFile = Path.Combine(file, "b.svg") });
            Assert.Contains("The drawing could not be written", hidden.Message, StringComparison.Ordinal);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_replica_that_the_unit_kills_hides_nothing()
    {
        await using var set = await CreateAsync();

        var told = await Assert.ThrowsAsync<AssignmentException>(() =>
            set.ForEachAssignmentAsync(
                OrderQueries.BuyMoreAsync,
                async run =>
                {
                    run.Check(await set.TotalAsync() == 20);
                    set.Kill("r2");
                    if (run.Number == 1)
                    {
                        set.Revive("r2"); // shows the present then: the moment is lost
                        await set.HoldAsync("r2");
                        throw new XunitException("the first");
                    }
                }
            )
        );

        Assert.IsType<XunitException>(told.InnerException);
    }

    [Fact]
    public async Task What_is_canceled_in_the_unit_breaks_the_assignment_and_the_callers_token_ends_the_call()
    {
        await using var set = await CreateAsync();

        var told = await Assert.ThrowsAsync<AssignmentException>(() =>
            set.ForEachAssignmentAsync(
                OrderQueries.BuyMoreAsync,
                async _ =>
                {
                    if (await set.TotalAsync() == 10)
                    {
                        throw new TaskCanceledException("the unit's own timeout");
                    }
                }
            )
        );
        Assert.IsType<TaskCanceledException>(told.InnerException);

        using var source = new CancellationTokenSource();
        var runs = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            set.ForEachAssignmentAsync(
                OrderQueries.BuyMoreAsync,
                async run =>
                {
                    Assert.Equal(source.Token, run.CancellationToken);
                    runs++;
                    await set.TotalAsync();
                    await source.CancelAsync();
                },
                new AssignmentOptions(),
                source.Token
            )
        );
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task A_test_that_is_skipped_is_no_broken_assignment()
    {
        await using var set = await CreateAsync();

        await Assert.ThrowsAsync<Xunit.SkipException>(() =>
            set.ForEachAssignmentAsync(
                OrderQueries.BuyMoreAsync,
                async _ =>
                {
                    await set.TotalAsync();
                    Skip.If(true, "no such server");
                }
            )
        );
    }

    [Fact]
    public async Task Any_value_and_any_text_can_be_told_and_drawn()
    {
        await using var set = await CreateAsync();
        await using (var db = await set.DataSource.Primary.OpenConnectionAsync())
        {
            await db.ExecuteAsync("create table notes (id bigint, text text, data blob)");
            await db.ExecuteAsync(
                "insert into notes values (1, @text, @data)",
                new { text = "one\ntwo\u0000\u001b<three>", data = new byte[] { 1, 255 } }
            );
        }

        var told = await Assert.ThrowsAsync<AssignmentException>(() =>
            set.ForEachAssignmentAsync(
                db => db.ExecuteAsync("update notes set id = id + 1"),
                async run =>
                {
                    await using var db = set.DataSource.CreateConnection();
                    var id = await db.ExecuteScalarAsync<long>("select id, text, data from notes");
                    run.Check(
                        id == 2,
                        "a check\nof several lines, of which each is long enough to run out of the picture where nobody cuts it to its width"
                    );
                }
            )
        );

        Assert.Contains("saw: 1, one two\uFFFD\uFFFD<three>, 0x01FF\n", told.Message, StringComparison.Ordinal);
        Assert.Equal("svg", XDocument.Parse(told.Svg).Root!.Name.LocalName);
    }

    [Fact]
    public async Task A_unit_that_leaves_its_connections_open_is_told_what_it_broke()
    {
        await using var set = await CreateAsync();
        var left = new List<ReplicatedConnection>();

        var told = await Assert.ThrowsAsync<AssignmentException>(() =>
            set.ForEachAssignmentAsync(
                OrderQueries.BuyMoreAsync,
                async run =>
                {
                    var db = await set.DataSource.OpenConnectionAsync();
                    left.Add(db);
                    run.Check(await db.ExecuteScalarAsync<long>("select total from orders") == 20);
                }
            )
        );

        Assert.Equal(1, told.Broken);
        left.ForEach(static db => db.Dispose());
    }

    private static Task<AssignmentException> FailAsync(LaggingReplicas set, AssignmentOptions options) =>
        Assert.ThrowsAsync<AssignmentException>(() =>
            set.ForEachAssignmentAsync(
                static db => db.ExecuteAsync("update orders set total = total + 10"),
                async run => run.Check(await set.TotalAsync() < 0),
                options
            )
        );

    private static async Task<LaggingReplicas> CreateAsync()
    {
        var set = await EmbeddedReplicas.CreateAsync("r1", "r2");
        await OrderQueries.CreateAsync(set.DataSource.Primary);
        return set;
    }
}
