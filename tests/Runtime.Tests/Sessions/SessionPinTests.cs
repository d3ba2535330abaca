using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Runtime.Tests.Sessions;

/// <summary>What a session knows while several things of it happen at once, step by step.</summary>
public sealed class SessionPinTests : IDisposable
{
    private static readonly ReplicationPosition Position = MariaDbGtidList.Parse("0-1-5");

    private readonly SqliteReplicaSet _set = new();
    private readonly ReadSession _session = ReadSession.Begin(ReadConsistency.Causal);
    private readonly SessionPin _pin;

    public SessionPinTests() => _pin = _session.PinFor(_set.Source.Routed);

    private RoutedServer First => _set.Source.Replicas[0];

    private RoutedServer Second => _set.Source.Replicas[1];

    [Fact]
    public void The_last_replica_is_the_one_after_the_move()
    {
        Assert.True(_pin.TryRead(First, isFirstOfConnection: true));
        Assert.True(_pin.TryMove(First, Second, incarnation: 0, forgetsReads: false));
        Assert.Same(First, _pin.LastReplica);
        Assert.True(_pin.TryRead(Second, isFirstOfConnection: true));
        Assert.Same(Second, _pin.LastReplica);
        Assert.False(_pin.TryRead(First, isFirstOfConnection: false));
    }

    [Fact]
    public void What_is_written_while_the_primary_is_asked_is_not_in_its_answer()
    {
        _pin.MarkWritten();
        var begun = _pin.BeginToAsk();
        Assert.True(_pin.MustAskPrimary); // whoever reads meanwhile has no answer yet
        _pin.EndToAsk(begun, Position);
        Assert.False(_pin.MustAskPrimary);
        Assert.Equal(Position, _pin.Required);

        _pin.MarkWritten();
        begun = _pin.BeginToAsk();
        _pin.MarkWritten();
        _pin.EndToAsk(begun, Position);
        Assert.True(_pin.MustAskPrimary);
    }

    [Fact]
    public void A_barrier_covers_the_reads_that_had_ended_before_it_and_no_others()
    {
        Assert.True(_pin.TryRead(First, isFirstOfConnection: true));
        Assert.Null(_pin.EndedReads);
        _pin.PassedBarrier(new(1, ""), _pin.EndedReads);
        Assert.True(_pin.NeedsBarrier);

        _pin.LeaveReplica(Position);
        var ended = _pin.EndedReads;
        Assert.True(_pin.TryRead(First, isFirstOfConnection: true));
        _pin.LeaveReplica(Position);
        _pin.PassedBarrier(new(1, ""), ended);
        Assert.True(_pin.NeedsBarrier);

        _pin.PassedBarrier(new(1, ""), _pin.EndedReads);
        Assert.False(_pin.NeedsBarrier);
    }

    [Fact]
    public void It_does_not_move_to_a_replica_that_was_found_before_the_last_read_began()
    {
        Assert.True(_pin.TryRead(First, isFirstOfConnection: true));
        var reads = _pin.ReplicaReads;
        Assert.True(_pin.TryRead(First, isFirstOfConnection: false));
        Assert.False(_pin.TryMove(First, Second, incarnation: 0, forgetsReads: false, new(reads, Open: 1)));

        // What runs on goes on seeing.
        Assert.False(_pin.TryMove(First, Second, incarnation: 0, forgetsReads: false, new(_pin.ReplicaReads, Open: 0)));
        Assert.True(_pin.TryMove(First, Second, incarnation: 0, forgetsReads: false, new(_pin.ReplicaReads, Open: 1)));
    }

    [Fact]
    public void A_prepared_text_takes_no_place_of_a_read_that_came_after_all_were_forgotten()
    {
        var epoch = _pin.ReadEpoch;
        Assert.True(_pin.TryRead(First, isFirstOfConnection: true));
        Assert.True(_pin.TryMove(First, Second, incarnation: 0, forgetsReads: true));
        _pin.LeaveReplica(seen: null);
        _pin.NoteNothingRead(epoch);
        Assert.True(_pin.TryRead(Second, isFirstOfConnection: true));
        _pin.LeaveReplica(seen: null);
        Assert.True(_pin.TryRead(Second, isFirstOfConnection: false));
        _pin.TakeBackRead(Second);
        Assert.Same(Second, _pin.Server);
    }

    [Fact]
    public void What_is_lost_turns_every_later_read_away_and_knows_of_every_earlier_one()
    {
        Assert.True(_pin.TryRead(First, isFirstOfConnection: true));
        Assert.True(_pin.TryLose(First, new PinLoss(First, ReplicaLossReason.Removed, null)));
        Assert.False(_pin.TryRead(First, isFirstOfConnection: true));
        Assert.Null(_pin.Seen);
        _pin.LeaveReplica(Position);
        Assert.Equal(Position, _pin.Seen);
    }

    // A first read makes the pin, and another that starts after the call finds it.
    [Fact]
    public async Task What_was_observed_is_known_to_every_read_that_starts_then()
    {
        var missed = 0;
        for (var i = 0; i < 20_000; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal, Guid.NewGuid());
            using var barrier = new Barrier(2);
            var first = Task.Run(() =>
            {
                barrier.SignalAndWait();
                session.PinFor(_set.Source.Routed);
            });
            barrier.SignalAndWait();
            session.ObserveWrite(Position);
            missed += session.PinFor(_set.Source.Routed).Required is null ? 1 : 0;
            await first;
            Assert.Equal(Position, session.PinFor(_set.Source.Routed).Required);
        }

        Assert.Equal(0, missed);
    }

    [Fact]
    public void Whoever_locks_the_session_holds_up_no_read()
    {
        using var elsewhere = new SqliteReplicaSet();
        var source = elsewhere.Source.Routed;
        lock (_session)
        {
            var other = new Thread(() =>
            {
                _session.ObserveWrite(Position);
                _session.PinFor(source);
            });
            other.Start();
            Assert.True(other.Join(TimeSpan.FromMinutes(1)));
        }

        Assert.Equal(Position, _session.PinFor(source).Required);
    }

    [Fact]
    public void What_was_observed_in_one_data_source_is_required_there_alone_and_travels_unread()
    {
        using var elsewhere = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Causal, Guid.NewGuid());
        Assert.False(session.HasBeenUsed);
        session.ObserveWrite(Position, _set.Source);
        Assert.True(session.HasBeenUsed);
        Assert.Equal(Position, session.FirstPin!.Required);
        Assert.Null(session.PinFor(elsewhere.Source.Routed).Required);
        Assert.Equal(Position, session.PinFor(_set.Source.Routed).Required);
    }

    [Fact]
    public void To_find_the_session_and_its_replica_allocates_nothing()
    {
        Find(10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = Find(1_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1_000, found);

        int Find(int times)
        {
            var count = 0;
            for (var i = 0; i < times; i++)
            {
                var session = AmbientSession.ForRead(out _) ?? _session;
                count += session.PinFor(_set.Source.Routed).TryRead(First, isFirstOfConnection: false) && !session.IsAtEndOfPlan ? 1 : 0;
            }

            return count;
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _set.Dispose();
    }
}
