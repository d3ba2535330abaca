using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using MonotonicReads.AspNetCore;
using MonotonicReads.Cluster.Tests.Routing;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>A client that leaves hides no failure, and takes no write away that was made.</summary>
public sealed class ClientAbortTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    [Theory]
    [InlineData("/fails", "NotImplementedException")]
    [InlineData("/writes", "none")]
    [InlineData("/cancelled", "TaskCanceledException")]
    public async Task What_happens_is_the_applications(string path, string expected)
    {
        var store = new Store();
        var seen = new ConcurrentQueue<string>();
        var isIn = new TaskCompletionSource();
        await using var site = await Site.StartAsync(
            fixture,
            (app, source) =>
            {
                app.Use(
                    async (context, next) =>
                    {
                        try
                        {
                            await next(context);
                            seen.Enqueue("none");
                        }
                        catch (Exception exception)
                        {
                            seen.Enqueue(exception.GetType().Name);
                            throw;
                        }
                    }
                );
                app.UseRouting();
                app.UseReadSessions();
                app.MapGet(
                    "/{**path}",
                    async (HttpContext context) =>
                    {
                        await Site.WriteAsync(source);
                        isIn.TrySetResult();
                        var left = Task.Delay(TimeSpan.FromMinutes(1), context.RequestAborted);
                        if (path == "/cancelled")
                        {
                            await left;
                        }

                        await left.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                        return path == "/fails" ? throw new NotImplementedException() : "done";
                    }
                );
            },
            build: b => b.Services.AddSingleton<ISessionPositionStore>(store)
        );
        using (var client = new TcpClient())
        {
            await client.ConnectAsync("127.0.0.1", site.Address.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
            await isIn.Task.WaitAsync(TimeSpan.FromMinutes(1));
            client.Client.LingerState = new LingerOption(true, 0);
        }

        await Eventually.IsAsync(() => !seen.IsEmpty && store.Merges > 0, "the request is over and its write stored");
        Assert.Equal([expected], seen);
    }

    [Fact]
    public async Task A_store_that_never_answers_holds_no_request()
    {
        await using var site = await Site.StartAsync(
            fixture,
            Site.ReadAndWrite,
            build: b => b.Services.AddSingleton<ISessionPositionStore, Silent>()
        );
        using var user = new Browser();
        var written = await user.GetAsync(site, "/write").WaitAsync(TimeSpan.FromMinutes(1));
        Assert.True(await user.GetAsync(site, "/read").WaitAsync(TimeSpan.FromMinutes(1)) >= written);
        Assert.NotEmpty(site.Log.Of(103));
    }

    private sealed class Store : ISessionPositionStore
    {
        private int _merges;

        public int Merges => Volatile.Read(ref _merges);

        public ValueTask<string?> GetAsync(Guid sessionId, CancellationToken cancellationToken) => default;

        public ValueTask<string> MergeAsync(
            Guid sessionId,
            Func<string?, string> replace,
            TimeSpan lifetime,
            CancellationToken cancellationToken
        )
        {
            cancellationToken.ThrowIfCancellationRequested();
            Interlocked.Increment(ref _merges);
            return new(replace(null));
        }
    }

    private sealed class Silent : ISessionPositionStore
    {
        public async ValueTask<string?> GetAsync(Guid sessionId, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return null;
        }

        public async ValueTask<string> MergeAsync(
            Guid sessionId,
            Func<string?, string> replace,
            TimeSpan lifetime,
            CancellationToken cancellationToken
        )
        {
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return "";
        }
    }
}
