using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using MonotonicReads.AspNetCore;
using MonotonicReads.Cluster.Tests.AspNetCore.Stock;
using MonotonicReads.Cluster.Tests.Routing;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>A gRPC service is called as an HTTP one is: what a session carries goes there, and what was seen comes back.</summary>
public sealed class GrpcTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    [Theory]
    [InlineData("/write-via-read")]
    [InlineData("/via-write-read")]
    [InlineData("/via-stream-read")]
    [InlineData("/via-failure-read")]
    [InlineData("/via-level")]
    public async Task It_sees_what_the_caller_did_and_the_caller_sees_what_it_did(string path)
    {
        await using var stock = await StockAsync();
        await using var front = await FrontAsync(stock);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("seen", await user.Http.GetStringAsync(front.At(path)));
            var newest = await user.GetAsync(front, "/newest");
            Assert.Equal(newest, await user.GetAsync(front, "/read"));
        }
    }

    private Task<Site> StockAsync() =>
        Site.StartAsync(
            fixture,
            (app, source) =>
            {
                app.UseRouting();
                app.UseReadSessions();
                app.MapGrpcService<Service>();
            },
            o => (o.UsesHeader, o.Cookie) = (true, null),
            builder =>
            {
                builder.WebHost.ConfigureKestrel(k => k.ConfigureEndpointDefaults(e => e.Protocols = HttpProtocols.Http2));
                builder.Services.AddGrpc();
                builder.Services.AddSingleton(_ => fixture.BuildSource());
            }
        );

    private Task<Site> FrontAsync(Site stock) =>
        Site.StartAsync(
            fixture,
            (app, source) =>
            {
                Site.ReadAndWrite(app, source);
                app.MapGet("/newest", [Primary] () => Site.ReadAsync(source));
                app.MapGet(
                    "/write-via-read",
                    async (StockService.StockServiceClient client) =>
                    {
                        var written = await Site.WriteAsync(source);
                        return Said((await client.ReadAsync(new Empty())).Id >= written);
                    }
                );
                app.MapGet(
                    "/via-level",
                    async (StockService.StockServiceClient client) =>
                        Said((await client.LevelAsync(new Empty())).Id == (long)ReadConsistency.Primary)
                );
                app.MapGet(
                    "/via-write-read",
                    async (StockService.StockServiceClient client) =>
                    {
                        var written = (await client.WriteAsync(new Empty())).Id;
                        return Said(await Site.ReadAsync(source) >= written);
                    }
                );
                app.MapGet(
                    "/via-stream-read",
                    async (StockService.StockServiceClient client) =>
                    {
                        using var call = client.Follow(new Empty());
                        var first = 0L;
                        await foreach (var item in call.ResponseStream.ReadAllAsync())
                        {
                            first = first == 0 ? item.Id : first;
                        }

                        return Said(await Site.ReadAsync(source) >= first);
                    }
                );
                app.MapGet(
                    "/via-failure-read",
                    async (StockService.StockServiceClient client) =>
                    {
                        var failed = await Assert.ThrowsAsync<RpcException>(async () => await client.FailAsync(new Empty()));
                        Assert.Equal(StatusCode.FailedPrecondition, failed.StatusCode);
                        var written = long.Parse(failed.Trailers.GetValue("wrote")!, System.Globalization.CultureInfo.InvariantCulture);
                        return Said(await Site.ReadAsync(source) >= written);
                    }
                );
            },
            build: builder =>
                builder.Services.AddGrpcClient<StockService.StockServiceClient>(o => o.Address = stock.Address).AddReadSession()
        );

    private static string Said(bool isSeen) => isSeen ? "seen" : "missing";

    private sealed class Service(ReplicatedMySqlDataSource source) : StockService.StockServiceBase
    {
        public override async Task<Newest> Write(Empty request, ServerCallContext context) => new() { Id = await Site.WriteAsync(source) };

        public override async Task<Newest> Read(Empty request, ServerCallContext context) => new() { Id = await Site.ReadAsync(source) };

        // Its annotation is the endpoint's.
        [Primary]
        public override Task<Newest> Level(Empty request, ServerCallContext context) =>
            Task.FromResult(new Newest { Id = (long)ReadSession.Current!.Consistency });

        public override async Task<Newest> Fail(Empty request, ServerCallContext context)
        {
            var written = await Site.WriteAsync(source);
            throw new RpcException(
                new Status(StatusCode.FailedPrecondition, "written"),
                new Metadata { { "wrote", written.ToString(System.Globalization.CultureInfo.InvariantCulture) } }
            );
        }

        // What is written after the first answer no header can tell.
        public override async Task Follow(Empty request, IServerStreamWriter<Newest> responseStream, ServerCallContext context)
        {
            await responseStream.WriteAsync(new Newest { Id = await Site.WriteAsync(source) });
            await responseStream.WriteAsync(new Newest { Id = await Site.ReadAsync(source) });
        }
    }
}
