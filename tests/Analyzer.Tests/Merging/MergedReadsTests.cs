using MonotonicReads.Analyzer.Tests.Fixes;
using MonotonicReads.Generator.Rules;
using static MonotonicReads.Analyzer.Tests.Merging.SideBySide;

namespace MonotonicReads.Analyzer.Tests.Merging;

/// <summary>MR1010 and its fix: what is merged returns and throws what it did before, in one round trip.</summary>
public class MergedReadsTests
{
    private static readonly string[] Kinds = ["Query", "QueryFirst", "QueryFirstOrDefault", "QuerySingle", "QuerySingleOrDefault"];

    /// <summary>Every two ways to read, synchronous and not.</summary>
    public static TheoryData<string, string, bool> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string, bool>();
            foreach (var first in Kinds)
            {
                foreach (var second in Kinds)
                {
                    pairs.Add(first, second, false);
                    pairs.Add(first, second, true);
                }
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Any_two_reads_in_any_order(string first, string second, bool isAsync)
    {
        // The second read of an order with two lines throws in both.
        var fixedText = await HoldsAsync(Pair(first, second, isAsync), 2, 1);
        var (wait, end) = isAsync ? ("await ", "Async") : ("", "");
        Assert.Contains($"{wait}reads.Read{first["Query".Length..]}{end}<Order>()", fixedText, StringComparison.Ordinal);
    }

    /// <summary>A method with two reads.</summary>
    internal static string Pair(string first, string second, bool isAsync)
    {
        var (begin, wait, end) = isAsync ? ("public async Task<object?> Load", "await ", "Async") : ("public object? Load", "", "");
        return $$"""
                {{begin}}(int id, string name)
                {
                    var order = {{wait}}db.{{first}}{{end}}<Order>("SELECT id, customer FROM orders WHERE id = @id", new { id });
                    var line = {{wait}}db.{{second}}{{end}}<Line>("SELECT id, product FROM items WHERE order_id = @id", new { id });
                    return new { order, line };
                }
            """;
    }

    /// <summary>Shapes of arguments, texts, surroundings: each with the number of texts before and after.</summary>
    public static TheoryData<string, int, int> Shapes =>
        new()
        {
            // Parameters.
            {
                Async(
                    "var a = await db.QueryAsync<Order>(OrderSql, new { id }); var b = await db.QueryAsync<Line>(NameSql, new { name });"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = await db.QueryAsync<Order>(OrderSql, new { id = id }); var b = await db.QueryAsync<Line>(BothSql, new { id, name });"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = await db.QueryAsync<Order>(OrderSql, new { id }); var b = await db.QueryAsync<Line>(BothSql, new { name, id });"
                ),
                2,
                1
            },
            { Async("var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id });"), 2, 1 },
            { Async("var a = await db.QueryAsync<Order>(OrderSql, new { id }); var b = await db.QueryAsync<Line>(AllLinesSql);"), 2, 1 },
            { Async("var a = await db.QueryAsync<Order>(AllSql, null); var b = await db.QueryAsync<Line>(AllLinesSql);"), 2, 1 },
            {
                Async(
                    "var ids = new[] { 1, 2 }; var a = await db.QueryAsync<Order>(InSql, new { ids }); var b = await db.QueryAsync<Line>(InLinesSql, new { ids });"
                ),
                2,
                1
            },
            {
                Async(
                    "var ids = new List<int>(); var a = await db.QueryAsync<Order>(InSql, new { ids }); var b = await db.QueryAsync<Line>(LineSql, new { id });"
                ),
                2,
                1
            },
            {
                Async(
                    "var asked = new { id, name }; var a = await db.QueryAsync<Order>(OrderSql, asked); var b = await db.QueryAsync<Line>(BothSql, asked);"
                ),
                2,
                1
            },
            {
                Async(
                    "var asked = new Asked(id, name); var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = asked.Id });"
                ),
                2,
                1
            },
            {
                Async(
                    "var asked = new Asked(id, name); var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(NameSql, new { name = (string?)asked.Name });"
                ),
                2,
                1
            },
            {
                Async(
                    "int? some = id; var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = some });"
                ),
                2,
                1
            },
            {
                Async(
                    "const int one = 1; var a = await db.QueryAsync<Order>(OrderSql, new { id = one }); var b = await db.QueryAsync<Line>(LineSql, new { id = one });"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = await db.QueryAsync<Order>(OrderSql, new { id = 2 }); var b = await db.QueryAsync<Line>(NameSql, new { name = \"hat\" });"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = await db.QueryAsync<Order>(OrderSql, new { id = (long)id }); var b = await db.QueryAsync<Line>(LineSql, new { id = (long)id });"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = await db.QueryAsync<Order>(OrderSql, new { id, unused = name }); var b = await db.QueryAsync<Line>(LineSql, new { id });"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = await db.QueryAsync<Order>(OrderSql, new { id }); var b = await db.QueryAsync<Line>(\"SELECT id, product FROM items WHERE product <> '@idx' AND order_id = @idy\", new { idy = 1 });"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = await db.QueryAsync<Order>(sql: OrderSql, param: new { id }); var b = await db.QueryAsync<Line>(param: new { id }, sql: LineSql);"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = await db.QueryAsync<Order>(OrderSql, new { id }, commandTimeout: 7); var b = await db.QueryAsync<Line>(LineSql, new { id }, commandTimeout: 7);"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = await db.QueryAsync<Order>(OrderSql, new { id }, commandType: CommandType.Text); var b = await db.QueryAsync<Line>(LineSql, new { id });"
                ),
                2,
                1
            },
            {
                Async(
                    "using var t = db.BeginTransaction(); var a = await db.QueryAsync<Order>(OrderSql, new { id }, t); var b = await db.QueryAsync<Line>(LineSql, new { id }, transaction: t);"
                ),
                2,
                1
            },
            { Sync("var a = db.Query<Order>(OrderSql, new { id }, buffered: true); var b = db.Query<Line>(LineSql, new { id });"), 2, 1 },
            {
                Sync(
                    "var a = db.Query<Order>(OrderSql, new { id }, null, true, 5, CommandType.Text); var b = db.Query<Line>(LineSql, new { id }, null, true, 5);"
                ),
                2,
                1
            },
            // Texts.
            {
                Async(
                    "var a = await db.QueryAsync<Order>(\"SELECT id, customer FROM orders;\"); var b = await db.QueryAsync<Line>(LineSql + \";\", new { id });"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = await db.QueryAsync<Order>(\"SELECT id, customer FROM orders -- all of them\"); var b = await db.QueryAsync<Line>(LineSql, new { id });"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = await db.QueryAsync<Order>(\"SELECT id, customer /* who */ FROM orders\"); var b = await db.QueryAsync<Line>(LineSql + \" -- all\", new { id });"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = await db.QueryAsync<Order>(@\"SELECT id, customer\n            FROM orders\"); var b = await db.QueryAsync<Line>(\"\"\"\n            SELECT id, product\n            FROM items\n            \"\"\");"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = await db.QueryAsync<Order>(\"SELECT id, customer \" + \"FROM orders\"); var b = await db.QueryAsync<Line>($\"{LineSql} ORDER BY id\", new { id });"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = await db.QueryAsync<Order>(\"WITH o AS (SELECT id, customer FROM orders) SELECT id, customer FROM o\"); var b = await db.QueryAsync<Line>(\"SELECT id, product FROM items UNION SELECT id, customer FROM orders ORDER BY 1\");"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = await db.QueryAsync<Order>(\"SELECT id, customer FROM orders -- all (of them)\"); var b = await db.QueryAsync<Line>(\"SELECT id, product FROM items /* audit (x) */ WHERE id > 1\");"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = await db.QueryFirstAsync<Order>(\"SELECT id, customer FROM orders ORDER BY id DESC LIMIT 1\"); var b = await db.QueryAsync<Line>(AllLinesSql);"
                ),
                2,
                1
            },
            {
                Async(
                    "var ids = new[] { 1, 2 }; var id1 = 11; var ids1x = 10; var a = await db.QueryAsync<Order>(InSql, new { ids }); var b = await db.QueryAsync<Line>(\"SELECT id, product FROM items WHERE id IN (@id1, @ids1x)\", new { id1, ids1x });"
                ),
                2,
                1
            },
            {
                Async(
                    "var p = new { ids = new[] { 1, 2 }, id }; var a = await db.QueryAsync<Order>(InSql, p); var b = await db.QueryAsync<Line>(LineSql, p);"
                ),
                2,
                1
            },
            {
                Async(
                    "const string sql = \"SELECT COUNT(*) FROM orders\"; var a = await db.QuerySingleAsync<int>(sql); var b = await db.QuerySingleAsync<long>(\"SELECT COALESCE(MAX(id), 0) FROM items\");"
                ),
                2,
                1
            },
            // An error of the second text comes before the first result is read; what is thrown is the same.
            {
                Async(
                    "var a = await db.QueryAsync<Order>(OrderSql, new { id }); var b = await db.QueryAsync<Line>(\"SELECT id, nothing FROM items\");"
                ),
                2,
                1
            },
            { Async("var a = await db.QuerySingleAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id });"), 1, 1 },
            // Results and what looks at them.
            {
                Async(
                    "var a = (await db.QueryAsync<Order>(OrderSql, new { id })).ToList(); var b = (await db.QueryAsync<Line>(LineSql, new { id })).AsList();"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = (await db.QueryAsync<Order>(OrderSql, new { id })).FirstOrDefault(); var b = (await db.QueryAsync<Line>(LineSql, new { id })).ToArray();"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = (await db.QueryAsync<Order>(OrderSql, new { id })).Single(); var b = (await db.QueryAsync<Line>(LineSql, new { id })).First();"
                ),
                2,
                1
            },
            {
                Async(
                    "IEnumerable<Order> a = await db.QueryAsync<Order>(OrderSql, new { id }); List<Line> b = (await db.QueryAsync<Line>(LineSql, new { id })).ToList();"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = await db.QuerySingleOrDefaultAsync<int?>(\"SELECT MAX(id) FROM orders WHERE id = @id\", new { id }); var b = await db.QueryAsync<string>(\"SELECT product FROM items\");"
                ),
                2,
                1
            },
            {
                Async("var a = await db.QueryAsync(OrderSql, new { id }); var b = await db.QueryFirstOrDefaultAsync(LineSql, new { id });"),
                2,
                1
            },
            {
                Async(
                    "var a = await db.QueryAsync<dynamic>(OrderSql, new { id }); var b = await db.QueryAsync<(long, string)>(LineSql, new { id });",
                    "new { a, b = b.Select(static p => p.Item2) }"
                ),
                2,
                1
            },
            {
                Async(
                    "var a = await db.QueryAsync<Order>(OrderSql, new { id }).ConfigureAwait(false); var b = await db.QueryAsync<Line>(LineSql, new { id }).ConfigureAwait(false);"
                ),
                2,
                1
            },
            // How many, and what stands between and around.
            {
                Async(
                    "var a = await db.QueryAsync<Order>(OrderSql, new { id }); var b = await db.QueryAsync<Line>(LineSql, new { id }); var c = await db.QueryAsync<Line>(NameSql, new { name }); var d = await db.QuerySingleAsync<int>(\"SELECT COUNT(*) FROM items\");",
                    "new { a, b, c, d }"
                ),
                4,
                1
            },
            {
                Async(
                    "var a = await db.QueryAsync<Order>(OrderSql, new { id }); var b = await db.QueryAsync<Line>(LineSql, new { id }); var n = a.Count(); var c = await db.QueryAsync<Line>(NameSql, new { name }); var d = await db.QuerySingleAsync<int>(\"SELECT COUNT(*) FROM items\");",
                    "new { a, b, c, d, n }"
                ),
                4,
                2
            },
            {
                Async(
                    "var n = 0; var a = await db.QueryAsync<Order>(AllSql); n++; var b = await db.QueryAsync<Line>(LineSql, new { id }); var c = await db.QueryAsync<Line>(AllLinesSql);",
                    "new { a, b, c, n }"
                ),
                3,
                2
            },
            {
                Async(
                    "var reads = 1; var a = await db.QueryAsync<Order>(OrderSql, new { id }); var b = await db.QueryAsync<Line>(LineSql, new { id });",
                    "new { a, b, reads }"
                ),
                2,
                1
            },
            {
                Async(
                    "if (id > 0) { var a = await db.QueryAsync<Order>(OrderSql, new { id }); var b = await db.QueryAsync<Line>(LineSql, new { id }); return new { a, b }; }",
                    "null"
                ),
                2,
                1
            },
            {
                Async(
                    "object? found = null; try { var a = await db.QuerySingleAsync<Order>(OrderSql, new { id }); var b = await db.QueryAsync<Line>(LineSql, new { id }); found = new { a, b }; } catch (InvalidOperationException e) { found = e.Message; }",
                    "found"
                ),
                2,
                1
            },
            {
                Async(
                    "var rows = new List<object>(); foreach (var x in new[] { 1, 2 }) { var a = await db.QueryAsync<Order>(OrderSql, new { id = x }); var b = await db.QueryAsync<Line>(LineSql, new { id = x }); rows.Add(new { a, b }); }",
                    "rows"
                ),
                4,
                2
            },
            {
                "public async Task<object?> Load(int id, string name) { async Task<object> Inner()\n{\nvar a = await db.QueryAsync<Order>(OrderSql, new { id });\nvar b = await db.QueryAsync<Line>(LineSql, new { id });\nreturn new { a, b };\n} return await Inner(); }",
                2,
                1
            },
            {
                "public async Task<object?> Load(int id, string name) { Func<int, Task<object>> inner = async x =>\n{\nvar a = await db.QueryAsync<Order>(OrderSql, new { id = x });\nvar b = await db.QueryAsync<Line>(LineSql, new { id = x });\nreturn new { a, b };\n}; return await inner(id); }",
                2,
                1
            },
            {
                "public async Task<IEnumerable<Line>> Load(int id, string name)\n{\nvar a = await db.QueryAsync<Order>(OrderSql, new { id });\nreturn await db.QueryAsync<Line>(LineSql, new { id });\n}",
                2,
                1
            },
            {
                "public object Load(int id, string name)\n{\nvar a = db.QueryFirstOrDefault<Order>(OrderSql, new { id });\nreturn db.Query<Line>(LineSql, new { id }).ToList();\n}",
                2,
                1
            },
            {
                "private readonly DbConnection _db = db; public async Task<object> Load(int id, string name)\n{\nvar a = await _db.QueryAsync<Order>(OrderSql, new { id });\nvar b = await this._db.QueryAsync<Line>(LineSql, new { id });\nreturn new { a, b };\n}",
                2,
                1
            },
            {
                "private readonly int _id = 2; private int Other { get; } = 1; public async Task<object> Load(int id, string name)\n{\nvar a = await db.QueryAsync<Order>(OrderSql, new { id = _id });\nvar b = await db.QueryAsync<Line>(NameSql, new { name = \"hat\", other = Other });\nreturn new { a, b };\n}",
                2,
                1
            },
            {
                "public Task<object> Load(int id, string name) => LoadAsync(db, id); private static async Task<object> LoadAsync(IDbConnection connection, int id)\n{\n// Both.\nvar a = await connection.QueryAsync<Order>(OrderSql, new { id }); // the order\n// Its lines.\nvar b = await connection.QueryAsync<Line>(LineSql, new { id });\nreturn new { a, b };\n}",
                2,
                1
            },
        };

    /// <summary>What is done with the rows runs getters of fields alone: the query behind it may have been sent by then.</summary>
    [Theory]
    [InlineData(".ToDictionary(o => o.Id, o => o.Customer)")]
    [InlineData(".GroupBy(static o => o.Customer, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Id)")]
    [InlineData(".Select(o => new { o.Id, Pair = (o.Customer, 1) }).ToList()")]
    [InlineData(".Where(o => o.Id > 1 && o.Customer.Length < 4).OrderByDescending(o => o.Id).ThenBy(o => (long?)o.Id)")]
    [InlineData(".Select(o => o.Id).Distinct().ToHashSet()")]
    [InlineData(".ToLookup(o => o.Customer)")]
    public Task Rows_may_be_arranged(string looked) =>
        HoldsAsync(
            Async($"var a = (await db.QueryAsync<Order>(AllSql)){looked}; var b = await db.QueryAsync<Line>(LineSql, new {{ id }});")
                + Texts,
            2,
            1
        );

    /// <summary>Near misses: code of the project's own runs, or something is asked that the row does not hold.</summary>
    [Theory]
    [InlineData(".ToDictionary(o => Next())")]
    [InlineData(".Select(o => { id++; return o; })")]
    [InlineData(".Select(o => id)")]
    [InlineData(".Select(o => Computed)")]
    [InlineData(".Select(o => new Asked(1, o.Customer))")]
    [InlineData(".Select(o => o.Customer.ToUpper())")]
    [InlineData(".GroupBy(o => o)")]
    [InlineData(".Distinct()")]
    [InlineData(".ToHashSet()")]
    [InlineData(".ToDictionary(o => o.Id, new Own())")]
    [InlineData(".Select(Named)")]
    [InlineData(".Select(o => (Told)o.Customer)")]
    [InlineData(".First(o => Named(o) == o)")]
    [InlineData(".Select(async o => await Task.FromResult(o.Id))")]
    [InlineData(".Select(o => o.Said)", "Noisy")]
    [InlineData(".SelectMany(o => o.Customer)")]
    [InlineData(".Where(o => o.Id > Next())")]
    [InlineData(".Select(o => (o.Id, Next()))")]
    [InlineData(".Select(o => new { o.Id, N = Next() })")]
    [InlineData(".GroupBy(o => o.Customer).Select(g => g.Last())")]
    [InlineData(".Select(o => Kept().First())")]
    public async Task What_else_is_done_with_them_is_not(string looked, string row = "Order") =>
        Assert.True(
            await IsQuietAsync(
                Async($"var a = (await db.QueryAsync<{row}>(AllSql)){looked}; var b = await db.QueryAsync<Line>(AllLinesSql);")
                    + More
                    + "private static Order Named(Order order) => order;"
                    + "private sealed class Noisy { public int Id { get; set; } public int Said => System.Environment.TickCount; }"
                    + "private sealed class Own : IEqualityComparer<long> { public bool Equals(long a, long b) => true;"
                    + " public int GetHashCode(long a) => 1; }"
                    + Texts
            )
        );

    [Theory]
    [MemberData(nameof(Shapes))]
    public Task Each_shape_answers_as_before(string members, int before, int after) => HoldsAsync(members + Texts, before, after);

    [Fact]
    public async Task The_code_reads_as_a_person_would_write_it()
    {
        const string Before = """
                public async Task<object> Load(int id, string name)
                {
                    // The page.
                    var order = await db.QuerySingleAsync<Order>("SELECT id, customer FROM orders WHERE id = @id", new { id });
                    var lines = (await db.QueryAsync<Line>(LineSql, new { id, unused = name })).ToList(); // of the order

                    return new { order, lines };
                }
            """;
        const string After = """
                public async Task<object> Load(int id, string name)
                {
                    // The page.
                    using var reads = await db.QueryMultipleAsync(
                        "SELECT id, customer FROM orders WHERE id = @id" + "; "
                            + LineSql,
                        new { id, unused = name }
                    );
                    var order = await reads.ReadSingleAsync<Order>();
                    var lines = (await reads.ReadAsync<Line>()).ToList(); // of the order

                    return new { order, lines };
                }
            """;
        foreach (var end in new[] { "\n", "\r\n" })
        {
            var project = Workbench.Project(("Page.cs", Source(Before + Texts).ReplaceLineEndings(end)));
            var merged = (await MergedAsync(project)).GetProject(project.Id)!;
            Assert.Equal(Source(After + Texts).ReplaceLineEndings(end), await Workbench.TextAsync(merged));
        }
    }

    [Fact]
    public async Task One_round_trip_settles_the_finding_of_two_reads()
    {
        Assert.Equal("MR1010", MR1010ReadsInOneRoundTrip.Id);
        var members = Async(
            "var a = await db.QueryAsync<Order>(OrderSql, new { id }); var b = await db.QueryAsync<Line>(LineSql, new { id });"
        );
        var project = Workbench.Project(("Page.cs", Source(members + Texts)));
        Assert.Equal([MR1001SequentialReads.Id], (await Workbench.FindingsAsync(project)).Select(static d => d.Id));
        var merged = (await MergedAsync(project)).GetProject(project.Id)!;
        Assert.Empty(await Workbench.FindingsAsync(merged));
    }

    /// <summary>Near misses: something in each may make a difference.</summary>
    [Theory]
    // A later read knows of an earlier result.
    [InlineData(
        "var a = await db.QuerySingleAsync<Order>(OrderSql, new { id }); var b = await db.QueryAsync<Line>(LineSql, new { id = a.Id });"
    )]
    [InlineData("var a = await db.QuerySingleAsync<int>(CountSql); var b = await db.QueryAsync<Line>(LineSql, new { id = a });")]
    [InlineData("var a = await db.QuerySingleAsync<string>(CountSql); var b = await db.QueryAsync<Line>(a);")]
    [InlineData("var a = await db.QuerySingleAsync<int>(CountSql); var n = a; var b = await db.QueryAsync<Line>(LineSql, new { id = n });")]
    // One name means two values, or might be taken for a name of the other text.
    [InlineData(
        "var a = await db.QueryAsync<Order>(OrderSql, new { id = 1 }); var b = await db.QueryAsync<Line>(LineSql, new { id = 2 });"
    )]
    [InlineData(
        "var a = await db.QueryAsync<Order>(OrderSql, new { id = 1 }); var b = await db.QueryAsync<Line>(\"SELECT id FROM items WHERE id = @ID\", new { ID = 1 });"
    )]
    [InlineData("var a = await db.QueryAsync<Order>(OrderSql, new { id }); var b = await db.QueryAsync<Line>(LineSql);")]
    [InlineData(
        "var a = await db.QueryAsync<Order>(OrderSql, new { id }); var b = await db.QueryAsync<Line>(LineSql, new DynamicParameters(new { id }));"
    )]
    [InlineData(
        "var p = new DynamicParameters(new { id }); var a = await db.QueryAsync<Order>(OrderSql, p); var b = await db.QueryAsync<Line>(LineSql, p);"
    )]
    [InlineData(
        "var x = new { id }; var a = await db.QueryAsync<Order>(OrderSql, x); var b = await db.QueryAsync<Line>(LineSql, new { id });"
    )]
    [InlineData(
        "var x = new Asked(id, name); var a = await db.QueryAsync<Order>(OrderSql, x); var b = await db.QueryAsync<Line>(LineSql, x);"
    )]
    [InlineData("var a = await db.QueryAsync<Order>(OrderSql); var b = await db.QueryAsync<Line>(LineSql, new { id });")]
    [InlineData(
        "var x = new { id }; var y = new { id }; var a = await db.QueryAsync<Order>(OrderSql, x); var b = await db.QueryAsync<Line>(LineSql, y);"
    )]
    // What is evaluated later may be another value, run something or throw.
    [InlineData("var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = Next() });")]
    [InlineData("var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = Computed });")]
    [InlineData("var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = _changing });")]
    [InlineData("var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = 1 / id });")]
    [InlineData("var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = DateTime.UtcNow });")]
    [InlineData(
        "Asked? x = id > 0 ? new Asked(id, name) : null; var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = x!.Id });"
    )]
    [InlineData(
        "Asked? x = Maybe(); var a = await db.QueryAsync<Order>(AllSql);\n#nullable disable\nvar b = await db.QueryAsync<Line>(LineSql, new { id = x.Id });"
    )]
    [InlineData(
        "var n = 1; Action more = () => n++; more(); var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = n });"
    )]
    [InlineData("object x = id; var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = x });")]
    [InlineData(
        "var ids = Enumerable.Range(1, id); var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = ids });"
    )]
    [InlineData("var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql + name);")]
    [InlineData("var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = Settable });")]
    [InlineData(
        "var x = new Loose(); var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = x.Id });"
    )]
    [InlineData(
        "IAsked x = new Loose(); var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = x.Id });"
    )]
    [InlineData(
        "long big = id; var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = (int)big });"
    )]
    [InlineData(
        "var n = 1; Action more = () => n = 2; more(); var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = n });"
    )]
    [InlineData(
        "var n = 1; Action more = () => (n, _) = (2, 3); more(); var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = n });"
    )]
    [InlineData(
        "var n = 1; void More() { Bump(ref n); } More(); var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = n });"
    )]
    [InlineData(
        "var p = new { id }; Action more = () => p = new { id = 5 }; more(); var a = await db.QueryAsync<Order>(OrderSql, p); var b = await db.QueryAsync<Line>(LineSql, p);"
    )]
    [InlineData(
        "var ids = new Held.List<int>(); var a = await db.QueryAsync<Order>(InSql, new { ids }); var b = await db.QueryAsync<Line>(AllLinesSql);"
    )]
    [InlineData(
        "var ids = new List<object>(); var a = await db.QueryAsync<Order>(InSql, new { ids }); var b = await db.QueryAsync<Line>(AllLinesSql);"
    )]
    [InlineData(
        "var ids = new[] { new object() }; var a = await db.QueryAsync<Order>(InSql, new { ids }); var b = await db.QueryAsync<Line>(AllLinesSql);"
    )]
    [InlineData(
        "Asked? x = Maybe(); var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = x.Id });"
    )]
    // Another connection, transaction, timeout or way to read.
    [InlineData("var a = await db.QueryAsync<Order>(AllSql); var b = await _other.QueryAsync<Line>(AllLinesSql);")]
    [InlineData(
        "var a = await db.QueryAsync<Order>(AllSql, commandType: CommandType.StoredProcedure); var b = await db.QueryAsync<Line>(AllLinesSql);"
    )]
    [InlineData(
        "var c = db; Action more = () => c = _open; more(); var a = await c.QueryAsync<Order>(AllSql); var b = await c.QueryAsync<Line>(AllLinesSql);"
    )]
    [InlineData(
        "var a = await db.QueryAsync<Order>(AllSql, null, Current); var b = await db.QueryAsync<Line>(AllLinesSql, null, Current);"
    )]
    [InlineData("var a = await db.QueryAsync<Order>(AllSql, null, _kept); var b = await db.QueryAsync<Line>(AllLinesSql, null, _kept);")]
    [InlineData(
        "var a = await db.QueryAsync<Order>(AllSql, commandTimeout: _changing); var b = await db.QueryAsync<Line>(AllLinesSql, commandTimeout: _changing);"
    )]
    [InlineData("var a = await db.QueryAsync<Order>(AllSql); var b = await Connection.QueryAsync<Line>(AllLinesSql);")]
    [InlineData("var a = await Connection.QueryAsync<Order>(AllSql); var b = await Connection.QueryAsync<Line>(AllLinesSql);")]
    [InlineData("var a = await _open.QueryAsync<Order>(AllSql); var b = await _open.QueryAsync<Line>(AllLinesSql);")]
    [InlineData(
        "using var t = db.BeginTransaction(); var a = await db.QueryAsync<Order>(AllSql, null, t); var b = await db.QueryAsync<Line>(AllLinesSql);"
    )]
    [InlineData(
        "var a = await db.QueryAsync<Order>(AllSql, commandTimeout: 1); var b = await db.QueryAsync<Line>(AllLinesSql, commandTimeout: 2);"
    )]
    [InlineData("var a = await db.QueryAsync<Order>(AllSql); var b = db.Query<Line>(AllLinesSql);")]
    [InlineData("var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(AllLinesSql).ConfigureAwait(false);")]
    [InlineData("var a = db.Query<Order>(AllSql, buffered: false); var b = db.Query<Line>(AllLinesSql, buffered: false);")]
    [InlineData(
        "var a = await db.QueryAsync<Order>(\"Orders\", commandType: CommandType.StoredProcedure); var b = await db.QueryAsync<Line>(AllLinesSql);"
    )]
    [InlineData("var a = await db.ExecuteScalarAsync<int>(CountSql); var b = await db.ExecuteScalarAsync<int>(CountSql);")]
    [InlineData("var a = await db.QueryAsync<Order, Line, Order>(AllSql, (o, l) => o); var b = await db.QueryAsync<Line>(AllLinesSql);")]
    [InlineData("var a = await db.QueryAsync(typeof(Order), AllSql); var b = await db.QueryAsync<Line>(AllLinesSql);")]
    [InlineData("var a = await db.QueryAsync<Order>(new CommandDefinition(AllSql)); var b = await db.QueryAsync<Line>(AllLinesSql);")]
    [InlineData("var a = db.QueryAsync<Order>(AllSql); var b = db.QueryAsync<Line>(AllLinesSql);")]
    // Texts that do more than read, or that end no statement.
    [InlineData(
        "var a = await db.QuerySingleAsync<int>(\"INSERT INTO orders VALUES (5, 'x') RETURNING id\"); var b = await db.QueryAsync<Line>(AllLinesSql);"
    )]
    [InlineData("var a = await db.QueryAsync<Order>(AllSql + \" FOR UPDATE\"); var b = await db.QueryAsync<Line>(AllLinesSql);")]
    [InlineData("var a = await db.QueryAsync<Order>(AllSql + \"; \" + AllSql); var b = await db.QueryAsync<Line>(AllLinesSql);")]
    [InlineData(
        "var a = await db.QueryAsync<Order>(\"SELECT SQL_CALC_FOUND_ROWS id FROM orders\"); var b = await db.QueryAsync<int>(\"SELECT FOUND_ROWS()\");"
    )]
    [InlineData(
        "var a = await db.QueryAsync<Order>(\"SELECT my_function(id) FROM orders\"); var b = await db.QueryAsync<Line>(AllLinesSql);"
    )]
    [InlineData("var a = await db.QueryAsync<Order>(\"SELECT @n := id FROM orders\"); var b = await db.QueryAsync<Line>(AllLinesSql);")]
    [InlineData(
        "var a = await db.QueryAsync<Order>(\"SELECT id FROM orders WHERE id = {=id}\", new { id }); var b = await db.QueryAsync<Line>(AllLinesSql);"
    )]
    [InlineData(
        "var a = await db.QueryAsync<Order>(\"SELECT id FROM orders WHERE id = ?id?\", new { id }); var b = await db.QueryAsync<Line>(AllLinesSql);"
    )]
    [InlineData("var a = await db.QueryAsync<Order>(\"SELECT id FROM orders; -- all\"); var b = await db.QueryAsync<Line>(AllLinesSql);")]
    [InlineData("var a = await db.QueryAsync<Order>(\"SELECT id FROM orders /* all\"); var b = await db.QueryAsync<Line>(AllLinesSql);")]
    [InlineData(
        "var a = await db.QueryAsync<Order>(\"SELECT id, customer FROM orders WHERE customer = 'a; -- x'\"); var b = await db.QueryAsync<Line>(AllLinesSql);"
    )]
    [InlineData("var a = await db.QueryAsync<Order>(\"Orders\"); var b = await db.QueryAsync<Line>(AllLinesSql);")]
    [InlineData(
        "var a = await db.QueryAsync<Order>(\"SELECT audit/**/(id) FROM orders\"); var b = await db.QueryAsync<Line>(AllLinesSql);"
    )]
    [InlineData(
        "var a = await db.QueryAsync<Order>(\"SELECT audit -- it\\n(id) FROM orders\"); var b = await db.QueryAsync<Line>(AllLinesSql);"
    )]
    [InlineData(
        "var a = await db.QueryAsync<Order>(\"SELECT '/*', audit/**/(id) FROM orders\"); var b = await db.QueryAsync<Line>(AllLinesSql);"
    )]
    // Without a blank Dapper takes it for a procedure.
    [InlineData("var a = await db.QuerySingleAsync<int>(\"SELECT(1)\"); var b = await db.QueryAsync<Line>(AllLinesSql);")]
    // The first of an order: a reader would fetch all that follow.
    [InlineData("var a = await db.QueryFirstAsync<Order>(AllSql + \" ORDER BY id DESC\"); var b = await db.QueryAsync<Line>(AllLinesSql);")]
    [InlineData("var a = await db.QueryAsync<Order>(\"SELECT(1)\"); var b = await db.QueryAsync<Line>(AllLinesSql);")]
    // An item of a list would have a name that is taken.
    [InlineData(
        "var ids = new[] { 1, 2 }; var a = await db.QueryAsync<Order>(InSql, new { ids }); var b = await db.QueryAsync<Line>(AllLinesSql, new { ids1 = 3 });"
    )]
    [InlineData(
        "var ids = new[] { 1, 2 }; var a = await db.QueryAsync<Order>(InSql, new { ids }); var b = await db.QueryAsync<Line>(AllLinesSql + \" WHERE id = @ids1\");"
    )]
    [InlineData(
        "var ids = new[] { 1, 2 }; var a = await db.QueryAsync<Order>(InSql + \" OR id = @ids2\", new { ids }); var b = await db.QueryAsync<Line>(AllLinesSql);"
    )]
    [InlineData(
        "var ids = new[] { 1, 2 }; var ids1 = 3; var a = await db.QueryAsync<Order>(InSql, new { ids }); var b = await db.QueryAsync<Line>(\"SELECT id, product FROM items WHERE id = @ids1\", new { ids1 });"
    )]
    [InlineData(
        "var ids = new[] { 1, 2 }; var a = await db.QueryAsync<Order>(InSql, new { ids }); var b = await db.QueryAsync<Line>(\"SELECT id, product FROM items WHERE id = @IDS2\", new { IDS2 = 3 });"
    )]
    [InlineData(
        "var p = new { ids = new[] { 1, 2 }, ids1 = 3 }; var a = await db.QueryAsync<Order>(InSql, p); var b = await db.QueryAsync<Line>(\"SELECT id, product FROM items WHERE id = @ids1\", p);"
    )]
    // An object for all may hold no more than one that is made for each.
    [InlineData(
        "var p = new { ids = Enumerable.Range(1, id).Where(n => n > Next()) }; var a = await db.QueryAsync<Order>(InSql, p); var b = await db.QueryAsync<Line>(InLinesSql, p);"
    )]
    // Not the extension's form: the connection is an argument.
    [InlineData("var a = await SqlMapper.QueryAsync<Order>(db, AllSql); var b = await db.QueryAsync<Line>(AllLinesSql);")]
    // Something stands between, around or in them.
    [InlineData("var a = await db.QueryAsync<Order>(AllSql); Next(); var b = await db.QueryAsync<Line>(AllLinesSql);")]
    [InlineData("var a = await db.QueryAsync<Order>(AllSql); try { var b = await db.QueryAsync<Line>(AllLinesSql); } finally { }")]
    [InlineData("var a = await db.QueryAsync<Order>(AllSql); if (id > 0) { var b = await db.QueryAsync<Line>(AllLinesSql); }")]
    [InlineData("var a = await db.QueryAsync<Order>(AllSql);\n#if OTHER\nid = 1;\n#endif\nvar b = await db.QueryAsync<Line>(AllLinesSql);")]
    [InlineData("var a = Sum(await db.QueryAsync<Order>(AllSql)); var b = await db.QueryAsync<Line>(AllLinesSql);")]
    [InlineData("var a = (await db.QueryAsync<Order>(AllSql)).Select(o => Next()); var b = await db.QueryAsync<Line>(AllLinesSql);")]
    [InlineData("Told a = await db.QuerySingleAsync<string>(CountSql); var b = await db.QueryAsync<Line>(AllLinesSql);")]
    [InlineData(
        "var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(AllLinesSql); again: Next(); if (id < 0) goto again;"
    )]
    [InlineData(
        "again: var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(AllLinesSql); if (id < 0) goto again;"
    )]
    public async Task What_may_make_a_difference_is_left_alone(string body) =>
        Assert.True(await IsQuietAsync(Async(body, "null") + More + Texts));

    [Theory]
    [InlineData("var a = await db.QueryAsync<Order>(AllSql /* all */);\nvar b = await db.QueryAsync<Line>(AllLinesSql);")]
    [InlineData("if (id > 0) { var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(AllLinesSql); }")]
    public async Task Where_a_comment_would_be_lost_or_no_line_begins_nothing_is_offered(string body)
    {
        var project = Workbench.Project(("Page.cs", Source($"public async Task Load(int id)\n{{\n{body}\n}}" + Texts)));
        Assert.Single(await FoundAsync(project));
        Assert.Equal(project.Solution, await MergedAsync(project));
    }

    /// <summary>What has Dapper's names and is another one's, or a value that has the framework's.</summary>
    [Theory]
    [InlineData("using Dapper;", "using Other;", "AllLinesSql")]
    [InlineData("using Dapper;", "using Dapper;", "AllLinesSql")]
    [InlineData("", "", "LineSql, new { id = default(Shop.System.Guid) }")]
    public async Task Names_alone_say_nothing(string before, string after, string second)
    {
        var members = Async($"var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>({second});", "null") + Texts;
        var project = Workbench.Project(
            ("Page.cs", before.Length == 0 ? Source(members) : Source(members).Replace(before, after, StringComparison.Ordinal)),
            (
                "Other.cs",
                """
                namespace Shop.System { public readonly struct Guid; }
                NAMED
                namespace Other
                {
                    using System.Collections.Generic; using System.Data; using System.Threading.Tasks;
                    public static class SqlMapper
                    {
                        public static Task<IEnumerable<T>> QueryAsync<T>(this IDbConnection cnn, string sql, object? param = null,
                            IDbTransaction? transaction = null, int? commandTimeout = null, CommandType? commandType = null) => null!;
                        public class GridReader { public void ReadAsync() { } }
                    }
                }
                """.Replace(
                    "NAMED",
                    // A copy of Dapper's source with fewer parameters.
                    before.Length > 0
                    && before == after
                        ? "namespace Dapper { using System.Collections.Generic; using System.Data; using System.Threading.Tasks; public static class SqlMapper { "
                            + "public static Task<IEnumerable<T>> QueryAsync<T>(this IDbConnection cnn, string sql) => null!; "
                            + "public class GridReader { public void ReadAsync() { } } } }"
                        : "",
                    StringComparison.Ordinal
                )
            )
        );
        await Workbench.CompilesAsync(project);
        Assert.Empty(await FoundAsync(project));
    }

    /// <summary>A local that a lambda only reads, or that is written before, is the same for both reads.</summary>
    [Theory]
    [InlineData(
        "var n = 1; Func<int> more = () => n + 1; var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = n });"
    )]
    [InlineData(
        "var n = 1; n = 2; var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = n });"
    )]
    [InlineData(
        "var n = 1; var o = 2; Action more = () => o = n; var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(LineSql, new { id = n });"
    )]
    [InlineData(
        "var a = await db.QueryFirstAsync<Order>(\"SELECT TOP 1 id, customer FROM orders ORDER BY id\"); var b = await db.QueryAsync<Line>(AllLinesSql);"
    )]
    [InlineData(
        "var a = await db.QueryFirstAsync<Order>(\"SELECT id, customer FROM orders ORDER BY id OFFSET 0 ROWS FETCH NEXT 1 ROWS ONLY\"); var b = await db.QueryAsync<Line>(AllLinesSql);"
    )]
    public async Task What_makes_no_difference_is_found(string body) =>
        Assert.False(await IsQuietAsync(Async(body, "null") + More + Texts));

    /// <summary>Dapper.AOT makes code for single reads, and none for several in one: what is marked for it stays.</summary>
    [Theory]
    [InlineData("", "", false)]
    [InlineData("[module: DapperAot]", "", true)]
    [InlineData("[assembly: DapperAot(true)]", "", true)]
    [InlineData("", "[DapperAot] ", true)]
    [InlineData("[module: DapperAot]", "[DapperAot(false)] ", false)]
    public async Task What_is_compiled_ahead_is_left_alone(string onModule, string onMethod, bool isQuiet)
    {
        var members =
            onMethod + Async("var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(AllLinesSql);") + Texts;
        var project = Workbench.Project(
            ("Page.cs", Source(members)),
            (
                "Aot.cs",
                $"using Dapper; {onModule} namespace Dapper {{ [System.AttributeUsage(System.AttributeTargets.All)] "
                    + "class DapperAotAttribute(bool enabled = true) : System.Attribute { public bool Enabled => enabled; } }"
            )
        );
        await Workbench.CompilesAsync(project);
        Assert.Equal(isQuiet, (await FoundAsync(project)).IsEmpty);
    }

    /// <summary>The type that holds the connection: one that is known to take several statements, or one that says nothing.</summary>
    [Theory]
    [InlineData("IBM.Data.Db2", "DB2Connection", true)]
    [InlineData("Snowflake.Data.Client", "SnowflakeDbConnection", true)]
    [InlineData("Oracle.ManagedDataAccess.Client", "OracleConnection", true)]
    [InlineData("StackExchange.Profiling.Data", "ProfiledDbConnection", true)]
    [InlineData("Npgsql", "NpgsqlConnection", false)]
    [InlineData("Microsoft.Data.SqlClient", "SqlConnection", false)]
    public async Task A_provider_is_known_by_its_type(string space, string name, bool isQuiet)
    {
        var library = Workbench.Project(
            ("L.cs", $"namespace {space} {{ public abstract class {name} : System.Data.Common.DbConnection {{ }} }}")
        );
        using var image = new MemoryStream();
        Assert.True((await library.GetCompilationAsync())!.Emit(image).Success);
        image.Position = 0;
        var reference = Microsoft.CodeAnalysis.MetadataReference.CreateFromStream(image);
        var members = Async("var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(AllLinesSql);") + Texts;
        foreach (var type in new[] { $"{space}.{name}", "Own" })
        {
            var project = Workbench
                .Project(
                    (
                        "Page.cs",
                        Source(members).Replace("Page(DbConnection db)", $"Page({type} db)", StringComparison.Ordinal)
                            + $"public abstract class Own : {space}.{name};"
                    )
                )
                .AddMetadataReference(reference);
            await Workbench.CompilesAsync(project);
            Assert.Equal(isQuiet, (await FoundAsync(project)).IsEmpty);
        }
    }

    [Theory]
    [InlineData("System.Data.IDbConnection")]
    [InlineData("MySqlConnector.MySqlConnection")]
    [InlineData("MySql.Data.MySqlClient.MySqlConnection")]
    [InlineData("MonotonicReads.ReplicatedConnection")]
    public async Task Connections_of_MySQL_are_taken(string type)
    {
        var project = Workbench.Project(
            (
                "Page.cs",
                Source(Async("var a = await db.QueryAsync<Order>(AllSql); var b = await db.QueryAsync<Line>(AllLinesSql);") + Texts)
                    .Replace("Page(DbConnection db)", $"Page({type} db)", StringComparison.Ordinal)
            )
        );
        await Workbench.CompilesAsync(project);
        Assert.Single(await FoundAsync(project));
    }

    [Fact]
    public async Task An_iterator_and_an_older_language_are_left_alone()
    {
        const string Reads = "var a = db.Query<Order>(AllSql);\nvar b = db.Query<Line>(AllLinesSql);\n";
        Assert.True(await IsQuietAsync($"public IEnumerable<object> Load()\n{{\n{Reads}yield return a;\nyield return b;\n}}" + Texts));
        var project = Workbench.Project(
            (
                "Page.cs",
                "using System.Data;\nusing Dapper;\npublic class Page\n{\nvoid Load(IDbConnection db)\n{\nvar a = db.Query<int?>(\"SELECT a FROM t\");\nvar b = db.Query<int?>(\"SELECT b FROM t\");\n}\n}\n"
            )
        );
        Assert.Single(await FoundAsync(project));
        var older = project.WithParseOptions(
            ((Microsoft.CodeAnalysis.CSharp.CSharpParseOptions)project.ParseOptions!).WithLanguageVersion(
                Microsoft.CodeAnalysis.CSharp.LanguageVersion.CSharp7_3
            )
        );
        Assert.Empty(await FoundAsync(older));
    }

    internal const string Texts = """

            private const string OrderSql = "SELECT id, customer FROM orders WHERE id = @id";
            private const string LineSql = "SELECT id, product FROM items WHERE order_id = @id";
            private const string NameSql = "SELECT id, product FROM items WHERE product = @name";
            private const string BothSql = "SELECT id, product FROM items WHERE product = @name AND order_id = @id";
            private const string AllSql = "SELECT id, customer FROM orders";
            private const string AllLinesSql = "SELECT id, product FROM items";
            private const string InSql = "SELECT id, customer FROM orders WHERE id IN @ids";
            private const string InLinesSql = "SELECT id, product FROM items WHERE order_id IN @ids";
            private const string CountSql = "SELECT COUNT(*) FROM orders";
        """;

    private const string More = """

            private int _changing = 1;
            private DbConnection _open = db;
            private IDbTransaction? _kept;
            private readonly DbConnection _other = db;
            private List<Order> Kept() => new();
            private IDbTransaction? Current => _kept ??= null;
            private int Settable { get; set; } = 1;
            private static void Bump(ref int n) => n++;
            private interface IAsked { int Id { get; } }
            private class Loose : IAsked { public virtual int Id { get; set; } }
            private static class Held { public sealed class List<T> : System.Collections.Generic.List<T>; }
            private int Computed => _changing++;
            private DbConnection Connection => _open;
            private int Next() => _changing++;
            private static int Sum(IEnumerable<Order> orders) => orders.Count();
            private static Asked? Maybe() => null;
            private sealed class Told { public static implicit operator Told(string text) => new(); }
        """;

    private static string Async(string body, string result = "new { a, b }") =>
        $"public async Task<object?> Load(int id, string name)\n{{\n{Lines(body)}\nreturn {result};\n}}";

    private static string Sync(string body) => $"public object? Load(int id, string name)\n{{\n{Lines(body)}\nreturn new {{ a, b }};\n}}";

    /// <summary>A statement to a line, as people write them.</summary>
    private static string Lines(string body) =>
        body.Replace("; var ", ";\nvar ", StringComparison.Ordinal)
            .Replace("; List", ";\nList", StringComparison.Ordinal)
            .Replace("{ var ", "{\nvar ", StringComparison.Ordinal);
}
