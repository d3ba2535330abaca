using static MonotonicReads.Analyzer.Tests.Merging.SideBySide;

namespace MonotonicReads.Analyzer.Tests.Merging;

/// <summary>
/// What a <c>GridReader</c> makes of a value: in older versions of Dapper it casts where the query converts, and in all newer ones it makes
/// 0 of a NULL where the query throws. Each is shown at run time, with the version's own assembly.
/// </summary>
public class RowTypeTests
{
    private const string Old = "2.0.35";

    private static Surroundings With(string dapper) => Surroundings.Default with { Dapper = dapper };

    private static string Load(string body) =>
        $"public async Task<object?> Load(int id, string name)\n{{\n{body.Replace("; var ", ";\nvar ", StringComparison.Ordinal)}\nreturn new {{ a, b }};\n}}";

    private static string Reads(string first, string second) => Load($"var a = {first}; var b = {second};");

    private const string Rows = "await db.QueryAsync<Order>(\"SELECT id, customer FROM orders WHERE id = @id\", new { id })";
    private const string Count = "await db.QuerySingleAsync<int>(\"SELECT COUNT(*) FROM orders WHERE id = @id\", new { id })";
    private const string Text = "await db.QueryAsync<string>(\"SELECT customer FROM orders WHERE id = @id\", new { id })";
    private const string Lines = "await db.QueryAsync<Line>(\"SELECT id, product FROM items WHERE order_id = @id\", new { id })";

    /// <summary>The page and its count, merged where the reader converts, left alone where it casts; rows are merged everywhere.</summary>
    [Theory]
    [InlineData(Count)]
    [InlineData(Text)]
    [InlineData("await db.QuerySingleOrDefaultAsync<int?>(\"SELECT MAX(id) FROM orders WHERE id = @id\", new { id })")]
    public async Task A_single_value_is_merged_where_the_reader_converts(string value)
    {
        await HoldsAsync(Reads(Rows, value), 2, 1, With("2.0.123"));
        await HoldsAsync(Reads(Rows, value), 2, 1, With("2.1.86"));
        Assert.True(await IsQuietAsync(Reads(Rows, value), With(Old)));
        await HoldsAsync(Reads(Rows, Lines), 2, 1, With(Old));
    }

    /// <summary>Without the rule this would be an InvalidCastException: the reason for it, seen with the version itself.</summary>
    [Theory]
    [InlineData(Old, "System.InvalidCastException")]
    [InlineData("2.0.123", "{\"a\":1}")]
    public async Task The_older_reader_casts(string version, string start)
    {
        var on = With(version);
        var project = ProjectOf(
            "public async Task<object?> Load(int id, string name)\n{\nusing var reads = await db.QueryMultipleAsync(\"SELECT COUNT(*) FROM orders WHERE id = @id\", new { id });\nvar a = await reads.ReadSingleAsync<int>();\nreturn new { a };\n}",
            on
        );
        Assert.StartsWith(start, (await RunAsync(project, 1, "", on)).Answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("var a = db.QuerySingle<int>(\"SELECT COUNT(*) FROM orders\"); var b = db.Query<string>(\"SELECT product FROM items\");")]
    [InlineData("var a = db.QueryFirst<bool>(\"SELECT 1 FROM orders\"); var b = db.Query<string>(\"SELECT product FROM items\");")]
    public Task Synchronous_readers_have_always_converted(string body) =>
        HoldsAsync(Load(body).Replace("async Task<object?>", "object?", StringComparison.Ordinal), 2, 1, With(Old));

    [Theory]
    [InlineData("COUNT(*) FROM orders")]
    [InlineData("count( DISTINCT customer ), MAX(id) FROM orders")]
    [InlineData("COUNT(*) AS n FROM orders WHERE id = 99")]
    [InlineData("COUNT(*) n FROM orders WHERE id = 99")]
    [InlineData("COALESCE(orders.id, 0) FROM orders")]
    [InlineData("COALESCE(MAX(id), 0) FROM orders WHERE id = 99")]
    [InlineData("IFNULL( SUM(id) , 0 ) FROM orders")]
    [InlineData("EXISTS (SELECT id FROM orders WHERE id IN (1, 2))")]
    [InlineData("1 FROM orders")]
    public Task A_number_that_is_never_NULL_is_merged(string select) => HoldsAsync(Reads(Rows, Number(select)), 2, 1);

    [Theory]
    [InlineData("MAX(id) FROM orders WHERE id = 99")]
    [InlineData("id FROM orders")]
    [InlineData("COUNT(*) + NULL FROM orders")]
    [InlineData("COUNT(*) FROM orders WHERE id = 99 UNION SELECT NULL ORDER BY 1 LIMIT 1")]
    [InlineData("COALESCE(MAX(id), MIN(id)) FROM orders WHERE id = 99")]
    [InlineData("EXISTS (SELECT id FROM orders) + (NULL) FROM orders")]
    [InlineData("NULLIF(COUNT(*), 3) FROM orders")]
    [InlineData("1 + NULL FROM orders")]
    public async Task A_number_that_may_be_NULL_is_left_alone(string select)
    {
        Assert.True(await IsQuietAsync(Reads(Rows, Number(select))));
        await HoldsAsync(Reads(Rows, Number(select).Replace("<long>", "<long?>", StringComparison.Ordinal)), 2, 1);
    }

    [Theory]
    [InlineData("DateTime")]
    [InlineData("DayOfWeek")]
    [InlineData("Key")]
    [InlineData("T")]
    public async Task Other_single_values_are_numbers_in_this(string type) =>
        Assert.True(
            await IsQuietAsync(
                Reads(Rows, $"await db.QueryFirstAsync<{type}>(\"SELECT MAX(id) FROM orders\")")
                    .Replace("Load(", type == "T" ? "Load<T>(" : "Load(", StringComparison.Ordinal)
                    + "public readonly record struct Key(long Value);"
            )
        );

    [Fact]
    public Task A_struct_of_several_columns_is_a_row() =>
        HoldsAsync(
            Reads(Rows, "await db.QueryFirstAsync<Pair>(\"SELECT MAX(id) AS Id, NULL AS Other FROM orders\")")
                + "public record struct Pair { public long Id { get; set; } public long Other { get; set; } }",
            2,
            1
        );

    private static string Number(string select) => $"await db.QueryFirstAsync<long>(\"SELECT {select}\")";
}
