using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using MonotonicReads.AspNetCore;
using MonotonicReads.Cluster.Tests.Routing;
using MonotonicReads.Sessions;

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
    public async Task Of_two_answers_in_one_none_is_taken_and_that_is_said()
    {
        await using var stock = await StockAsync("two");
        await using var front = await FrontAsync(stock);
        using var user = new Browser();
        await user.GetAsync(front, "/via-write");
        Assert.Contains("2", Assert.Single(front.Log.Of(101)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_came_with_the_header_gets_no_cookie()
    {
        await using var stock = await StockAsync("cookie");
        await using var front = await FrontAsync(stock);
        using var user = new Browser();
        await user.GetAsync(front, "/own-write");
        var said = await user.Http.GetStringAsync(front.At("/cookie-of-write"));
        Assert.Equal("none", said);
        using var browser = new Browser();
        await browser.GetAsync(stock, "/read");
        Assert.NotEmpty(browser.Cookies);
    }

    [Fact]
    public async Task Who_only_calls_renews_the_cookie_too()
    {
        var time = new MovedTime();
        var tokens = new SessionTokenOptions { Protector = SessionTokenOptions.WithKey(Site.Key).Protector, TimeProvider = time };
        await using var stock = await StockAsync(tokens: tokens);
        await using var front = await FrontAsync(stock, o => o.Tokens = tokens);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        var written = await user.GetAsync(front, "/own-write");
        for (var i = 0; i < 3; i++)
        {
            time.By += TimeSpan.FromSeconds(40);
            Assert.Equal(written, await user.GetAsync(front, "/via-read"));
        }
    }

    [Fact]
    public async Task An_answer_that_cannot_be_taken_in_fails_no_call()
    {
        await using var stock = await StockAsync();
        await using var front = await FrontAsync(stock, o => o.Tokens = new SessionTokenOptions { Protector = new Failing() });
        using var user = new Browser();
        using var answer = await user.AskAsync(front, "/via-write");
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        Assert.Single(front.Log.Of(110));
    }

    [Fact]
    public async Task What_another_answer_of_ours_carries_already_is_not_lost()
    {
        // As a proxy does: the answer's headers are the called service's, its token among them.
        await using var stock = await StockAsync("cookie");
        await using var front = await FrontAsync(stock, o => o.UsesHeader = true);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        using var answer = await user.AskAsync(front, "/proxied-write");
        var written = Number(await answer.Content.ReadAsStringAsync());
        Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Single(answer.Headers.GetValues("MonotonicReads-Session"));
        Assert.Equal(written, await user.GetAsync(front, "/own-read"));
    }

    [Fact]
    public async Task A_cookie_that_the_service_behind_a_proxy_renews_reaches_the_browser()
    {
        var time = new MovedTime();
        var tokens = new SessionTokenOptions { Protector = SessionTokenOptions.WithKey(Site.Key).Protector, TimeProvider = time };
        await using var stock = await StockAsync("cookie", tokens);
        await using var front = await FrontAsync(stock, o => o.Tokens = tokens);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();

        // It goes on with the session that the service began.
        var written = await user.GetAsync(front, "/passed-write");
        var began = Read(Assert.Single(user.Cookies).Value);
        Assert.Equal(began.SessionId.ToString(), await PassedIdAsync());
        for (var i = 0; i < 3; i++)
        {
            time.By += TimeSpan.FromSeconds(40);
            Assert.Equal(written, await user.GetAsync(front, "/passed-read"));
            Assert.Equal(began.SessionId, Read(Assert.Single(user.Cookies).Value).SessionId);
        }

        Assert.Equal(written, await user.GetAsync(front, "/own-read"));

        SessionToken Read(string value) => SessionToken.Unprotect(value, tokens);

        Task<string> PassedIdAsync() => user.Http.GetStringAsync(front.At("/passed-id"));
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

    /// <summary>A clock that is ahead of the system's.</summary>
    private sealed class MovedTime : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + By;
    }

    /// <summary>Whose keys are out of reach.</summary>
    private sealed class Failing : ISessionTokenProtector
    {
        public byte[] Protect(byte[] plain) => SessionTokenOptions.WithKey(Site.Key).Protector.Protect(plain);

        public byte[]? Unprotect(byte[] protectedBytes) => throw new TimeoutException("no keys");
    }

    private Task<Site> StockAsync(string kind = "", SessionTokenOptions? tokens = null) =>
        Site.StartAsync(
            fixture,
            (app, source) =>
            {
                app.UseRouting();
                if (kind is "forged" or "too long" or "two")
                {
                    app.Use(
                        (context, next) =>
                        {
                            context.Response.OnStarting(() =>
                            {
                                context.Response.Headers["MonotonicReads-Session"] =
                                    kind == "two" ? new Microsoft.Extensions.Primitives.StringValues(["a", "b"])
                                    : kind == "forged" ? "forged"
                                    : new string('A', SessionTokenOptions.MaxLength + 1);
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
                app.MapGet("/id", () => ReadSession.Current!.Id.ToString());
                app.MapGet(
                    "/header",
                    (HttpContext context) =>
                        context.Request.Headers["MonotonicReads-Session"].ToString() is { Length: > 0 } sent ? sent : "none"
                );
            },
            o =>
            {
                (o.UsesHeader, o.Cookie, o.Level) = (true, kind == "cookie" ? o.Cookie : null, ReadConsistency.Monotonic);
                o.Tokens = kind == "of another key" ? SessionTokenOptions.WithKey(new byte[32]) : tokens ?? o.Tokens;
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

                app.MapGet(
                    "/cookie-of-write",
                    async (IHttpClientFactory clients) =>
                    {
                        using var client = clients.CreateClient("stock");
                        using var answer = await client.GetAsync("/write");
                        return answer.Headers.Contains("Set-Cookie") ? "set" : "none";
                    }
                );
                app.MapGet(
                    "/proxied-write",
                    async (HttpContext context, IHttpClientFactory clients) =>
                    {
                        await Site.ReadAsync(source);
                        using var client = clients.CreateClient("plain");
                        using var answer = await client.GetAsync("/write");
                        foreach (var name in new[] { "Set-Cookie", "MonotonicReads-Session" })
                        {
                            if (answer.Headers.TryGetValues(name, out var values))
                            {
                                context.Response.Headers[name] = values.ToArray();
                            }
                        }

                        await context.Response.WriteAsync(await answer.Content.ReadAsStringAsync());
                    }
                );
                foreach (var path in new[] { "read", "write", "id" })
                {
                    app.MapGet(
                        "/passed-" + path,
                        (HttpContext context, IHttpClientFactory clients) => PassAsync(context, clients, "/" + path)
                    );
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
                builder
                    .Services.AddHttpClient("passing", client => client.BaseAddress = stock.Address)
                    .ConfigurePrimaryHttpMessageHandler(() => new HttpClientHandler { UseCookies = false });
            }
        );

    // As a proxy does, which reads nothing itself.
    private static async Task PassAsync(HttpContext context, IHttpClientFactory clients, string path)
    {
        using var client = clients.CreateClient("passing");
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Cookie", context.Request.Headers.Cookie.ToString());
        using var answer = await client.SendAsync(request);
        if (answer.Headers.TryGetValues("Set-Cookie", out var values))
        {
            context.Response.Headers.SetCookie = values.ToArray();
        }

        await context.Response.WriteAsync(await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string> CallAsync(IHttpClientFactory clients, string path, string name = "stock")
    {
        using var client = clients.CreateClient(name);
        return await client.GetStringAsync(path);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
