using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MonotonicReads.AspNetCore;
using MonotonicReads.Cluster.Tests.Routing;
using Xunit.Abstractions;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>
/// Two browsers in a shop of two services, the front one in two instances: pages that write and read here and there, and hubs on three
/// transports, while the replicas fall behind in turn. <c>MONOTONIC_READS_WEBSHOP_REQUESTS</c> says how many requests; otherwise some
/// hundred.
/// </summary>
public sealed class WebShopTests(RoutingFixture fixture, ITestOutputHelper output) : IClassFixture<RoutingFixture>
{
    private const int Users = 2;

    private static readonly int Requests = int.Parse(
        Environment.GetEnvironmentVariable("MONOTONIC_READS_WEBSHOP_REQUESTS") ?? "400",
        CultureInfo.InvariantCulture
    );

    private static readonly HttpTransportType[] Transports =
    [
        HttpTransportType.WebSockets,
        HttpTransportType.ServerSentEvents,
        HttpTransportType.LongPolling,
    ];

    [Fact]
    public async Task Nobody_misses_what_he_wrote_or_saw()
    {
        using var lagEnds = new CancellationTokenSource();
        var lag = LagAsync(lagEnds.Token);
        try
        {
            Assert.Equal(0, await VisitAsync(ReadConsistency.Causal, Requests));
        }
        finally
        {
            await lagEnds.CancelAsync();
            await lag;
            await fixture.Cluster.WaitForReplicasAsync();
        }
    }

    /// <summary>The same visits would miss it, if nothing were done.</summary>
    [Fact]
    public async Task Without_sessions_they_do()
    {
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        Assert.NotEqual(0, await VisitAsync(ReadConsistency.Eventual, requests: 60));
    }

    private async Task<int> VisitAsync(ReadConsistency level, int requests)
    {
        await using var stock = await Site.StartAsync(fixture, Site.ReadAndWrite, o => Configure(o, (true, level)));
        var cache = new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()));
        await using var one = await FrontAsync(stock, cache, level);
        await using var two = await FrontAsync(stock, cache, level);
        var started = Stopwatch.GetTimestamp();
        var visits = await Task.WhenAll(Enumerable.Range(0, Users).Select(n => VisitAsync([one, two], requests / Users, new Random(n))));
        var missing = visits.Sum(visit => visit.Missing);
        output.WriteLine(
            $"{level}: {visits.Sum(visit => visit.Done)} requests of {Users} browsers in "
                + $"{Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s, {visits.Sum(visit => visit.Written)} of them writes, "
                + $"{missing} times something missing: {string.Join("; ", visits.SelectMany(visit => visit.What).Take(10))}"
        );
        return missing;
    }

    private static async Task<Visit> VisitAsync(Site[] fronts, int requests, Random random)
    {
        using var user = new Browser();
        var visit = new Visit();
        await user.GetAsync(fronts[0], "/read");
        var hubs = new List<HubConnection>();
        foreach (var transport in Transports)
        {
            var hub = new HubConnectionBuilder().WithUrl(fronts[0].At("/hub"), transport, o => o.Cookies = user.Jar).Build();
            await hub.StartAsync();
            hubs.Add(hub);
        }

        string[] ways = ["/read", "/write", "/via-read", "/via-write", "Read", "Write"];
        while (visit.Done < requests)
        {
            var way = ways[random.Next(ways.Length)];
            var at = random.Next(Transports.Length);
            var answer = way[0] == '/' ? await user.GetAsync(fronts[at % fronts.Length], way) : await hubs[at].InvokeAsync<long>(way);
            visit.Note(way[0] == '/' ? way : $"{way} ({Transports[at]})", answer);
        }

        foreach (var hub in hubs)
        {
            await hub.DisposeAsync();
        }

        return visit;
    }

    // One replica after the other stands still for a while, so that each is behind most of the time.
    private async Task LagAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            foreach (var replica in fixture.Cluster.Replicas)
            {
                await replica.StopApplyingAsync(CancellationToken.None);
                await Task.Delay(150, CancellationToken.None);
            }

            foreach (var replica in fixture.Cluster.Replicas)
            {
                await replica.StartApplyingAsync(CancellationToken.None);
                await Task.Delay(50, CancellationToken.None);
            }
        }
    }

    private Task<Site> FrontAsync(Site stock, IDistributedCache cache, ReadConsistency level) =>
        Site.StartAsync(
            fixture,
            (app, source) =>
            {
                Site.ReadAndWrite(app, source);
                app.MapGet("/via-read", (IHttpClientFactory clients) => CallAsync(clients, "/read"));
                app.MapGet("/via-write", (IHttpClientFactory clients) => CallAsync(clients, "/write"));
                app.MapHub<ShopHub>("/hub");
            },
            o => Configure(o, (false, level)),
            builder =>
            {
                builder.Services.AddSignalR();
                builder.Services.AddSingleton(_ => fixture.BuildSource());
                builder.Services.AddHttpClient("stock", client => client.BaseAddress = stock.Address).AddReadSession();
                builder.Services.AddSingleton(cache).AddSessionPositionStore();
            }
        );

    private static void Configure(RequestSessionOptions options, (bool IsCalled, ReadConsistency Level) service)
    {
        (options.UsesHeader, options.Level, options.MaxWaitMilliseconds) = (service.IsCalled, service.Level, 50);
        options.Cookie = service.IsCalled ? null : options.Cookie;
    }

    private static async Task<string> CallAsync(IHttpClientFactory clients, string path)
    {
        using var client = clients.CreateClient("stock");
        return await client.GetStringAsync(path);
    }

    private sealed class ShopHub(ReplicatedMySqlDataSource source) : Hub
    {
        public Task<long> Write() => Site.WriteAsync(source);

        public Task<long> Read() => Site.ReadAsync(source);
    }

    private sealed class Visit
    {
        private string _last = "";
        private long _newest;

        public int Done { get; private set; }

        public int Written { get; private set; }

        public int Missing { get; private set; }

        public List<string> What { get; } = [];

        public void Note(string way, long answer)
        {
            Done++;
            Written += way.Contains("rite", StringComparison.Ordinal) ? 1 : 0;
            if (answer < _newest)
            {
                Missing++;
                What.Add($"{way} has {answer} after {_last} had {_newest}");
            }
            else
            {
                (_newest, _last) = (answer, way);
            }
        }
    }
}
