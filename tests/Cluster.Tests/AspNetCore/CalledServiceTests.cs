using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using MonotonicReads.AspNetCore;
using MonotonicReads.Cluster.Tests.Routing;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>A front service and one that it calls: what a session carries goes there, and what was seen there comes back.</summary>
public sealed class CalledServiceTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    [Fact]
    public async Task What_the_user_wrote_travels_on_although_this_request_reads_nothing()
    {
        await using var stock = await StockAsync();
        await using var front = await FrontAsync(stock);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        var written = await user.GetAsync(front, "/own-write");
        Assert.Equal(written, await user.GetAsync(front, "/via-read"));
    }

    [Fact]
    public async Task What_the_service_wrote_comes_back()
    {
        await using var stock = await StockAsync();
        await using var front = await FrontAsync(stock);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        var written = await user.GetAsync(front, "/via-write");
        Assert.NotEmpty(user.Cookies);
        Assert.Equal(written, await user.GetAsync(front, "/own-read"));
        Assert.Equal(written, await user.GetAsync(front, "/via-read"));
        Assert.Equal("seen", await user.Http.GetStringAsync(front.At("/via-write-own-read")));
        Assert.Equal("seen", await user.Http.GetStringAsync(front.At("/read-via-write-read")));
    }

    [Fact]
    public async Task What_the_service_saw_comes_back_too()
    {
        await using var stock = await StockAsync();
        await using var front = await FrontAsync(stock, o => o.Level = ReadConsistency.Monotonic);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        using var other = new Browser();
        await other.GetAsync(stock, "/write");
        var seen = await user.GetAsync(front, "/via-current");
        Assert.True(await user.GetAsync(front, "/own-read") >= seen);
    }

    [Theory]
    [InlineData("not opted in")]
    [InlineData("forged")]
    [InlineData("too long")]
    [InlineData("of another key")]
    public async Task An_answer_is_taken_from_whom_it_may(string kind)
    {
        await using var stock = await StockAsync(kind);
        await using var front = await FrontAsync(stock);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        var written = await user.GetAsync(front, kind == "not opted in" ? "/plain-write" : "/via-write");
        Assert.True(await user.GetAsync(front, "/own-read") < written);
        Assert.Equal(kind == "not opted in" ? 0 : 1, front.Log.Of(101).Count);
    }

    [Fact]
    public async Task Nothing_is_sent_where_there_is_nothing_to_carry()
    {
        await using var stock = await StockAsync();
        await using var front = await FrontAsync(stock);
        using var user = new Browser();
        Assert.Equal("none", await user.Http.GetStringAsync(front.At("/via-header")));
        await user.GetAsync(front, "/own-read");
        Assert.NotEqual("none", await user.Http.GetStringAsync(front.At("/via-header")));
    }

    [Fact]
    public async Task A_read_after_a_call_is_in_the_responses_token_and_no_late_one()
    {
        await using var stock = await StockAsync();
        await using var front = await FrontAsync(stock);
        using var user = new Browser();
        await user.Http.GetStringAsync(front.At("/read-via-write-read"));
        Assert.Empty(front.Log.Of(13));
    }

    [Fact]
    public async Task A_synchronous_call_carries_and_brings_back()
    {
        await using var stock = await StockAsync();
        await using var front = await FrontAsync(stock);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        Assert.Equal("seen", await user.Http.GetStringAsync(front.At("/synchronously")));
    }

    [Fact]
    public async Task An_answer_that_comes_after_the_response_has_started_is_said()
    {
        await using var stock = await StockAsync();
        await using var front = await FrontAsync(stock);
        using var user = new Browser();
        await user.Http.GetStringAsync(front.At("/flush-via-write"));
        Assert.Single(front.Log.Of(106));
    }

    private Task<Site> StockAsync(string kind = "") =>
        Site.StartAsync(
            fixture,
            (app, source) =>
            {
                app.UseRouting();
                if (kind is "forged" or "too long")
                {
                    app.Use(
                        (context, next) =>
                        {
                            context.Response.OnStarting(() =>
                            {
                                context.Response.Headers["MonotonicReads-Session"] =
                                    kind == "forged" ? "forged" : new string('A', SessionTokenOptions.MaxLength + 1);
                                return Task.CompletedTask;
                            });
                            return next(context);
                        }
                    );
                }

                app.UseReadSessions();
                app.MapGet("/read", () => Site.ReadAsync(source));
                app.MapGet("/write", () => Site.WriteAsync(source));
                app.MapGet("/current", [Primary] () => Site.ReadAsync(source));
                app.MapGet(
                    "/header",
                    (HttpContext context) =>
                        context.Request.Headers["MonotonicReads-Session"].ToString() is { Length: > 0 } sent ? sent : "none"
                );
            },
            o =>
            {
                (o.UsesHeader, o.Cookie, o.Level) = (true, null, ReadConsistency.Monotonic);
                o.Tokens = kind == "of another key" ? SessionTokenOptions.WithKey(new byte[32]) : o.Tokens;
            }
        );

    private Task<Site> FrontAsync(Site stock, Action<RequestSessionOptions>? configure = null) =>
        Site.StartAsync(
            fixture,
            (app, source) =>
            {
                app.UseRouting();
                app.UseReadSessions();
                app.MapGet("/own-write", () => Site.WriteAsync(source));
                app.MapGet("/own-read", () => Site.ReadAsync(source));
                foreach (var path in new[] { "read", "write", "current", "header" })
                {
                    app.MapGet("/via-" + path, (IHttpClientFactory clients) => CallAsync(clients, "/" + path));
                }

                app.MapGet("/plain-write", (IHttpClientFactory clients) => CallAsync(clients, "/write", "plain"));
                app.MapGet(
                    "/via-write-own-read",
                    async (IHttpClientFactory clients) =>
                    {
                        var written = Number(await CallAsync(clients, "/write"));
                        return await Site.ReadAsync(source) >= written ? "seen" : "missing";
                    }
                );
                app.MapGet(
                    "/read-via-write-read",
                    async (IHttpClientFactory clients) =>
                    {
                        await Site.ReadAsync(source);
                        var written = Number(await CallAsync(clients, "/write"));
                        return await Site.ReadAsync(source) >= written ? "seen" : "missing";
                    }
                );
                app.MapGet(
                    "/synchronously",
                    async (IHttpClientFactory clients) =>
                    {
                        var written = await Site.WriteAsync(source);
                        using var client = clients.CreateClient("stock");
                        using var read = new HttpRequestMessage(HttpMethod.Get, "/read");
                        using var write = new HttpRequestMessage(HttpMethod.Get, "/write");
                        using var seen = client.Send(read);
                        using var second = client.Send(write);
                        return
                            Number(await seen.Content.ReadAsStringAsync()) >= written
                            && await Site.ReadAsync(source) >= Number(await second.Content.ReadAsStringAsync())
                            ? "seen"
                            : "missing";
                    }
                );
                app.MapGet(
                    "/flush-via-write",
                    async (HttpContext context, IHttpClientFactory clients) =>
                    {
                        await context.Response.WriteAsync("x");
                        await context.Response.Body.FlushAsync();
                        await CallAsync(clients, "/write");
                    }
                );
            },
            configure,
            builder =>
            {
                builder.Services.AddHttpClient("stock", client => client.BaseAddress = stock.Address).AddReadSession();
                builder.Services.AddHttpClient("plain", client => client.BaseAddress = stock.Address);
            }
        );

    private static async Task<string> CallAsync(IHttpClientFactory clients, string path, string name = "stock")
    {
        using var client = clients.CreateClient(name);
        return await client.GetStringAsync(path);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
