using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using MonotonicReads.AspNetCore;
using MonotonicReads.Cluster.Tests.Routing;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>An error page for which the pipeline runs once more belongs to the request: it sees what the request wrote.</summary>
public sealed class ReExecutionTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    [Theory]
    [InlineData("exception", false)]
    [InlineData("exception", true)]
    [InlineData("status", false)]
    [InlineData("status", true)]
    public async Task An_error_page_joins_the_requests_session(string kind, bool sessionsOutside)
    {
        await using var site = await Site.StartAsync(
            fixture,
            (app, source) =>
            {
                if (sessionsOutside)
                {
                    app.UseReadSessions();
                }

                _ = kind == "status" ? app.UseStatusCodePagesWithReExecute("/oops") : app.UseExceptionHandler("/oops");
                app.UseRouting();
                if (!sessionsOutside)
                {
                    app.UseReadSessions();
                }

                app.MapGet(
                    "/order",
                    async (HttpContext context) =>
                    {
                        context.Items["wrote"] = await Site.WriteAsync(source);
                        context.Items["session"] = ReadSession.Current!.Id;
                        return kind == "status" ? Results.StatusCode(404) : throw new NotImplementedException("after the write");
                    }
                );
                app.Map(
                    "/oops",
                    async (HttpContext context) =>
                        $"{context.Items["wrote"]} {await Site.ReadAsync(source)} {Equals(context.Items["session"], ReadSession.Current?.Id)}"
                );
                app.MapGet("/read", () => Site.ReadAsync(source));
            }
        );
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        using var answer = await user.AskAsync(site, "/order");
        var said = (await answer.Content.ReadAsStringAsync()).Split(' ');

        Assert.Equal(said[0], said[1]);
        Assert.Equal("True", said[2]);
        Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.True(await user.GetAsync(site, "/read") >= long.Parse(said[0], CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task An_error_page_has_a_level_of_its_own()
    {
        await using var site = await Site.StartAsync(
            fixture,
            (app, source) =>
            {
                app.UseStatusCodePagesWithReExecute("/{0}");
                app.UseRouting();
                app.UseReadSessions();
                app.MapGet("/none", () => Results.StatusCode(404));
                app.MapGet("/forbidden", () => Results.StatusCode(403));
                app.MapGet("/gone", [Eventual("a test")] () => Results.StatusCode(410));
                app.Map("/404", [Primary] () => Level());
                app.Map("/403", [Eventual("a test")] () => Level());
                app.Map("/410", () => Level());
            },
            o => o.Level = ReadConsistency.Monotonic
        );
        using var user = new Browser();
        Assert.Equal("Primary", await TextAsync("/none"));
        Assert.Equal("none", await TextAsync("/forbidden"));
        Assert.Equal("Monotonic", await TextAsync("/gone"));

        static string Level() => ReadSession.Current?.Consistency.ToString() ?? "none";

        async Task<string> TextAsync(string path)
        {
            using var answer = await user.AskAsync(site, path);
            return await answer.Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public async Task A_session_ends_with_its_response_and_no_other_request_has_it()
    {
        ReadSession? of = null;
        await using var site = await Site.StartAsync(
            fixture,
            (app, source) =>
            {
                app.UseReadSessions();
                app.UseReadSessions();
                app.MapGet("/id", () => (of = ReadSession.Current!).Id.ToString());
            }
        );
        using var user = new Browser();
        var first = await user.Http.GetStringAsync(site.At("/id"));
        await Eventually.IsAsync(() => of!.Root.HasEnded, "the session has ended");
        Assert.NotEqual(first, await user.Http.GetStringAsync(site.At("/id")));
    }

    [Fact]
    public async Task A_failure_that_nobody_answers_reaches_no_cookie_and_that_is_said()
    {
        await using var site = await Site.StartAsync(
            fixture,
            (app, source) =>
            {
                Site.ReadAndWrite(app, source);
                app.MapGet(
                    "/fails",
                    async (HttpContext context) =>
                    {
                        await Site.WriteAsync(source);
                        throw new NotImplementedException("after the write");
                    }
                );
            }
        );
        using var user = new Browser();
        await user.GetAsync(site, "/read");
        Assert.Empty(site.Log.Of(112));
        using var answer = await user.AskAsync(site, "/fails");
        Assert.Equal(System.Net.HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        await Eventually.IsAsync(() => site.Log.Of(112).Count == 1, "it is said");
    }
}
