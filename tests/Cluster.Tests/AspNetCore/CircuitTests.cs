using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.DependencyInjection;
using MonotonicReads.Cluster.Tests.Routing;

namespace MonotonicReads.Cluster.Tests.AspNetCore;

/// <summary>What a browser asks of a circuit of Blazor Server is a unit of work each, and the next one sees what it did.</summary>
public sealed class CircuitTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    [Fact]
    public async Task What_an_activity_wrote_the_next_one_sees()
    {
        await using var site = await Site.StartAsync(fixture, Site.ReadAndWrite);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        await using var circuit = site.Services.CreateAsyncScope();
        await using var another = site.Services.CreateAsyncScope();
        var written = 0L;
        await ActAsync(circuit, async () => written = await Site.WriteAsync(site.Source));
        await ActAsync(circuit, async () => Assert.Equal(written, await Site.ReadAsync(site.Source)));
        await ActAsync(another, async () => Assert.True(await Site.ReadAsync(site.Source) < written));
        Assert.Null(ReadSession.Current);
        Assert.Single(site.Log.Of(105));
    }

    [Fact]
    public async Task A_failure_is_the_activitys_own()
    {
        await using var site = await Site.StartAsync(fixture, Site.ReadAndWrite);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        await using var circuit = site.Services.CreateAsyncScope();
        var written = 0L;
        await Assert.ThrowsAsync<NotImplementedException>(() =>
            ActAsync(
                circuit,
                async () =>
                {
                    written = await Site.WriteAsync(site.Source);
                    throw new NotImplementedException();
                }
            )
        );
        await ActAsync(circuit, async () => Assert.Equal(written, await Site.ReadAsync(site.Source)));
    }

    [Fact]
    public async Task It_goes_on_from_the_session_in_which_the_circuit_was_made()
    {
        await using var site = await Site.StartAsync(fixture, Site.ReadAndWrite);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        var options = SessionTokenOptions.WithKey(Site.Key);
        string token;
        long written;
        using (var session = ReadSession.Begin(ReadConsistency.Causal))
        {
            written = await Site.WriteAsync(site.Source);
            token = await session.ToTokenAsync(options);
        }

        await using var circuit = site.Services.CreateAsyncScope();
        using (ReadSession.Resume(token, options))
        {
            _ = HandlerOf(circuit);
        }

        await ActAsync(circuit, async () => Assert.Equal(written, await Site.ReadAsync(site.Source)));
    }

    private static CircuitHandler HandlerOf(AsyncServiceScope circuit) =>
        Assert.Single(
            circuit.ServiceProvider.GetServices<CircuitHandler>(),
            handler => handler.GetType().Assembly == typeof(MonotonicReads.AspNetCore.ReadSessionExtensions).Assembly
        );

    // The context's constructor is the framework's own, and nothing of it is used.
    private static Task ActAsync(AsyncServiceScope circuit, Func<Task> what) =>
        HandlerOf(circuit).CreateInboundActivityHandler(_ => what())(null!);
}
