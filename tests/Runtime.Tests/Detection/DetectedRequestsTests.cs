using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MonotonicReads.AspNetCore;
using MonotonicReads.Sessions;

namespace MonotonicReads.Runtime.Tests.Detection;

/// <summary>Requests and calls of hubs as units of work, in a real server on a port of its own.</summary>
public sealed class DetectedRequestsTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(static n => (byte)n)];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_middlewares_that_each_read_are_a_series_with_and_without_UseReadSessions_between_them(bool hasSessions)
    {
        await using var site = await Site.StartAsync(
            (app, source) =>
            {
                app.Use(
                    async (context, next) =>
                    {
                        await AuthenticateAsync(source);
                        await next(context);
                    }
                );
                if (hasSessions)
                {
                    app.UseReadSessions();
                }

                app.Use(
                    async (context, next) =>
                    {
                        await GreetAsync(source);
                        await next(context);
                    }
                );
                app.Run(static context => context.Response.WriteAsync("done"));
            }
        );
        await site.GetAsync("/");
        var found = Assert.Single(site.AtEnd());
        Assert.Equal(SeriesUnitKind.Request, found.Unit);
        Assert.Equal(2, found.Statements);
        Assert.Equal([nameof(AuthenticateAsync), nameof(GreetAsync)], found.CallSites.Select(static site => NameOf(site.Methods[0])));
    }

    [Fact]
    public async Task Requests_are_units_apart_and_what_one_reads_in_its_session_is_none()
    {
        await using var site = await Site.StartAsync(
            (app, source) =>
            {
                app.UseReadSessions();
                app.Run(async context =>
                {
                    await AuthenticateAsync(source);
                    await GreetAsync(source);
                    await context.Response.WriteAsync("done");
                });
            }
        );
        await site.GetAsync("/");
        await site.GetAsync("/");
        Assert.Empty(site.AtEnd());
        Assert.Equal(2, site.Requests);
    }

    [Fact]
    public async Task An_endpoint_with_Eventual_is_accepted_behind_its_awaits_too()
    {
        await using var site = await Site.StartAsync(
            (app, source) =>
            {
                app.UseRouting();
                app.UseReadSessions();
                app.MapGet("/accepted", () => LateTwiceAsync(source)).WithMetadata(new EventualAttribute("a test"));
            }
        );
        await site.GetAsync("/accepted");
        Assert.Empty(site.AtEnd());
    }

    [Fact]
    public async Task The_same_without_it_and_without_sessions_is_a_series()
    {
        await using var site = await Site.StartAsync(
            static (app, source) =>
            {
                app.UseRouting();
                app.MapGet("/read", () => LateTwiceAsync(source));
            }
        );
        await site.GetAsync("/read");
        Assert.Equal(SeriesUnitKind.Request, Assert.Single(site.AtEnd()).Unit);
    }

    [Fact]
    public async Task What_a_request_leaves_running_is_not_the_requests()
    {
        var answered = new TaskCompletionSource();
        Task? left = null;
        await using var site = await Site.StartAsync(
            (app, source) =>
            {
                app.UseReadSessions();
                app.Run(async context =>
                {
                    await AuthenticateAsync(source);
                    left = Task.Run(async () =>
                    {
                        await answered.Task;
                        AmbientLeft();
                        await GreetAsync(source);
                    });
                    await context.Response.WriteAsync("done");
                });
            }
        );
        await site.GetAsync("/");
        await site.IdleAsync();
        answered.SetResult();
        await left!;
        Assert.Empty(site.AtEnd());

        static void AmbientLeft() => Assert.True(Activity.Current is null or { IsStopped: true });
    }

    [Fact]
    public async Task Each_call_of_a_hub_is_a_unit_and_its_session_holds_it_together()
    {
        await using var site = await Site.StartAsync(static (app, _) => app.MapHub<Board>("/board"), hubs: true);
        await using var connection = site.Connect("/board");
        await connection.StartAsync();
        await connection.InvokeAsync("Once");
        await connection.InvokeAsync("Once");
        await connection.InvokeAsync("Twice");
        Assert.Empty(site.AtEnd());
    }

    [Fact]
    public async Task What_a_call_of_a_hub_reads_beside_its_session_is_a_series_with_it()
    {
        await using var site = await Site.StartAsync(static (app, _) => app.MapHub<Board>("/board"), hubs: true);
        await using var connection = site.Connect("/board");
        await connection.StartAsync();
        await connection.InvokeAsync("OutsideThenIn");
        var found = Assert.Single(site.AtEnd());
        Assert.Equal(SeriesUnitKind.HubCall, found.Unit);
        Assert.Equal(2, found.Statements);
    }

    [Fact]
    public async Task The_stream_of_a_hub_is_of_the_call_that_began_it()
    {
        await using var site = await Site.StartAsync(static (app, _) => app.MapHub<Board>("/board"), hubs: true);
        await using var connection = site.Connect("/board");
        await connection.StartAsync();
        var items = 0;
        await foreach (var item in connection.StreamAsync<string>("ReadsOutsideThenStreams"))
        {
            items += item.Length > 0 ? 1 : 0;
        }

        Assert.Equal(2, items);
        var found = Assert.Single(site.AtEnd());
        Assert.Equal(SeriesUnitKind.HubCall, found.Unit);
        Assert.Equal(3, found.Statements);
    }

    [Fact]
    public async Task A_hub_method_with_Eventual_is_accepted_behind_its_awaits_too()
    {
        await using var site = await Site.StartAsync(static (app, _) => app.MapHub<Board>("/board"), hubs: true);
        await using var connection = site.Connect("/board");
        await connection.StartAsync();
        await connection.InvokeAsync("Accepted");
        Assert.Empty(site.AtEnd());
    }

    [Theory]
    [InlineData("StreamsAccepted")]
    [InlineData("ChannelAccepted")]
    public async Task Its_stream_is_accepted_too_and_ends_its_unit(string method)
    {
        await using var site = await Site.StartAsync(static (app, _) => app.MapHub<Board>("/board"), hubs: true);
        await using var connection = site.Connect("/board");
        await connection.StartAsync();
        var items = 0;
        await foreach (var item in connection.StreamAsync<string>(method))
        {
            items += item.Length > 0 ? 1 : 0;
        }

        Assert.Equal(3, items);
        Assert.Empty(site.AtEnd());

        // Nothing can be added to one that has ended.
        Assert.False(Board.Streaming[method].TryAdd(null!));
    }

    [Fact]
    public async Task A_property_that_loads_when_it_is_asked_is_a_series_with_what_read_its_owner()
    {
        await using var site = await Site.StartAsync(
            static (app, source) => app.MapGet("/order", async () => Render(await LoadAsync(source)))
        );
        Assert.NotEmpty(await site.GetAsync("/order"));
        var found = Assert.Single(site.AtEnd());
        Assert.Equal([nameof(LoadAsync), "get_Lines"], found.CallSites.Select(static site => NameOf(site.Methods[0])));
        Assert.Equal(nameof(Render), NameOf(found.CallSites[1].Methods[1]));
    }

    [Fact]
    public async Task A_property_that_nobody_asks_is_none()
    {
        await using var site = await Site.StartAsync(
            static (app, source) => app.MapGet("/order", async () => (await LoadAsync(source)).Name)
        );
        Assert.NotEmpty(await site.GetAsync("/order"));
        Assert.Empty(site.AtEnd());
    }

    private static string NameOf(string id) => id.Split('(')[0].Split('.')[^1];

    private static async Task<string> AuthenticateAsync(ReplicatedDataSource source)
    {
        await using var connection = source.CreateConnection();
        return await connection.ExecuteScalarAsync<string>(SqliteReplicaSet.WhoAmI) ?? "";
    }

    private static async Task<string> GreetAsync(ReplicatedDataSource source)
    {
        await using var connection = source.CreateConnection();
        return await connection.ExecuteScalarAsync<string>(SqliteReplicaSet.WhoAmI) ?? "";
    }

    private static async Task<string> LateTwiceAsync(ReplicatedDataSource source)
    {
        await Task.Delay(1).ConfigureAwait(false);
        return await AuthenticateAsync(source) + await GreetAsync(source);
    }

    private static async Task<LazyOrder> LoadAsync(ReplicatedDataSource source)
    {
        await using var connection = source.CreateConnection();
        return new LazyOrder(source, await connection.ExecuteScalarAsync<string>(SqliteReplicaSet.WhoAmI) ?? "");
    }

    private static string Render(LazyOrder order) => $"{order.Name}: {string.Join(", ", order.Lines)}";

    private sealed class LazyOrder(ReplicatedDataSource source, string name)
    {
        private IReadOnlyList<string>? _lines;

        public string Name => name;

        public IReadOnlyList<string> Lines
        {
            get
            {
                if (_lines is null)
                {
                    using var connection = source.CreateConnection();
                    _lines = [.. connection.Query<string>(SqliteReplicaSet.WhoAmI)];
                }

                return _lines;
            }
        }
    }

    private sealed class Board(ReplicatedDataSource source) : Hub
    {
        public static ConcurrentDictionary<string, SeriesUnit> Streaming { get; } = new();

        public Task<string> Once() => AuthenticateAsync(source);

        public async Task<string> Twice() => await AuthenticateAsync(source) + await GreetAsync(source);

        public async Task<string> OutsideThenIn() => await OutsideAsync() + await GreetAsync(source);

        public async IAsyncEnumerable<string> ReadsOutsideThenStreams()
        {
            await OutsideAsync();
            yield return await AuthenticateAsync(source);
            yield return await GreetAsync(source);
        }

        [Eventual("a test")]
        public async IAsyncEnumerable<string> StreamsAccepted()
        {
            for (var i = 0; i < 3; i++)
            {
                // The next item is asked for in another flow.
                Streaming[nameof(StreamsAccepted)] = SeriesUnit.Current!;
                yield return await LateTwiceAsync(source);
            }
        }

        [Eventual("a test")]
        public ChannelReader<string> ChannelAccepted()
        {
            var channel = Channel.CreateUnbounded<string>();
            Streaming[nameof(ChannelAccepted)] = SeriesUnit.Current!;
            _ = WriteAsync();
            return channel.Reader;

            async Task WriteAsync()
            {
                for (var i = 0; i < 3; i++)
                {
                    await channel.Writer.WriteAsync(await LateTwiceAsync(source));
                }

                channel.Writer.Complete();
            }
        }

        [Eventual("a test")]
        public Task<string> Accepted() => LateTwiceAsync(source);

        // A read that the call's session does not hold.
        private async Task<string> OutsideAsync()
        {
            AmbientSession.LeaveAll();
            return await AuthenticateAsync(source);
        }
    }

    /// <summary>A web application over replicas in the process, with the detector on.</summary>
    private sealed class Site : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly Watched _watched;
        private readonly HttpClient _client = new();
        private readonly Uri _address;
        private int _running;

        private Site(WebApplication app, Watched watched)
        {
            (_app, _watched) = (app, watched);
            _address = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        }

        public IReadOnlyList<ReadSeriesEventArgs> Found => _watched.Found;

        public int Requests { get; private set; }

        public static async Task<Site> StartAsync(Action<WebApplication, ReplicatedDataSource> answer, bool hubs = false)
        {
            var watched = new Watched();
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders().AddProvider(new NullLogs());
            builder.Services.AddSingleton(watched.Source);
            builder.Services.AddReadSessions(options =>
            {
                options.Level = ReadConsistency.Monotonic;
                options.Tokens = SessionTokenOptions.WithKey(Key);
                options.Cookie!.SecurePolicy = CookieSecurePolicy.None;
            });
            if (hubs)
            {
                builder.Services.AddSignalR();
            }

            var app = builder.Build();
            app.Urls.Add("http://127.0.0.1:0");
            Site? site = null;
            app.Use(
                async (context, next) =>
                {
                    Interlocked.Increment(ref site!._running);
                    try
                    {
                        await next(context);
                    }
                    finally
                    {
                        Interlocked.Decrement(ref site._running);
                    }
                }
            );
            answer(app, watched.Source);
            await app.StartAsync();
            return site = new Site(app, watched);
        }

        public async Task<string> GetAsync(string path)
        {
            Requests++;

            // The client's own activity is not of the server's process, as a rule.
            Activity.Current = null;
            return await _client.GetStringAsync(new Uri(_address, path));
        }

        public HubConnection Connect(string path) => new HubConnectionBuilder().WithUrl(new Uri(_address, path)).Build();

        /// <summary>Stops the server, whose requests are over then.</summary>
        public Task IdleAsync() => _app.StopAsync();

        /// <summary>What was found when all is told.</summary>
        public IReadOnlyList<ReadSeriesEventArgs> AtEnd()
        {
            _app.StopAsync().GetAwaiter().GetResult();
            return _watched.AtEnd();
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await _app.DisposeAsync();
            _watched.Dispose();
        }
    }

    /// <summary>Somebody logs: that gives each request its activity.</summary>
    private sealed class NullLogs : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) { }

        public void Dispose() { }
    }
}
