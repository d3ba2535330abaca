using System.Globalization;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MonotonicReads.AspNetCore;
using MonotonicReads.Cluster.Tests.Routing;
using MonotonicReads.Sessions;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>The calls of one connection: side by side, for a long time, and with what the connection itself came with.</summary>
public sealed class HubConnectionTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    [Theory]
    [InlineData("Hold", ReadConsistency.Causal)]
    [InlineData("HoldSeen", ReadConsistency.Monotonic)]
    public async Task A_call_beside_a_running_stream_contains_what_that_did(string method, ReadConsistency level)
    {
        await using var site = await StartAsync(o => o.Level = level);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        await using var hub = await ConnectAsync(site);
        await Site.WriteAsync(site.Source);
        using var leaves = new CancellationTokenSource();
        await using var stream = hub.StreamAsync<long>(method, leaves.Token).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync());
        Assert.Equal(stream.Current, await hub.InvokeAsync<long>("Read"));
        await leaves.CancelAsync();
    }

    [Fact]
    public async Task The_session_of_a_channel_ends_when_the_client_leaves_the_stream()
    {
        await using var site = await StartAsync();
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        await using var hub = await ConnectAsync(site);
        var written = 0L;
        using (var leaves = new CancellationTokenSource())
        {
            await foreach (var item in hub.StreamAsync<long>("Fill", leaves.Token).WithCancellation(CancellationToken.None))
            {
                written = item;
                break;
            }

            await leaves.CancelAsync();
        }

        var sessions = site.Services.GetRequiredService<List<ReadSession>>();
        Assert.Equal(written, await hub.InvokeAsync<long>("Read"));
        await Eventually.IsAsync(() => sessions.Single().HasEnded, "the session of the stream has ended");
        Assert.Equal(written, await hub.InvokeAsync<long>("Read"));
    }

    [Fact]
    public async Task Only_the_primary_will_do_until_a_replica_has_it()
    {
        await using var site = await StartAsync(o => (o.Level, o.MaxWaitMilliseconds) = (ReadConsistency.Monotonic, 2000));
        using var user = new Browser();
        await PrimaryOnlyAsync(site, user);
        await using var hub = await ConnectAsync(site, user);
        Assert.EndsWith("primary", await hub.InvokeAsync<string>("Where"), StringComparison.Ordinal);
        await fixture.Cluster.WaitForReplicasAsync();
        Assert.DoesNotContain("primary", await hub.InvokeAsync<string>("Where"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_store_too()
    {
        var store = new YieldingStore();
        await using var site = await StartAsync(o => (o.Level, o.MaxWaitMilliseconds) = (ReadConsistency.Monotonic, 2000), store);
        using var user = new Browser();
        var token = await PrimaryOnlyAsync(site, user);
        store.Kept[token.SessionId] = token.Protect(SessionTokenOptions.WithKey(Site.Key));
        Assert.EndsWith("primary", await user.Http.GetStringAsync(site.At("/where")), StringComparison.Ordinal);
        await fixture.Cluster.WaitForReplicasAsync();
        Assert.DoesNotContain("primary", await user.Http.GetStringAsync(site.At("/where")), StringComparison.Ordinal);
        await using var hub = await ConnectAsync(site, user);
        Assert.DoesNotContain("primary", await hub.InvokeAsync<string>("Where"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_call_had_from_the_store_the_next_one_has_without_it()
    {
        var store = new YieldingStore();
        await using var site = await StartAsync(store: store);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        await user.GetAsync(site, "/read");
        await using var hub = await ConnectAsync(site, user);
        var written = await user.GetAsync(site, "/write");
        Assert.Equal(written, await hub.InvokeAsync<long>("Read"));
        store.Kept.Clear();
        Assert.Equal(written, await hub.InvokeAsync<long>("Read"));
    }

    [Fact]
    public async Task What_was_stored_meanwhile_is_not_forgotten()
    {
        var store = new YieldingStore();
        await using var site = await StartAsync(store: store);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        var token = await PrimaryOnlyAsync(site, user);
        store.Kept[token.SessionId] = token.Protect(SessionTokenOptions.WithKey(Site.Key));
        var reading = user.Http.GetAsync(site.At("/read-and-wait"));
        var gate = site.Services.GetRequiredService<Gate>();
        await gate.IsReached.Task.WaitAsync(TimeSpan.FromMinutes(1));

        // Somebody stores the same mark, and means what he wrote since.
        var written = await Site.WriteAsync(site.Source);
        store.Kept[token.SessionId] = token.Protect(SessionTokenOptions.WithKey(Site.Key));
        gate.Opens.SetResult();
        (await reading).Dispose();
        Assert.Equal(written, await user.GetAsync(site, "/read"));
    }

    [Fact]
    public async Task With_a_store_a_connection_that_came_with_nothing_is_the_session_that_its_answer_begins()
    {
        await using var site = await StartAsync(store: new YieldingStore());
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        await using var hub = await ConnectAsync(site, user, o => o.SkipNegotiation = true);
        var written = await hub.InvokeAsync<long>("Write");
        Assert.NotEmpty(user.Cookies);
        Assert.Equal(written, await user.GetAsync(site, "/read"));
    }

    [Fact]
    public async Task A_connection_that_outlives_its_cookie_is_told()
    {
        var tokens = new SessionTokenOptions
        {
            Protector = SessionTokenOptions.WithKey(Site.Key).Protector,
            Lifetime = TimeSpan.FromSeconds(2),
        };
        await using var site = await StartAsync(o => o.Tokens = tokens, new YieldingStore());
        using var user = new Browser();
        await user.GetAsync(site, "/read");
        await using var hub = await ConnectAsync(site, user);
        await hub.InvokeAsync<long>("Write");
        Assert.Empty(site.Log.Of(109));
        await Task.Delay(TimeSpan.FromSeconds(2.5));
        await hub.InvokeAsync<long>("Write");
        await hub.InvokeAsync<long>("Write");
        Assert.Single(site.Log.Of(109));
    }

    [Fact]
    public async Task The_applications_own_filters_run_in_the_session()
    {
        var seen = new SeenByFilter();
        await using var site = await StartAsync(build: builder =>
        {
            // As if AddReadSessions came last.
            builder.Services.RemoveAll<Microsoft.Extensions.Options.IConfigureOptions<HubOptions>>();
            builder.Services.AddSignalR(o => o.AddFilter(seen)).Services.AddReadSessions();
        });
        await using var hub = await ConnectAsync(site);
        await hub.InvokeAsync("Remember");
        Assert.Equal(site.Services.GetRequiredService<List<ReadSession>>(), seen.Sessions);
    }

    private sealed class SeenByFilter : IHubFilter
    {
        public System.Collections.Concurrent.ConcurrentQueue<ReadSession?> Sessions { get; } = new();

        public ValueTask<object?> InvokeMethodAsync(
            HubInvocationContext invocationContext,
            Func<HubInvocationContext, ValueTask<object?>> next
        )
        {
            Sessions.Enqueue(ReadSession.Current?.Root);
            return next(invocationContext);
        }
    }

    [Fact]
    public async Task A_call_whose_client_has_left_stores_what_it_writes()
    {
        var store = new YieldingStore();
        await using var site = await StartAsync(store: store);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        await user.GetAsync(site, "/read");
        var gate = site.Services.GetRequiredService<Gate>();
        await using (var hub = await ConnectAsync(site, user))
        {
            await hub.SendAsync("WriteBehindTheGate");
            await gate.IsReached.Task.WaitAsync(TimeSpan.FromMinutes(1));
        }

        await gate.HasLeft.Task.WaitAsync(TimeSpan.FromMinutes(1));
        gate.Opens.SetResult();
        var written = await gate.HasWritten.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await Eventually.BecomesAsync(written, () => user.GetAsync(site, "/read"));
    }

    [Fact]
    public async Task Annotations_are_the_endpoints_own()
    {
        await using var site = await StartAsync(o => o.Level = ReadConsistency.Monotonic);
        foreach (var (path, level) in new[] { ("/hub", "Monotonic"), ("/eventual", "none"), ("/hub", "Monotonic") })
        {
            await using var hub = await ConnectAsync(site, path: path);
            Assert.Equal(level, await hub.InvokeAsync<string>("Level"));
        }
    }

    [Fact]
    public async Task An_answer_that_comes_after_its_call_has_ended_is_said()
    {
        await using var site = await StartAsync(o => o.UsesHeader = true);
        await using var hub = await ConnectAsync(site);
        await hub.InvokeAsync("CallAndLeave", site.At("/write-behind-the-gate").ToString());
        Assert.Empty(site.Log.Of(106));
        site.Services.GetRequiredService<Gate>().Opens.SetResult();
        await Eventually.IsAsync(() => site.Log.Of(106).Count == 1, "it is said");
    }

    private static async Task<SessionToken> PrimaryOnlyAsync(Site site, Browser user)
    {
        await user.GetAsync(site, "/read");
        var token = new SessionToken(Guid.NewGuid(), ReadConsistency.Monotonic, [new(site.Source.Routed.Name.Text, null)]);
        user.Jar.Add(site.Address, new System.Net.Cookie(user.Cookies[0].Name, token.Protect(SessionTokenOptions.WithKey(Site.Key))));
        return token;
    }

    private Task<Site> StartAsync(
        Action<RequestSessionOptions>? configure = null,
        YieldingStore? store = null,
        Action<WebApplicationBuilder>? build = null
    ) =>
        Site.StartAsync(
            fixture,
            (app, source) =>
            {
                Site.ReadAndWrite(app, source);
                app.MapGet("/where", () => WhereAsync(source));
                app.MapGet(
                    "/write-behind-the-gate",
                    async (Gate gate) =>
                    {
                        await gate.Opens.Task;
                        return await Site.WriteAsync(source);
                    }
                );
                app.MapGet(
                    "/read-and-wait",
                    async (Gate gate) =>
                    {
                        await Site.ReadAsync(source);
                        gate.IsReached.SetResult();
                        await gate.Opens.Task;
                    }
                );
                app.MapHub<LongHub>("/hub");
                app.MapHub<LongHub>("/eventual").WithMetadata(new EventualAttribute("a test"));
            },
            configure,
            builder =>
            {
                builder.Services.AddSignalR(o => (o.MaximumParallelInvocationsPerClient, o.EnableDetailedErrors) = (4, true));
                builder.Services.AddSingleton(_ => fixture.BuildSource(b => b.RecordDecisions()));
                builder.Services.AddSingleton<List<ReadSession>>().AddSingleton<Gate>();
                builder.Services.AddHttpClient("self").AddReadSession();
                build?.Invoke(builder);
                if (store is not null)
                {
                    builder.Services.AddSingleton<ISessionPositionStore>(store);
                }
            }
        );

    private static async Task<HubConnection> ConnectAsync(
        Site site,
        Browser? user = null,
        Action<Microsoft.AspNetCore.Http.Connections.Client.HttpConnectionOptions>? configure = null,
        string path = "/hub"
    )
    {
        var hub = new HubConnectionBuilder()
            .WithUrl(
                site.At(path),
                HttpTransportType.WebSockets,
                o =>
                {
                    o.Cookies = user?.Jar ?? o.Cookies;
                    configure?.Invoke(o);
                }
            )
            .Build();
        await hub.StartAsync();
        return hub;
    }

    private static async Task<string> WhereAsync(ReplicatedMySqlDataSource source)
    {
        await Site.ReadAsync(source);
        return string.Join(',', ReadSession.Current!.GetDecisions().Select(d => d.Server));
    }

    private sealed class Gate
    {
        public TaskCompletionSource IsReached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource HasLeft { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<long> HasWritten { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Opens { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

#pragma warning disable CA1822 // A hub's methods are the instance's.
    private sealed class LongHub(ReplicatedMySqlDataSource source, List<ReadSession> sessions, IHttpClientFactory clients, Gate gate) : Hub
    {
        public Task<long> Write() => Site.WriteAsync(source);

        public Task<long> Read() => Site.ReadAsync(source);

        public Task<string> Where() => WhereAsync(source);

        public string Level() => ReadSession.Current?.Consistency.ToString() ?? "none";

        public async IAsyncEnumerable<long> Hold([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
        {
            yield return await Site.WriteAsync(source);
            await Task.Delay(Timeout.Infinite, cancellation);
        }

        public async IAsyncEnumerable<long> HoldSeen(
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
        )
        {
            yield return await SeenOnPrimaryAsync();
            await Task.Delay(Timeout.Infinite, cancellation);
        }

        private async Task<long> SeenOnPrimaryAsync()
        {
            using (ReadSession.Begin(ReadConsistency.Primary))
            {
                return await Site.ReadAsync(source);
            }
        }

        public void Remember()
        {
            lock (sessions)
            {
                sessions.Add(ReadSession.Current!.Root);
            }
        }

        public ChannelReader<long> Fill()
        {
            Remember();
            var channel = Channel.CreateBounded<long>(1);
            _ = Task.Run(async () =>
            {
                await channel.Writer.WriteAsync(await Site.WriteAsync(source));
                await Task.Delay(Timeout.Infinite);
            });
            return channel.Reader;
        }

        public override async Task OnDisconnectedAsync(Exception? exception)
        {
            await base.OnDisconnectedAsync(exception);

            // The filter's own work comes behind this.
            _ = Task.Run(async () =>
            {
                await Task.Delay(200);
                gate.HasLeft.TrySetResult();
            });
        }

        public async Task WriteBehindTheGate()
        {
            gate.IsReached.SetResult();
            await gate.Opens.Task;
            gate.HasWritten.SetResult(await Site.WriteAsync(source));
        }

        public void CallAndLeave(string address)
        {
            var client = clients.CreateClient("self");
            _ = client.GetStringAsync(new Uri(address, UriKind.Absolute));
        }
    }
#pragma warning restore CA1822
}
