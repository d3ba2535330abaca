using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>Minimal-API handlers and controller actions, against the real ASP.NET Core: whoever opens the request's session says so once, on the assembly.</summary>
public class WebEntryPointTests
{
    private const string A = "db.QueryFirst<int>(\"SELECT a FROM t\")";
    private const string B = "db.QueryFirst<int>(\"SELECT b FROM t\")";

    private const string Usings = """
        using System;
        using System.Data;
        using System.Linq;
        using System.Threading.Tasks;
        using Dapper;
        using Microsoft.AspNetCore.Builder;
        using Microsoft.AspNetCore.Http;
        using Microsoft.AspNetCore.Mvc;
        using Microsoft.AspNetCore.Routing;
        using MonotonicReads;

        """;

    [Theory]
    [InlineData("app.MapGet(\"/\", (IDbConnection db) => new[] { " + A + ", " + B + " });")]
    [InlineData(
        "app.MapGet(\"/\", async (IDbConnection db) => { await db.QueryAsync(\"SELECT a FROM t\"); return await db.QueryAsync(\"SELECT b FROM t\"); });"
    )]
    [InlineData("app.MapPost(\"/\", (IDbConnection db, int[] ids) => ids.Select(id => " + A + ").ToArray());")]
    [InlineData(
        "var orders = app.MapGroup(\"/orders\"); orders.MapGet(\"/{id}\", (IDbConnection db, int id) => { foreach (var n in new[] { 1, 2 }) { "
            + A
            + "; } });"
    )]
    public async Task A_handler_with_two_reads_is_reported_unless_the_assembly_declares_its_sessions(string map)
    {
        await Check(map, reported: true);
        await Check(map, reported: false, declaration: "[assembly: Monotonic]");
        await Check(map, reported: false, declaration: "[assembly: Causal]");
    }

    [Theory]
    [InlineData("app.MapGet(\"/\", (IDbConnection db) => " + A + ");")]
    [InlineData("app.MapGet(\"/a\", (IDbConnection db) => " + A + "); app.MapGet(\"/b\", (IDbConnection db) => " + B + ");")]
    [InlineData("app.MapGet(\"/\", [Monotonic] (IDbConnection db) => new[] { " + A + ", " + B + " });")]
    [InlineData("app.MapGet(\"/\", [Eventual(\"a report\")] (IDbConnection db) => new[] { " + A + ", " + B + " });")]
    [InlineData("app.MapPost(\"/\", [Causal] (IDbConnection db) => { db.Execute(\"INSERT INTO t VALUES (1)\"); return " + A + "; });")]
    [InlineData("app.MapGet(\"/\", (IDbConnection db, bool x) => x ? " + A + " : " + B + ");")]
    [InlineData("app.MapGet(\"/\", (IDbConnection db) => new[] { " + A + ", " + B + " }).WithMetadata(new MonotonicAttribute());")]
    [InlineData(
        "app.MapPost(\"/\", (IDbConnection db) => { db.Execute(\"INSERT INTO t VALUES (1)\"); return "
            + A
            + "; }).AllowAnonymous().WithMetadata(1, new CausalAttribute());"
    )]
    public Task A_handler_with_one_read_or_its_own_declaration_is_quiet(string map) => Check(map, reported: false);

    [Fact]
    public async Task A_handlers_declaration_holds_for_it_alone_and_no_further_than_it_says()
    {
        await Check(
            "app.MapGet(\"/\", [Monotonic] (IDbConnection db) => "
                + A
                + "); app.MapGet(\"/\", (IDbConnection db) => new[] { "
                + A
                + ", "
                + B
                + " });",
            reported: true
        );
        await Check(
            "app.MapGet(\"/\", (IDbConnection db) => new[] { " + A + ", " + B + " }).WithMetadata(new ObsoleteAttribute());",
            reported: true
        );
        await Check("app.MapGet(\"/\", [Obsolete] (IDbConnection db) => new[] { " + A + ", " + B + " });", reported: true);
        await Check(
            "app.MapPost(\"/\", [Monotonic] (IDbConnection db) => { db.Execute(\"INSERT INTO t VALUES (1)\"); return " + A + "; });",
            reported: true,
            rule: "MR1003"
        );
    }

    [Fact]
    public Task Two_handlers_do_not_meet_and_the_one_with_two_reads_counts_for_itself() =>
        Source(
            Usings
                + $$"""
                static class Orders
                {
                    public static void Map(IEndpointRouteBuilder app)
                    {
                        app.MapGet("/a", (IDbConnection db) => {{A}});
                        app.{|MR1001:MapGet|}("/b", (IDbConnection db) => { {{A}}; return {{B}}; });
                    }

                    public static void MapOne(IEndpointRouteBuilder app)
                    {
                        app.MapGet("/a", (IDbConnection db) => {{A}});
                        app.MapGet("/b", One);
                    }

                    static int One(IDbConnection db) => {{B}};
                }
                """
        );

    [Theory]
    [InlineData("", "{|MR1001:Get|}", "{|MR1002:GetAll|}")]
    [InlineData("[assembly: Monotonic]", "Get", "GetAll")]
    [InlineData("[assembly: Primary]", "Get", "GetAll")]
    public Task A_controllers_action_is_an_entry_point(string declaration, string get, string getAll) =>
        Source(
            Usings
                + declaration
                + $$"""

                [ApiController, Route("orders")]
                public class OrdersController(IDbConnection db) : ControllerBase
                {
                    [HttpGet("{id}")]
                    public IActionResult {{get}}(int id) => Ok(new[] { {{A}}, {{B}} });

                    [HttpGet]
                    public IActionResult {{getAll}}() { var first = One(); return Ok(first + One()); }

                    [HttpGet("one")]
                    public IActionResult GetOne() => Ok(One());

                    private int One() => {{A}};
                }
                """
        );

    [Fact]
    public Task A_service_below_a_declared_assembly_may_still_ask_for_more() =>
        Source(
            Usings
                + $$"""
                [assembly: Monotonic]

                public class OrdersController(Orders orders) : ControllerBase
                {
                    [HttpPost]
                    public IActionResult Add() => Ok(orders.AddAndRead());
                }

                public class Orders(IDbConnection db)
                {
                    public int {|MR1003:AddAndRead|}() { db.Execute("INSERT INTO t VALUES (1)"); return {{A}}; }
                }
                """
        );

    [Fact]
    public Task What_the_framework_calls_needs_no_wrapper() =>
        Source<MR2001CannotBeWrapped>(
            Usings
                + $$"""
                public class OrdersController(IDbConnection db) : ControllerBase
                {
                    [HttpGet, Causal]
                    public IActionResult Get() => Ok({{A}});
                }

                [Monotonic]
                public abstract class Base : Controller;

                public class LinesController(IDbConnection db) : Base
                {
                    public IActionResult Get() => Ok({{A}});
                }

                public class OrdersHub(IDbConnection db) : Microsoft.AspNetCore.SignalR.Hub
                {
                    [Causal]
                    public int Get() => {{A}};
                }

                public class LinesHub(IDbConnection db) : Microsoft.AspNetCore.SignalR.Hub<IDisposable>
                {
                    [Monotonic]
                    public int Get() => {{A}};
                }

                static class Orders
                {
                    public static void Map(IEndpointRouteBuilder app)
                    {
                        app.MapGet("/a", [Causal] (IDbConnection db) => {{A}});
                        app.MapPost("/b", [Monotonic] async (IDbConnection db) => { await db.QueryAsync("SELECT a FROM t"); });
                    }
                }
                """
        );

    [Fact]
    public Task What_somebody_else_calls_does() =>
        Source<MR2001CannotBeWrapped>(
            Usings
                + $$"""
                public class OrdersController(IDbConnection db)
                {
                    [Causal]
                    public int {|MR2001:Get|}() => {{A}};
                }

                public abstract class Hub;

                public class OrdersHub(IDbConnection db) : Hub
                {
                    [Causal]
                    public int {|MR2001:Get|}() => {{A}};
                }

                static class Orders
                {
                    public static void Map(IDbConnection db)
                    {
                        Keep([Causal] (int n) {|MR2001:=>|} {{A}});
                        Func<int, int> kept = [Causal] (int n) {|MR2001:=>|} {{A}};
                    }

                    static void Keep(Delegate handler) { }
                }
                """
        );

    private static Task Check(string map, bool reported, string declaration = "", string rule = "MR1001") =>
        Source(
            Usings
                + declaration
                + $$"""

                static class Program
                {
                    static void Main(string[] args)
                    {
                        var app = WebApplication.CreateBuilder(args).Build();
                        {{(reported ? Marked(map, rule) : map)}}
                        app.Run();
                    }
                }
                """
        );

    // The last of the handlers is the one at fault.
    private static string Marked(string map, string rule)
    {
        var at = map.LastIndexOf(".Map", StringComparison.Ordinal) + 1;
        var end = map.IndexOf('(', at);
        return $"{map[..at]}{{|{rule}:{map[at..end]}|}}{map[end..]}";
    }

    private static Task Source(string source) => Source<ReadRulesAnalyzer>(source);

    private static Task Source<TAnalyzer>(string source)
        where TAnalyzer : DiagnosticAnalyzer, new() =>
        new MarkedSource(source, [.. ReadRules.References, .. AspNetCore.WithPackage])
        {
            Disabled = [MR1004NeedlessAnnotation.Id],
        }.VerifyAsync(new TAnalyzer());
}
