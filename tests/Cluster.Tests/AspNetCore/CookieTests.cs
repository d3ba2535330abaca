using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MonotonicReads.AspNetCore;
using MonotonicReads.Cluster.Tests.Routing;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>The cookie is its application's: another one on the host, or one that was there before, does no harm.</summary>
public sealed class CookieTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Two_applications_on_one_host_keep_two(bool hasPath, bool isByDataProtection)
    {
        await using var shop = await StartAsync("/shop", 1);
        await using var admin = await StartAsync("/admin", 2);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        for (var i = 0; i < 5; i++)
        {
            var written = await user.GetAsync(shop, (hasPath ? "/shop" : "") + "/write");
            await user.GetAsync(admin, (hasPath ? "/admin" : "") + "/read");
            Assert.Equal(written, await user.GetAsync(shop, (hasPath ? "/shop" : "") + "/read"));
        }

        Assert.Equal(2, user.Cookies.Count);
        Assert.Equal(hasPath ? ["/admin", "/shop"] : ["/", "/"], user.Cookies.Select(c => c.Path).Order());
        Assert.Empty(shop.Log.Of(104));

        Task<Site> StartAsync(string path, byte key) =>
            Site.StartAsync(
                fixture,
                (app, source) =>
                {
                    if (hasPath)
                    {
                        app.UsePathBase(path);
                    }

                    Site.ReadAndWrite(app, source);
                },
                o => o.Tokens = isByDataProtection ? null : SessionTokenOptions.WithKey([.. Enumerable.Repeat(key, 32)]),
                b => b.Services.AddDataProtection().SetApplicationName(path).UseEphemeralDataProtectionProvider()
            );
    }

    [Fact]
    public async Task The_instances_of_one_have_one()
    {
        await using var one = await Site.StartAsync(fixture, Site.ReadAndWrite);
        await using var two = await Site.StartAsync(fixture, Site.ReadAndWrite);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        Assert.Equal(await user.GetAsync(one, "/write"), await user.GetAsync(two, "/read"));
        Assert.Single(user.Cookies);
        Assert.Matches("^mr-session-[0-9a-f]{10}$", user.Cookies[0].Name);
    }

    [Fact]
    public async Task A_new_key_that_not_all_instances_know_yet_loses_nothing()
    {
        var (old, @new) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32));
        await using var before = await Site.StartAsync(fixture, Site.ReadAndWrite, o => o.Tokens = SessionTokenOptions.WithKey(old, @new));
        await using var after = await Site.StartAsync(fixture, Site.ReadAndWrite, o => o.Tokens = SessionTokenOptions.WithKey(@new, old));
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        for (var i = 0; i < 4; i++)
        {
            var (first, second) = i % 2 == 0 ? (before, after) : (after, before);
            var written = await user.GetAsync(first, "/write");
            Assert.Equal(written, await user.GetAsync(second, "/read"));
            Assert.Equal(written, await user.GetAsync(first, "/read"));
        }
    }

    [Fact]
    public async Task A_name_that_was_given_is_kept_and_a_foreign_cookie_of_it_told_once()
    {
        await using var one = await Site.StartAsync(fixture, Site.ReadAndWrite, o => o.Cookie!.Name = "mr-session");
        await using var two = await Site.StartAsync(
            fixture,
            Site.ReadAndWrite,
            o => (o.Cookie!.Name, o.Tokens) = ("mr-session", SessionTokenOptions.WithKey(new byte[32]))
        );
        using var user = new Browser();
        for (var i = 0; i < 3; i++)
        {
            await user.GetAsync(one, "/write");
            await user.GetAsync(two, "/write");
        }

        Assert.Equal("mr-session", Assert.Single(user.Cookies).Name);
        var (level, text) = Assert.Single(two.Log.Of(104));
        Assert.Equal(LogLevel.Warning, level);
        Assert.Contains("Cookie.Name", text, StringComparison.Ordinal);
        Assert.Contains("mr-session", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_cookies_of_one_name_both_count()
    {
        await using var site = await Site.StartAsync(
            fixture,
            (app, source) =>
            {
                app.UsePathBase("/shop");
                Site.ReadAndWrite(app, source);
            }
        );
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        var below = await user.GetAsync(site, "/shop/write");
        var above = await user.GetAsync(site, "/write");
        Assert.Equal(2, user.Cookies.Count);
        Assert.Equal(above, await user.GetAsync(site, "/shop/read"));
        Assert.True(above > below);
    }

    [Fact]
    public async Task An_expired_one_is_no_foreign_one()
    {
        await using var site = await Site.StartAsync(fixture, Site.ReadAndWrite);
        using var user = new Browser();
        await user.GetAsync(site, "/read");
        var name = user.Cookies[0].Name;
        var expired = new MonotonicReads.Sessions.SessionToken(Guid.NewGuid(), ReadConsistency.Monotonic, []).Protect(
            new SessionTokenOptions { Protector = SessionTokenOptions.WithKey(Site.Key).Protector, Lifetime = TimeSpan.FromSeconds(-1) }
        );
        user.Jar.Add(site.Address, new System.Net.Cookie(name, expired));
        await user.GetAsync(site, "/read");
        Assert.Empty(site.Log.Of(104));
        Assert.Contains("expired", Assert.Single(site.Log.Of(101)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_branch_of_the_pipeline_is_the_same_application()
    {
        await using var site = await Site.StartAsync(
            fixture,
            (app, source) =>
            {
                app.UsePathBase("/shop");
                Site.ReadAndWrite(app, source);
                app.Map("/api", api => api.Run(async context => await context.Response.WriteAsync($"{await Site.WriteAsync(source)}")));
            }
        );
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        Assert.Equal(await user.GetAsync(site, "/api"), await user.GetAsync(site, "/read"));
        Assert.Equal(await user.GetAsync(site, "/shop/api"), await user.GetAsync(site, "/shop/read"));
        Assert.Equal(["/", "/shop"], user.Cookies.Select(c => c.Path).Order());
    }

    [Fact]
    public async Task An_application_that_takes_it_away_does_also_where_it_has_written()
    {
        await using var site = await Site.StartAsync(
            fixture,
            (app, source) =>
            {
                Site.ReadAndWrite(app, source);
                app.MapGet(
                    "/leave",
                    async (HttpContext context) =>
                    {
                        if (context.Request.Query.ContainsKey("writes"))
                        {
                            await Site.WriteAsync(source);
                        }

                        foreach (var name in context.Request.Cookies.Keys)
                        {
                            context.Response.Cookies.Delete(name);
                        }
                    }
                );
            }
        );
        using var user = new Browser();
        await user.GetAsync(site, "/read");
        Assert.Single(user.Cookies);
        (await user.AskAsync(site, "/leave")).Dispose();
        Assert.Empty(user.Cookies);
        await user.GetAsync(site, "/read");
        Assert.Single(user.Cookies);
        (await user.AskAsync(site, "/leave?writes")).Dispose();
        Assert.Empty(user.Cookies);
        Assert.Empty(site.Log.Of(101));
    }

    [Fact]
    public async Task A_name_that_is_for_the_whole_host_has_its_path()
    {
        await using var site = await Site.StartAsync(
            fixture,
            (app, source) =>
            {
                app.UsePathBase("/shop");
                Site.ReadAndWrite(app, source);
            },
            o => o.Cookie!.Name = "__Host-shop"
        );
        using var user = new Browser();
        using var answer = await user.AskAsync(site, "/shop/write");
        Assert.Contains("path=/;", Assert.Single(answer.Headers.GetValues("Set-Cookie")), StringComparison.OrdinalIgnoreCase);
    }
}
