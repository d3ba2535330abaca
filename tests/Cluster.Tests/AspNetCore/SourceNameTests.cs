using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MonotonicReads.AspNetCore;
using MonotonicReads.Cluster.Tests.Routing;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>Positions of two clusters are told apart, also where nobody gave the data sources names.</summary>
public sealed class SourceNameTests(RoutingFixture fixture, OtherCluster other) : IClassFixture<RoutingFixture>, IClassFixture<OtherCluster>
{
    private static readonly SessionTokenOptions Options = SessionTokenOptions.WithKey(Site.Key);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_services_share_a_key_and_no_database(bool readsFirst)
    {
        // The other one has written more, so that no position of it is contained in ours.
        await using var stock = await Site.StartAsync(other, Site.ReadAndWrite, o => (o.UsesHeader, o.Cookie) = (true, null));
        await using var front = await FrontAsync(stock);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        await using var frozenToo = await Frozen.ReplicasOfAsync(other.Cluster);
        using var user = new Browser();
        for (var i = 0; i < 3; i++)
        {
            if (readsFirst)
            {
                await user.GetAsync(front, "/read");
            }

            var there = await user.GetAsync(front, "/via-write");
            var here = await user.GetAsync(front, "/write");
            Assert.Equal(here, await user.GetAsync(front, "/read"));
            Assert.Equal(there, await user.GetAsync(front, "/via-read"));
            Assert.Equal(here, await user.GetAsync(front, "/read"));
        }

        var (level, text) = Assert.Single(front.Log.Of(32));
        Assert.Equal(LogLevel.Warning, level);
        Assert.Contains("UseName", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Named_ones_need_no_question_and_travel_through()
    {
        var log = new LogRecords();
        await using var theirs = other.BuildSource(b => b.UseName("stock"));
        await using var ours = fixture.BuildSource(b => b.UseName("shop").UseLoggerFactory(log));
        await using var stock = await Site.StartAsync(
            other,
            Site.ReadAndWrite,
            o => (o.UsesHeader, o.Cookie) = (true, null),
            source: theirs
        );
        await using var front = await FrontAsync(stock, ours);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        await using var frozenToo = await Frozen.ReplicasOfAsync(other.Cluster);
        using var user = new Browser();
        var there = await user.GetAsync(front, "/via-write");
        var here = await user.GetAsync(front, "/write");
        Assert.Equal(here, await user.GetAsync(front, "/read"));
        Assert.Equal(there, await user.GetAsync(front, "/via-read"));
        Assert.Empty(log.Of(30));
        var (level, text) = Assert.Single(front.Log.Of(107));
        Assert.Equal(LogLevel.Information, level);
        Assert.Contains("stock", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_position_of_another_cluster_can_be_refused()
    {
        await using var stock = await Site.StartAsync(other, Site.ReadAndWrite, o => (o.UsesHeader, o.Cookie) = (true, null));
        await using var front = await FrontAsync(stock, configure: o => o.RefusesForeignPositions = true);
        using var user = new Browser();
        await user.GetAsync(front, "/via-write");
        using var answer = await user.AskAsync(front, "/read");
        Assert.Equal(System.Net.HttpStatusCode.InternalServerError, answer.StatusCode);
        var said = await answer.Content.ReadAsStringAsync();
        Assert.Contains("ReplicaLostException", said, StringComparison.Ordinal);
        Assert.Contains("another cluster", said, StringComparison.Ordinal);
        Assert.Contains("UseName", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_came_with_nothing_leaves_another_clusters_position_alone_too()
    {
        // Of the name that the own database has.
        await using var theirs = other.BuildSource(b => b.UseName("app"));
        await using var stock = await Site.StartAsync(
            other,
            Site.ReadAndWrite,
            o => (o.UsesHeader, o.Cookie) = (true, null),
            source: theirs
        );
        await using var front = await FrontAsync(stock);
        using var user = new Browser();
        using var answer = await user.AskAsync(front, "/via-write-own-read");
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task And_refuses_it_where_it_shall()
    {
        await using var stock = await Site.StartAsync(other, Site.ReadAndWrite, o => (o.UsesHeader, o.Cookie) = (true, null));
        await using var front = await FrontAsync(stock, configure: o => o.RefusesForeignPositions = true);
        using var user = new Browser();
        using var answer = await user.AskAsync(front, "/via-write-own-read");
        Assert.Equal(System.Net.HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    [Fact]
    public async Task Who_refuses_unknown_data_sources_takes_his_own_cookie()
    {
        await using var theirs = other.BuildSource(b => b.UseName("stock"));
        await using var ours = fixture.BuildSource(b => b.UseName("shop"));
        await using var stock = await Site.StartAsync(
            other,
            Site.ReadAndWrite,
            o => (o.UsesHeader, o.Cookie) = (true, null),
            source: theirs
        );
        await using var front = await FrontAsync(stock, ours, o => (o.RefusesUnknownSources, o.RefusesBadTokens) = (true, true));
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        var written = await user.GetAsync(front, "/write");
        await user.GetAsync(front, "/via-write");
        Assert.Equal(written, await user.GetAsync(front, "/read"));
    }

    [Fact]
    public async Task A_data_source_for_each_scope_is_no_failure()
    {
        await using var ours = fixture.BuildSource(b => b.UseName("shop"));
        await using var site = await Site.StartAsync(
            fixture,
            Site.ReadAndWrite,
            build: builder =>
            {
                builder.Services.AddScoped(_ => ours);
                builder.Host.UseDefaultServiceProvider(o => o.ValidateScopes = true);
            },
            source: ours
        );
        using var user = new Browser();
        await user.GetAsync(site, "/write");
        using var answer = await user.AskAsync(site, "/read");
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_position_of_an_unknown_data_source_can_be_refused()
    {
        await using var theirs = other.BuildSource(b => b.UseName("stock"));
        await using var ours = fixture.BuildSource(b => b.UseName("shop"));
        await using var site = await FrontAsync(
            calls: null,
            ours,
            o => (o.RefusesUnknownSources, o.RefusesBadTokens, o.UsesHeader) = (true, true, true)
        );
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, await StatusAsync(theirs));
        Assert.Equal(System.Net.HttpStatusCode.OK, await StatusAsync(ours));

        async Task<System.Net.HttpStatusCode> StatusAsync(ReplicatedMySqlDataSource of)
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal, Guid.NewGuid());
            await Site.WriteAsync(of);
            using var request = new HttpRequestMessage(HttpMethod.Get, site.At("/read"));
            request.Headers.Add("MonotonicReads-Session", await session.ToTokenAsync(Options));
            using var client = new HttpClient();
            using var answer = await client.SendAsync(request);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Two_clusters_in_one_process_are_told_apart_without_names()
    {
        await using var a = fixture.BuildSource();
        await using var b = other.BuildSource();
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        await using var frozenToo = await Frozen.ReplicasOfAsync(other.Cluster);
        foreach (var (first, second) in new[] { (a, b), (b, a) })
        {
            string token;
            long one;
            long two;
            using (var session = ReadSession.Begin(ReadConsistency.Causal, Guid.NewGuid()))
            {
                one = await Site.WriteAsync(first);
                two = await Site.WriteAsync(second);
                token = await session.ToTokenAsync(Options);
            }

            using (ReadSession.Resume(token, Options))
            {
                Assert.Equal(two, await Site.ReadAsync(second));
                Assert.Equal(one, await Site.ReadAsync(first));
            }
        }
    }

    [Fact]
    public async Task Two_clusters_of_one_given_name_are_refused()
    {
        await using var a = fixture.BuildSource(x => x.UseName("shop"));
        await using var b = other.BuildSource(x => x.UseName("shop"));
        string token;
        using (var session = ReadSession.Begin(ReadConsistency.Causal, Guid.NewGuid()))
        {
            await Site.WriteAsync(a);
            token = await session.ToTokenAsync(Options);
            await Site.WriteAsync(b);
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(async () => await session.ToTokenAsync(Options));
            Assert.Contains("UseName", refused.Message, StringComparison.Ordinal);
            Assert.Contains($"'shop' (127.0.0.1:{PortOf(fixture)})", refused.Message, StringComparison.Ordinal);
            Assert.Contains($"'shop' (127.0.0.1:{PortOf(other)})", refused.Message, StringComparison.Ordinal);
        }

        using (ReadSession.Resume(token, Options))
        {
            await Site.ReadAsync(a);
            await Assert.ThrowsAsync<InvalidOperationException>(() => Site.ReadAsync(b));
        }
    }

    [Fact]
    public async Task Two_data_sources_over_one_cluster_are_one()
    {
        await using var a = fixture.BuildSource();
        await using var b = fixture.BuildSource();
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        string token;
        long written;
        using (var session = ReadSession.Begin(ReadConsistency.Causal, Guid.NewGuid()))
        {
            await Site.WriteAsync(a);
            written = await Site.WriteAsync(b);
            token = await session.ToTokenAsync(Options);
        }

        using var resumed = ReadSession.Resume(token, Options);
        Assert.Equal(written, await Site.ReadAsync(a));
        Assert.Equal(written, await Site.ReadAsync(b));
    }

    /// <summary>One process knows the primary by its name, the other by its number.</summary>
    [Fact]
    public async Task A_cluster_at_another_address_is_known_by_what_its_primary_has()
    {
        await using var a = fixture.BuildSource();
        await using var b = await ByNameAsync();
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        foreach (var (there, here) in new[] { (a, b), (b, a) })
        {
            string token;
            long written;
            using (var session = ReadSession.Begin(ReadConsistency.Causal, Guid.NewGuid()))
            {
                written = await Site.WriteAsync(there);
                token = await session.ToTokenAsync(Options);
            }

            using var resumed = ReadSession.Resume(token, Options);
            Assert.Equal(written, await Site.ReadAsync(here));
            Assert.Equal(written, await Site.ReadAsync(here));
        }
    }

    [Fact]
    public async Task A_name_is_the_database_unless_it_is_given()
    {
        await using var a = fixture.BuildSource();
        await using var b = fixture.BuildSource(x => x.UseName("shop"));
        Assert.Equal(("app", "shop"), (a.Name, b.Name));
        Assert.Throws<ArgumentException>(() => new ReplicatedMySqlDataSourceBuilder().UseName("a\u001fb"));
        Assert.Throws<ArgumentException>(() => new ReplicatedDataSourceBuilder().UseName(" "));
    }

    private async Task<ReplicatedMySqlDataSource> ByNameAsync()
    {
        var built = new ReplicatedMySqlDataSourceBuilder().UsePrimary(
            fixture.Cluster.Primary.ConnectionString.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)
        );
        foreach (var replica in fixture.Cluster.Replicas)
        {
            built.AddReplica(replica.Name, replica.ConnectionString);
        }

        var source = built.Build();
        await using var connection = await source.Primary.OpenConnectionAsync();
        return source;
    }

    private static int PortOf(RoutingFixture of) =>
        (int)new MySqlConnector.MySqlConnectionStringBuilder(of.Cluster.Primary.ConnectionString).Port;

    private Task<Site> FrontAsync(Site? calls, ReplicatedMySqlDataSource? source = null, Action<RequestSessionOptions>? configure = null) =>
        Site.StartAsync(
            fixture,
            (app, own) =>
            {
                app.Use(
                    async (context, next) =>
                    {
                        try
                        {
                            await next(context);
                        }
                        catch (ReplicaLostException exception)
                        {
                            context.Response.StatusCode = 500;
                            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(
                                context.Response,
                                exception.ToString()
                            );
                        }
                    }
                );
                Site.ReadAndWrite(app, own);
                app.MapGet(
                    "/via-write-own-read",
                    async (IHttpClientFactory clients) =>
                    {
                        using var client = clients.CreateClient("stock");
                        await client.GetStringAsync("/write");
                        return await Site.ReadAsync(own);
                    }
                );
                foreach (var path in new[] { "read", "write" })
                {
                    app.MapGet(
                        "/via-" + path,
                        async (IHttpClientFactory clients) =>
                        {
                            using var client = clients.CreateClient("stock");
                            return long.Parse(await client.GetStringAsync("/" + path), CultureInfo.InvariantCulture);
                        }
                    );
                }
            },
            configure,
            builder =>
            {
                builder.Services.AddHttpClient("stock", client => client.BaseAddress = calls?.Address).AddReadSession();
                if (source is not null)
                {
                    builder.Services.AddSingleton(_ => source);
                }
            },
            source
        );
}

/// <summary>A cluster of its own that has written more than any other.</summary>
public sealed class OtherCluster : RoutingFixture, IAsyncLifetime
{
    async Task IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        for (var i = 0; i < 300; i++)
        {
            await Site.WriteAsync(Source);
        }

        await Cluster.WaitForReplicasAsync();
    }
}
