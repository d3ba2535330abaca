using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>A lambda that is mapped to a route, a job, a command or a message is a unit of its own: it reports for itself and counts for nobody else.</summary>
public class HandlerTests
{
    private const string A = "db.QueryFirst<int>(\"SELECT a FROM t\")";
    private const string B = "db.QueryFirst<int>(\"SELECT b FROM t\")";
    private const string Two = "new[] { " + A + ", " + B + " }";
    private const string Write = "db.Execute(\"INSERT INTO t VALUES (1)\")";

    [Theory]
    [InlineData("app.{|MR1001:MapGet|}(\"/a\", (IDbConnection db) => " + Two + ");")]
    [InlineData("app.{|MR1001:MapPost|}(\"/a\", (IDbConnection db) => { " + A + "; return " + B + "; });")]
    [InlineData("app.{|MR1001:MapPut|}(\"/a\", (IDbConnection db) => " + Two + ");")]
    [InlineData("app.{|MR1001:MapDelete|}(\"/a\", (IDbConnection db) => " + Two + ");")]
    [InlineData("app.{|MR1001:MapPatch|}(\"/a\", (IDbConnection db) => " + Two + ");")]
    [InlineData("app.{|MR1001:MapMethods|}(\"/a\", new[] { \"GET\" }, (IDbConnection db) => " + Two + ");")]
    [InlineData("app.{|MR1001:Map|}(\"/a\", (IDbConnection db) => " + Two + ");")]
    [InlineData("app.{|MR1001:MapFallback|}((IDbConnection db) => " + Two + ");")]
    [InlineData("app.{|MR1001:MapGet|}(\"/a\", (HttpContext context) => { _ = " + Two + "; return Task.CompletedTask; });")]
    [InlineData("app.{|MR1001:Run|}(async context => { _ = " + Two + "; await context.Response.WriteAsync(\"\"); });")]
    [InlineData("app.{|MR1001:Use|}(async (context, next) => { _ = " + Two + "; await next(); });")]
    [InlineData("app.{|MR1001:Use|}(async (HttpContext context, RequestDelegate next) => { _ = " + Two + "; await next(context); });")]
    [InlineData(
        "app.MapGet(\"/a\", () => 1).{|MR1001:AddEndpointFilter|}(async (context, next) => { _ = "
            + Two
            + "; return await next(context); });"
    )]
    [InlineData("app.Map(\"/admin\", branch => branch.{|MR1001:Run|}(async context => { _ = " + Two + "; await Task.Yield(); }));")]
    [InlineData(
        "app.UseWhen(context => true, branch => branch.{|MR1001:Use|}(async (context, next) => { _ = " + Two + "; await next(); }));"
    )]
    [InlineData("var group = app.MapGroup(\"/g\"); group.{|MR1001:MapGet|}(\"/a\", (IDbConnection db) => " + Two + ");")]
    [InlineData("app.MapGroup(\"/g\").RequireHost(\"h\").{|MR1001:MapGet|}(\"/a\", (IDbConnection db) => " + Two + ").AllowAnonymous();")]
    [InlineData("var handler = (IDbConnection db) => " + Two + "; app.{|MR1001:MapGet|}(\"/a\", handler);")]
    [InlineData("app.{|MR1001:MapGet|}(\"/a\", delegate (IDbConnection db) { return " + Two + "; });")]
    [InlineData("app.{|MR1001:MapCached|}(\"/a\", (IDbConnection db) => " + Two + ");")]
    [InlineData("app.{|MR1001:MapQuery|}<int>(\"/a\", async n => { await Task.Yield(); return " + Two + "; });")]
    [InlineData("app.{|MR1002:MapGet|}(\"/a\", (IDbConnection db) => Read(db) + Read(db)); int Read(IDbConnection db) => " + A + ";")]
    [InlineData("app.{|MR1001:MapGet|}(\"/a\", (IDbConnection db) => { Func<int> read = () => " + A + "; return read() + read(); });")]
    [InlineData(
        "app.MapGet(\"/a\", (IDbConnection db) => Both(db)); static int {|MR1001:Both|}(IDbConnection db) { _ = "
            + A
            + "; return "
            + B
            + "; }"
    )]
    [InlineData("app.MapGet(\"/a\", Both); static int {|MR1001:Both|}(IDbConnection db) { _ = " + A + "; return " + B + "; }")]
    [InlineData("app.{|MR1003:MapPost|}(\"/a\", (IDbConnection db) => { " + Write + "; return " + A + "; });")]
    [InlineData(
        "app.{|MR1001:MapGet|}(\"/a\", (IDbConnection db) => "
            + Two
            + "); app.{|MR1001:MapGet|}(\"/b\", (IDbConnection db) => "
            + Two
            + ");"
    )]
    [InlineData("db.{|MR1001:QueryFirst<int>(\"SELECT a FROM t\")|}; _ = " + B + "; app.{|MR1001:MapGet|}(\"/a\", () => " + Two + ");")]
    public Task It_reports_for_itself(string map) => TopLevel(map);

    [Theory]
    [InlineData("app.MapGet(\"/a\", (IDbConnection db) => " + A + ");")]
    [InlineData("app.MapGet(\"/a\", (IDbConnection db) => " + A + "); app.MapGet(\"/b\", (IDbConnection db) => " + B + ");")]
    [InlineData("_ = " + A + "; app.MapGet(\"/a\", () => " + B + "); app.Run(async context => { _ = " + A + "; await Task.Yield(); });")]
    [InlineData(Write + "; app.MapGet(\"/a\", () => " + A + ");")]
    [InlineData("app.MapPost(\"/a\", () => " + Write + "); _ = " + A + ";")]
    [InlineData("MapOrders(); MapOrders(); void MapOrders() => app.MapGet(\"/a\", () => " + A + ");")]
    [InlineData("Routes.Map(app, db); Routes.Map(app, db);")]
    [InlineData("foreach (var route in new[] { \"/a\", \"/b\" }) app.MapGet(route, () => " + A + ");")]
    [InlineData("app.MapGet(\"/a\", [Monotonic] (IDbConnection db) => " + Two + ");")]
    [InlineData("app.MapPost(\"/a\", [Causal] (IDbConnection db) => { " + Write + "; return " + A + "; });")]
    [InlineData("app.MapGet(\"/a\", [Primary] (IDbConnection db) => " + Two + ");")]
    [InlineData("app.MapGet(\"/a\", [Eventual(\"a report\")] (IDbConnection db) => " + Two + ");")]
    [InlineData(
        "app.MapGet(\"/a\", (IDbConnection db) => { using var session = ReadSession.Begin(ReadConsistency.Monotonic); return "
            + Two
            + "; });"
    )]
    [InlineData(
        "app.MapGet(\"/a\", [Monotonic] (IDbConnection db) => Both(db)); static int Both(IDbConnection db) { _ = "
            + A
            + "; return "
            + B
            + "; }"
    )]
    [InlineData("app.MapHub<Chat>(\"/chat\", options => { _ = " + A + "; options.ApplicationMaxBufferSize = 1; });")]
    [InlineData("app.MapGet(\"/a\", (IDbConnection db, bool x) => x ? " + A + " : " + B + ");")]
    public Task And_counts_for_nobody_else(string map) => TopLevel(map);

    [Theory]
    [InlineData("[Monotonic]", "{|MR1001:MapGet|}")]
    [InlineData("[Causal]", "{|MR1001:MapGet|}")]
    [InlineData("[Primary]", "{|MR1001:MapGet|}")]
    [InlineData("[Eventual(\"reports\")]", "MapGet")]
    public Task The_session_of_the_method_that_maps_it_is_over_when_it_runs(string declaration, string map) =>
        Whole(
            $$"""
            public class Orders
            {
                {{declaration}}
                public virtual void Map(IEndpointRouteBuilder app) => app.{{map}}("/a", (IDbConnection db) => {{Two}});
            }
            """
        );

    [Fact]
    public Task A_private_method_that_it_calls_has_no_session_of_the_mapping_method() =>
        Whole(
            $$"""
            public class Orders
            {
                [Monotonic]
                public virtual void Map(IEndpointRouteBuilder app)
                {
                    app.MapGet("/a", (IDbConnection db) => Both(db));
                    Kept = [Monotonic] (db) => Here(db);
                }

                private Func<IDbConnection, int> Kept;

                private static int {|MR1001:Both|}(IDbConnection db) { _ = {{A}}; return {{B}}; }

                private static int Here(IDbConnection db) { _ = {{A}}; return {{B}}; }
            }
            """
        );

    [Theory]
    [InlineData("app.MapGet(\"/orders/{id}\", (IDbConnection db) => " + Two + ");", "GET /orders/{id}")]
    [InlineData("app.MapDelete(\"orders\", (IDbConnection db) => " + Two + ");", "DELETE /orders")]
    [InlineData("app.MapMethods(\"/a\", new[] { \"HEAD\", \"OPTIONS\" }, (IDbConnection db) => " + Two + ");", "HEAD,OPTIONS /a")]
    [InlineData("app.Map(\"/a\", (IDbConnection db) => " + Two + ");", "Map /a")]
    [InlineData("const string Root = \"/api\"; app.MapGet(Root + \"/a\", (IDbConnection db) => " + Two + ");", "GET /api/a")]
    [InlineData("app.MapGet($\"{Routes.Root}/a\", (IDbConnection db) => " + Two + ");", "GET /root/a")]
    [InlineData("app.MapGet($\"{Routes.Held}/a\", (IDbConnection db) => " + Two + ");", "GET /held/a")]
    [InlineData("var root = \"/v\" + args.Length; app.MapGet($\"{root}/a\", (IDbConnection db) => " + Two + ");", "GET /v…/a")]
    [InlineData("app.MapGet(args[0], (IDbConnection db) => " + Two + ");", "GET …")]
    [InlineData(
        "var g = app.MapGroup(\"/g\").RequireHost(\"h\"); var h = g.MapGroup(\"h\"); h.MapGet(\"/{id}\", () => " + Two + ");",
        "GET /g/h/{id}"
    )]
    [InlineData("app.MapGroup(\"/g\").MapGet(\"/\", () => " + Two + ");", "GET /g")]
    [InlineData("app.MapGroup(\"/g/\").MapGet(\"\", () => " + Two + ");", "GET /g")]
    [InlineData("app.MapGet(\"\", () => " + Two + ");", "GET /")]
    [InlineData("app.Map(Microsoft.AspNetCore.Routing.Patterns.RoutePatternFactory.Parse(\"/p\"), () => " + Two + ");", "Map /p")]
    [InlineData("app.Run(async context => { _ = " + Two + "; await Task.Yield(); });", "Run")]
    [InlineData("app.MapFallback(() => " + Two + ");", "MapFallback /")]
    public async Task It_is_called_by_its_route(string map, string name)
    {
        var said = await MarkedSource.MessagesAsync(Program(map), Packages.OnTheWeb(), new ReadRulesAnalyzer());
        Assert.StartsWith($"'{name}' makes 2 ", Assert.Single(said), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "Microsoft.AspNetCore.SignalR.Client.Core",
        "10.0.12",
        "void M(Microsoft.AspNetCore.SignalR.Client.HubConnection hub) => Microsoft.AspNetCore.SignalR.Client.HubConnectionExtensions.{|MR1001:On|}<string>(hub, \"changed\", text => { _ = "
            + Two
            + "; });"
    )]
    [InlineData(
        "System.CommandLine",
        "3.0.0",
        "void M(System.CommandLine.Command command) => command.{|MR1001:SetAction|}(parsed => { _ = " + Two + "; });"
    )]
    [InlineData(
        "Coravel",
        "6.0.2",
        "void M(Coravel.Scheduling.Schedule.Interfaces.IScheduler jobs) => jobs.{|MR1001:Schedule|}(() => { _ = "
            + Two
            + "; }).EveryMinute();"
    )]
    [InlineData(
        "Coravel",
        "6.0.2",
        "void M(Coravel.Queuing.Interfaces.IQueue jobs) => jobs.{|MR1001:QueueAsyncTask|}(async () => { _ = "
            + Two
            + "; await Task.Yield(); });"
    )]
    [InlineData(
        "StackExchange.Redis",
        "3.4.35",
        "void M(StackExchange.Redis.ISubscriber bus) => bus.{|MR1001:Subscribe|}(default, (channel, text) => { _ = " + Two + "; });"
    )]
    [InlineData(
        "System.CommandLine",
        "3.0.0",
        "void M(System.CommandLine.Command command) { command.SetAction(parsed => { _ = " + A + "; }); _ = " + B + "; }"
    )]
    [InlineData(
        "Coravel",
        "6.0.2",
        "void M(Coravel.Scheduling.Schedule.Interfaces.IScheduler jobs) { jobs.Schedule(() => { _ = "
            + A
            + "; }); jobs.Schedule(() => { _ = "
            + B
            + "; }); }"
    )]
    public Task So_does_a_job_a_command_or_a_message(string package, string version, string member) =>
        new MarkedSource(Usings + "public class Jobs(IDbConnection db) { public " + member + " }", Packages.OnTheWeb((package, version)))
        {
            Disabled = [MR1004NeedlessAnnotation.Id],
        }.VerifyAsync(new ReadRulesAnalyzer());

    [Fact]
    public Task A_message_of_a_bus_too() =>
        new MarkedSource(
            Usings
                + $$"""
                using MassTransit;

                public class Bus(IDbConnection db)
                {
                    public class Placed;

                    public void Configure(IReceiveEndpointConfigurator endpoint) =>
                        endpoint.{|MR1001:Handler|}<Placed>(async context => { _ = {{Two}}; await Task.Yield(); });
                }
                """,
            Packages.OnTheWeb(("MassTransit", "8.5.12"), ("MassTransit.Abstractions", "8.5.12"))
        ).VerifyAsync(new ReadRulesAnalyzer());

    [Theory]
    [InlineData("Keep(() => { _ = " + Two + "; });")]
    [InlineData("Subscribe(() => { _ = " + Two + "; });")]
    [InlineData("Changed += (sender, e) => { _ = " + Two + "; };")]
    [InlineData("new System.Threading.Timer(state => { _ = " + Two + "; });")]
    [InlineData("KeepAny(() => " + Two + ");")]
    public Task A_lambda_that_is_kept_for_other_ends_belongs_to_its_method(string body) =>
        Whole(
            $$"""
            public class Orders(IDbConnection db)
            {
                private event EventHandler Changed;

                public void {|MR1001:M|}() { {{body}} }

                private static void Keep(Action later) { }

                private static void Subscribe(Action later) { }

                private static void KeepAny(Delegate later) { }
            }
            """
        );

    [Theory]
    [InlineData("MR1001 M:Program.<Main>$(System.String[])#GET /a", "MapGet", "{|MR1001:MapGet|}", "{|MR1001:MapPost|}")]
    [InlineData("MR1001 M:Program.<Main>$(System.String[])#GET /a # before the rules", "MapGet", "{|MR1001:MapGet|}", "{|MR1001:MapPost|}")]
    [InlineData("MR1001 M:Program.<Main>$(System.String[])#GET /a#2", "{|MR1001:MapGet|}", "MapGet", "{|MR1001:MapPost|}")]
    [InlineData("MR1001 M:Program.{Main}$(System.String[])#GET /a", "MapGet", "{|MR1001:MapGet|}", "{|MR1001:MapPost|}")]
    [InlineData("MR1001 M:Program.<Main>$(System.String[])#POST /a/{id}", "{|MR1001:MapGet|}", "{|MR1001:MapGet|}", "MapPost")]
    public Task It_has_an_entry_of_its_own_in_the_baseline(string entry, string first, string second, string third) =>
        new MarkedSource(
            Program(
                $$"""
                app.{{first}}("/a", () => {{Two}});
                app.{{second}}("/a", () => {{Two}});
                app.{{third}}("/a/{id}", () => {{Two}});
                """
            ),
            Packages.OnTheWeb()
        )
        {
            Kind = OutputKind.ConsoleApplication,
            Files = [("MonotonicReads.Baseline.txt", entry)],
        }.VerifyAsync(new ReadRulesAnalyzer());

    private const string Usings = """
        using System;
        using System.Data;
        using System.Threading.Tasks;
        using Dapper;
        using Microsoft.AspNetCore.Builder;
        using Microsoft.AspNetCore.Http;
        using Microsoft.AspNetCore.Routing;
        using MonotonicReads;

        """;

    private static string Program(string map) =>
        Usings
        + $$"""
            var app = WebApplication.CreateBuilder(args).Build();
            IDbConnection db = Routes.Open();
            {{map}}
            app.Run();

            public class Chat : Microsoft.AspNetCore.SignalR.Hub;

            public static class Routes
            {
                public const string Root = "/root";
                public static readonly string Held = "/held";

                public static IDbConnection Open() => null;

                public static void Map(IEndpointRouteBuilder app, IDbConnection db) => app.MapGet("/a", () => {{A}});

                public static void MapCached(this IEndpointRouteBuilder app, string route, Delegate handler) => app.MapGet(route, handler);

                public static void MapQuery<T>(this IEndpointRouteBuilder app, string route, Func<T, Task<int[]>> handler) => app.MapGet(route, handler);
            }
            """;

    private static Task TopLevel(string map) =>
        new MarkedSource(Program(map), Packages.OnTheWeb())
        {
            Kind = OutputKind.ConsoleApplication,
            Disabled = [MR1004NeedlessAnnotation.Id],
        }.VerifyAsync(new ReadRulesAnalyzer());

    private static Task Whole(string source) =>
        new MarkedSource(Usings + source, Packages.OnTheWeb()) { Disabled = [MR1004NeedlessAnnotation.Id] }.VerifyAsync(
            new ReadRulesAnalyzer()
        );
}
