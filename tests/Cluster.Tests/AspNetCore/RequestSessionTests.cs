using System.Net;
using System.Security.Cryptography;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MonotonicReads.AspNetCore;
using MonotonicReads.Cluster.Tests.Routing;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>A user's requests over real HTTP to two processes' worth of servers, which draw different replicas.</summary>
public sealed class RequestSessionTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public async Task A_users_pages_show_what_the_user_wrote_and_never_go_back()
    {
        await using var one = await StartAsync(o => o.Level = ReadConsistency.Causal);
        await using var two = await StartAsync(o => o.Level = ReadConsistency.Causal);
        using var user = new User();
        var newest = 0L;
        for (var i = 0; i < 60; i++)
        {
            var written = await user.GetAsync(i % 2 == 0 ? one : two, "/write");
            var seen = await user.GetAsync(i % 2 == 0 ? two : one, "/read");
            Assert.True(seen >= written && seen >= newest, $"{seen} after {written} was written and {newest} seen");
            newest = seen;
        }

        Assert.NotNull(user.Cookie);
        Assert.InRange(user.Cookie.Value.Length, 1, SessionTokenOptions.MaxLength);
        Assert.True(user.Cookie.HttpOnly);
    }

    [Fact]
    public async Task Without_it_they_do()
    {
        await using var one = await StartAsync(o => o.Level = ReadConsistency.Eventual);
        using var user = new User();
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        for (var i = 0; i < 10; i++)
        {
            var written = await user.GetAsync(one, "/write");
            Assert.InRange(await user.GetAsync(one, "/read"), 0, written - 1);
        }

        Assert.Null(user.Cookie);
    }

    [Fact]
    public async Task An_endpoints_annotation_wins()
    {
        await using var site = await StartAsync(_ => { });
        using var user = new User();
        Assert.Equal("Monotonic", await user.GetTextAsync(site, "/level"));
        Assert.Equal("Causal", await user.GetTextAsync(site, "/causal"));
        Assert.Equal("Primary", await user.GetTextAsync(site, "/primary"));
        Assert.Equal("none", await user.GetTextAsync(site, "/eventual"));
        Assert.Null(user.Cookie);
    }

    [Fact]
    public async Task A_cookie_is_set_when_something_new_was_seen_and_never_on_a_cacheable_response()
    {
        await using var site = await StartAsync(_ => { });
        using var user = new User();
        await user.GetAsync(site, "/read");
        await fixture.Cluster.WaitForReplicasAsync();
        await user.GetAsync(site, "/read");
        var first = user.Cookie!.Value;
        await user.GetAsync(site, "/read");
        Assert.Equal(first, user.Cookie!.Value);
        await user.GetAsync(site, "/write");
        Assert.NotEqual(first, user.Cookie!.Value);

        using var stranger = new User();
        await stranger.GetAsync(site, "/cacheable");
        Assert.Null(stranger.Cookie);
    }

    [Theory]
    [InlineData("Cache-Control=public", false)]
    [InlineData("Cache-Control=max-age%3D60", false)]
    [InlineData("Cache-Control=s-maxage%3D60", false)]
    [InlineData("Expires=Fri, 01 Jan 2100 00:00:00 GMT", false)]
    [InlineData("ETag=\"1\"", false)]
    [InlineData("Last-Modified=Thu, 01 Jan 2026 00:00:00 GMT", false)]
    [InlineData("Cache-Control=no-cache&ETag=\"1\"", false)]
    [InlineData("Cache-Control=private%3D\"x-other\", max-age%3D60", false)]
    [InlineData("Cache-Control=private&CDN-Cache-Control=max-age%3D60", false)]
    [InlineData("Cache-Control=private, max-age%3D60", true)]
    [InlineData("Cache-Control=private&ETag=\"1\"", true)]
    [InlineData("Cache-Control=no-store", true)]
    [InlineData("Cache-Control=no-cache", true)]
    [InlineData("Cache-Control=no-cache, max-age%3D60", true)]
    [InlineData("Expires=Thu, 01 Jan 2015 00:00:00 GMT", true)]
    [InlineData("Surrogate-Control=no-store", true)]
    public async Task What_a_cache_may_keep_carries_no_session(string headers, bool isCarried)
    {
        await using var site = await StartAsync(_ => { });
        using var user = new User();
        await user.GetAsync(site, "/headers?" + headers);
        Assert.Equal(isCarried, user.Cookie is not null);
    }

    [Fact]
    public async Task The_answer_to_a_request_that_failed_carries_what_it_wrote()
    {
        await using var site = await StartAsync(o => o.Level = ReadConsistency.Causal);
        using var user = new User();
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            Assert.Equal(HttpStatusCode.InternalServerError, await user.StatusAsync(site, "/write-and-fail"));
            var written = await NewestOnPrimaryAsync();
            Assert.Equal(written, await user.GetAsync(site, "/read"));
            using var stranger = new User();
            Assert.True(await stranger.GetAsync(site, "/read") < written);
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }
    }

    [Fact]
    public async Task An_endpoints_policies_win_too()
    {
        await using var site = await StartAsync(o => (o.OnReplicaLoss, o.MaxWaitMilliseconds) = (ReplicaLoss.CaughtUp, 700));
        using var user = new User();
        Assert.Equal("CaughtUp 700", await user.GetTextAsync(site, "/policies"));
        Assert.Equal("CaughtUp 700", await user.GetTextAsync(site, "/causal-policies"));
        Assert.Equal("Fail 123", await user.GetTextAsync(site, "/own-policies"));
    }

    [Theory]
    [InlineData(false, HttpStatusCode.OK)]
    [InlineData(true, HttpStatusCode.BadRequest)]
    public async Task A_bad_token_is_never_trusted(bool refuses, HttpStatusCode expected)
    {
        await using var site = await StartAsync(o => o.RefusesBadTokens = refuses);
        using var user = new User();
        user.SetCookie(site, "forged");
        Assert.Equal(expected, await user.StatusAsync(site, "/read"));
    }

    [Fact]
    public async Task A_call_to_another_service_carries_the_session_where_both_ask_for_it()
    {
        await using var inner = await StartAsync(o => (o.UsesHeader, o.Cookie, o.Level) = (true, null, ReadConsistency.Monotonic));
        await using var outer = await StartAsync(o => (o.UsesHeader, o.Level) = (true, ReadConsistency.Causal), calls: inner);
        using var user = new User();
        for (var i = 0; i < 40; i++)
        {
            Assert.Equal("seen", await user.GetTextAsync(outer, "/write-and-call"));
        }
    }

    [Theory]
    [InlineData(true, "seen")]
    [InlineData(false, "missing")]
    public async Task A_header_is_taken_only_where_that_is_enabled(bool isEnabled, string expected)
    {
        await using var inner = await StartAsync(o => (o.UsesHeader, o.Cookie) = (isEnabled, null));
        await using var outer = await StartAsync(o => o.Level = ReadConsistency.Causal, calls: inner);
        using var user = new User();
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            Assert.Equal(expected, await user.GetTextAsync(outer, "/write-and-call"));
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }
    }

    [Fact]
    public async Task The_cookie_is_for_https_this_site_and_no_script()
    {
        await using var site = await StartAsync(o => o.Cookie = new RequestSessionOptions().Cookie);
        using var client = new HttpClient();
        using var response = await client.GetAsync(new Uri(AddressOf(site), "/read"));
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.All(
            new[] { "; secure", "; httponly", "; samesite=lax", "; max-age=60" },
            text => Assert.Contains(text, cookie, StringComparison.OrdinalIgnoreCase)
        );
    }

    [Fact]
    public async Task Data_protection_serves_where_no_key_is_given()
    {
        await using var site = await StartAsync(o => o.Tokens = null);
        using var user = new User();
        await user.GetAsync(site, "/read");
        Assert.InRange(user.Cookie!.Value.Length, 1, SessionTokenOptions.MaxLength);
        await user.GetAsync(site, "/read");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_store_remembers_what_a_request_beside_saw(bool hasStore)
    {
        await using var one = await StartAsync(o => o.Level = ReadConsistency.Causal, services: Store);
        await using var two = await StartAsync(o => o.Level = ReadConsistency.Causal, services: Store);
        using var user = new User();
        await user.GetAsync(one, "/read");
        var before = user.Cookie!.Value;
        foreach (var replica in fixture.Cluster.Replicas)
        {
            await replica.StopApplyingAsync();
        }

        try
        {
            var written = await user.GetAsync(one, "/write");

            // The browser keeps the cookie of the request beside, which arrived last.
            user.SetCookie(two, before);
            var seen = await user.GetAsync(two, "/read");
            Assert.Equal(hasStore, seen >= written);
        }
        finally
        {
            foreach (var replica in fixture.Cluster.Replicas)
            {
                await replica.StartApplyingAsync();
            }
        }

        void Store(IServiceCollection services)
        {
            if (hasStore)
            {
                services.AddSingleton(Cache).AddSessionPositionStore();
            }
        }
    }

    [Fact]
    public async Task Requests_side_by_side_lose_nothing_in_the_store()
    {
        await using var site = await StartAsync(
            o => o.Level = ReadConsistency.Causal,
            services: s => s.AddSingleton(Cache).AddSessionPositionStore()
        );
        using var user = new User();
        await user.GetAsync(site, "/read");
        for (var round = 0; round < 5; round++)
        {
            var written = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => user.GetAsync(site, "/write")));
            Assert.True(await user.GetAsync(site, "/read") >= written.Max());
        }
    }

    [Fact]
    public async Task A_store_that_fails_is_said_and_the_cookie_serves()
    {
        await using var site = await StartAsync(
            o => o.Level = ReadConsistency.Causal,
            services: s => s.AddSingleton<ISessionPositionStore, BrokenStore>()
        );
        using var user = new User();
        var written = await user.GetAsync(site, "/write");
        Assert.True(await user.GetAsync(site, "/read") >= written);
    }

    [Fact]
    public void A_store_needs_a_cache()
    {
        using var services = new ServiceCollection().AddSessionPositionStore().BuildServiceProvider();
        Assert.Contains(
            "AddDistributedMemoryCache",
            Assert.Throws<InvalidOperationException>(services.GetRequiredService<ISessionPositionStore>).Message,
            StringComparison.Ordinal
        );
    }

    private static readonly IDistributedCache Cache = new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()));

    private sealed class BrokenStore : ISessionPositionStore
    {
        public ValueTask<string?> GetAsync(Guid sessionId, CancellationToken cancellationToken) => throw new TimeoutException();

        public ValueTask<string> MergeAsync(
            Guid sessionId,
            Func<string?, string> union,
            TimeSpan lifetime,
            CancellationToken cancellationToken
        ) => throw new TimeoutException();
    }

    private async Task<WebApplication> StartAsync(
        Action<RequestSessionOptions> configure,
        WebApplication? calls = null,
        Action<IServiceCollection>? services = null
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(_ => fixture.BuildSource());
        services?.Invoke(builder.Services);
        builder.Services.AddReadSessions(options =>
        {
            options.Tokens = SessionTokenOptions.WithKey(Key);
            options.Cookie!.Name = "mr-session";
            options.Cookie.SecurePolicy = CookieSecurePolicy.None; // the test speaks plain HTTP
            configure(options);
        });
        builder.Services.AddHttpClient("inner", client => client.BaseAddress = calls is null ? null : AddressOf(calls)).AddReadSession();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.Use(
            async (context, next) =>
            {
                try
                {
                    await next(context);
                }
                catch (NotImplementedException)
                {
                    context.Response.Clear();
                    context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                    await context.Response.WriteAsync("failed");
                }
            }
        );
        app.UseRouting();
        app.UseReadSessions();
        app.MapGet(
            "/write-and-fail",
            async (ReplicatedMySqlDataSource source) =>
            {
                await WriteAsync(source);
                throw new NotImplementedException();
            }
        );
        app.MapGet(
            "/headers",
            (ReplicatedMySqlDataSource source, HttpContext context) =>
            {
                foreach (var (name, value) in context.Request.Query)
                {
                    context.Response.Headers[name] = value;
                }

                return ReadAsync(source);
            }
        );
        app.MapGet("/policies", () => Policies());
        app.MapGet("/causal-policies", [Causal] () => Policies());
        app.MapGet("/own-policies", [Causal(OnReplicaLoss = ReplicaLoss.Fail, MaxWaitMilliseconds = 123)] () => Policies());
        app.MapGet("/write", (ReplicatedMySqlDataSource source) => WriteAsync(source));
        app.MapGet("/read", (ReplicatedMySqlDataSource source) => ReadAsync(source));
        app.MapGet(
            "/cacheable",
            (ReplicatedMySqlDataSource source, HttpResponse response) =>
            {
                response.Headers.CacheControl = "public, max-age=60";
                return ReadAsync(source);
            }
        );
        app.MapGet("/level", () => Level());
        app.MapGet("/causal", [Causal] () => Level());
        app.MapGet("/primary", () => Level()).WithMetadata(new PrimaryAttribute());
        app.MapGet("/eventual", [Eventual("a test")] () => Level());
        app.MapGet(
            "/write-and-call",
            async (ReplicatedMySqlDataSource source, IHttpClientFactory clients) =>
            {
                var written = await WriteAsync(source);
                using var client = clients.CreateClient("inner");
                return long.Parse(await client.GetStringAsync("/read"), System.Globalization.CultureInfo.InvariantCulture) >= written
                    ? "seen"
                    : "missing";
            }
        );
        await app.StartAsync();
        return app;
    }

    private static string Level() => ReadSession.Current?.Consistency.ToString() ?? "none";

    private static string Policies() => $"{ReadSession.Current!.OnReplicaLoss} {ReadSession.Current.RemainingWait.TotalMilliseconds}";

    private async Task<long> NewestOnPrimaryAsync()
    {
        await using var connection = new MySqlConnector.MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        return await connection.ExecuteScalarAsync<long>("select max(id) from writes");
    }

    private static Uri AddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    private static async Task<long> WriteAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.Primary.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>("insert into writes (server, note) values ('primary', 'web') returning id");
    }

    private static async Task<long> ReadAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = source.CreateConnection();
        return await connection.ExecuteScalarAsync<long>("select coalesce(max(id), 0) from writes");
    }

    private sealed class User : IDisposable
    {
        private readonly CookieContainer _cookies = new();
        private readonly HttpClient _client;

        public User() => _client = new HttpClient(new HttpClientHandler { CookieContainer = _cookies });

        public Cookie? Cookie => _cookies.GetAllCookies().SingleOrDefault(c => c.Name == "mr-session");

        public async Task<long> GetAsync(WebApplication app, string path) =>
            long.Parse(await GetTextAsync(app, path), System.Globalization.CultureInfo.InvariantCulture);

        public Task<string> GetTextAsync(WebApplication app, string path) => _client.GetStringAsync(new Uri(AddressOf(app), path));

        public async Task<HttpStatusCode> StatusAsync(WebApplication app, string path)
        {
            using var response = await _client.GetAsync(new Uri(AddressOf(app), path));
            return response.StatusCode;
        }

        public void SetCookie(WebApplication app, string value) => _cookies.Add(AddressOf(app), new Cookie("mr-session", value));

        public void Dispose() => _client.Dispose();
    }
}
