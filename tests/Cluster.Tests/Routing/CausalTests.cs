using System.Diagnostics;
using System.Transactions;
using Dapper;
using MonotonicReads.AdoNet;
using MonotonicReads.Cluster;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>A causal session sees its own writes, on a replica where that is possible and in time.</summary>
public sealed class CausalTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string CountNotes = "select count(*) from writes where note = @note";

    // On a busy machine a replica may need longer than the default wait, and the primary would answer.
    private static readonly ReadSessionOptions Patient = new() { MaxWaitMilliseconds = 20_000 };

    public enum Way
    {
        PrimaryDataSource,
        RoutedStatement,
        Transaction,
        SynchronousDapper,
        OpenConnection,
        AmbientTransaction,
        TellingTheSession,
    }

    [Theory]
    [InlineData(Way.PrimaryDataSource)]
    [InlineData(Way.RoutedStatement)]
    [InlineData(Way.Transaction)]
    [InlineData(Way.SynchronousDapper)]
    [InlineData(Way.OpenConnection)]
    [InlineData(Way.AmbientTransaction)]
    [InlineData(Way.TellingTheSession)]
    public async Task Its_own_writes_are_seen_however_they_are_made(Way way)
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var answers = new List<long>();
        for (var i = 0; i < 100; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal);
            var note = $"{way} {Guid.NewGuid()}";
            await using var kept = way == Way.OpenConnection ? await source.Primary.OpenConnectionAsync() : null;
            await WriteAsync(source, way, note, kept);
            answers.Add(await CountAsync(source, note));
        }

        Assert.Equal(Enumerable.Repeat(1L, 100), answers);
    }

    [Fact]
    public async Task Without_it_the_same_reads_miss_writes()
    {
        await using var source = fixture.BuildSource();
        await using var frozen = await Frozen.ReplicasOfAsync(fixture.Cluster);
        for (var i = 0; i < 10; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic);
            var note = Guid.NewGuid().ToString();
            await WriteAsync(source, Way.PrimaryDataSource, note, null);
            Assert.Equal(0, await CountAsync(source, note));
        }
    }

    [Fact]
    public async Task The_reads_stay_on_the_replica()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var others = fixture.Cluster.Replicas.Take(2).ToList();
        await Task.WhenAll(others.Select(r => r.StopApplyingAsync()));
        try
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal, fixture.KeyOn(fixture.Cluster.Replicas[2]), Patient);
            var note = Guid.NewGuid().ToString();
            Assert.Equal(0, await CountAsync(source, note));
            await WriteAsync(source, Way.PrimaryDataSource, note, null);
            Assert.Equal(1, await CountAsync(source, note));
            Assert.Equal(1, await CountAsync(source, note));

            Assert.Equal(["replica3", "replica3", "replica3"], session.GetDecisions().Select(d => d.Server));
        }
        finally
        {
            await Task.WhenAll(others.Select(r => r.StartApplyingAsync()));
        }
    }

    [Fact]
    public async Task What_holds_a_read_up_is_a_span_and_what_does_not_is_none()
    {
        await using var source = fixture.BuildSource();
        using var root = new Activity("test").Start();
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == "MonotonicReads",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceId == root.TraceId ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            // A span that another test's listener asked for is told to this one too.
            ActivityStopped = span =>
            {
                if (span.TraceId == root.TraceId)
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var session = ReadSession.Begin(ReadConsistency.Causal, fixture.KeyOn(fixture.Cluster.Replicas[2]), Patient);
        await CountAsync(source, "none");
        Assert.Empty(spans);

        var note = Guid.NewGuid().ToString();
        await WriteAsync(source, Way.PrimaryDataSource, note, null);

        // So that one question is enough, and nobody else is looked for.
        await fixture.Cluster.WaitForReplicasAsync();
        await CountAsync(source, note);
        await CountAsync(source, note);
        var wait = Assert.Single(spans);
        Assert.Equal("monotonic_reads.wait", wait.OperationName);
        Assert.Equal(
            [
                ("db.system.name", "mariadb"),
                ("server.address", "127.0.0.1"),
                ("server.port", fixture.Cluster.Replicas[2].Port),
                ("monotonic_reads.server", "replica3"),
                ("monotonic_reads.level", "causal"),
                ("monotonic_reads.session.id", session.Id.ToString()),
            ],
            wait.TagObjects.Select(t => (t.Key, t.Value!))
        );

        using (ReadSession.Begin(ReadConsistency.Primary))
        {
            await CountAsync(source, note);
        }

        Assert.Equal(["monotonic_reads.wait", "monotonic_reads.barrier"], spans.Select(s => s.OperationName));
        Assert.Equal(ActivityStatusCode.Unset, spans[1].Status);
    }

    [Fact]
    public async Task Before_any_write_nothing_is_asked()
    {
        await using var source = fixture.BuildSource();
        using var session = ReadSession.Begin(ReadConsistency.Causal);
        await CountAsync(source, "none");
        await CountAsync(source, "none");

        Assert.Equal(500, session.RemainingWait.TotalMilliseconds);
    }

    [Fact]
    public async Task A_replica_that_stands_still_hands_over_to_one_that_has_the_writes()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var (slow, events) = (fixture.Cluster.Replicas[1], new List<ReadSessionEventArgs>());
        source.SessionEvent += (_, e) => events.Add(e);
        await slow.StopApplyingAsync();
        try
        {
            using var session = ReadSession.Begin(
                ReadConsistency.Causal,
                fixture.KeyOn(slow),
                new ReadSessionOptions { MaxWaitMilliseconds = 200 }
            );
            var note = Guid.NewGuid().ToString();
            Assert.Equal(0, await CountAsync(source, note));
            await WriteAsync(source, Way.PrimaryDataSource, note, null);
            using var clock = MachineTime.Start();
            Assert.Equal(1, await CountAsync(source, note));
            Assert.Equal(1, await CountAsync(source, note));

            Assert.InRange(clock.Elapsed.TotalMilliseconds, 0, 2000);
            var moved = Assert.Single(events, e => e.Kind == ReadSessionEventKind.Moved);
            Assert.Equal(("replica2", "not caught up"), (moved.From, moved.Reason));
            Assert.Equal(["replica2", moved.To, moved.To], session.GetDecisions().Select(d => d.Server));
            Assert.NotEqual("primary", moved.To);
        }
        finally
        {
            await slow.StartApplyingAsync();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(150)]
    public async Task Where_no_replica_has_them_the_primary_answers_and_keeps_the_session(int maxWait)
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = maxWait });
            var note = Guid.NewGuid().ToString();
            Assert.Equal(0, await CountAsync(source, note));
            await WriteAsync(source, Way.Transaction, note, null);
            Assert.Equal(1, await CountAsync(source, note));
            Assert.Equal(1, Count(source, note));
            Assert.Equal(1, await CountAsync(source, note));
            Assert.Equal(["primary", "primary", "primary"], session.GetDecisions().Skip(1).Select(d => d.Server));
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }
    }

    // The driver counts time limits in whole seconds, and must not give up at the very moment at which the server's own wait ends.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_wait_of_a_whole_second_ends_without_a_loss(bool isAsync)
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var events = new List<ReadSessionEventArgs>();
        source.SessionEvent += (_, e) => events.Add(e);
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 1000 });
            var note = Guid.NewGuid().ToString();
            Assert.Equal(0, isAsync ? await CountAsync(source, note) : Count(source, note));
            await WriteAsync(source, Way.PrimaryDataSource, note, null);
            Assert.Equal(1, isAsync ? await CountAsync(source, note) : Count(source, note));
            Assert.Equal([(ReadSessionEventKind.Moved, "not caught up")], events.Select(e => (e.Kind, e.Reason)));
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }
    }

    [Fact]
    public async Task A_causal_part_of_a_monotonic_session_sees_the_writes_before_it()
    {
        await using var source = fixture.BuildSource();
        for (var i = 0; i < 50; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic);
            var note = Guid.NewGuid().ToString();
            await WriteAsync(source, Way.PrimaryDataSource, note, null);
            using (ReadSession.Begin(ReadConsistency.Causal))
            {
                Assert.Equal(1, await CountAsync(source, note));
            }
        }
    }

    [Fact]
    public async Task What_it_saw_on_the_primary_it_sees_on_its_replica()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        for (var i = 0; i < 50; i++)
        {
            var note = Guid.NewGuid().ToString();
            await WriteAsync(source, Way.PrimaryDataSource, note, null); // another session's
            using var session = ReadSession.Begin(ReadConsistency.Causal, Patient);
            await using (var primary = await source.Primary.OpenConnectionAsync())
            {
                Assert.Equal(1, await primary.ExecuteScalarAsync<long>(CountNotes, new { note }));
            }

            Assert.Equal(1, await CountAsync(source, note));
            Assert.NotEqual("primary", session.GetDecisions()[^1].Server);
        }
    }

    [Fact]
    public async Task A_stopped_replica_holds_no_read_beyond_the_budget()
    {
        await using var source = fixture.BuildSource(b => b.UseTimeProvider(TimeProvider.System).RecordDecisions());
        var paused = fixture.Cluster.Replicas[0];
        using var session = ReadSession.Begin(
            ReadConsistency.Causal,
            fixture.KeyOn(paused),
            new ReadSessionOptions { MaxWaitMilliseconds = 300 }
        );
        await using var connection = await source.OpenConnectionAsync();
        var note = Guid.NewGuid().ToString();
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>(CountNotes, new { note }));
        await WriteAsync(source, Way.PrimaryDataSource, note, null);
        await paused.PauseAsync();
        try
        {
            var started = Stopwatch.GetTimestamp();
            using var clock = MachineTime.Start();
            Assert.Equal(1, await connection.ExecuteScalarAsync<long>(CountNotes, new { note }));
            Assert.True(Stopwatch.GetElapsedTime(started).TotalMilliseconds > 250);
            Assert.InRange(clock.Elapsed.TotalMilliseconds, 0, 1500);
            Assert.Equal("primary", connection.ServerName);
        }
        finally
        {
            await paused.ResumeAsync();
        }
    }

    private static async Task WriteAsync(ReplicatedMySqlDataSource source, Way way, string note, System.Data.Common.DbConnection? kept)
    {
        const string Insert = "insert into writes (server, note) select name, @note from this_server";
        switch (way)
        {
            case Way.PrimaryDataSource:
                await using (var connection = await source.Primary.OpenConnectionAsync())
                {
                    await connection.ExecuteAsync(Insert, new { note });
                }

                break;
            case Way.RoutedStatement:
                await using (var connection = source.CreateConnection())
                {
                    await connection.ExecuteAsync(Insert, new { note });
                }

                break;
            case Way.SynchronousDapper:
                using (var connection = source.CreateConnection())
                {
                    connection.Execute(Insert, new { note });
                }

                break;
            case Way.Transaction:
                await using (var connection = await source.OpenConnectionAsync())
                await using (var transaction = await connection.BeginTransactionAsync())
                {
                    await connection.ExecuteAsync(Insert, new { note }, transaction);
                    await transaction.CommitAsync();
                }

                break;
            case Way.OpenConnection:
                await kept!.ExecuteAsync(Insert, new { note });
                break;
            case Way.AmbientTransaction:
                using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
                {
                    await using (var connection = await source.OpenConnectionAsync())
                    {
                        await connection.ExecuteAsync(Insert, new { note });
                    }

                    scope.Complete();
                }

                break;
            default:
                await using (var unseen = new MySqlConnector.MySqlConnection(source.Primary.ConnectionString + ";Password=app"))
                {
                    var position = await unseen.QuerySingleAsync<string>(
                        "insert into writes (server, note) select name, @note from this_server; select @@last_gtid",
                        new { note }
                    );
                    ReadSession.Current!.ObserveWrite(MariaDbGtidList.Parse(position));
                }

                break;
        }
    }

    private static async Task<long> CountAsync(ReplicatedMySqlDataSource source, string note)
    {
        await using var connection = source.CreateConnection();
        return await connection.ExecuteScalarAsync<long>(CountNotes, new { note });
    }

    private static long Count(ReplicatedMySqlDataSource source, string note)
    {
        using var connection = source.CreateConnection();
        return connection.ExecuteScalar<long>(CountNotes, new { note });
    }
}
