using Microsoft.Data.Sqlite;
using MonotonicReads.Sessions;

namespace MonotonicReads.Runtime.Tests.Sessions;

public class RestartableReadsTests
{
    private static readonly ReadSessionOptions Default = new();
    private static readonly ReadSessionOptions Restart = new() { OnReplicaLoss = ReplicaLoss.Restart };

    [Fact]
    public async Task A_series_that_loses_its_replica_runs_again_on_another_in_a_new_session()
    {
        using var set = new SqliteReplicaSet();
        var sessions = new List<Guid>();
        var servers = await RestartableReads.RunAsync(
            ReadConsistency.Monotonic,
            Default,
            async () =>
            {
                sessions.Add(ReadSession.Current!.Id);
                var first = await set.AskAsync();
                if (sessions.Count == 1)
                {
                    set.Server(first).DataSource.Refuse();
                }

                return (First: first, Second: await set.AskAsync());
            },
            CancellationToken.None
        );

        Assert.Null(ReadSession.Current);
        Assert.Equal(2, sessions.Distinct().Count());
        Assert.Equal(servers.First, servers.Second);
        var lost = Assert.Single(set.Events, seen => seen.Kind == ReadSessionEventKind.ReplicaLost);
        var restarted = Assert.Single(set.Events, seen => seen.Kind == ReadSessionEventKind.Restarted);
        Assert.Equal(
            (sessions[0], lost.From, null, "open failed"),
            (restarted.SessionId!.Value, restarted.From, restarted.To, restarted.Reason)
        );
        Assert.NotEqual(lost.From, servers.First);
        Assert.Equal(2, set.Events.Count);
        var record = Assert.Single(set.Log.Records, record => record.Id.Id == 40);
        Assert.Contains(sessions[0].ToString(), record.Text, StringComparison.Ordinal);
        Assert.Contains(sessions[1].ToString(), record.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_synchronous_one_does_too_and_with_a_key_it_is_the_same_session_elsewhere()
    {
        using var set = new SqliteReplicaSet();
        var ids = new List<Guid>();
        var servers = new List<string>();
        RestartableReads.Run(
            ReadConsistency.Monotonic,
            "job 7",
            Restart,
            () =>
            {
                ids.Add(ReadSession.Current!.Id);
                using var connection = set.Source.OpenConnection();
                servers.Add(SqliteReplicaSet.AskOn(connection));
                if (ids.Count == 1)
                {
                    // A driver closes its connection when the server is gone; the replica takes new ones at once.
                    Assert.IsType<SqliteConnection>(connection.Inner).Close();
                }

                return SqliteReplicaSet.AskOn(connection);
            },
            CancellationToken.None
        );

        Assert.Equal([SessionKey.ToGuid("job 7"), SessionKey.ToGuid("job 7")], ids);
        Assert.Equal(2, servers.Distinct().Count());
        Assert.DoesNotContain("primary", servers);
    }

    [Fact]
    public void After_two_restarts_the_exception_reaches_the_caller()
    {
        using var set = new SqliteReplicaSet(null, ("r1", 1), ("r2", 1), ("r3", 1), ("r4", 1));
        var runs = 0;
        var error = Assert.Throws<ReplicaLostException>(() =>
            RestartableReads.Run(
                ReadConsistency.Monotonic,
                Default,
                () =>
                {
                    runs++;
                    set.Server(set.Ask()).DataSource.Refuse();
                    return set.Ask();
                },
                CancellationToken.None
            )
        );
        Assert.Equal(1 + SeriesRuns.MostRestarts, runs);
        Assert.Equal(2, set.Events.Count(seen => seen.Kind == ReadSessionEventKind.Restarted));

        // The last run would have gone to the primary; these servers tell no position.
        Assert.Contains("positions", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, set.Primary.DataSource.Opened);
    }

    [Fact]
    public void Where_no_other_replica_is_left_the_primary_takes_the_new_session()
    {
        using var set = new SqliteReplicaSet(null, ("r1", 1));
        var runs = 0;
        var server = RestartableReads.Run(
            ReadConsistency.Monotonic,
            Default,
            () =>
            {
                using var connection = set.Source.OpenConnection();
                SqliteReplicaSet.AskOn(connection);
                if (runs++ == 0)
                {
                    Assert.IsType<SqliteConnection>(connection.Inner).Close();
                }

                return SqliteReplicaSet.AskOn(connection);
            },
            CancellationToken.None
        );
        Assert.Equal("primary", server);
        Assert.Contains(set.Events, seen => seen.Kind == ReadSessionEventKind.NoReplicaAvailable);
    }

    [Fact]
    public void A_replica_that_was_only_restarted_may_serve_the_new_session()
    {
        using var set = new SqliteReplicaSet(null, ("r1", 1));
        var runs = 0;
        var server = RestartableReads.Run(
            ReadConsistency.Monotonic,
            Default,
            () =>
            {
                set.Ask();
                if (runs++ == 0)
                {
                    set.Source.Replicas[0].NewIncarnation();
                }

                return set.Ask();
            },
            CancellationToken.None
        );
        Assert.Equal(("r1", 2), (server, runs));
    }

    [Theory]
    [InlineData(10_000, 2)]
    [InlineData(10_001, 1)]
    public void No_restart_begins_later_than_ten_seconds_after_the_first_run(int milliseconds, int expected)
    {
        using var set = new SqliteReplicaSet();
        var runs = 0;
        var series = SeriesRuns.Of(ReadConsistency.Monotonic, Default, id: null, set.Time);
        var error = Record.Exception(() =>
            RestartableReads.Run(
                series,
                () =>
                {
                    if (++runs == 1)
                    {
                        set.Server(set.Ask()).DataSource.Refuse();
                        set.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
                    }

                    return set.Ask();
                },
                CancellationToken.None
            )
        );
        Assert.Equal(expected, runs);
        Assert.Equal(expected == 1, error is ReplicaLostException);
    }

    [Fact]
    public async Task Nothing_is_run_again_once_it_is_cancelled()
    {
        using var set = new SqliteReplicaSet();
        using var cancel = new CancellationTokenSource();
        var runs = 0;
        await Assert.ThrowsAsync<ReplicaLostException>(() =>
            RestartableReads.RunAsync(
                ReadConsistency.Monotonic,
                Default,
                async () =>
                {
                    runs++;
                    set.Server(await set.AskAsync()).DataSource.Refuse();
                    await cancel.CancelAsync();
                    return await set.AskAsync();
                },
                cancel.Token
            )
        );
        Assert.Equal(1, runs);
    }

    [Fact]
    public void A_cancellation_of_its_own_is_no_loss()
    {
        using var set = new SqliteReplicaSet();
        var runs = 0;
        Assert.Throws<OperationCanceledException>(() =>
            RestartableReads.Run<int>(
                ReadConsistency.Monotonic,
                Default,
                () =>
                {
                    runs++;
                    set.Server(set.Ask()).DataSource.Refuse();
                    Assert.Throws<ReplicaLostException>(() => set.Ask());
                    throw new OperationCanceledException();
                },
                CancellationToken.None
            )
        );
        Assert.Equal(1, runs);
    }

    [Fact]
    public void A_failure_that_has_nothing_to_do_with_a_replica_is_the_callers()
    {
        using var set = new SqliteReplicaSet();
        var runs = 0;
        Assert.Throws<SqliteException>(() =>
            RestartableReads.Run(
                ReadConsistency.Monotonic,
                Default,
                () =>
                {
                    runs++;
                    set.Ask();
                    return set.Ask("SELECT nothing FROM nowhere");
                },
                CancellationToken.None
            )
        );
        Assert.Equal(1, runs);
        Assert.Empty(set.Events);
    }

    [Fact]
    public void What_the_reads_make_of_the_loss_does_not_hide_it()
    {
        using var set = new SqliteReplicaSet();
        var runs = 0;
        var server = RestartableReads.Run(
            ReadConsistency.Monotonic,
            Default,
            () =>
            {
                if (runs++ == 0)
                {
                    set.Server(set.Ask()).DataSource.Refuse();
                }

                try
                {
                    return set.Ask();
                }
                catch (ReplicaLostException lost)
                {
                    throw new InvalidOperationException("No orders.", lost);
                }
            },
            CancellationToken.None
        );
        Assert.Equal(2, runs);
        Assert.NotEqual("primary", server);
    }

    [Fact]
    public void A_result_that_was_handed_out_is_handed_out_once()
    {
        using var set = new SqliteReplicaSet();
        var runs = 0;
        var answer = RestartableReads.Run(
            ReadConsistency.Monotonic,
            Default,
            () =>
            {
                runs++;
                set.Server(set.Ask()).DataSource.Refuse();
                Assert.Throws<ReplicaLostException>(() => set.Ask());
                return "what the first read saw";
            },
            CancellationToken.None
        );
        Assert.Equal(("what the first read saw", 1), (answer, runs));
        Assert.DoesNotContain(set.Events, seen => seen.Kind == ReadSessionEventKind.Restarted);
    }

    [Theory]
    [InlineData("INSERT INTO item (name) VALUES ('a')")]
    [InlineData("SELECT load_extension('x') FROM server WHERE 1 = 0")]
    public void After_anything_but_plain_reads_nothing_runs_again(string statement)
    {
        using var set = new SqliteReplicaSet();
        var runs = 0;
        Assert.Throws<ReplicaLostException>(() =>
            RestartableReads.Run(
                ReadConsistency.Monotonic,
                Default,
                () =>
                {
                    runs++;
                    set.Server(set.Ask()).DataSource.Refuse();
                    using (var primary = set.Source.Primary.OpenConnection())
                    using (var command = primary.CreateCommand())
                    {
                        command.CommandText = statement;
                        command.ExecuteNonQuery();
                    }

                    return set.Ask();
                },
                CancellationToken.None
            )
        );
        Assert.Equal(1, runs);
    }

    [Fact]
    public void A_read_on_the_primary_is_no_write()
    {
        using var set = new SqliteReplicaSet();
        var runs = 0;
        RestartableReads.Run(
            ReadConsistency.Monotonic,
            Default,
            () =>
            {
                if (runs++ == 0)
                {
                    set.Server(set.Ask()).DataSource.Refuse();
                    Assert.Throws<ReplicaLostException>(() => set.Ask());
                }

                using (var primary = set.Source.Primary.OpenConnection())
                {
                    SqliteReplicaSet.AskOn(primary);
                }

                return set.Ask();
            },
            CancellationToken.None
        );
        Assert.Equal(2, runs);
    }

    [Fact]
    public void After_a_token_was_made_nothing_runs_again()
    {
        using var set = new SqliteReplicaSet();
        var tokens = SessionTokenOptions.WithKey(new byte[32]);
        var runs = 0;
        Assert.Throws<ReplicaLostException>(() =>
            RestartableReads.Run(
                ReadConsistency.Monotonic,
                Default,
                () =>
                {
                    runs++;
                    var server = set.Ask();
                    ReadSession.Current!.ToToken(tokens);
                    set.Server(server).DataSource.Refuse();
                    return set.Ask();
                },
                CancellationToken.None
            )
        );
        Assert.Equal(1, runs);
    }

    [Fact]
    public void Who_joins_a_session_is_not_run_again_and_its_outermost_call_is()
    {
        using var set = new SqliteReplicaSet();
        var (outer, inner) = (0, 0);
        var server = RestartableReads.Run(
            ReadConsistency.Monotonic,
            Default,
            () =>
            {
                outer++;
                var first = set.Ask();
                return RestartableReads.Run(
                    ReadConsistency.Monotonic,
                    Default,
                    () =>
                    {
                        if (inner++ == 0)
                        {
                            set.Server(first).DataSource.Refuse();
                        }

                        return set.Ask();
                    },
                    CancellationToken.None
                );
            },
            CancellationToken.None
        );
        Assert.Equal((2, 2), (outer, inner));
        Assert.NotEqual("primary", server);
    }

    [Fact]
    public void Inside_a_session_begun_by_hand_nothing_runs_again()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        var runs = 0;
        Assert.Throws<ReplicaLostException>(() =>
            RestartableReads.Run(
                ReadConsistency.Monotonic,
                Default,
                () =>
                {
                    runs++;
                    set.Server(set.Ask()).DataSource.Refuse();
                    return set.Ask();
                },
                CancellationToken.None
            )
        );
        Assert.Equal(1, runs);
        Assert.Same(session, ReadSession.Current);
    }

    [Fact]
    public void With_another_key_it_has_a_session_of_its_own_there_and_can_be_run_again()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, "outer");
        var runs = 0;
        RestartableReads.Run(
            ReadConsistency.Monotonic,
            "inner",
            Default,
            () =>
            {
                var server = set.Ask();
                if (runs++ == 0)
                {
                    set.Server(server).DataSource.Refuse();
                }

                return set.Ask();
            },
            CancellationToken.None
        );
        Assert.Equal(2, runs);
        Assert.Same(session, ReadSession.Current);
    }

    [Fact]
    public void A_session_begun_by_hand_throws_for_who_began_it()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, Restart);
        var replica = set.Ask();
        set.Server(replica).DataSource.Refuse();
        Assert.Equal(replica, Assert.Throws<ReplicaLostException>(() => set.Ask()).Replica);
        using (ReadSession.Begin(ReadConsistency.Primary))
        {
            Assert.Equal("primary", set.Ask());
        }

        // What a nested read saw on the primary takes nothing back.
        Assert.Throws<ReplicaLostException>(() => set.Ask());
    }

    [Fact]
    public void With_no_replica_left_it_begins_on_the_primary()
    {
        using var set = new SqliteReplicaSet();
        foreach (var name in set.ReplicaNames)
        {
            set.Server(name).DataSource.Refuse();
        }

        Assert.Equal("primary", RestartableReads.Run(ReadConsistency.Monotonic, Default, () => set.Ask(), CancellationToken.None));
        Assert.DoesNotContain(set.Events, seen => seen.Kind == ReadSessionEventKind.Restarted);
    }

    [Fact]
    public void Another_policy_is_refused()
    {
        var other = new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Fail };
        var error = Assert.Throws<ArgumentException>(() =>
            RestartableReads.Run(ReadConsistency.Monotonic, other, () => 1, CancellationToken.None)
        );
        Assert.Contains("ReplicaLoss.Fail", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => RestartableReads.Run(ReadConsistency.Eventual, Default, () => 1, CancellationToken.None));
        Assert.Throws<ArgumentNullException>(() =>
            RestartableReads.Run<int>(ReadConsistency.Monotonic, Default, null!, CancellationToken.None)
        );
    }

    [Fact]
    public void No_data_source_has_it_for_its_policy()
    {
        var error = Assert.Throws<ArgumentException>(() => new ReplicatedMySqlDataSourceBuilder().UseReplicaLoss(ReplicaLoss.Restart));
        Assert.Contains("[Monotonic(OnReplicaLoss = ReplicaLoss.Restart)]", error.Message, StringComparison.Ordinal);
        new ReplicatedMySqlDataSourceBuilder().UseReplicaLoss(ReplicaLoss.Fail);
    }

    [Fact]
    public void Of_two_policies_the_stricter_holds_and_who_joins_restarts_nothing()
    {
        ReplicaLoss?[] all = [ReplicaLoss.Redraw, null, ReplicaLoss.Primary, ReplicaLoss.CaughtUp, ReplicaLoss.Restart, ReplicaLoss.Fail];
        Assert.Equal(Enum.GetValues<ReplicaLoss>().Order(), all.OfType<ReplicaLoss>().Order());

        // A row is what the session does, a column what the call asks for that joins it.
        ReplicaLoss?[,] expected =
        {
            { ReplicaLoss.Redraw, null, ReplicaLoss.Primary, ReplicaLoss.CaughtUp, ReplicaLoss.Primary, ReplicaLoss.Fail },
            { null, null, ReplicaLoss.Primary, ReplicaLoss.CaughtUp, ReplicaLoss.Primary, ReplicaLoss.Fail },
            { ReplicaLoss.Primary, ReplicaLoss.Primary, ReplicaLoss.Primary, ReplicaLoss.Primary, ReplicaLoss.Primary, ReplicaLoss.Fail },
            {
                ReplicaLoss.CaughtUp,
                ReplicaLoss.CaughtUp,
                ReplicaLoss.CaughtUp,
                ReplicaLoss.CaughtUp,
                ReplicaLoss.CaughtUp,
                ReplicaLoss.Fail,
            },
            { ReplicaLoss.Restart, ReplicaLoss.Restart, ReplicaLoss.Restart, ReplicaLoss.Restart, ReplicaLoss.Restart, ReplicaLoss.Fail },
            { ReplicaLoss.Fail, ReplicaLoss.Fail, ReplicaLoss.Fail, ReplicaLoss.Fail, ReplicaLoss.Fail, ReplicaLoss.Fail },
        };
        for (var own = 0; own < all.Length; own++)
        {
            for (var asked = 0; asked < all.Length; asked++)
            {
                using var session = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { OnReplicaLoss = all[own] });
                using var joined = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { OnReplicaLoss = all[asked] });
                Assert.Equal((all[own], all[asked], expected[own, asked]), (all[own], all[asked], joined.OnReplicaLoss));
            }
        }
    }

    public enum WriteIn
    {
        JoinedSession,
        SessionOfAnotherId,
        SessionOfAnotherKeyThatRunsAgain,
        ResumedSession,
        EndedSession,
        NoSession,
        AnotherThread,
    }

    public static IEnumerable<object[]> EveryWriteIn => Enum.GetValues<WriteIn>().Select(where => new object[] { where });

    [Theory]
    [MemberData(nameof(EveryWriteIn))]
    public void Wherever_the_body_writes_it_does_not_run_again(WriteIn where)
    {
        using var set = new SqliteReplicaSet();
        Assert.IsType<ReplicaLostException>(Record.Exception(() => RunTwice(set, where, Insert)));
        Assert.Equal(1, set.Primary.CountItems());
    }

    [Theory]
    [MemberData(nameof(EveryWriteIn))]
    public void A_read_there_forbids_nothing(WriteIn where)
    {
        using var set = new SqliteReplicaSet();
        RunTwice(set, where, set => set.Ask());
        Assert.Contains(set.Events, seen => seen.Kind == ReadSessionEventKind.Restarted);
    }

    [Fact]
    public async Task What_a_run_began_and_did_not_await_is_not_written_once_another_has_begun()
    {
        using var set = new SqliteReplicaSet();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var series = SeriesRuns.Of(ReadConsistency.Monotonic, Default, id: null, set.Time);
        var late = new List<Task>();
        await RestartableReads.RunAsync(
            series,
            async () =>
            {
                late.Add(WriteLaterAsync());
                var first = await set.AskAsync();
                if (late.Count == 1)
                {
                    set.Server(first).DataSource.Refuse();
                }

                return await set.AskAsync();
            },
            CancellationToken.None
        );
        gate.SetResult();
        Assert.Equal(2, late.Count);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => late[0]);
        Assert.Contains("sent twice", error.Message, StringComparison.Ordinal);
        await late[1];
        Assert.Equal(1, set.Primary.CountItems());

        async Task WriteLaterAsync()
        {
            await gate.Task;
            Insert(set);
        }
    }

    [Fact]
    public void What_it_left_running_may_write_again_a_minute_later()
    {
        var time = new ManualTime();
        var run = new SeriesRun([], around: null, time);
        Assert.True(run.TryEnd());
        time.Advance(SeriesRun.RefusesFor);
        Assert.Throws<InvalidOperationException>(run.Note);
        time.Advance(TimeSpan.FromTicks(1));
        run.Note();
    }

    [Fact]
    public void A_run_ends_or_sends_more_and_never_both()
    {
        for (var i = 0; i < 2_000; i++)
        {
            var run = new SeriesRun([], around: null, TimeProvider.System);
            using var barrier = new Barrier(2);
            var wrote = false;
            var writer = new Thread(() =>
            {
                barrier.SignalAndWait();
                wrote = Record.Exception(run.Note) is null;
            });
            writer.Start();
            barrier.SignalAndWait();
            var ended = run.TryEnd();
            writer.Join();
            Assert.NotEqual(ended, wrote);
        }
    }

    [Fact]
    public async Task After_the_call_its_flow_is_in_no_run()
    {
        using var set = new SqliteReplicaSet();
        RestartableReads.Run(ReadConsistency.Monotonic, Default, () => set.Ask(), CancellationToken.None);
        Assert.Null(AmbientSession.Run);
        await RestartableReads.RunAsync(ReadConsistency.Monotonic, Default, set.AskAsync, CancellationToken.None);
        Assert.Null(AmbientSession.Run);
        Assert.Throws<NotSupportedException>(() =>
            RestartableReads.Run<int>(ReadConsistency.Monotonic, Default, () => throw new NotSupportedException(), CancellationToken.None)
        );
        Assert.Null(AmbientSession.Run);
    }

    [Fact]
    public void A_connection_that_breaks_to_something_else_is_no_loss_of_a_replica()
    {
        using var set = new SqliteReplicaSet();
        var runs = 0;
        Assert.Throws<ForeignException>(() =>
            RestartableReads.Run<int>(
                ReadConsistency.Monotonic,
                Default,
                () =>
                {
                    runs++;
                    set.Ask();
                    throw new ForeignException();
                },
                CancellationToken.None
            )
        );
        Assert.Equal(1, runs);
        Assert.Empty(set.Events);
    }

    // The first run loses its replica behind what is done.
    private static void RunTwice(SqliteReplicaSet set, WriteIn where, Action<SqliteReplicaSet> act)
    {
        var runs = 0;
        RestartableReads.Run(
            ReadConsistency.Monotonic,
            Default,
            () =>
            {
                var replica = set.Ask();
                if (runs++ == 0)
                {
                    Do(set, where, act);
                    set.Server(replica).DataSource.Refuse();
                }

                return set.Ask();
            },
            CancellationToken.None
        );
        Assert.Equal(2, runs);
    }

    private static void Do(SqliteReplicaSet set, WriteIn where, Action<SqliteReplicaSet> act)
    {
        switch (where)
        {
            case WriteIn.JoinedSession:
                using (ReadSession.Begin(ReadConsistency.Monotonic))
                {
                    act(set);
                }

                break;
            case WriteIn.SessionOfAnotherId:
                using (ReadSession.Begin(ReadConsistency.Monotonic, Guid.NewGuid()))
                {
                    act(set);
                }

                break;
            case WriteIn.SessionOfAnotherKeyThatRunsAgain:
                RestartableReads.Run(ReadConsistency.Monotonic, "other", Default, () => Acted(), CancellationToken.None);
                break;
            case WriteIn.ResumedSession:
                var tokens = SessionTokenOptions.WithKey(new byte[32]);
                string token;
                using (var other = ReadSession.Begin(ReadConsistency.Monotonic, Guid.NewGuid()))
                {
                    token = other.ToToken(tokens);
                }

                using (ReadSession.Resume(token, tokens))
                {
                    act(set);
                }

                break;
            case WriteIn.NoSession:
                ExecutionContext.Run(
                    ExecutionContext.Capture()!,
                    _ =>
                    {
                        AmbientSession.LeaveAll();
                        act(set);
                    },
                    null
                );
                break;
            case WriteIn.EndedSession:
                ExecutionContext flow;
                using (ReadSession.Begin(ReadConsistency.Monotonic, Guid.NewGuid()))
                {
                    flow = ExecutionContext.Capture()!;
                }

                ExecutionContext.Run(flow, _ => act(set), null);
                break;
            default:
                var thread = new Thread(() => act(set));
                thread.Start();
                thread.Join();
                break;
        }

        bool Acted()
        {
            act(set);
            return true;
        }
    }

    private static void Insert(SqliteReplicaSet set)
    {
        using var primary = set.Source.Primary.OpenConnection();
        using var command = primary.CreateCommand();
        command.CommandText = "INSERT INTO item (name) VALUES ('a')";
        command.ExecuteNonQuery();
    }

    private sealed class ForeignException() : System.Data.Common.DbException("Another database.", new IOException());
}
