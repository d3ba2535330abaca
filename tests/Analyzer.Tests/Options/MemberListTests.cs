using Microsoft.CodeAnalysis.Testing;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Options;

/// <summary>Members that a project names in its options or in AdditionalFiles, where the compiler cannot look into them.</summary>
public class MemberListTests
{
    private const string Gateway = """
        namespace Shop.Data
        {
            public interface IGateway { int Load(int id); void Push(int id); MySqlConnection Main { get; } int Leading(); System.Threading.Tasks.Task<int> LoadLaterAsync(int id); int LoadIn(DbTransaction tx); int LoadOn(DbConnection c); string Text { get; } int LoadWith(Func<object> then); class Nested { public int Peek() => 0; } }
            public class Cache<T> { public T Pull() => default; }
        }
        """;

    [Theory]
    [InlineData("monotonic_reads.read_members = Shop.Data.IGateway.Load", "g.Load(1); g.Load(2);", "MR1001")]
    [InlineData("monotonic_reads.read_members = Shop.Data.IGateway.Load*", "g.Load(1); await g.LoadLaterAsync(2);", "MR1001")]
    [InlineData("monotonic_reads.read_members = Shop.*.Load", "g.Load(1); g.Load(2);", "MR1001")]
    [InlineData(
        "monotonic_reads.read_members = Other.Type.Member, Shop.Data.IGateway.Load",
        "g.Load(1); db.Query(\"SELECT a FROM t\");",
        "MR1001"
    )]
    [InlineData("monotonic_reads.read_members = Shop.Data.IGateway+Nested.Peek", "n.Peek(); n.Peek();", "MR1001")]
    [InlineData("monotonic_reads.read_members = Shop.Data.Cache`1.Pull", "c.Pull(); c.Pull();", "MR1001")]
    [InlineData("monotonic_reads.write_members = Shop.Data.IGateway.Push", "g.Push(1); db.Query(\"SELECT a FROM t\");", "MR1003")]
    [InlineData("monotonic_reads.primary_members = Shop.Data.IGateway.Leading", "g.Leading(); db.Query(\"SELECT a FROM t\");", "MR1001")]
    [InlineData("monotonic_reads.read_members = Shop.Data.IGateway.Load", "foreach (var i in new int[2]) g.Load(i);", "MR1001")]
    [InlineData("monotonic_reads.read_members = Shop.Data.IGateway.LoadIn", "g.LoadIn(null); g.LoadIn(null);", "MR1001")]
    [InlineData("monotonic_reads.read_members = Shop.Data.IGateway.LoadOn", "g.LoadOn(db); g.LoadOn(db);", "MR1001")]
    [InlineData("monotonic_reads.read_members = Shop.Data.IGateway.Text", "_ = g.Text + g.Text;", "MR1001")]
    [InlineData("monotonic_reads.read_members = Shop.Data.IGateway.LoadWith", "g.LoadWith(() => db.Query(\"SELECT a FROM t\"));", "MR1001")]
    public Task A_listed_member_is_what_the_list_says(string option, string body, string rule) => Check(body, rule, option);

    [Theory]
    [InlineData("", "g.Load(1); g.Load(2);")]
    [InlineData("monotonic_reads.read_members = Shop.Data.IGateway.LoadAll", "g.Load(1); g.Load(2);")]
    [InlineData("monotonic_reads.read_members = Data.IGateway.Load", "g.Load(1); g.Load(2);")]
    [InlineData("monotonic_reads.read_members = Shop.Data.IGateway.Load", "g.Load(1);")]
    [InlineData("monotonic_reads.read_members = Shop.Data.IGateway.load", "g.Load(1); g.Load(2);")]
    [InlineData("monotonic_reads.read_members = Shop.Data.IGateway.Peek", "n.Peek(); n.Peek();")]
    [InlineData("monotonic_reads.write_members = Shop.Data.IGateway.Push", "db.Query(\"SELECT a FROM t\"); g.Push(1);")]
    [InlineData(
        "monotonic_reads.primary_members = Shop.Data.IGateway.Main",
        "g.Main.Query(\"SELECT a FROM t\"); g.Main.Query(\"SELECT b FROM t\");"
    )]
    [InlineData("monotonic_reads.read_members = Shop.Data.IGateway.LoadIn", "var tx = db.BeginTransaction(); g.LoadIn(tx); g.LoadIn(tx);")]
    [InlineData(
        "monotonic_reads.read_members = Shop.Data.IGateway.LoadOn",
        "var main = replicated.Primary.OpenConnection(); g.LoadOn(main); g.LoadOn(main);"
    )]
    [InlineData("monotonic_reads.read_members = Shop.Data.IGateway.Text", "_ = g.Text;")]
    [InlineData("monotonic_reads.read_members = Shop.Data.IGateway.LoadWith", "g.LoadWith(() => 1);")]
    [InlineData("monotonic_reads.primary_members = Shop.Data.IGateway.Leading", "db.Query(\"SELECT a FROM t\"); g.Leading();")]
    public Task What_is_not_listed_is_not(string option, string body) => Check(body, null, option);

    [Fact]
    public Task A_list_stands_in_for_a_visible_body() =>
        ReadRules.Configured<ReadRulesAnalyzer>(
            """
                public void {|MR1001:M|}() { Cached(); Cached(); }
                public void N() { Sent(); Sent(); }
                private int Cached() => 1;
                private object Sent() => db.Query("SELECT a FROM t");
            """,
            "monotonic_reads.read_members = Orders.Cached\nmonotonic_reads.primary_members = Orders.Sent"
        );

    [Fact]
    public Task A_list_may_come_in_a_file_that_a_package_adds() =>
        ReadRules.Configured<ReadRulesAnalyzer>(
            "public void {|MR1001:M|}(Shop.Data.IGateway g) { g.Load(1); g.Load(2); } public void {|MR1003:W|}(Shop.Data.IGateway g) { g.Push(1); g.Load(2); }",
            files:
            [
                (
                    "MonotonicReads.Members.Shop.Data.txt",
                    "# what the gateway does\n\nread Shop.Data.IGateway.Load\n write  Shop.Data.IGateway.Push  # sends\n"
                ),
            ],
            more: Gateway
        );

    [Fact]
    public Task A_file_of_another_name_is_not_looked_at() =>
        ReadRules.Configured<ReadRulesAnalyzer>(
            "public void M(Shop.Data.IGateway g) { g.Load(1); g.Load(2); }",
            files: [("Members.txt", "read Shop.Data.IGateway.Load")],
            more: Gateway
        );

    [Fact]
    public Task A_list_is_enough_where_no_data_library_is_referenced() =>
        new MarkedSource(
            "interface IGateway { int Load(); } class C { void {|MR1001:M|}(IGateway g) { g.Load(); g.Load(); } }",
            [
                .. ReadRules.References.Where(r =>
                    Path.GetFileName(r.Display) is { } name
                    && name.StartsWith("System.", StringComparison.Ordinal)
                    && name != "System.Data.SqlClient.dll"
                ),
            ]
        )
        {
            Options = "monotonic_reads.read_members = IGateway.Load",
        }.VerifyAsync(new ReadRulesAnalyzer());

    private static Task Check(string body, string? rule, string options) =>
        ReadRules.Configured<ReadRulesAnalyzer>(
            $"public async Task {(rule is null ? "M" : $"{{|{rule}:M|}}")}(Shop.Data.IGateway g, Shop.Data.IGateway.Nested n, Shop.Data.Cache<int> c) {{ await Task.Yield(); {body} }}",
            options,
            more: Gateway
        );
}
