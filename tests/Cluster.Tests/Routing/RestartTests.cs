using System.Collections.Concurrent;
using System.Data.Common;
using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>A series of reads that loses its replica runs again, and does nothing twice that is no read.</summary>
public sealed class RestartTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    // More than fits into the buffers between the servers and the client.
    private const string Rows = "select a.seq, repeat('x', 2000) as text from seq_1_to_100000 a";

    private static readonly ReadSessionOptions Default = new();

    private readonly ConcurrentQueue<ReadSessionEventArgs> _events = new();

    public enum WriteIn
    {
        SessionOfAnotherId,
        ResumedSession,
        EndedSession,
        ConnectionWithoutDatabase,
    }

    [Theory]
    [InlineData(WriteIn.SessionOfAnotherId)]
    [InlineData(WriteIn.ResumedSession)]
    [InlineData(WriteIn.EndedSession)]
    [InlineData(WriteIn.ConnectionWithoutDatabase)]
    public async Task What_the_body_wrote_elsewhere_is_written_once(WriteIn where)
    {
        using var relays = new Relays(fixture);
        await using var source = relays.Build(_events);
        var note = Guid.NewGuid().ToString();
        var runs = 0;
        await Assert.ThrowsAnyAsync<DbException>(() =>
            RestartableReads.RunAsync(
                ReadConsistency.Monotonic,
                Default,
                async () =>
                {
                    runs++;
                    await using var connection = await source.OpenConnectionAsync();
                    var replica = await connection.QuerySingleAsync<string>(RoutingFixture.WhoAnswers);
                    await WriteInAsync(source, where, note);
                    relays.Of(replica).Break();
                    return await connection.QuerySingleAsync<string>(RoutingFixture.WhoAnswers);
                },
                CancellationToken.None
            )
        );
        Assert.Equal(1, runs);
        await using var primary = new MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        Assert.Equal(1, await primary.ExecuteScalarAsync<long>("select count(*) from writes where note = @note", new { note }));
    }

    [Fact]
    public async Task What_was_written_past_routing_on_a_connection_from_before_is_written_once()
    {
        using var relays = new Relays(fixture);
        await using var source = relays.Build(_events);
        await using var before = await source.Primary.OpenConnectionAsync();
        var raw = ((ReplicatedConnection)before).Inner;
        var note = Guid.NewGuid().ToString();
        var runs = 0;
        await Assert.ThrowsAnyAsync<Exception>(() =>
            RestartableReads.RunAsync(
                ReadConsistency.Monotonic,
                Default,
                async () =>
                {
                    runs++;
                    await using var connection = await source.OpenConnectionAsync();
                    var replica = await connection.QuerySingleAsync<string>(RoutingFixture.WhoAnswers);
                    await using var rows = await connection.ExecuteReaderAsync(Rows);
                    await raw.ExecuteAsync("insert into writes (server, note) values ('primary', @note)", new { note });
                    await before.CloseAsync();
                    relays.Of(replica).Break();
                    while (await rows.ReadAsync()) { }

                    return 0;
                },
                CancellationToken.None
            )
        );
        Assert.Equal(1, runs);
    }

    public enum ClosedWhere
    {
        InTheSession,
        InAnEndedOne,
    }

    /// <summary>The session of the run is bound to the primary of one data source by that, and loses its replica in the other.</summary>
    [Theory]
    [InlineData(ClosedWhere.InTheSession)]
    [InlineData(ClosedWhere.InAnEndedOne)]
    public async Task What_was_written_past_routing_in_another_data_source_is_written_once(ClosedWhere where)
    {
        using var relays = new Relays(fixture);
        await using var source = relays.Build(_events);
        await using var other = fixture.BuildSource(b => b.UseName("other"));
        await using var before = await other.Primary.OpenConnectionAsync();
        var raw = ((ReplicatedConnection)before).Inner;
        var note = Guid.NewGuid().ToString();
        var runs = 0;
        await Assert.ThrowsAnyAsync<Exception>(() =>
            RestartableReads.RunAsync(
                ReadConsistency.Monotonic,
                Default,
                async () =>
                {
                    if (runs++ > 0)
                    {
                        await before.OpenAsync();
                        raw = ((ReplicatedConnection)before).Inner;
                    }

                    await using var connection = await source.OpenConnectionAsync();
                    var replica = await connection.QuerySingleAsync<string>(RoutingFixture.WhoAnswers);
                    await raw.ExecuteAsync("insert into writes (server, note) values ('primary', @note)", new { note });
                    await CloseAsync(before, where);
                    relays.Of(replica).Break();
                    return await connection.QuerySingleAsync<string>(RoutingFixture.WhoAnswers);
                },
                CancellationToken.None
            )
        );
        await using var primary = new MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        Assert.Equal(1, await primary.ExecuteScalarAsync<long>("select count(*) from writes where note = @note", new { note }));
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task A_snapshot_that_breaks_off_is_begun_again_on_another_replica()
    {
        using var relays = new Relays(fixture);
        await using var source = relays.Build(_events);
        var (runs, replicas) = (0, new List<string>());
        var (first, second) = await RestartableReads.RunAsync(
            ReadConsistency.Snapshot,
            Default,
            async () =>
            {
                runs++;
                replicas.Add(await RoutingFixture.AskAsync(source));
                var before = await CountAsync(source);
                await WriteAsync(null);
                await fixture.Cluster.WaitForReplicasAsync();
                if (runs == 1)
                {
                    relays.Of(replicas[0]).Break();
                }

                return (before, await CountAsync(source));
            },
            CancellationToken.None
        );
        Assert.Equal(2, runs);
        Assert.Equal(first, second);
        Assert.Equal(2, replicas.Distinct().Count());
        Assert.DoesNotContain("primary", replicas);
        Assert.Single(_events, e => e.Kind == ReadSessionEventKind.Restarted);
    }

    public enum Reading
    {
        OnOpenConnection,
        OnClosedConnection,
        SynchronousOnClosedConnection,
    }

    /// <summary>Dapper lets the reader close a connection that it opened: that it breaks in the middle is no end of the reader's.</summary>
    [Theory]
    [InlineData(Reading.OnOpenConnection)]
    [InlineData(Reading.OnClosedConnection)]
    [InlineData(Reading.SynchronousOnClosedConnection)]
    public async Task Rows_that_break_off_are_a_loss(Reading reading)
    {
        using var relays = new Relays(fixture);
        await using var source = relays.Build(_events);
        var replicas = new List<string>();
        var count = await RestartableReads.RunAsync(
            ReadConsistency.Monotonic,
            Default,
            async () =>
            {
                replicas.Add(await RoutingFixture.AskAsync(source));
                return await CountRowsAsync(source, reading, replicas.Count == 1 ? relays.Of(replicas[0]) : null);
            },
            CancellationToken.None
        );
        Assert.Equal(100_000, count);
        Assert.Equal(2, replicas.Distinct().Count());
        Assert.Equal(replicas[0], Assert.Single(_events, e => e.Kind == ReadSessionEventKind.ReplicaLost).From);
    }

    [Theory]
    [InlineData(Reading.OnOpenConnection)]
    [InlineData(Reading.OnClosedConnection)]
    [InlineData(Reading.SynchronousOnClosedConnection)]
    public async Task Rows_that_the_caller_leaves_are_none(Reading reading)
    {
        using var relays = new Relays(fixture);
        await using var source = relays.Build(_events);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        var replica = await RoutingFixture.AskAsync(source);
        Assert.Equal(10, await CountRowsAsync(source, reading, relay: null, most: 10));
        Assert.Equal(replica, await RoutingFixture.AskAsync(source));
        await using var connection = source.CreateConnection();
        Assert.Equal(1, await connection.QueryFirstAsync<long>("select seq from seq_1_to_100"));
        Assert.Equal(100, (await connection.QueryAsync<long>("select seq from seq_1_to_100")).Count());
        Assert.Equal(replica, await RoutingFixture.AskAsync(source));
        Assert.Empty(_events);
    }

    [Fact]
    public async Task A_connection_that_breaks_to_another_cluster_says_nothing_of_the_replica_here()
    {
        using var relays = new Relays(fixture);
        using var foreign = new CommandRelay(fixture.Cluster.Primary.Port);
        await using var source = relays.Build(_events);
        await using var other = new MySqlConnection(Relays.To(fixture.Cluster.Primary, foreign));
        await other.OpenAsync();
        var runs = 0;
        await Assert.ThrowsAsync<MySqlException>(() =>
            RestartableReads.RunAsync(
                ReadConsistency.Monotonic,
                Default,
                async () =>
                {
                    runs++;
                    await RoutingFixture.AskAsync(source);
                    foreign.Break();
                    return await other.ExecuteScalarAsync<int>("select 1");
                },
                CancellationToken.None
            )
        );
        Assert.Equal(1, runs);
        Assert.Empty(_events);
    }

    [Fact]
    public async Task Of_two_data_sources_the_one_whose_replica_is_lost_runs_elsewhere()
    {
        using var relays = new Relays(fixture);
        using var others = new Relays(fixture);
        var otherEvents = new ConcurrentQueue<ReadSessionEventArgs>();
        await using var source = relays.Build(_events);
        await using var other = others.Build(otherEvents, "other");
        var pairs = new List<(string Here, string There)>();
        await RestartableReads.RunAsync(
            ReadConsistency.Monotonic,
            "a page",
            Default,
            async () =>
            {
                pairs.Add((await RoutingFixture.AskAsync(source), await RoutingFixture.AskAsync(other)));
                return await CountRowsAsync(other, Reading.OnClosedConnection, pairs.Count == 1 ? others.Of(pairs[0].There) : null);
            },
            CancellationToken.None
        );
        Assert.Equal(2, pairs.Count);
        Assert.Equal(pairs[0].Here, pairs[1].Here);
        Assert.NotEqual(pairs[0].There, pairs[1].There);
        Assert.Empty(_events);
        Assert.Single(otherEvents, e => e.Kind == ReadSessionEventKind.ReplicaLost);
    }

    [Fact]
    public async Task A_connection_that_breaks_to_the_primary_is_no_loss_of_the_replica()
    {
        using var relays = new Relays(fixture);
        await using var source = relays.Build(_events);
        var runs = 0;
        await Assert.ThrowsAnyAsync<DbException>(() =>
            RestartableReads.RunAsync(
                ReadConsistency.Monotonic,
                Default,
                async () =>
                {
                    runs++;
                    await RoutingFixture.AskAsync(source);
                    await using var primary = await source.Primary.OpenConnectionAsync();
                    relays.Of("primary").Break();
                    return await primary.QuerySingleAsync<string>(RoutingFixture.WhoAnswers);
                },
                CancellationToken.None
            )
        );
        Assert.Equal(1, runs);
        Assert.DoesNotContain(_events, e => e.Kind is ReadSessionEventKind.ReplicaLost or ReadSessionEventKind.Restarted);
    }

    private static async Task<int> CountRowsAsync(
        ReplicatedMySqlDataSource source,
        Reading reading,
        CommandRelay? relay,
        int most = int.MaxValue
    )
    {
        await using var connection = reading == Reading.OnOpenConnection ? await source.OpenConnectionAsync() : source.CreateConnection();
        var count = 0;
        if (reading == Reading.SynchronousOnClosedConnection)
        {
            foreach (var _ in connection.Query(Rows, buffered: false))
            {
                if (Count())
                {
                    break;
                }
            }
        }
        else
        {
            await foreach (var _ in connection.QueryUnbufferedAsync(Rows))
            {
                if (Count())
                {
                    break;
                }
            }
        }

        return count;

        bool Count()
        {
            if (++count == 5)
            {
                relay?.Break();
            }

            return count == most;
        }
    }

    private static async Task CloseAsync(DbConnection connection, ClosedWhere where)
    {
        if (where == ClosedWhere.InTheSession)
        {
            await connection.CloseAsync();
            return;
        }

        ExecutionContext flow;
        using (ReadSession.Begin(ReadConsistency.Monotonic, Guid.NewGuid()))
        {
            flow = ExecutionContext.Capture()!;
        }

        var closing = Task.CompletedTask;
        ExecutionContext.Run(flow, _ => closing = connection.CloseAsync(), null);
        await closing;
    }

    private static async Task<long> CountAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>("select count(*) from writes");
    }

    private static async Task WriteInAsync(ReplicatedMySqlDataSource source, WriteIn where, string note)
    {
        if (where == WriteIn.ConnectionWithoutDatabase)
        {
            // EF Core creates a database on it.
            await using var alone = source.CreateConnectionWithoutDatabase();
            await alone.OpenAsync();
            await alone.ExecuteAsync("insert into app.writes (server, note) values ('primary', @note)", new { note });
            return;
        }

        var tokens = SessionTokenOptions.WithKey(new byte[32]);
        ExecutionContext flow;
        string token;
        using (var other = ReadSession.Begin(ReadConsistency.Monotonic, Guid.NewGuid()))
        {
            flow = ExecutionContext.Capture()!;
            if (where == WriteIn.SessionOfAnotherId)
            {
                await InsertAsync();
                return;
            }

            token = await other.ToTokenAsync(tokens);
        }

        if (where == WriteIn.EndedSession)
        {
            var late = Task.CompletedTask;
            ExecutionContext.Run(flow, _ => late = InsertAsync(), null);
            await late;
            return;
        }

        using var resumed = ReadSession.Resume(token, tokens);
        await InsertAsync();

        async Task InsertAsync()
        {
            await using var connection = await source.OpenConnectionAsync();
            await connection.ExecuteAsync("insert into writes (server, note) values ('primary', @note)", new { note });
        }
    }

    private async Task WriteAsync(string? note)
    {
        await using var connection = new MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        await connection.ExecuteAsync("insert into writes (server, note) values ('primary', @note)", new { note });
    }
}
