using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MonotonicReads.AspNetCore;
using MonotonicReads.Consistency.History;

namespace MonotonicReads.Consistency.Workload;

/// <summary>Two servers of one web site, whose users carry their sessions from one to the other in a cookie.</summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly Source _source;
    private readonly ConcurrentDictionary<int, (Client Client, Random Random, bool Writes)> _requests = new();
    private readonly List<WebApplication> _servers = [];
    private int _numbers;

    private Site(Source source) => _source = source;

    public static async Task<Site> StartAsync(Source source)
    {
        var site = new Site(source);
        site._servers.Add(await site.ServeAsync());
        site._servers.Add(await site.ServeAsync());
        return site;
    }

    /// <summary>One user, who asks for some pages one after the other.</summary>
    public async Task VisitAsync(Grounds grounds, Random random)
    {
        var number = grounds.Recorder.NextSession();
        var level = random.Next(2) == 0 ? ReadConsistency.Causal : ReadConsistency.Monotonic;
        grounds.Recorder.Add(
            new()
            {
                Kind = EntryKind.Session,
                Session = number,
                Begin = Recorder.Now,
                Level = level,
                Policy = ReplicaLoss.Primary,
                Source = _source.Id,
                Via = "web",
            }
        );
        var cookies = new CookieContainer();
        using var handler = new SocketsHttpHandler { CookieContainer = cookies };
        using var http = new HttpClient(handler) { Timeout = TimeSpan.FromMinutes(2) };
        for (var page = 0; page < random.Next(2, 10) && !grounds.IsOver; page++)
        {
            var index = random.Next(2);
            var data = index == 0 ? _source.Here : _source.There;
            var told = new List<Entry>();
            var client = new Client(grounds, _source, data, number, level, random) { Publish = told.Add, MayCancel = false };
            var request = Interlocked.Increment(ref _numbers);
            _requests[request] = (client, random, random.Next(4) == 0);
            var path = level == ReadConsistency.Causal ? "causal" : "monotonic";
            var address = _servers[index].Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            var entry = new Entry
            {
                Kind = EntryKind.Read,
                Session = number,
                Source = _source.Id,
                Level = level,
                Via = "web request",
                Begin = Recorder.Now,
            };
            using var answer = await http.GetAsync(
                new Uri(string.Create(CultureInfo.InvariantCulture, $"{address}/{path}?request={request}"))
            );

            // What the user did not get the user did not see.
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                return;
            }

            foreach (var seen in told)
            {
                grounds.Recorder.Add(seen with { End = Recorder.Now });
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    private async Task<WebApplication> ServeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddReadSessions(options =>
        {
            options.Tokens = Source.Tokens;
            options.Cookie!.SecurePolicy = CookieSecurePolicy.None; // no certificate here
        });
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.UseRouting();
        app.UseReadSessions();
        app.MapGet("/monotonic", [Monotonic] (int request) => AnswerAsync(request));
        app.MapGet("/causal", [Causal] (int request) => AnswerAsync(request));
        await app.StartAsync();
        return app;
    }

    private async Task<IResult> AnswerAsync(int request)
    {
        if (!_requests.TryRemove(request, out var asked))
        {
            return Results.NotFound();
        }

        var (client, random, writes) = asked;
        var isGood = !writes || await client.WriteAsync();
        for (var i = random.Next(1, 3); i > 0 && isGood; i--)
        {
            isGood = await client.ReadAsync();
        }

        return isGood ? Results.Ok() : Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
    }
}
