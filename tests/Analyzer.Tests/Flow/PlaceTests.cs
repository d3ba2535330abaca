using Microsoft.CodeAnalysis.Testing;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>Where reads may stand, where the report then stands, and what it says.</summary>
public class PlaceTests
{
    private const string One = "db.QueryFirst<int>(\"SELECT a FROM t\")";

    private const string Two = "db.QueryFirst<int>(\"SELECT a FROM t\") + db.QueryFirst<int>(\"SELECT b FROM t\")";

    [Theory]
    [InlineData("public int {|MR1001:M|}() => " + Two + ";")]
    [InlineData("public int {|MR1001:P|} => " + Two + ";")]
    [InlineData("public int P { {|MR1001:get|} { return " + Two + "; } }")]
    [InlineData("public int P { {|MR1001:get|} => " + Two + "; set { } }")]
    [InlineData("public int P { get => 1; {|MR1001:set|} { _ = " + Two + "; } }")]
    [InlineData("public int {|MR1001:this|}[int i] => " + Two + ";")]
    [InlineData("public int this[int i] { {|MR1001:get|} { return " + Two + "; } }")]
    [InlineData("public {|MR1001:Orders|}(DbConnection db) : this(db, null, null, null) { _ = " + Two + "; }")]
    [InlineData(
        "private static DbConnection db0; public static int operator {|MR1001:+|}(Orders o, int n) => db0.QueryFirst<int>(\"SELECT a FROM t\") + db0.QueryFirst<int>(\"SELECT b FROM t\");"
    )]
    [InlineData(
        "private static DbConnection db0; private static int {|MR1001:f|} = db0.QueryFirst<int>(\"SELECT a FROM t\") + db0.QueryFirst<int>(\"SELECT b FROM t\");"
    )]
    [InlineData(
        "private static DbConnection db0; private static int f, {|MR1001:g|} = db0.QueryFirst<int>(\"SELECT a FROM t\") + db0.QueryFirst<int>(\"SELECT b FROM t\");"
    )]
    [InlineData(
        "private static DbConnection db0; private static int {|MR1001:P|} { get; } = db0.QueryFirst<int>(\"SELECT a FROM t\") + db0.QueryFirst<int>(\"SELECT b FROM t\");"
    )]
    [InlineData(
        "public IEnumerable<int> {|MR1001:M|}() { yield return db.QueryFirst<int>(\"SELECT a FROM t\"); yield return db.QueryFirst<int>(\"SELECT b FROM t\"); }"
    )]
    [InlineData(
        "public async Task<int> {|MR1001:M|}() => await db.QueryFirstAsync<int>(\"SELECT a FROM t\") + await db.QueryFirstAsync<int>(\"SELECT b FROM t\").ConfigureAwait(false);"
    )]
    [InlineData(
        "public async Task {|MR1001:M|}() { await foreach (var row in db.QueryUnbufferedAsync<int>(\"SELECT a FROM t\")) db.Query(\"SELECT b FROM t\"); }"
    )]
    public Task The_report_stands_on_the_declaration(string member) => ReadRules.Members(member);

    [Theory]
    [InlineData("public int M() => " + One + ";")]
    [InlineData("public int P => " + One + ";")]
    [InlineData("public int P { get { return " + One + "; } set { _ = " + One + "; } }")]
    [InlineData("public int this[int i] { get => " + One + "; set => _ = " + One + "; }")]
    [InlineData("public Orders(DbConnection db) : this(db, null, null, null) { _ = " + One + "; }")]
    [InlineData(
        "private static DbConnection db0; public static int operator +(Orders o, int n) => db0.QueryFirst<int>(\"SELECT a FROM t\");"
    )]
    [InlineData(
        "private static DbConnection db0; private static int f = db0.QueryFirst<int>(\"SELECT a FROM t\"), g = db0.QueryFirst<int>(\"SELECT b FROM t\");"
    )]
    [InlineData(
        "private static DbConnection db0; private static int P { get; } = db0.QueryFirst<int>(\"SELECT a FROM t\"); private static int Q { get; } = db0.QueryFirst<int>(\"SELECT b FROM t\");"
    )]
    [InlineData(
        "public IEnumerable<int> M(bool x) { if (x) { yield return db.QueryFirst<int>(\"SELECT a FROM t\"); yield break; } yield return db.QueryFirst<int>(\"SELECT b FROM t\"); }"
    )]
    [InlineData("public async Task<int> M() => await db.QueryFirstAsync<int>(\"SELECT a FROM t\").ConfigureAwait(false);")]
    [InlineData(
        "public async Task M() { await foreach (var row in db.QueryUnbufferedAsync<int>(\"SELECT a FROM t\")) Console.WriteLine(row); }"
    )]
    public Task One_read_in_each_of_them_is_quiet(string member) => ReadRules.Members(member);

    [Fact]
    public Task Top_level_code_with_one_read_is_quiet() =>
        ReadRules.Source(
            """
            // top-level
            using Dapper;
            using MySqlConnector;

            using var db = new MySqlConnection("");
            if (args.Length > 0)
                db.Query("SELECT a FROM t");
            else
                db.Query("SELECT b FROM t");
            """
        );

    [Fact]
    public Task Top_level_code_reports_on_its_first_read() =>
        ReadRules.Source(
            """
            // top-level
            using Dapper;
            using MySqlConnector;

            using var db = new MySqlConnection("");
            db.{|MR1001:Query("SELECT a FROM t")|};
            db.Query("SELECT b FROM t");
            """
        );

    [Fact]
    public Task The_message_names_the_method_the_count_and_the_first_two_reads_and_each_read_is_a_further_location() =>
        ReadRules.Source(
            """
            using Dapper;
            using System.Data;

            class Orders
            {
                void {|#0:Load|}(IDbConnection db)
                {
                    db.{|#1:Query("SELECT a FROM t")|};
                    db.{|#2:QueryFirst<int>("SELECT b FROM t")|};
                    db.{|#3:ExecuteScalar("SELECT c FROM t")|};
                }
            }
            """,
            routing: null,
            new DiagnosticResult(MR1001SequentialReads.Descriptor)
                .WithLocation(0)
                .WithLocation(1)
                .WithLocation(2)
                .WithLocation(3)
                .WithArguments("Load", "3 sequential replica reads", "'Query' (line 8)", "'QueryFirst' (line 9)", "begin a ReadSession")
        );

    // On the lines 8 and 9 of a method over a connection, and over a context.
    [Theory]
    [InlineData("MR1002", "_ = Text;", "_ = One();", "'Text' (line 8) and 'One' (line 9)")]
    [InlineData("MR1002", "_ = new Loader(db);", "One();", "'new Loader' (line 8) and 'One' (line 9)")]
    [InlineData("MR1002", "if (db is null) One(); else _ = Text;", "One();", "'One' (line 8) and 'One' (line 9)")]
    [InlineData(
        "MR1001",
        "foreach (var o in shop.Orders) { }",
        "_ = new List<Order>(shop.Orders);",
        "'foreach' (line 8) and 'new List' (line 9)"
    )]
    [InlineData("MR1001", "_ = string.Join(\",\", shop.Orders);", "shop.Orders.Count();", "'Join' (line 8) and 'Count' (line 9)")]
    [InlineData("MR1001", "ById(shop, 1);", "shop.Orders.Find(1);", "'ById' (line 8) and 'Find' (line 9)")]
    public Task A_site_has_the_name_of_what_is_called(string rule, string first, string second, string said) =>
        new MarkedSource(
            $$"""
            using System; using System.Collections.Generic; using System.Linq; using Dapper; using Microsoft.EntityFrameworkCore;
            public class Order { public int Id { get; set; } }
            public class Shop : DbContext { public DbSet<Order> Orders { get; set; } }
            public class Orders(System.Data.Common.DbConnection db, Shop shop)
            {
                public void {|{{rule}}:Load|}()
                {
                    {{first}}
                    {{second}}
                }

                private static readonly Func<Shop, int, Order> ById = EF.CompileQuery((Shop s, int id) => s.Orders.First(o => o.Id == id));
                private string Text => db.QueryFirst<string>("SELECT a FROM t");
                private int One() => db.QueryFirst<int>("SELECT a FROM t");
                private class Loader { public Loader(System.Data.Common.DbConnection db) => db.Query("SELECT a FROM t"); }
            }
            """,
            Packages.EntityFramework("10.0.15")
        )
        {
            Said = said,
        }.VerifyAsync(new ReadRulesAnalyzer());

    // The first of the reads that may have come before is named, whichever path is taken.
    [Fact]
    public Task The_earlier_read_is_the_first_in_the_text() =>
        ReadRules.Source(
            """
            using Dapper;
            using System.Data;

            class Orders
            {
                void {|#0:Load|}(IDbConnection db, bool x)
                {
                    if (x) db.{|#1:Query("SELECT a FROM t")|};
                    else db.{|#3:QuerySingle<int>("SELECT c FROM t")|};
                    db.{|#2:QueryFirst<int>("SELECT b FROM t")|};
                }
            }
            """,
            routing: null,
            new DiagnosticResult(MR1001SequentialReads.Descriptor)
                .WithLocation(0)
                .WithLocation(1)
                .WithLocation(2)
                .WithArguments("Load", "2 sequential replica reads", "'Query' (line 8)", "'QueryFirst' (line 10)", "begin a ReadSession")
        );

    [Fact]
    public Task A_read_that_meets_itself_is_named_as_one_in_a_loop() =>
        ReadRules.Source(
            """
            using Dapper;
            using System.Data;

            class Orders
            {
                void {|#0:Load|}(IDbConnection db, int[] ids)
                {
                    foreach (var id in ids)
                        db.{|#1:Query("SELECT a FROM t")|};
                }
            }
            """,
            routing: null,
            new DiagnosticResult(MR1001SequentialReads.Descriptor)
                .WithLocation(0)
                .WithLocation(1)
                .WithArguments(
                    "Load",
                    "a replica read in a loop",
                    "'Query' (line 9)",
                    "the same call in the next iteration",
                    "begin a ReadSession"
                )
        );

    [Fact]
    public Task Code_that_does_not_bind_is_quiet() =>
        ReadRules.Source(
            """
            class Orders
            {
                void Load({|CS0246:DbConnexion|} db)
                {
                    db.Query("SELECT a FROM t");
                    db.Query("SELECT b FROM t");
                    {|CS0103:undefined|}.Query("SELECT c FROM t");
                }
            }
            """
        );

    [Fact]
    public Task A_lookalike_is_quiet() =>
        ReadRules.Source(
            """
            class Graph
            {
                public int Query(string text) => 0;
                public int ExecuteReader() => 0;
                public int Load() => Query("SELECT a FROM t") + Query("SELECT b FROM t") + ExecuteReader() + ExecuteReader();
            }
            """
        );
}
