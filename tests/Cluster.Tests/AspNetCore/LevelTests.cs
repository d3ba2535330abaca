using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using MonotonicReads.AspNetCore;
using MonotonicReads.Cluster.Tests.Routing;
using MonotonicReads.Sessions;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>A request's level is its endpoint's, whatever the user asked for before: positions travel, levels do not.</summary>
public sealed class LevelTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    [Theory]
    [InlineData(ReadConsistency.Monotonic)]
    [InlineData(ReadConsistency.Causal)]
    public async Task One_page_on_the_primary_keeps_nobody_there(ReadConsistency level)
    {
        await using var site = await StartAsync(level);
        using var user = new Browser();
        Assert.Equal("Primary primary", await user.Http.GetStringAsync(site.At("/current")));
        await fixture.Cluster.WaitForReplicasAsync();
        for (var i = 0; i < 5; i++)
        {
            var where = await user.Http.GetStringAsync(site.At("/where"));
            Assert.StartsWith(level.ToString(), where, StringComparison.Ordinal);
            Assert.DoesNotContain("primary", where, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_was_seen_there_is_seen_all_the_same()
    {
        await using var site = await StartAsync(ReadConsistency.Monotonic);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var other = new Browser();
        var written = await other.GetAsync(site, "/write");
        using var user = new Browser();
        await user.Http.GetStringAsync(site.At("/current"));
        Assert.True(await user.GetAsync(site, "/read") >= written);
    }

    [Fact]
    public async Task A_causal_page_makes_no_other_causal_and_its_write_is_seen_there()
    {
        await using var site = await StartAsync(ReadConsistency.Monotonic);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        var written = await user.GetAsync(site, "/write-causally");
        Assert.StartsWith("Monotonic", await user.Http.GetStringAsync(site.At("/where")), StringComparison.Ordinal);
        Assert.Equal(written, await user.GetAsync(site, "/read"));
    }

    [Fact]
    public async Task A_global_page_and_a_bounded_one_show_what_another_user_wrote_and_make_no_other_so()
    {
        await using var site = await StartAsync(ReadConsistency.Monotonic);
        using var other = new Browser();
        await other.GetAsync(site, "/write");
        await fixture.Cluster.WaitForReplicasAsync();
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        var written = await other.GetAsync(site, "/write");
        using (var third = new Browser())
        {
            Assert.True(await third.GetAsync(site, "/read") < written);
        }

        using var user = new Browser();
        Assert.Equal(written, await user.GetAsync(site, "/read-globally"));
        Assert.Equal(written, await user.GetAsync(site, "/read"));
        await Task.Delay(20);
        using var bounded = new Browser();
        Assert.Equal(written, await bounded.GetAsync(site, "/read-of-this-moment"));
        using var fourth = new Browser();
        Assert.True(await fourth.GetAsync(site, "/read") < written);
    }

    [Fact]
    public async Task Nor_does_the_level_of_a_caller()
    {
        await using var stock = await StartAsync(ReadConsistency.Monotonic);
        await using var front = await Site.StartAsync(
            fixture,
            (app, source) =>
            {
                app.UseRouting();
                app.UseReadSessions();
                app.MapGet(
                    "/via",
                    [Primary]
                    async (IHttpClientFactory clients) =>
                    {
                        await Site.ReadAsync(source);
                        using var client = clients.CreateClient("stock");
                        return await client.GetStringAsync("/where");
                    }
                );
            },
            build: b => b.Services.AddHttpClient("stock", client => client.BaseAddress = stock.Address).AddReadSession()
        );
        await fixture.Cluster.WaitForReplicasAsync();
        using var user = new Browser();
        Assert.StartsWith("Monotonic", await user.Http.GetStringAsync(front.At("/via")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_only_the_primary_will_do_it_does_until_a_replica_has_it()
    {
        await using var site = await StartAsync(ReadConsistency.Monotonic);
        using var user = new Browser();
        await user.GetAsync(site, "/read");
        var name = user.Cookies[0].Name;
        var primaryOnly = new SessionToken(Guid.NewGuid(), ReadConsistency.Monotonic, [new(site.Source.Routed.Name.Text, null)]);
        user.Jar.Add(site.Address, new System.Net.Cookie(name, primaryOnly.Protect(SessionTokenOptions.WithKey(Site.Key))));
        Assert.EndsWith("primary", await user.Http.GetStringAsync(site.At("/where")), StringComparison.Ordinal);
        await fixture.Cluster.WaitForReplicasAsync();
        Assert.DoesNotContain("primary", await user.Http.GetStringAsync(site.At("/where")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_programs_own_token_goes_on_as_causal()
    {
        var options = SessionTokenOptions.WithKey(Site.Key);
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        string token;
        using (var session = ReadSession.Begin(ReadConsistency.Primary))
        {
            await Site.ReadAsync(source);
            token = await session.ToTokenAsync(options);
        }

        await fixture.Cluster.WaitForReplicasAsync();
        using var resumed = ReadSession.Resume(token, options);
        await Site.ReadAsync(source);
        Assert.Equal(ReadConsistency.Causal, resumed.Consistency);
        Assert.NotEqual("primary", Assert.Single(resumed.GetDecisions()).Server);
    }

    /// <summary>Nobody runs a request again, and a wrapper that its handler calls joins its session.</summary>
    [Theory]
    [InlineData("/loses", ReplicaLoss.Primary)]
    [InlineData("/loses-by-annotation", ReplicaLoss.Primary)]
    [InlineData("/catches-up", ReplicaLoss.CaughtUp)]
    public async Task What_restart_asks_for_is_the_primary_in_a_request(string path, ReplicaLoss expected)
    {
        var asked = new List<ReplicaLoss?>();
        var runs = 0;
        await using var site = await Site.StartAsync(
            fixture,
            (app, source) =>
            {
                Site.ReadAndWrite(app, source);
                app.MapGet("/loses", () => LoseAsync(source));
#pragma warning disable MR1011 // It says what is shown here.
                app.MapGet("/loses-by-annotation", [Monotonic(OnReplicaLoss = ReplicaLoss.Restart)] () => LoseAsync(source));
#pragma warning restore MR1011
                app.MapGet("/catches-up", [Monotonic(OnReplicaLoss = ReplicaLoss.CaughtUp)] () => LoseAsync(source));
            },
            o => (o.Level, o.OnReplicaLoss) = (ReadConsistency.Monotonic, ReplicaLoss.Restart)
        );
        using var user = new Browser();
        await user.GetAsync(site, path);
        Assert.Equal([expected, expected], asked);
        Assert.Equal(1, runs);

        Task<long> LoseAsync(ReplicatedMySqlDataSource source)
        {
            asked.Add(ReadSession.Current!.OnReplicaLoss);
            return RestartableReads.RunAsync(
                ReadConsistency.Monotonic,
                new ReadSessionOptions(),
                () =>
                {
                    runs++;
                    asked.Add(ReadSession.Current!.OnReplicaLoss);
                    return Site.ReadAsync(source);
                },
                CancellationToken.None
            );
        }
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task An_annotation_that_is_not_known_in_time_is_told(bool sessionsFirst, int records)
    {
        await using var site = await Site.StartAsync(
            fixture,
            (app, source) =>
            {
                _ = sessionsFirst ? app.UseReadSessions().UseRouting() : app.UseRouting().UseReadSessions();
                app.MapGet("/read", () => Site.ReadAsync(source));
                app.MapGet("/current", [Primary] () => Site.ReadAsync(source));
            }
        );
        using var user = new Browser();
        await user.GetAsync(site, "/read");
        Assert.Empty(site.Log.Of(113));
        await user.GetAsync(site, "/current");
        await user.GetAsync(site, "/current");
        await Eventually.IsAsync(() => site.Log.Of(113).Count == records, "it is told");
        Assert.Equal(records, site.Log.Of(113).Count);
    }

    private Task<Site> StartAsync(ReadConsistency level) =>
        Site.StartAsync(
            fixture,
            (app, source) =>
            {
                Site.ReadAndWrite(app, source);
                app.MapGet("/where", () => WhereAsync(source));
                app.MapGet("/current", [Primary] () => WhereAsync(source));
                app.MapGet("/write-causally", [Causal] () => Site.WriteAsync(source));
                app.MapGet("/read-globally", [Global(MaxWaitMilliseconds = 50)] () => Site.ReadAsync(source));
                app.MapGet("/read-of-this-moment", [Monotonic(MaxStalenessMilliseconds = 10)] () => Site.ReadAsync(source));
            },
            // On a busy machine a replica may need longer than the default wait.
            o => (o.Level, o.UsesHeader, o.MaxWaitMilliseconds) = (level, true, 2000)
        );

    private static async Task<string> WhereAsync(ReplicatedMySqlDataSource source)
    {
        await Site.ReadAsync(source);
        return $"{ReadSession.Current!.Consistency} {string.Join(',', ReadSession.Current.GetDecisions().Select(d => d.Server))}";
    }
}
