using MonotonicReads.Consistency.Checking;
using MonotonicReads.Consistency.History;

namespace MonotonicReads.Consistency.Tests.Checking;

/// <summary>What a session saw it sees again.</summary>
public sealed class MonotonicTests
{
    [Fact]
    public void A_read_that_is_older_than_one_before_it_is_told_with_both()
    {
        var violation = new Story().Line(9).Session().Read(10, 20, 7).Read(30, 40, 5).Breaks(Promise.Monotonic);
        Assert.Equal([0L, 7, 5], violation.Entries.Select(entry => entry.State));
    }

    [Fact]
    public void The_same_state_and_a_newer_one_are_right() =>
        new Story().Line(9).Session().Read(10, 20, 5).Read(30, 40, 5).Read(50, 60, 7).IsGood();

    [Fact]
    public void Reads_that_overlap_are_in_no_order() => new Story().Line(9).Session().Read(10, 30, 7).Read(30, 40, 5).IsGood();

    [Fact]
    public void What_ended_before_a_read_began_binds_it_however_long_it_took() =>
        new Story().Line(9).Session().Read(1, 100, 5).Read(10, 20, 7).Read(30, 40, 6).Breaks(Promise.Monotonic);

    [Fact]
    public void Another_sessions_reads_bind_nobody() =>
        new Story().Line(9).Session(1).Session(2).Read(10, 20, 7, session: 1).Read(30, 40, 5, session: 2).IsGood();

    [Fact]
    public void Reads_outside_sessions_bind_nobody() =>
        new Story().Line(9).Read(10, 20, 7, session: 0, claims: Claims.None).Read(30, 40, 5, session: 0, claims: Claims.None).IsGood();

    [Fact]
    public void A_session_tells_a_promise_once() =>
        new Story().Line(9).Session().Read(10, 20, 7).Read(30, 40, 5).Read(50, 60, 4).Breaks(Promise.Monotonic);

    [Fact]
    public void A_keys_older_version_is_told_after_a_newer_state() =>
        new Story()
            .Had(2, key: 3)
            .Had(3, key: 4)
            .Had(4, key: 3)
            .Session()
            .Read(10, 20, 4)
            .ReadKey(30, 40, 3, tag: 2)
            .Breaks(Promise.Monotonic);

    [Fact]
    public void A_key_that_was_written_last_long_ago_is_right() =>
        new Story().Had(2, key: 3).Had(3, key: 4).Had(4, key: 4).Session().Read(10, 20, 4).ReadKey(30, 40, 3, tag: 2).IsGood();

    [Fact]
    public void A_key_that_was_not_written_at_all_is_right() =>
        new Story().Had(2, key: 3).Session().Read(10, 20, 2).ReadKey(30, 40, 5, tag: 1, version: 0).Read(50, 60, 2).IsGood();

    [Fact]
    public void A_state_that_lacks_a_keys_version_is_told() =>
        new Story().Had(2, key: 3).Had(3, key: 4).Session().ReadKey(10, 20, 4, tag: 3).Read(30, 40, 2).Breaks(Promise.Monotonic);

    [Fact]
    public void A_key_as_it_was_at_the_first_state_is_older_than_its_write() =>
        new Story().Had(2, key: 3).Session().Read(10, 20, 2).ReadKey(30, 40, 3, tag: 1, version: 0).Breaks(Promise.Monotonic);

    [Fact]
    public void A_version_that_one_replica_alone_has_must_not_go_away() =>
        new Story()
            .Line(3)
            .Session()
            .ReadKey(10, 20, Schema.ReplicaKey, tag: -5, version: 1)
            .ReadKey(30, 40, Schema.ReplicaKey, tag: 1, version: 0)
            .Breaks(Promise.Monotonic);

    [Fact]
    public void Nor_does_it_make_other_reads_wrong() =>
        new Story().Line(3).Session().ReadKey(10, 20, Schema.ReplicaKey, tag: -5, version: 1).Read(30, 40, 3).IsGood();

    /// <summary>Numbers are used again after a lossy failover: 12 is another write than 3 under the same number.</summary>
    [Fact]
    public void A_lost_write_that_was_seen_must_not_go_away() =>
        new Story()
            .Line(2)
            .Had(3, isLost: true)
            .Had(12, parent: 2)
            .Had(13, parent: 12)
            .Session()
            .Read(10, 20, 3)
            .Read(30, 40, 13)
            .Breaks(Promise.Monotonic);

    [Fact]
    public void Who_stays_with_what_was_lost_is_right() =>
        new Story()
            .Line(2)
            .Had(3, isLost: true)
            .Had(4, parent: 3, isLost: true)
            .Had(12, parent: 2)
            .Session()
            .Read(10, 20, 3)
            .Read(30, 40, 4)
            .IsGood();

    [Fact]
    public void Who_saw_nothing_of_it_is_right() =>
        new Story().Line(2).Had(3, isLost: true).Had(12, parent: 2).Session().Read(10, 20, 2).Read(30, 40, 12).IsGood();

    [Fact]
    public void A_state_whose_line_has_a_gap_is_not_compared()
    {
        var story = new Story().Line(3).Session().Read(10, 20, 3).Read(30, 40, state: 77, number: 9);
        story.IsGood();
        Assert.Equal(1, story.Unjudged);
    }

    [Fact]
    public void A_server_that_went_back_behind_the_first_state_is_told() =>
        new Story().Line(3).Session().Read(10, 20, 3).Read(30, 40, state: 0, number: 0).Breaks(Promise.Monotonic);

    [Fact]
    public void Redraw_gives_up_what_was_seen_and_says_so() =>
        new Story().Line(9).Session(policy: ReplicaLoss.Redraw).Read(10, 20, 7).Event(30).Read(31, 40, 5).IsGood();

    [Fact]
    public void Redraw_that_says_nothing_is_told() =>
        new Story().Line(9).Session(policy: ReplicaLoss.Redraw).Read(10, 20, 7).Read(31, 40, 5).Breaks(Promise.Monotonic);

    [Fact]
    public void Under_another_policy_an_event_excuses_nothing() =>
        new Story().Line(9).Session().Read(10, 20, 7).Event(30).Read(31, 40, 5).Breaks(Promise.Monotonic);

    [Fact]
    public void A_token_carries_what_was_seen() =>
        new Story()
            .Line(9)
            .Session(1)
            .Read(10, 20, 7)
            .Token(30, token: 1)
            .Session(2, token: 1, at: 35)
            .Read(40, 50, 5, session: 2)
            .Breaks(Promise.Monotonic);

    [Fact]
    public void What_Redraw_gave_up_no_token_carries() =>
        new Story()
            .Line(9)
            .Session(1, policy: ReplicaLoss.Redraw)
            .Read(10, 20, 7)
            .Event(22)
            .Token(30, token: 1)
            .Session(2, policy: ReplicaLoss.Redraw, token: 1, at: 35)
            .Read(40, 50, 5, session: 2)
            .IsGood();

    [Fact]
    public void A_token_does_not_carry_what_was_seen_later() =>
        new Story()
            .Line(9)
            .Session(1)
            .Read(10, 20, 5)
            .Token(30, token: 1)
            .Read(25, 36, 7)
            .Session(2, token: 1, at: 37)
            .Read(40, 50, 5, session: 2)
            .IsGood();
}
