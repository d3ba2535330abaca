using static MonotonicReads.Analyzer.Tests.Merging.SideBySide;

namespace MonotonicReads.Analyzer.Tests.Merging;

/// <summary>
/// The shapes of <see cref="MergedReadsTests"/> on a real MariaDB through MySqlConnector: the same answers and the same exceptions, and on
/// the wire as many commands less as there are texts less.
/// </summary>
public class MergedOnMariaDbTests(MariaDb server) : IClassFixture<MariaDb>
{
    public static TheoryData<string, string, bool> Pairs => MergedReadsTests.Pairs;

    public static TheoryData<string, int, int> Shapes => MergedReadsTests.Shapes;

    [Theory]
    [MemberData(nameof(Pairs))]
    public Task Any_two_reads_in_any_order(string first, string second, bool isAsync) =>
        HoldsAsync(MergedReadsTests.Pair(first, second, isAsync), 2, 1, server.Surroundings);

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Each_shape_answers_as_before(string members, int before, int after)
    {
        await HoldsAsync(members + MergedReadsTests.Texts, before, after, server.Surroundings);
        // What the server did not understand would be no comparison.
        var project = ProjectOf(members + MergedReadsTests.Texts, server.Surroundings);
        var (answer, _, _) = await RunAsync(project, 1, "shoes", server.Surroundings);
        Assert.Equal(
            members.Contains("nothing FROM", StringComparison.Ordinal),
            answer.Contains("MySqlException", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("COUNT(*) FROM orders")]
    [InlineData("COALESCE(MAX(id), 0) FROM orders WHERE id = 99")]
    [InlineData("EXISTS (SELECT id FROM orders WHERE id IN (1, 2))")]
    public Task The_page_and_its_count(string select) =>
        HoldsAsync(
            $$"""
                public async Task<object?> Load(int id, string name)
                {
                    var count = await db.QuerySingleAsync<int>("SELECT {{select}}");
                    var rows = await db.QueryAsync<Order>("SELECT id, customer FROM orders ORDER BY id LIMIT 2");
                    return new { count, rows };
                }
            """,
            2,
            1,
            server.Surroundings
        );
}
