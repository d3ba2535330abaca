using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using MonotonicReads.AspNetCore;
using MonotonicReads.Cluster.Tests.Routing;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>A page that is kept for others carries nobody's session, whichever middleware is outside.</summary>
public sealed class CachedPageTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    [Theory]
    [InlineData("output", true, "")]
    [InlineData("output", false, "")]
    [InlineData("output", true, "public, max-age=60")]
    [InlineData("output", false, "public, max-age=60")]
    [InlineData("output, any", true, "")]
    [InlineData("output, any", false, "")]
    [InlineData("output, started", true, "")]
    [InlineData("output, started", false, "")]
    [InlineData("response", true, "public, max-age=60")]
    [InlineData("response", false, "public, max-age=60")]
    public async Task It_is_computed_once_and_sets_no_cookie(string kind, bool cacheOutside, string control)
    {
        var runs = 0;
        await using var site = await Site.StartAsync(
            fixture,
            (app, source) =>
            {
                app.UseRouting();
                if (cacheOutside)
                {
                    UseCache(app);
                }

                app.UseReadSessions();
                if (!cacheOutside)
                {
                    UseCache(app);
                }

                app.MapGet("/read", () => Site.ReadAsync(source));
                var page = app.MapGet(
                    "/page",
                    async (HttpContext context) =>
                    {
                        Interlocked.Increment(ref runs);
                        var newest = await Site.ReadAsync(source);
                        if (control.Length > 0)
                        {
                            context.Response.Headers.CacheControl = control;
                        }

                        if (kind == "output, started")
                        {
                            await context.Response.StartAsync();
                        }

                        await context.Response.WriteAsync($"{newest}");
                    }
                );
                _ =
                    kind == "output, any" ? page.CacheOutput(p => p.AddPolicy<Any>(), excludeDefaultPolicy: true)
                    : kind != "response" ? page.CacheOutput(p => p.Expire(TimeSpan.FromMinutes(1)))
                    : page;
            },
            o => (o.Level, o.UsesHeader) = (ReadConsistency.Monotonic, true),
            b => b.Services.AddOutputCache().AddResponseCaching()
        );
        for (var i = 0; i < 5; i++)
        {
            using var user = new Browser();
            if (i % 2 == 1)
            {
                // One who has a session already.
                await user.GetAsync(site, "/read");
            }

            using var answer = await user.AskAsync(site, "/page");
            Assert.True(answer.IsSuccessStatusCode);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
            Assert.False(answer.Headers.Contains("MonotonicReads-Session"));
        }

        Assert.Equal(1, runs);
        Assert.Single(site.Log.Of(102));

        void UseCache(WebApplication app) => _ = kind == "response" ? app.UseResponseCaching() : app.UseOutputCache();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_page_that_the_cache_does_not_keep_carries_its_users_own(bool cacheOutside)
    {
        await using var site = await Site.StartAsync(
            fixture,
            (app, source) =>
            {
                app.UseRouting();
                _ = cacheOutside ? app.UseOutputCache().UseReadSessions() : app.UseReadSessions().UseOutputCache();
                app.MapPost("/write", () => Site.WriteAsync(source)).CacheOutput();
                app.MapGet("/read", () => Site.ReadAsync(source)).CacheOutput(p => p.NoCache());
                app.MapGet("/plain", () => Site.ReadAsync(source));
            },
            build: b => b.Services.AddOutputCache()
        );
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        using var answer = await user.Http.PostAsync(site.At("/write"), null);
        Assert.True(answer.Headers.Contains("Set-Cookie"));
        var written = long.Parse(await answer.Content.ReadAsStringAsync(), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(written, await user.GetAsync(site, "/read"));
        Assert.Equal(written, await user.GetAsync(site, "/plain"));
        using var stranger = new Browser();
        Assert.True(await stranger.GetAsync(site, "/read") < written);
    }

    [Fact]
    public async Task A_page_that_reads_nothing_sets_none()
    {
        await using var site = await Site.StartAsync(
            fixture,
            (app, source) =>
            {
                Site.ReadAndWrite(app, source);
                app.MapGet("/static", () => "x");
            }
        );
        using var user = new Browser();
        await user.Http.GetStringAsync(site.At("/static"));
        Assert.Empty(user.Cookies);
        await user.GetAsync(site, "/write");
        using var answer = await user.AskAsync(site, "/static");
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    /// <summary>Keeps everything, as those do who know better than the default.</summary>
    private sealed class Any : IOutputCachePolicy
    {
        public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
        {
            (context.EnableOutputCaching, context.AllowCacheLookup, context.AllowCacheStorage) = (true, true, true);
            return default;
        }

        public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => default;

        public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation) => default;
    }
}
