using Dapper;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.DependencyInjection;
using MonotonicReads.AspNetCore;
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

    /// <summary>The circuit's session is as long as the visit: what is global there is so for each event.</summary>
    [Fact]
    public async Task A_global_activity_sees_what_others_wrote_before_it()
    {
        await using var site = await Site.StartAsync(
            fixture,
            Site.ReadAndWrite,
            options => (options.Level, options.MaxWaitMilliseconds) = (ReadConsistency.Global, 50)
        );
        await using var circuit = site.Services.CreateAsyncScope();
        await using var other = fixture.BuildSource();
        await fixture.Cluster.WaitForReplicasAsync();

        // On a replica, where its session goes on.
        await ActAsync(circuit, () => Site.ReadAsync(site.Source));
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        for (var i = 0; i < 3; i++)
        {
            var written = await Site.WriteAsync(other);
            await ActAsync(circuit, async () => Assert.Equal(written, await Site.ReadAsync(site.Source)));
        }
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_component_wrote_after_it_waited_its_next_event_sees(bool hasStore)
    {
        await using var site = await StartAsync(hasStore);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        await using var circuit = await Circuit.OpenAsync(site, user);
        for (var i = 0; i < 3; i++)
        {
            var written = await circuit.ClickAsync(async () =>
            {
                await Task.Delay(20);
                return await Site.WriteAsync(site.Source);
            });
            Assert.Equal(
                written,
                await circuit.ClickAsync(async () =>
                {
                    await Task.Yield();
                    return await Site.ReadAsync(site.Source);
                })
            );
        }

        using var stranger = new Browser();
        await using var another = await Circuit.OpenAsync(site, stranger);
        var newest = await circuit.ClickAsync(() => Site.ReadAsync(site.Source));
        Assert.True(await another.ClickAsync(() => Site.ReadAsync(site.Source)) < newest);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Events_that_run_side_by_side_lose_nothing(bool hasStore)
    {
        await using var site = await StartAsync(hasStore);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        await using var circuit = await Circuit.OpenAsync(site, user);
        var gate = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var wrote = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = circuit.ClickAsync(async () =>
        {
            await Task.Yield();
            wrote.SetResult(await Site.WriteAsync(site.Source));
            await gate.Task;
            return await Site.WriteAsync(site.Source);
        });
        var written = await wrote.Task;
        Assert.Equal(written, await circuit.ClickAsync(() => Site.ReadAsync(site.Source)));
        gate.SetResult(0);
        written = await first;
        Assert.Equal(written, await circuit.ClickAsync(() => Site.ReadAsync(site.Source)));
    }

    [Fact]
    public async Task Events_arrive_in_their_order_whatever_a_store_takes()
    {
        await using var site = await StartAsync(hasStore: true);
        using var user = new Browser();
        await using var circuit = await Circuit.OpenAsync(site, user);
        var clicks = site.Services.GetRequiredService<CircuitClicks>();
        var done = Enumerable.Range(0, 10).Select(_ => clicks.Next(() => Task.FromResult(0L))).ToList();
        foreach (var number in Enumerable.Range(0, 10))
        {
            await circuit.PostAsync(number);
        }

        await Task.WhenAll(done).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(Enumerable.Range(0, 10), clicks.Order);
    }

    [Fact]
    public async Task With_a_store_the_browsers_requests_and_its_circuit_see_each_other()
    {
        await using var site = await StartAsync(hasStore: true);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        await user.GetAsync(site, "/read");
        await using var circuit = await Circuit.OpenAsync(site, user);
        var written = await circuit.ClickAsync(async () =>
        {
            await Task.Yield();
            return await Site.WriteAsync(site.Source);
        });
        Assert.Equal(written, await user.GetAsync(site, "/read"));
        written = await user.GetAsync(site, "/write");
        Assert.Equal(written, await circuit.ClickAsync(() => Site.ReadAsync(site.Source)));
        Assert.Empty(site.Log.Of(105));
    }

    [Fact]
    public async Task A_synchronous_read_waits_for_a_store_that_answers_in_the_circuits_own_context()
    {
        await using var site = await StartAsync(hasStore: true);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        await user.GetAsync(site, "/read");
        await using var circuit = await Circuit.OpenAsync(site, user);
        var written = await user.GetAsync(site, "/write");
        var seen = await circuit.ClickAsync(() =>
        {
            // One that waits beside it has asked the store first.
            var beside = Site.ReadAsync(site.Source);
            using var connection = site.Source.CreateConnection();
            var here = connection.ExecuteScalar<long>("select coalesce(max(id), 0) from writes");
            return beside.ContinueWith(read => Math.Min(here, read.Result), TaskScheduler.Default);
        });
        Assert.Equal(written, seen);
        Assert.Empty(site.Log.Of(103));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_binds_a_circuit_to_the_primary_does_so_until_a_replica_has_it(bool hasStore)
    {
        await using var site = await StartAsync(hasStore, ReadConsistency.Monotonic);
        using var user = new Browser();
        await using var circuit = await Circuit.OpenAsync(site, user);
        await using (await Frozen.ReplicasOfAsync(fixture.Cluster))
        {
            await Site.WriteAsync(site.Source);
            var seen = await circuit.ClickAsync(SeenOnPrimaryAsync);
            Assert.Equal(seen, await circuit.ClickAsync(() => Site.ReadAsync(site.Source)));

            // One that has not ended yet, and goes on in its own.
            var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var newest = 0L;
            var first = circuit.ClickAsync(async () =>
            {
                await SeenOnPrimaryAsync();
                await gate.Task;
                Assert.Equal(newest, await Site.ReadAsync(site.Source));
                await Site.WriteAsync(site.Source);
                return await SeenOnPrimaryAsync();
            });
            Assert.Equal(seen, await circuit.ClickAsync(() => Site.ReadAsync(site.Source)));
            Assert.Equal(seen, await circuit.ClickAsync(() => Site.ReadAsync(site.Source)));
            await Site.WriteAsync(site.Source);
            newest = await circuit.ClickAsync(SeenOnPrimaryAsync);
            gate.SetResult();
            seen = await first;
            Assert.Equal(seen, await circuit.ClickAsync(() => Site.ReadAsync(site.Source)));
        }

        // It looks for one at intervals.
        await Eventually.IsAsync(
            async () =>
                await circuit.ClickAsync(async () =>
                {
                    await Site.ReadAsync(site.Source);
                    return ReadSession.Current!.GetDecisions()[^1].Server == "primary" ? 0 : 1;
                }) == 1,
            "it reads on a replica"
        );

        async Task<long> SeenOnPrimaryAsync()
        {
            using (ReadSession.Begin(ReadConsistency.Primary))
            {
                return await Site.ReadAsync(site.Source);
            }
        }
    }

    [Fact]
    public async Task A_connection_that_is_kept_open_over_several_events_sees_what_each_saw()
    {
        await using var site = await StartAsync(hasStore: false, ReadConsistency.Monotonic);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        await using var circuit = await Circuit.OpenAsync(site, user);
        await using var kept = site.Source.CreateConnection();
        await circuit.ClickAsync(async () =>
        {
            await kept.OpenAsync();
            return await ReadKeptAsync();
        });
        var written = await Site.WriteAsync(site.Source);
        Assert.True(await circuit.ClickAsync(ReadKeptAsync) < written);
        await circuit.ClickAsync(async () =>
        {
            using (ReadSession.Begin(ReadConsistency.Primary))
            {
                return await Site.ReadAsync(site.Source);
            }
        });
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(written, await circuit.ClickAsync(ReadKeptAsync));
        }

        Task<long> ReadKeptAsync() => kept.ExecuteScalarAsync<long>("select coalesce(max(id), 0) from writes");
    }

    [Fact]
    public async Task What_is_no_event_sees_what_the_circuit_did_also_over_a_connection_that_came_back()
    {
        await using var site = await StartAsync(hasStore: false, retention: TimeSpan.FromMinutes(2));
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        await using var first = await Circuit.OpenAsync(site, user);
        var written = await first.ClickAsync(() => Site.WriteAsync(site.Source));
        var (again, seen) = await first.ReconnectAsync(site, user, () => Site.ReadAsync(site.Source));
        await using var second = again;
        Assert.Equal(written, seen);
        Assert.Equal(written, await again.ClickAsync(() => Site.ReadAsync(site.Source)));
        Assert.Equal(written, await again.NavigateAsync(site, user, () => Site.ReadAsync(site.Source)));
        written = await again.NavigateAsync(site, user, () => Site.WriteAsync(site.Source));
        Assert.Equal(written, await again.ClickAsync(() => Site.ReadAsync(site.Source)));
    }

    [Fact]
    public async Task A_store_may_read_and_write_through_the_applications_own_data_source()
    {
        var store = new StoreOverSource();
        await using var site = await StartAsync(store);
        store.Source = site.Source;
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        await user.GetAsync(site, "/read");
        await using var circuit = await Circuit.OpenAsync(site, user);
        var written = await circuit.ClickAsync(() => Site.WriteAsync(site.Source));
        Assert.Equal(written, await user.GetAsync(site, "/read"));
        written = await user.GetAsync(site, "/write");
        Assert.Equal(written, await circuit.ClickAsync(() => Site.ReadAsync(site.Source)));
        Assert.Empty(site.Log.Of(103));
    }

    [Fact]
    public async Task A_write_that_Dapper_closed_the_connection_of_is_stored_when_that_is_disposed()
    {
        await using var site = await StartAsync(new YieldingStore { MergeDelay = TimeSpan.FromSeconds(1) });
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        await user.GetAsync(site, "/read");
        await using var circuit = await Circuit.OpenAsync(site, user);
        var written = await circuit.ClickAsync(async () =>
        {
            await using var connection = site.Source.Primary.CreateConnection();
            return await connection.ExecuteScalarAsync<long>("insert into writes (server, note) values ('primary', 'site') returning id");
        });
        Assert.Equal(written, await user.GetAsync(site, "/read"));
    }

    [Theory]
    [InlineData("a transaction that commits later")]
    [InlineData("an observed write")]
    public async Task What_no_connections_end_tells_of_is_stored_soon(string what)
    {
        await using var site = await StartAsync(hasStore: true);
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        using var user = new Browser();
        await user.GetAsync(site, "/read");
        await using var circuit = await Circuit.OpenAsync(site, user);
        long written;
        if (what == "an observed write")
        {
            written = await Site.WriteAsync(site.Source);
            await using var primary = await site.Source.Primary.OpenConnectionAsync();
            var position = MariaDbGtidList.Parse((await primary.ExecuteScalarAsync<string>("select @@gtid_binlog_pos"))!);
            await circuit.ClickAsync(() =>
            {
                ReadSession.Current!.ObserveWrite(position);
                return Site.ReadAsync(site.Source);
            });
        }
        else
        {
            written = await circuit.ClickAsync(async () =>
            {
                using var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled);
                var id = await Site.WriteAsync(site.Source);

                // What its closing stored is there.
                await Task.Delay(500);
                scope.Complete();
                return id;
            });
        }

        await Eventually.BecomesAsync(written, () => user.GetAsync(site, "/read"));
    }

    [Fact]
    public async Task A_circuits_session_ends_with_it()
    {
        await using var site = await StartAsync(hasStore: false);
        using var user = new Browser();
        ReadSession? of = null;
        await using (var circuit = await Circuit.OpenAsync(site, user))
        {
            await circuit.ClickAsync(async () =>
            {
                await Task.Yield();
                of = ReadSession.Current!.Root;
                return 0;
            });
            Assert.False(of!.HasEnded);
            await circuit.ClickAsync(() =>
            {
                Assert.Same(of, ReadSession.Current!.Root);
                return Task.FromResult(0L);
            });
        }

        await Eventually.IsAsync(() => of!.HasEnded, "the circuit is closed, and its session ended");
    }

    private Task<Site> StartAsync(bool hasStore, ReadConsistency level = ReadConsistency.Causal, TimeSpan? retention = null) =>
        StartAsync(hasStore ? new YieldingStore() : null, level, retention);

    private Task<Site> StartAsync(
        ISessionPositionStore? store,
        ReadConsistency level = ReadConsistency.Causal,
        TimeSpan? retention = null
    ) =>
        Site.StartAsync(
            fixture,
            (app, source) =>
            {
                Site.ReadAndWrite(app, source);
                Circuit.Map(app);
            },
            o => (o.Level, o.MaxWaitMilliseconds) = (level, level == ReadConsistency.Monotonic ? 2000 : o.MaxWaitMilliseconds),
            builder =>
            {
                Circuit.Add(builder);
                builder.Services.Configure<CircuitOptions>(o =>
                    o.DisconnectedCircuitRetentionPeriod = retention ?? TimeSpan.FromMilliseconds(100)
                );
                if (store is not null)
                {
                    builder.Services.AddSingleton(store);
                }
            }
        );

    private static CircuitHandler HandlerOf(AsyncServiceScope circuit) =>
        Assert.Single(
            circuit.ServiceProvider.GetServices<CircuitHandler>(),
            handler => handler.GetType().Assembly == typeof(MonotonicReads.AspNetCore.ReadSessionExtensions).Assembly
        );

    // The context's constructor is the framework's own, and nothing of it is used.
    private static Task ActAsync(AsyncServiceScope circuit, Func<Task> what) =>
        HandlerOf(circuit).CreateInboundActivityHandler(_ => what())(null!);
}
