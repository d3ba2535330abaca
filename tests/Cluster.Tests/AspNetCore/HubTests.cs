using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MonotonicReads.AspNetCore;
using MonotonicReads.Cluster.Tests.Routing;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>A call of a hub contains what the calls before it wrote and saw, on every transport alike.</summary>
public sealed class HubTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    public static TheoryData<HttpTransportType> Transports =>
        [HttpTransportType.WebSockets, HttpTransportType.ServerSentEvents, HttpTransportType.LongPolling];

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task What_a_call_wrote_the_next_one_sees(HttpTransportType transport)
    {
        await using var site = await StartAsync();
        var late = 0;
        site.Source.SessionEvent += (_, e) => late += e.Kind == ReadSessionEventKind.LateRead ? 1 : 0;
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        await using var hub = await ConnectAsync(site, transport);
        var ids = new HashSet<string>();
        for (var i = 0; i < 12; i++)
        {
            var written = await hub.InvokeAsync<long>("Write");
            Assert.Equal(written, await hub.InvokeAsync<long>("Read"));
            ids.Add(await hub.InvokeAsync<string>("Session"));
        }

        Assert.Single(ids);
        Assert.Equal(0, late);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task What_a_call_saw_the_next_one_sees(HttpTransportType transport)
    {
        await using var site = await StartAsync(o => o.Level = ReadConsistency.Monotonic);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var other = new Browser();
        await using var hub = await ConnectAsync(site, transport);
        var written = await other.GetAsync(site, "/write");
        Assert.True(await hub.InvokeAsync<long>("Read") < written);
        Assert.Equal(written, await hub.InvokeAsync<long>("Current"));
        Assert.Equal(written, await hub.InvokeAsync<long>("Read"));
        Assert.Equal("Monotonic", await hub.InvokeAsync<string>("Level"));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task The_first_call_sees_what_the_browsers_requests_did(HttpTransportType transport)
    {
        await using var site = await StartAsync();
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        var written = await user.GetAsync(site, "/write");
        await using var hub = await ConnectAsync(site, transport, user);
        Assert.Equal(written, await hub.InvokeAsync<long>("Read"));
        await using var stranger = await ConnectAsync(site, transport);
        Assert.True(await stranger.InvokeAsync<long>("Read") < written);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task With_a_store_the_browsers_requests_see_what_calls_did_and_the_other_way_round(HttpTransportType transport)
    {
        await using var site = await StartAsync(hasStore: true);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        await user.GetAsync(site, "/read");
        await using var hub = await ConnectAsync(site, transport, user);
        var written = await hub.InvokeAsync<long>("Write");
        Assert.Equal(written, await user.GetAsync(site, "/read"));
        written = await user.GetAsync(site, "/write");
        Assert.Equal(written, await hub.InvokeAsync<long>("Read"));
        Assert.Empty(site.Log.Of(105));
    }

    [Fact]
    public async Task Without_one_that_is_said_once()
    {
        await using var site = await StartAsync();
        await using var hub = await ConnectAsync(site, HttpTransportType.WebSockets);
        await hub.InvokeAsync<long>("Write");
        await hub.InvokeAsync<long>("Write");
        Assert.Contains("AddSessionPositionStore", Assert.Single(site.Log.Of(105)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Annotations_count(HttpTransportType transport)
    {
        await using var site = await StartAsync(o => o.Level = ReadConsistency.Monotonic);
        await using var hub = await ConnectAsync(site, transport);
        Assert.Equal("Monotonic", await hub.InvokeAsync<string>("Level"));
        Assert.Equal("Causal", await hub.InvokeAsync<string>("CausalLevel"));
        Assert.Equal("none", await hub.InvokeAsync<string>("NoLevel"));
        await using var plain = await ConnectAsync(site, transport, path: "/plain");
        Assert.Equal("none", await plain.InvokeAsync<string>("Level"));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_call_that_fails_has_written_too(HttpTransportType transport)
    {
        await using var site = await StartAsync();
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        await using var hub = await ConnectAsync(site, transport);
        var failed = await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync<long>("WriteAndFail"));
        Assert.Contains("written", failed.Message, StringComparison.Ordinal);
        Assert.Equal(await CurrentAsync(site), await hub.InvokeAsync<long>("Read"));
    }

    [Theory]
    [InlineData("Stream")]
    [InlineData("Numbers")]
    [InlineData("Fill")]
    public async Task A_stream_is_read_in_the_session_of_its_call(string method)
    {
        await using var site = await StartAsync();
        var late = 0;
        site.Source.SessionEvent += (_, e) => late += e.Kind == ReadSessionEventKind.LateRead ? 1 : 0;
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        await using var hub = await ConnectAsync(site, HttpTransportType.LongPolling);
        for (var i = 0; i < 2; i++)
        {
            var written = await hub.InvokeAsync<long>("Write");
            var seen = new List<long>();
            await foreach (var item in hub.StreamAsync<object>(method))
            {
                seen.Add(long.Parse(item.ToString()!, System.Globalization.CultureInfo.InvariantCulture));
            }

            // It reads, writes and reads.
            Assert.Equal([written, seen[1], seen[1]], seen);
            Assert.True(seen[1] > written);
            Assert.Equal(seen[1], await hub.InvokeAsync<long>("Read"));
        }

        Assert.Equal(0, late);
    }

    [Fact]
    public async Task Calls_side_by_side_lose_nothing()
    {
        await using var site = await StartAsync();
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        await using var hub = await ConnectAsync(site, HttpTransportType.WebSockets);
        var written = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => hub.InvokeAsync<long>("Write")));
        Assert.Equal(written.Max(), await hub.InvokeAsync<long>("Read"));
    }

    private Task<Site> StartAsync(Action<RequestSessionOptions>? configure = null, bool hasStore = false) =>
        Site.StartAsync(
            fixture,
            (app, source) =>
            {
                Site.ReadAndWrite(app, source);
                app.MapHub<ShopHub>("/hub");
                app.MapHub<PlainHub>("/plain");
            },
            configure,
            builder =>
            {
                builder.Services.AddSignalR(o => (o.MaximumParallelInvocationsPerClient, o.EnableDetailedErrors) = (4, true));
                builder.Services.AddSingleton(_ => fixture.BuildSource(b => b.RecordDecisions()));
                if (hasStore)
                {
                    builder
                        .Services.AddSingleton<IDistributedCache>(
                            new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()))
                        )
                        .AddSessionPositionStore();
                }
            }
        );

    private static async Task<HubConnection> ConnectAsync(
        Site site,
        HttpTransportType transport,
        Browser? user = null,
        string path = "/hub"
    )
    {
        var hub = new HubConnectionBuilder()
            .WithUrl(
                site.At(path),
                transport,
                o =>
                {
                    if (user is not null)
                    {
                        o.Cookies = user.Jar;
                    }
                }
            )
            .Build();
        await hub.StartAsync();
        return hub;
    }

    private static async Task<long> CurrentAsync(Site site)
    {
        using (ReadSession.Begin(ReadConsistency.Primary, Guid.NewGuid()))
        {
            return await Site.ReadAsync(site.Source);
        }
    }

#pragma warning disable CA1822 // A hub's methods are the instance's.
    private class ShopHub(ReplicatedMySqlDataSource source) : Hub
    {
        public Task<long> Write() => Site.WriteAsync(source);

        public Task<long> Read() => Site.ReadAsync(source);

        [Primary]
        public Task<long> Current() => Site.ReadAsync(source);

        public string Session() => ReadSession.Current?.Id.ToString() ?? "none";

        public string Level() => ReadSession.Current?.Consistency.ToString() ?? "none";

        [Causal]
        public string CausalLevel() => Level();

        [Eventual("a test")]
        public string NoLevel() => Level();

        public async Task<long> WriteAndFail()
        {
            await Site.WriteAsync(source);
            throw new HubException("written");
        }

        public async IAsyncEnumerable<string> Stream()
        {
            await foreach (var number in Numbers())
            {
                yield return number.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
        }

        public async IAsyncEnumerable<long> Numbers()
        {
            yield return await Site.ReadAsync(source);
            await Task.Yield();
            yield return await Site.WriteAsync(source);
            yield return await Site.ReadAsync(source);
        }

        public ChannelReader<long> Fill()
        {
            var channel = Channel.CreateBounded<long>(1);
            _ = Task.Run(async () =>
            {
                await foreach (var number in Numbers())
                {
                    await channel.Writer.WriteAsync(number);
                }

                channel.Writer.Complete();
            });
            return channel.Reader;
        }
    }

    [Eventual("a test")]
    private sealed class PlainHub(ReplicatedMySqlDataSource source) : ShopHub(source);
#pragma warning restore CA1822
}
