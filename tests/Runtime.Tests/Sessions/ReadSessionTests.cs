namespace MonotonicReads.Runtime.Tests.Sessions;

public class ReadSessionTests
{
    /// <summary>Their numbers do not say it: those of the first five were given before there was a sixth.</summary>
    [Fact]
    public void The_levels_have_an_order_of_their_own()
    {
        ReadConsistency[] order =
        [
            ReadConsistency.Monotonic,
            ReadConsistency.Snapshot,
            ReadConsistency.Causal,
            ReadConsistency.Global,
            ReadConsistency.Primary,
        ];
        Assert.Equal(order.Append(ReadConsistency.Eventual).Order(), Enum.GetValues<ReadConsistency>());
        foreach (var (outer, inner) in order.SelectMany(outer => order.Select(inner => (outer, inner))))
        {
            using var session = ReadSession.Begin(outer);
            var isRefused =
                outer == ReadConsistency.Snapshot
                && (Array.IndexOf(order, inner) > Array.IndexOf(order, outer) || inner == ReadConsistency.Global);
            if (isRefused)
            {
                Assert.Throws<InvalidOperationException>(() => ReadSession.Begin(inner));
                continue;
            }

            using var joined = ReadSession.Begin(inner);
            Assert.Equal(order[Math.Max(Array.IndexOf(order, outer), Array.IndexOf(order, inner))], joined.Consistency);
            Assert.Equal(session.Id, joined.Id);
        }
    }

    [Fact]
    public void An_inner_bound_on_the_age_may_only_be_smaller()
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { MaxStalenessMilliseconds = 2000 });
        Assert.Equal(TimeSpan.FromSeconds(2), Inner(0));
        Assert.Equal(TimeSpan.FromSeconds(2), Inner(3000));
        Assert.Equal(TimeSpan.FromSeconds(1), Inner(1000));
        Assert.Equal(TimeSpan.FromSeconds(2), ReadSession.Current!.Policies.MaxStaleness);
        Assert.Throws<ArgumentOutOfRangeException>(() => Inner(-1));
        using var other = ReadSession.Begin(ReadConsistency.Monotonic, Guid.NewGuid());
        Assert.Null(ReadSession.Current!.Policies.MaxStaleness);
        Assert.Equal(TimeSpan.FromSeconds(1), Inner(1000));

        static TimeSpan? Inner(int milliseconds)
        {
            using var joined = ReadSession.Begin(
                ReadConsistency.Monotonic,
                new ReadSessionOptions { MaxStalenessMilliseconds = milliseconds }
            );
            return ReadSession.Current!.Policies.MaxStaleness;
        }
    }

    [Fact]
    public void Runs_from_begin_to_dispose()
    {
        Assert.Null(ReadSession.Current);
        var session = ReadSession.Begin(ReadConsistency.Monotonic);
        Assert.Same(session, ReadSession.Current);
        Assert.Equal(ReadConsistency.Monotonic, session.Consistency);
        session.Dispose();
        session.Dispose();
        Assert.Null(ReadSession.Current);
    }

    [Fact]
    public void Takes_the_id_it_is_given_and_draws_one_otherwise()
    {
        var id = Guid.NewGuid();
        using (var session = ReadSession.Begin(ReadConsistency.Monotonic, id))
        {
            Assert.Equal(id, session.Id);
        }

        using var first = ReadSession.Begin(ReadConsistency.Monotonic);
        using var second = ReadSession.Begin(ReadConsistency.Monotonic, Guid.NewGuid());
        Assert.Equal(first.Id, first.Id);
        Assert.NotEqual(Guid.Empty, first.Id);
        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public void Begin_inside_joins()
    {
        using var outer = ReadSession.Begin(ReadConsistency.Monotonic);
        using (var inner = ReadSession.Begin(ReadConsistency.Monotonic))
        {
            Assert.Equal(outer.Id, inner.Id);
            Assert.Same(outer, ReadSession.Current);
        }

        Assert.Same(outer, ReadSession.Current);
        using var sameId = ReadSession.Begin(ReadConsistency.Monotonic, outer.Id);
        Assert.Same(outer, ReadSession.Current);
    }

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(2, 1, 0)]
    [InlineData(1, 0, 2)]
    public void A_long_session_keeps_no_snapshot_that_has_ended(params int[] order)
    {
        using var outer = ReadSession.Begin(ReadConsistency.Monotonic);
        var ended = SnapshotsIn(outer, order);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.All(ended, snapshot => Assert.False(snapshot.IsAlive));
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static List<WeakReference> SnapshotsIn(ReadSession outer, int[] order)
    {
        var handles = order
            .Select(_ =>
            {
                MonotonicReads.Sessions.AmbientSession.Enter(outer);
                return ReadSession.Begin(ReadConsistency.Snapshot);
            })
            .ToList();
        var ended = handles.Select(handle => new WeakReference(handle.Snapshot)).ToList();
        foreach (var i in order)
        {
            handles[i].Dispose();
        }

        MonotonicReads.Sessions.AmbientSession.Enter(outer);
        return ended;
    }

    [Fact]
    public void Joining_allocates_nothing_after_the_first_time()
    {
        using var outer = ReadSession.Begin(ReadConsistency.Monotonic);
        ReadSession.Begin(ReadConsistency.Monotonic).Dispose();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            ReadSession.Begin(ReadConsistency.Monotonic).Dispose();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Another_id_opens_a_session_that_shadows()
    {
        using var outer = ReadSession.Begin(ReadConsistency.Monotonic);
        using (var other = ReadSession.Begin(ReadConsistency.Monotonic, Guid.NewGuid()))
        {
            Assert.NotEqual(outer.Id, other.Id);
            Assert.Same(other, ReadSession.Current);
        }

        using (var keyed = ReadSession.Begin(ReadConsistency.Monotonic, "a job"))
        {
            Assert.Same(keyed, ReadSession.Current);
            using var sameKey = ReadSession.Begin(ReadConsistency.Monotonic, "a job");
            Assert.Same(keyed, ReadSession.Current);
        }

        Assert.Same(outer, ReadSession.Current);
    }

    [Fact]
    public void Stronger_inside_weaker_holds_for_its_own_reads()
    {
        using var outer = ReadSession.Begin(ReadConsistency.Monotonic);
        using (var inner = ReadSession.Begin(ReadConsistency.Primary))
        {
            Assert.Equal(outer.Id, inner.Id);
            Assert.Equal(ReadConsistency.Primary, ReadSession.Current!.Consistency);
        }

        Assert.Equal(ReadConsistency.Monotonic, ReadSession.Current!.Consistency);
    }

    [Fact]
    public void Weaker_never_weakens()
    {
        using var outer = ReadSession.Begin(ReadConsistency.Primary);
        using var inner = ReadSession.Begin(ReadConsistency.Monotonic);
        Assert.Equal(ReadConsistency.Primary, inner.Consistency);
        Assert.Equal(ReadConsistency.Primary, ReadSession.Current!.Consistency);
    }

    [Fact]
    public void An_inner_loss_policy_may_only_be_stricter()
    {
        var fail = new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Fail };
        using (ReadSession.Begin(ReadConsistency.Monotonic))
        {
            using (ReadSession.Begin(ReadConsistency.Monotonic, fail))
            {
                Assert.Equal(ReplicaLoss.Fail, ReadSession.Current!.OnReplicaLoss);
            }

            Assert.Null(ReadSession.Current!.OnReplicaLoss);
        }

        using (ReadSession.Begin(ReadConsistency.Monotonic, fail))
        using (ReadSession.Begin(ReadConsistency.Primary))
        {
            Assert.Equal(ReplicaLoss.Fail, ReadSession.Current!.OnReplicaLoss);
        }

        using (ReadSession.Begin(ReadConsistency.Primary))
        using (ReadSession.Begin(ReadConsistency.Monotonic, fail))
        {
            Assert.Equal(
                ((ReplicaLoss?)ReplicaLoss.Fail, ReadConsistency.Primary),
                (ReadSession.Current!.OnReplicaLoss, ReadSession.Current.Consistency)
            );
        }
    }

    [Fact]
    public void What_opens_no_session_says_so()
    {
        Assert.Contains("no session", Assert.Throws<ArgumentException>(() => ReadSession.Begin(ReadConsistency.Eventual)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => ReadSession.Begin((ReadConsistency)17));
        Assert.Null(ReadSession.Current);
    }

    [Theory]
    [InlineData(ReplicaLoss.Redraw, ReplicaLoss.Primary, ReplicaLoss.Primary)]
    [InlineData(ReplicaLoss.Redraw, ReplicaLoss.Fail, ReplicaLoss.Fail)]
    [InlineData(ReplicaLoss.CaughtUp, ReplicaLoss.Redraw, ReplicaLoss.CaughtUp)]
    [InlineData(ReplicaLoss.CaughtUp, ReplicaLoss.Primary, ReplicaLoss.CaughtUp)]
    [InlineData(ReplicaLoss.Primary, ReplicaLoss.CaughtUp, ReplicaLoss.Primary)]
    [InlineData(ReplicaLoss.Fail, ReplicaLoss.Redraw, ReplicaLoss.Fail)]
    [InlineData(null, ReplicaLoss.Redraw, null)]
    [InlineData(null, ReplicaLoss.Primary, ReplicaLoss.Primary)]
    [InlineData(null, null, null)]
    [InlineData(ReplicaLoss.Redraw, null, null)]
    [InlineData(ReplicaLoss.Fail, null, ReplicaLoss.Fail)]
    public void Of_two_policies_the_stricter_holds_inside_and_of_two_budgets_the_shorter(
        ReplicaLoss? outer,
        ReplicaLoss? inner,
        ReplicaLoss? holds
    )
    {
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            new ReadSessionOptions { OnReplicaLoss = outer, MaxWaitMilliseconds = 400 }
        );
        using (ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { OnReplicaLoss = inner, MaxWaitMilliseconds = 900 }))
        {
            Assert.Equal((holds, 400), (ReadSession.Current!.OnReplicaLoss, ReadSession.Current.RemainingWait.TotalMilliseconds));
            using (ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { OnReplicaLoss = inner, MaxWaitMilliseconds = 100 }))
            {
                Assert.Equal((holds, ReadConsistency.Causal), (ReadSession.Current.OnReplicaLoss, ReadSession.Current.Consistency));
                Assert.Equal(100, ReadSession.Current.RemainingWait.TotalMilliseconds);
                ReadSession.Current.SpendWait(TimeSpan.FromMilliseconds(60));
                Assert.Equal(40, ReadSession.Current.RemainingWait.TotalMilliseconds);
            }

            Assert.Equal(340, ReadSession.Current.RemainingWait.TotalMilliseconds);
            ReadSession.Current.SpendWait(TimeSpan.FromSeconds(1));
            Assert.Equal(TimeSpan.Zero, ReadSession.Current.RemainingWait);
        }

        Assert.Equal((outer, ReadConsistency.Monotonic), (ReadSession.Current!.OnReplicaLoss, ReadSession.Current.Consistency));
    }

    [Fact]
    public void Options_are_checked()
    {
        Assert.Throws<ArgumentNullException>(() => ReadSession.Begin(ReadConsistency.Monotonic, (ReadSessionOptions)null!));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { MaxWaitMilliseconds = -1 })
        );
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { OnReplicaLoss = (ReplicaLoss)17 })
        );
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, "key", new ReadSessionOptions { MaxWaitMilliseconds = 0 });
        Assert.Equal(SessionKey.ToGuid("key"), session.Id);
    }

    [Fact]
    public void Concurrent_reads_agree_on_one_id()
    {
        const int Rounds = 500;
        var sessions = Enumerable
            .Range(0, Rounds)
            .Select(_ =>
            {
                using var session = ReadSession.Begin(ReadConsistency.Monotonic);
                return session;
            })
            .ToArray();
        var seen = new Guid[2][];
        var round = new int[2];
        var threads = Enumerable
            .Range(0, 2)
            .Select(me => new Thread(() =>
            {
                seen[me] = new Guid[Rounds];
                for (var i = 0; i < Rounds; i++)
                {
                    Volatile.Write(ref round[me], i);
                    for (var spin = default(SpinWait); Volatile.Read(ref round[1 - me]) < i; spin.SpinOnce(sleep1Threshold: -1)) { }

                    seen[me][i] = sessions[i].Id;
                }
            }))
            .ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Equal(seen[0], seen[1]);
    }

    [Fact]
    public async Task Flows_with_the_calls_and_not_back()
    {
        await Inside();
        Assert.Null(ReadSession.Current);

        static async Task Inside()
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic);
            await Task.Yield();
            Assert.Same(session, ReadSession.Current);
            await Task.Run(() => Assert.Same(session, ReadSession.Current));
        }
    }

    [Fact]
    public async Task What_captured_the_flow_finds_no_session_after_dispose()
    {
        var ended = new TaskCompletionSource();
        Task<ReadSession?> late;
        using (ReadSession.Begin(ReadConsistency.Monotonic))
        {
            late = Late();
        }

        ended.SetResult();
        Assert.Null(await late);

        async Task<ReadSession?> Late()
        {
            Assert.NotNull(ReadSession.Current);
            await ended.Task;
            return ReadSession.Current;
        }
    }

    [Fact]
    public async Task What_outlives_a_stronger_part_is_back_in_the_session()
    {
        var ended = new TaskCompletionSource();
        using var outer = ReadSession.Begin(ReadConsistency.Monotonic);
        Task<ReadSession?> late;
        using (ReadSession.Begin(ReadConsistency.Primary))
        {
            late = Late();
        }

        ended.SetResult();
        Assert.Same(outer, await late);

        async Task<ReadSession?> Late()
        {
            await ended.Task;
            return ReadSession.Current;
        }
    }

    [Fact]
    public async Task Disposing_elsewhere_leaves_the_flow_there_alone()
    {
        var session = ReadSession.Begin(ReadConsistency.Monotonic);
        Task elsewhere;
        using (ExecutionContext.SuppressFlow())
        {
            elsewhere = Task.Run(() =>
            {
                using var other = ReadSession.Begin(ReadConsistency.Monotonic);
                session.Dispose();
                Assert.Same(other, ReadSession.Current);
            });
        }

        await elsewhere;
        Assert.Null(ReadSession.Current);
    }
}
