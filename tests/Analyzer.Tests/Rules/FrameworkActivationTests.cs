using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>Classes that a framework makes by their own type, against the real frameworks: whether an annotation there is kept by anybody.</summary>
public class FrameworkActivationTests
{
    private const string Two = "db.QueryFirst<int>(\"SELECT a FROM t\") + db.QueryFirst<int>(\"SELECT b FROM t\")";

    private const string Usings = """
        using System;
        using System.Data;
        using System.Threading;
        using System.Threading.Tasks;
        using Dapper;
        using Microsoft.AspNetCore.Authorization;
        using Microsoft.AspNetCore.Components;
        using Microsoft.AspNetCore.Http;
        using Microsoft.AspNetCore.Mvc;
        using Microsoft.AspNetCore.Mvc.Filters;
        using Microsoft.AspNetCore.Mvc.ModelBinding;
        using Microsoft.AspNetCore.Mvc.RazorPages;
        using Microsoft.AspNetCore.Razor.TagHelpers;
        using Microsoft.AspNetCore.Routing;
        using Microsoft.AspNetCore.SignalR;
        using Microsoft.Extensions.Diagnostics.HealthChecks;
        using Microsoft.Extensions.Hosting;
        using MonotonicReads;

        """;

    public static TheoryData<string> Activated { get; } =
        new()
        {
            "public class C(IDbConnection db) : ComponentBase { @ protected override void OnInitialized() { _ = " + Two + "; } }",
            "public class C(IDbConnection db) : LayoutComponentBase { @ protected override void OnParametersSet() { _ = " + Two + "; } }",
            "public class C(IDbConnection db) : IHealthCheck { @ public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken token = default) { await Task.Yield(); _ = "
                + Two
                + "; return default; } }",
            "public class C(IDbConnection db) : BackgroundService { @ protected override async Task ExecuteAsync(CancellationToken token) { await Task.Yield(); _ = "
                + Two
                + "; } }",
            "public class C(IDbConnection db) : IHostedService { @ public async Task StartAsync(CancellationToken token) { await Task.Yield(); _ = "
                + Two
                + "; } public Task StopAsync(CancellationToken token) => Task.CompletedTask; }",
            "public class C(IDbConnection db) : IMiddleware { @ public async Task InvokeAsync(HttpContext context, RequestDelegate next) { _ = "
                + Two
                + "; await next(context); } }",
            "public class C(RequestDelegate next) { @ public virtual async Task InvokeAsync(HttpContext context, IDbConnection db) { _ = "
                + Two
                + "; await next(context); } }",
            "public class Need : IAuthorizationRequirement; public class C(IDbConnection db) : AuthorizationHandler<Need> { @ protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, Need need) { await Task.Yield(); _ = "
                + Two
                + "; } }",
            "public class C(IDbConnection db) : IActionFilter { @ public void OnActionExecuting(ActionExecutingContext context) { _ = "
                + Two
                + "; } public void OnActionExecuted(ActionExecutedContext context) { } }",
            "public class C : ActionFilterAttribute { IDbConnection db; @ public override void OnActionExecuting(ActionExecutingContext context) { _ = "
                + Two
                + "; } }",
            "public class C(IDbConnection db) : IEndpointFilter { @ public async ValueTask<object> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) { _ = "
                + Two
                + "; return await next(context); } }",
            "public class C(IDbConnection db) : ViewComponent { @ public virtual int Invoke() => " + Two + "; }",
            "public class C(IDbConnection db) : TagHelper { @ public override void Process(TagHelperContext context, TagHelperOutput output) { _ = "
                + Two
                + "; } }",
            "public class C(IDbConnection db) : IModelBinder { @ public async Task BindModelAsync(ModelBindingContext context) { await Task.Yield(); _ = "
                + Two
                + "; } }",
            "public abstract class B(RequestDelegate next) { public Task InvokeAsync(HttpContext context) { Work(); return next(context); } protected abstract void Work(); } public class C(RequestDelegate next, IDbConnection db) : B(next) { @ protected override void Work() { _ = "
                + Two
                + "; } }",
            "public class BasketViewComponent(IDbConnection db) { @ public virtual int Invoke() => " + Two + "; }",
            "public class C(IDbConnection db) : PageModel { @ public virtual void OnGet() { _ = " + Two + "; } }",
        };

    [Theory]
    [MemberData(nameof(Activated))]
    public async Task An_annotation_there_is_kept_by_nobody(string type)
    {
        var annotated = type.Replace("@ ", "[Monotonic] ", StringComparison.Ordinal);
        await Check<MR2001CannotBeWrapped>(Named(annotated), AspNetCore.Framework);
        await Check<MR2001CannotBeWrapped>(Named(annotated), AspNetCore.WithPackage);
    }

    [Theory]
    [InlineData("public class C(IDbConnection db) : ControllerBase { @ public int Get() => " + Two + "; }")]
    [InlineData("public class C(IDbConnection db) : Controller { @ public virtual int Get() => " + Two + "; }")]
    [InlineData("[ApiController] public class C(IDbConnection db) { @ public int Get() => " + Two + "; }")]
    [InlineData("public class C(IDbConnection db) : Hub { @ public int Get() => " + Two + "; }")]
    [InlineData(
        "public class C(IDbConnection db) : Hub<IDisposable> { @ public override async Task OnConnectedAsync() { await Task.Yield(); _ = "
            + Two
            + "; } }"
    )]
    public async Task An_endpoints_annotation_is_kept_where_the_web_package_is(string type)
    {
        var annotated = type.Replace("@ ", "[Monotonic] ", StringComparison.Ordinal);
        await Check<MR2001CannotBeWrapped>(annotated, AspNetCore.WithPackage);
        await Check<MR2001CannotBeWrapped>(Named(annotated), AspNetCore.Framework);
        var whole = type.Replace("@ ", "", StringComparison.Ordinal)
            .Replace("public class", "[Monotonic] public class", StringComparison.Ordinal);
        await Check<MR2001CannotBeWrapped>(whole, AspNetCore.WithPackage);
        await Check<MR2001CannotBeWrapped>(whole.Replace("class C", "class {|MR2001:C|}", StringComparison.Ordinal), AspNetCore.Framework);
    }

    [Theory]
    [InlineData("public class C(IDbConnection db) : ControllerBase { [Monotonic, NonAction] public int {|MR2001:Get|}() => " + Two + "; }")]
    [InlineData("public class C(IDbConnection db) : ControllerBase { [Monotonic] private int {|MR2001:Get|}() => " + Two + "; }")]
    [InlineData("public class C(IDbConnection db) : Hub { [Monotonic] protected virtual int {|MR2001:Get|}() => " + Two + "; }")]
    [InlineData("public class C : Hub { [Monotonic] public static int {|MR2001:Get|}(IDbConnection db) => " + Two + "; }")]
    public Task What_is_no_endpoint_is_kept_by_nobody(string type) => Check<MR2001CannotBeWrapped>(type, AspNetCore.WithPackage);

    [Theory]
    [InlineData("[Monotonic] public class C(IDbConnection db) : PageModel { public void OnGet() { _ = " + Two + "; } }")]
    [InlineData(
        "[Monotonic] public class C(IDbConnection db) : ControllerBase { public int Get() => One(); private int One() => "
            + Two
            + "; internal int Two() => 2; }"
    )]
    public Task The_annotation_of_a_page_or_controller_is_its_endpoints(string type) =>
        Check<MR2001CannotBeWrapped>(type, AspNetCore.WithPackage);

    [Theory]
    [InlineData(
        "Grpc.Core.Api",
        "2.85.0",
        "[Grpc.Core.BindServiceMethod(typeof(B), \"Bind\")] public abstract class B { public virtual int Get(int n) => n; } public class C(IDbConnection db) : B { [Monotonic] public override int {|MR2001:Get|}(int n) => "
            + Two
            + "; }"
    )]
    [InlineData(
        "Quartz",
        "4.7.3",
        "public class C(IDbConnection db) : Quartz.IJob { [Monotonic] public async ValueTask {|MR2001:Execute|}(Quartz.IJobExecutionContext context, CancellationToken cancellationToken) { await Task.Yield(); _ = "
            + Two
            + "; } }"
    )]
    [InlineData(
        "MassTransit.Abstractions",
        "9.2.6",
        "public class Sold; public class C(IDbConnection db) : MassTransit.IConsumer<Sold> { [Monotonic] public async Task {|MR2001:Consume|}(MassTransit.ConsumeContext<Sold> context) { await Task.Yield(); _ = "
            + Two
            + "; } }"
    )]
    [InlineData(
        "Microsoft.Orleans.Core.Abstractions",
        "10.4.2",
        "public interface IOrders : Orleans.IGrainWithStringKey { Task<int> Get(); } public class C(IDbConnection db) : Orleans.Grain, IOrders { [Monotonic] public async Task<int> {|MR2001:Get|}() { await Task.Yield(); return "
            + Two
            + "; } }"
    )]
    [InlineData(
        "Microsoft.Orleans.Core.Abstractions",
        "10.4.2",
        "public interface IOrders : Orleans.IGrainWithStringKey { Task<int> Get(); } public class C(IDbConnection db) : IOrders { [Monotonic] public async Task<int> {|MR2001:Get|}() { await Task.Yield(); return "
            + Two
            + "; } }"
    )]
    [InlineData(
        "Grpc.Core.Api",
        "2.85.0",
        "public class C(IDbConnection db) : Grpc.Core.Interceptors.Interceptor { [Monotonic] public override async Task<TResponse> {|MR2001:UnaryServerHandler|}<TRequest, TResponse>(TRequest request, Grpc.Core.ServerCallContext context, Grpc.Core.UnaryServerMethod<TRequest, TResponse> next) { _ = "
            + Two
            + "; return await next(request, context); } }"
    )]
    [InlineData(
        "Microsoft.Azure.Functions.Worker.Extensions.Abstractions",
        "1.3.0",
        "public class C(IDbConnection db) { [Monotonic, Microsoft.Azure.Functions.Worker.Function(\"f\")] public virtual int {|MR2001:Get|}() => "
            + Two
            + "; }"
    )]
    public Task An_annotation_in_another_frameworks_class_is_kept_by_nobody(string package, string version, string type) =>
        new MarkedSource(Usings + type, [.. Packages.With((package, version)), .. AspNetCore.Framework]).VerifyAsync(
            new MR2001CannotBeWrapped()
        );

    [Theory]
    [InlineData(
        "public interface IPrices { int Get(); } public class C(IDbConnection db) : BackgroundService, IPrices { [Monotonic] public int Get() => "
            + Two
            + "; protected override Task ExecuteAsync(CancellationToken token) => Task.CompletedTask; }"
    )]
    [InlineData(
        "public class C(IDbConnection db) : Microsoft.AspNetCore.Authentication.IClaimsTransformation { [Monotonic] public async Task<System.Security.Claims.ClaimsPrincipal> TransformAsync(System.Security.Claims.ClaimsPrincipal principal) { await Task.Yield(); _ = "
            + Two
            + "; return principal; } }"
    )]
    [InlineData(
        "public class C(IDbConnection db) : Microsoft.AspNetCore.Diagnostics.IExceptionHandler { [Monotonic] public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken token) { await Task.Yield(); return "
            + Two
            + " > 1; } }"
    )]
    [InlineData(
        "public abstract class Hub; public class C(IDbConnection db) : Hub { [Monotonic] public virtual int Get() => " + Two + "; }"
    )]
    [InlineData(
        "public interface IHostedService { int Get(); } public class C(IDbConnection db) : IHostedService { [Monotonic] public int Get() => "
            + Two
            + "; }"
    )]
    [InlineData("public class C(IDbConnection db) { [Monotonic] public virtual int Invoke(HttpContext context) => " + Two + "; }")]
    public Task What_a_container_hands_out_can_be_wrapped(string type) => Check<MR2001CannotBeWrapped>(type, AspNetCore.Framework);

    [Fact]
    public async Task A_controller_is_told_by_its_name_and_a_route()
    {
        const string Types =
            "public class OrdersController(IDbConnection db) { [HttpGet, Monotonic] public virtual int Get() => " + Two + "; }";
        await Check<MR2001CannotBeWrapped>(Types.Replace(" Get(", " {|MR2001:Get|}(", StringComparison.Ordinal), AspNetCore.Framework);
        await Check<MR2001CannotBeWrapped>(Types, AspNetCore.WithPackage);
    }

    [Theory]
    [InlineData("IActionResult", "new OkObjectResult(" + Two + ")")]
    [InlineData("ActionResult<int>", Two)]
    [InlineData("Task<IActionResult>", "Task.FromResult<IActionResult>(new OkObjectResult(" + Two + "))")]
    public Task Or_by_its_name_and_what_it_answers(string type, string value) =>
        Check<MR2001CannotBeWrapped>(
            $"public class HomeController(IDbConnection db) {{ [Monotonic] public virtual {type} {{|MR2001:Index|}}() => {value}; }}",
            AspNetCore.Framework
        );

    [Theory]
    [InlineData(
        "public class Home(IDbConnection db) { [Monotonic] public virtual IActionResult Index() => new OkObjectResult(" + Two + "); }"
    )]
    [InlineData("public class GameController(IDbConnection db) { [Monotonic] public virtual int Get() => " + Two + "; }")]
    [InlineData(
        "[NonController] public class HomeController(IDbConnection db) { [HttpGet, Monotonic] public virtual int Get() => " + Two + "; }"
    )]
    [InlineData(
        "[NonViewComponent] public class CartViewComponent(IDbConnection db) { [Monotonic] public virtual int Invoke() => " + Two + "; }"
    )]
    [InlineData("internal class CartViewComponent(IDbConnection db) { [Monotonic] public virtual int Invoke() => " + Two + "; }")]
    public Task What_only_sounds_like_one_can_be_wrapped(string type) => Check<MR2001CannotBeWrapped>(type, AspNetCore.Framework);

    [Theory]
    [InlineData(
        "[Monotonic] public interface I { int Get(); } public class C(IDbConnection db) : ComponentBase, I { public int {|MR2001:Get|}() => "
            + Two
            + "; }"
    )]
    [InlineData(
        "public interface I { [Monotonic] int Get(); } public class C(IDbConnection db) : Hub, I { public int {|MR2001:Get|}() => "
            + Two
            + "; }"
    )]
    [InlineData(
        "public interface I { [Monotonic] int Get(); } public class C(IDbConnection db) : ControllerBase, I { int I.{|MR2001:Get|}() => "
            + Two
            + "; }"
    )]
    [InlineData(
        "public interface I { [Monotonic] int Get(); } public class C(IDbConnection db) : ComponentBase, I { public int Get() { using var session = ReadSession.Begin(ReadConsistency.Monotonic); return "
            + Two
            + "; } }"
    )]
    [InlineData(
        "public interface I { [Monotonic] int Get(); } public class C(IDbConnection db) : ComponentBase, I { [Eventual(\"shown as a hint\")] public int Get() => "
            + Two
            + "; }"
    )]
    public Task An_interfaces_annotation_is_owed_by_the_class_that_implements_it(string types) =>
        Check<MR2001CannotBeWrapped>(types, AspNetCore.WithPackage);

    [Fact]
    public Task A_handler_that_is_found_by_its_interface_can_be_wrapped() =>
        new MarkedSource(
            Usings
                + "public class Ask : MediatR.IRequest<int>; public class C(IDbConnection db) : MediatR.IRequestHandler<Ask, int> { [Monotonic] public async Task<int> Handle(Ask ask, CancellationToken token) { await Task.Yield(); return "
                + Two
                + "; } }",
            [.. Packages.With(("MediatR", "5.1.0")), .. AspNetCore.Framework]
        ).VerifyAsync(new MR2001CannotBeWrapped());

    [Theory]
    [InlineData("app.MapGet(\"/\", Handlers.Get);")]
    [InlineData("app.MapMethods(\"/\", new[] { \"GET\" }, Handlers.Get);")]
    public async Task A_static_handler_is_an_endpoint_where_the_web_package_is(string map)
    {
        var source =
            "static class Handlers { [Monotonic] public static int Get(IDbConnection db) => "
            + Two
            + "; } static class C { static void Map(IEndpointRouteBuilder app) { "
            + map
            + " } }";
        await new MarkedSource(Spaced(source), [.. ReadRules.References, .. AspNetCore.WithPackage]).VerifyAsync(
            new MR2001CannotBeWrapped()
        );
        await new MarkedSource(
            Spaced(source.Replace("int Get(", "int {|MR2001:Get|}(", StringComparison.Ordinal)),
            [.. ReadRules.References, .. AspNetCore.Framework]
        ).VerifyAsync(new MR2001CannotBeWrapped());
    }

    [Fact]
    public Task A_static_method_that_no_endpoint_runs_is_kept_by_nobody() =>
        Check<MR2001CannotBeWrapped>(
            "static class Handlers { [Monotonic] public static int {|MR2001:Get|}(IDbConnection db) => "
                + Two
                + "; } static class C { static int Run(IDbConnection db) => Handlers.Get(db) + Map(Other.Get); static int Map(Func<int> f) => f(); } static class Other { public static int Get() => 1; }",
            AspNetCore.WithPackage
        );

    [Fact]
    public Task A_handlers_lambda_is_kept_by_nobody_without_the_web_package() =>
        Check<MR2001CannotBeWrapped>(
            "static class C { static void Map(Microsoft.AspNetCore.Routing.IEndpointRouteBuilder app) => Microsoft.AspNetCore.Builder.EndpointRouteBuilderExtensions.MapGet(app, \"/\", [Monotonic] (IDbConnection db) {|MR2001:=>|} "
                + Two
                + "); }",
            AspNetCore.Framework
        );

    private static string Spaced(string source) => "using Microsoft.AspNetCore.Builder;\n" + Usings + source;

    /// <summary>Marks the name of the method that the annotation stands before.</summary>
    private static string Named(string type)
    {
        var start = type.IndexOf("[Monotonic] ", StringComparison.Ordinal);
        var end = type.IndexOf('(', start);
        var name = type.LastIndexOf(' ', end) + 1;
        return type.Insert(end, "|}").Insert(name, "{|MR2001:");
    }

    private static Task Check<TAnalyzer>(string type, ImmutableArray<MetadataReference> more)
        where TAnalyzer : Microsoft.CodeAnalysis.Diagnostics.DiagnosticAnalyzer, new() =>
        new MarkedSource(Usings + type, [.. ReadRules.References, .. more]).VerifyAsync(new TAnalyzer());
}
