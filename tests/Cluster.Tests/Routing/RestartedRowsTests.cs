using System.Collections.Concurrent;
using Dapper;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>
/// Rows are read with the driver's own reader, past all routing: where they end in the middle because the replica says goodbye, or because
/// the connection breaks, a series of reads runs again all the same.
/// </summary>
public sealed class RestartedRowsTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    // More than fits into the buffers between the servers and the client.
    private const string Rows = "select a.seq, repeat('x', 2000) as text from seq_1_to_20000 a";

    private static readonly ReadSessionOptions Default = new();

    private readonly ConcurrentQueue<ReadSessionEventArgs> _events = new();
    private readonly List<Exception> _ends = [];

    public enum Reading
    {
        OnOpenConnection,
        OnClosedConnection,
        SynchronousOnClosedConnection,
    }

    [Theory]
    [InlineData(ReadConsistency.Monotonic, Reading.OnOpenConnection, 1927)]
    [InlineData(ReadConsistency.Monotonic, Reading.OnClosedConnection, 1927)]
    [InlineData(ReadConsistency.Monotonic, Reading.SynchronousOnClosedConnection, 1053)]
    [InlineData(ReadConsistency.Snapshot, Reading.OnOpenConnection, 1053)]
    [InlineData(ReadConsistency.Snapshot, Reading.OnClosedConnection, 1927)]
    public async Task That_end_with_a_farewell_are_run_again(ReadConsistency level, Reading reading, int farewell)
    {
        using var relays = new Relays(fixture);
        await using var source = relays.Build(_events);
        var replicas = await RunAsync(source, level, reading, replica => relays.SayGoodbye(replica, farewell));
        Assert.Equal(farewell, Assert.IsType<MySqlException>(Assert.Single(_ends)).Number);
        AssertRanTwice(replicas);
    }

    [Theory]
    [InlineData(Reading.OnOpenConnection)]
    [InlineData(Reading.OnClosedConnection)]
    [InlineData(Reading.SynchronousOnClosedConnection)]
    public async Task That_break_off_in_a_snapshot_are_run_again(Reading reading)
    {
        using var relays = new Relays(fixture);
        await using var source = relays.Build(_events);
        var replicas = await RunAsync(source, ReadConsistency.Snapshot, reading, replica => relays.Of(replica).Break());
        AssertRanTwice(replicas);
    }

    public enum Ending
    {
        Killed,
        ShutDown,
    }

    /// <summary>What a server says when it ends a connection, if it says anything, hangs on what it is at.</summary>
    [Theory]
    [InlineData(ReadConsistency.Monotonic, Ending.Killed)]
    [InlineData(ReadConsistency.Snapshot, Ending.Killed)]
    [InlineData(ReadConsistency.Monotonic, Ending.ShutDown)]
    [InlineData(ReadConsistency.Snapshot, Ending.ShutDown)]
    public async Task That_a_server_ends_are_run_again(ReadConsistency level, Ending end)
    {
        await using var source = fixture.BuildSource();
        source.SessionEvent += (_, e) => _events.Enqueue(e);
        List<string> replicas;
        try
        {
            replicas = await RunAsync(source, level, Reading.OnClosedConnection, replica => Finish(replica, end));
        }
        finally
        {
            if (end == Ending.ShutDown)
            {
                foreach (var server in fixture.Cluster.Replicas)
                {
                    await server.RestartAsync();
                }
            }
        }

        AssertRanTwice(replicas);
    }

    /// <summary>The connection that it comes from is no routed one.</summary>
    [Theory]
    [InlineData(ReadConsistency.Monotonic)]
    [InlineData(ReadConsistency.Snapshot)]
    public async Task A_farewell_of_another_server_says_nothing_of_the_replica(ReadConsistency level)
    {
        using var relays = new Relays(fixture);
        using var foreign = new CommandRelay(fixture.Cluster.Primary.Port);
        await using var source = relays.Build(_events);
        await using var other = new MySqlConnection(Relays.To(fixture.Cluster.Primary, foreign));
        await other.OpenAsync();
        var runs = 0;
        await Assert.ThrowsAsync<MySqlException>(() =>
            RestartableReads.RunAsync(
                level,
                Default,
                async () =>
                {
                    runs++;
                    await RoutingFixture.AskAsync(source);
                    await using var rows = await other.ExecuteReaderAsync(Rows);
                    foreign.Farewell = 1053;
                    while (await rows.ReadAsync()) { }

                    return 0;
                },
                CancellationToken.None
            )
        );
        Assert.Equal(1, runs);
        Assert.Empty(_events);
    }

    /// <summary>Nor does a farewell of the primary, on a connection that is routed.</summary>
    [Fact]
    public async Task A_farewell_of_the_primary_says_nothing_of_the_replica()
    {
        using var relays = new Relays(fixture);
        await using var source = relays.Build(_events);
        var runs = 0;
        await Assert.ThrowsAsync<MySqlException>(() =>
            RestartableReads.RunAsync(
                ReadConsistency.Monotonic,
                Default,
                async () =>
                {
                    runs++;
                    await RoutingFixture.AskAsync(source);
                    await using var primary = await source.Primary.OpenConnectionAsync();
                    await foreach (var row in primary.QueryUnbufferedAsync(Rows))
                    {
                        relays.SayGoodbye("primary", 1053);
                    }

                    return 0;
                },
                CancellationToken.None
            )
        );
        Assert.Equal(1, runs);
        Assert.DoesNotContain(_events, e => e.Kind is ReadSessionEventKind.ReplicaLost or ReadSessionEventKind.Restarted);
    }

    /// <summary><c>Task.WhenAll</c> throws what the first of them threw, and not what came first or last.</summary>
    [Theory]
    [InlineData(ReadConsistency.Monotonic)]
    [InlineData(ReadConsistency.Snapshot)]
    public async Task Of_two_reads_that_fail_the_first_one_s_exception_counts(ReadConsistency level)
    {
        using var relays = new Relays(fixture);
        await using var source = relays.Build(_events);
        var replicas = new List<string>();
        await RestartableReads.RunAsync(
            level,
            Default,
            async () =>
            {
                replicas.Add(await RoutingFixture.AskAsync(source));
                await using var one = await source.OpenConnectionAsync();
                await using var another = await source.OpenConnectionAsync();
                if (replicas.Count == 1)
                {
                    relays.SayGoodbye(replicas[0], 1053);
                }

                var first = one.QuerySingleAsync<string>(RoutingFixture.WhoAnswers);
                await Record.ExceptionAsync(() => first);
                return await Task.WhenAll(first, another.QuerySingleAsync<string>(RoutingFixture.WhoAnswers));
            },
            CancellationToken.None
        );
        AssertRanTwice(replicas);
    }

    [Fact]
    public async Task Of_two_reads_in_a_snapshot_that_breaks_off_in_rows_either_may_tell()
    {
        using var relays = new Relays(fixture);
        await using var source = relays.Build(_events);
        var replicas = new List<string>();
        await RestartableReads.RunAsync(
            ReadConsistency.Snapshot,
            Default,
            async () =>
            {
                replicas.Add(await RoutingFixture.AskAsync(source));
                Task<string>? waiting = null;
                var counting = CountAsync(
                    source,
                    Reading.OnClosedConnection,
                    replicas.Count == 1
                        ? () =>
                        {
                            waiting = RoutingFixture.AskAsync(source);
                            relays.Of(replicas[0]).Break();
                        }
                        : null
                );
                await Record.ExceptionAsync(() => counting);
                await Task.WhenAll(counting, waiting ?? Task.FromResult(""));
                return 0;
            },
            CancellationToken.None
        );
        AssertRanTwice(replicas);
    }

    /// <summary>Its own limit says nothing of the server, in rows as little as before them.</summary>
    [Theory]
    [InlineData(ReadConsistency.Monotonic, Reading.OnOpenConnection)]
    [InlineData(ReadConsistency.Monotonic, Reading.OnClosedConnection)]
    [InlineData(ReadConsistency.Monotonic, Reading.SynchronousOnClosedConnection)]
    [InlineData(ReadConsistency.Snapshot, Reading.OnClosedConnection)]
    public async Task Whose_caller_allows_no_more_time_are_no_loss(ReadConsistency level, Reading reading)
    {
        using var relays = new Relays(fixture);
        await using var source = relays.Build(_events);
        var replicas = new List<string>();
        var exception = await Assert.ThrowsAsync<MySqlException>(() =>
            RestartableReads.RunAsync(
                level,
                Default,
                async () =>
                {
                    replicas.Add(await RoutingFixture.AskAsync(source));
                    var relay = relays.Of(replicas[0]);
                    try
                    {
                        return await CountAsync(source, reading, () => relay.Gate = Task.Delay(TimeSpan.FromSeconds(5)), timeout: 1);
                    }
                    finally
                    {
                        relay.Gate = Task.CompletedTask;
                    }
                },
                CancellationToken.None
            )
        );
        Assert.Equal(MySqlErrorCode.CommandTimeoutExpired, exception.ErrorCode);
        Assert.Single(replicas);
        Assert.Empty(_events);
    }

    [Fact]
    public async Task Whose_caller_cancels_are_no_loss()
    {
        using var relays = new Relays(fixture);
        await using var source = relays.Build(_events);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        var replica = await RoutingFixture.AskAsync(source);
        using var cancelling = new CancellationTokenSource();
        await using var connection = source.CreateConnection();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var row in connection.QueryUnbufferedAsync(Rows).WithCancellation(cancelling.Token))
            {
                await cancelling.CancelAsync();
            }
        });
        Assert.Equal(replica, await RoutingFixture.AskAsync(source));
        Assert.Empty(_events);
    }

    /// <summary>A server that is gone is lost however long the rows had taken.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1500)]
    public async Task Whose_server_is_gone_are_a_loss_within_the_limit_and_beyond_it(int milliseconds)
    {
        using var relays = new Relays(fixture);
        await using var source = relays.Build(_events);
        var replicas = new List<string>();
        await RestartableReads.RunAsync(
            ReadConsistency.Monotonic,
            Default,
            async () =>
            {
                replicas.Add(await RoutingFixture.AskAsync(source));
                return await CountAsync(
                    source,
                    Reading.OnClosedConnection,
                    replicas.Count > 1
                        ? null
                        : () =>
                        {
                            Thread.Sleep(milliseconds);
                            relays.Of(replicas[0]).Break();
                        },
                    timeout: 1
                );
            },
            CancellationToken.None
        );
        AssertRanTwice(replicas);
    }

    private void AssertRanTwice(List<string> replicas)
    {
        Assert.Equal(2, replicas.Count);
        Assert.Equal(2, replicas.Distinct().Count());
        Assert.DoesNotContain("primary", replicas);
        Assert.Single(_events, e => e.Kind == ReadSessionEventKind.Restarted);
    }

    private async Task<List<string>> RunAsync(
        ReplicatedMySqlDataSource source,
        ReadConsistency level,
        Reading reading,
        Action<string> disturb
    )
    {
        var replicas = new List<string>();
        var count = await RestartableReads.RunAsync(
            level,
            Default,
            async () =>
            {
                replicas.Add(await RoutingFixture.AskAsync(source));
                return await CountAsync(source, reading, replicas.Count == 1 ? () => disturb(replicas[0]) : null);
            },
            CancellationToken.None
        );
        Assert.Equal(20_000, count);
        return replicas;
    }

    private async Task<int> CountAsync(ReplicatedMySqlDataSource source, Reading reading, Action? disturb, int? timeout = null)
    {
        await using var connection = reading == Reading.OnOpenConnection ? await source.OpenConnectionAsync() : source.CreateConnection();
        var count = 0;
        try
        {
            if (reading == Reading.SynchronousOnClosedConnection)
            {
                foreach (var row in connection.Query(Rows, buffered: false, commandTimeout: timeout))
                {
                    Count();
                }
            }
            else
            {
                await foreach (var row in connection.QueryUnbufferedAsync(Rows, commandTimeout: timeout))
                {
                    Count();
                }
            }
        }
        catch (Exception exception)
        {
            _ends.Add(exception);
            throw;
        }

        return count;

        void Count()
        {
            if (++count == 5)
            {
                disturb?.Invoke();
            }
        }
    }

    private void Finish(string replica, Ending end)
    {
        var server = fixture.Cluster.Replicas.Single(r => r.Name == replica);
        using var admin = new MySqlConnection(server.AdminConnectionString + ";Pooling=False");
        if (end == Ending.ShutDown)
        {
            admin.Execute("/* Dapper takes a single word for a procedure. */ shutdown");
            return;
        }

        foreach (
            var id in admin.Query<long>("select id from information_schema.processlist where info like 'select a.seq, repeat%'").AsList()
        )
        {
            admin.Execute($"kill connection {id}");
        }
    }
}
