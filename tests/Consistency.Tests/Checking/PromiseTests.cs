using MonotonicReads.Consistency.Checking;
using MonotonicReads.Consistency.History;

namespace MonotonicReads.Consistency.Tests.Checking;

/// <summary>The other promises, each with what is nearly a breach of it.</summary>
public sealed class PromiseTests
{
    private const Claims Causal = Claims.Monotonic | Claims.OwnWrites;
    private const Claims Primary = Causal | Claims.Fresh;

    [Fact]
    public void A_causal_read_without_the_sessions_write_is_told() =>
        new Story().Line(5).Session().Write(10, 20, 4).Read(30, 40, 3, claims: Causal).Breaks(Promise.OwnWrites);

    [Fact]
    public void A_write_that_was_lost_is_missed_all_the_same() =>
        new Story()
            .Line(3)
            .Had(4, isLost: true)
            .Had(12, parent: 3)
            .Session()
            .Write(10, 20, 4)
            .Read(30, 40, 12, claims: Causal)
            .Breaks(Promise.OwnWrites);

    [Fact]
    public void A_write_that_no_server_knows_any_more_is_missed_too() =>
        new Story().Line(3).Session().Write(10, 20, 99).Read(30, 40, 3, claims: Causal).Breaks(Promise.OwnWrites);

    [Fact]
    public void A_write_that_threw_is_neither_written_nor_not() =>
        new Story().Line(5).Session().Write(10, 20, 4, acknowledged: false).Read(30, 40, 3, claims: Causal).IsGood();

    [Fact]
    public void A_write_that_had_not_returned_binds_nobody() =>
        new Story().Line(5).Session().Write(10, 35, 4).Read(30, 40, 3, claims: Causal).IsGood();

    [Fact]
    public void A_monotonic_read_may_miss_it() => new Story().Line(5).Session().Write(10, 20, 4).Read(30, 40, 3).IsGood();

    [Fact]
    public void What_was_written_under_a_weaker_level_is_not_promised() =>
        new Story().Line(5).Session().Write(10, 20, 4, claims: Claims.Monotonic).Read(30, 40, 3, claims: Causal).IsGood();

    [Fact]
    public void Another_sessions_write_may_be_missed() =>
        new Story().Line(5).Session(1).Session(2).Write(10, 20, 4, session: 2).Read(30, 40, 3, claims: Causal).IsGood();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_anybody_had_written_before_a_moment_is_told_of_who_claims_it(bool isGlobal)
    {
        var (claims, promise) = isGlobal ? (Claims.Global, Promise.Global) : (Claims.Bounded, Promise.Bounded);
        Told(since: 25).Breaks(promise);

        // Not what was written later, though before the read began; nor of who claims nothing.
        Told(since: 20).IsGood();
        new Story().Line(5).Session(1).Session(2).Write(10, 20, 4, session: 2).Read(30, 40, 3, since: 25).IsGood();
        new Story().Line(5).Session(1).Session(2).Write(10, 20, 4, session: 2).Read(30, 40, 5, claims: claims, since: 25).IsGood();

        Story Told(long since) =>
            new Story().Line(5).Session(1).Session(2).Write(10, 20, 4, session: 2).Read(30, 40, 3, claims: claims, since: since);
    }

    [Fact]
    public void Of_several_moments_the_last_one_before_it_counts() =>
        new Story()
            .Line(6)
            .Session(1)
            .Session(2)
            .Write(10, 20, 4, session: 2)
            .Write(21, 30, 5, session: 2)
            .Write(31, 40, 6, session: 2)
            .Read(50, 60, 5, claims: Claims.Global, since: 35)
            .Read(61, 70, 4, claims: Claims.Bounded, since: 35)
            .Breaks(Promise.Bounded);

    [Fact]
    public void A_token_carries_what_was_written() =>
        new Story()
            .Line(5)
            .Session(1)
            .Write(10, 20, 4)
            .Token(30, token: 1)
            .Session(2, token: 1, at: 31)
            .Read(40, 50, 3, session: 2, claims: Causal)
            .Breaks(Promise.OwnWrites);

    [Fact]
    public void A_key_as_it_was_before_the_sessions_write_is_told() =>
        new Story()
            .Had(2, key: 3)
            .Had(3, key: 3)
            .Session()
            .Write(10, 20, 3)
            .ReadKey(30, 40, 3, tag: 2, claims: Causal)
            .Breaks(Promise.OwnWrites);

    [Theory]
    [InlineData(ReplicaLoss.Redraw, true)]
    [InlineData(ReplicaLoss.Redraw, false)]
    [InlineData(ReplicaLoss.Primary, true)]
    public void Under_Redraw_a_write_may_have_been_made_on_another_primary(ReplicaLoss policy, bool primaryMoves)
    {
        var story = new Story().Had(2, key: 3).Had(3, key: 3);
        story = primaryMoves ? story.PrimaryMoves() : story;
        story = story.Session(policy: policy).Write(10, 20, 3).ReadKey(30, 40, 3, tag: 2, claims: Causal);
        if (policy == ReplicaLoss.Redraw && primaryMoves)
        {
            story.IsGood();
        }
        else
        {
            story.Breaks(Promise.OwnWrites);
        }
    }

    [Fact]
    public void Another_key_says_nothing_of_the_write() =>
        new Story().Had(2, key: 3).Had(3, key: 4).Session().Write(10, 20, 3).ReadKey(30, 40, 3, tag: 2, claims: Causal).IsGood();

    [Fact]
    public void A_child_without_its_parent_is_told() =>
        new Story().Line(9).Session().Add(Tail(10, 20, (9, 9, 8), (7, 7, 6))).Breaks(Promise.Prefix);

    [Theory]
    [InlineData("n1", 30, true)]
    [InlineData("n1", 9, false)]
    [InlineData("n2", 30, false)]
    public void The_primary_may_leave_out_a_parent_that_is_being_committed(string server, long acknowledged, bool isGood)
    {
        var story = new Story()
            .Line(9)
            .Session()
            .Read(2, 3, 7, session: 2, claims: Primary)
            .Write(4, acknowledged, 8, session: 0)
            .Add(Tail(10, 20, (9, 9, 8), (7, 7, 6)) with { Server = server });
        if (isGood)
        {
            story.IsGood();
        }
        else
        {
            story.Breaks(Promise.Prefix);
        }
    }

    [Fact]
    public void The_oldest_row_of_a_window_has_its_parent_outside() =>
        new Story().Line(9).Session().Add(Tail(10, 20, (9, 9, 8), (8, 8, 7))).IsGood();

    [Fact]
    public void A_parent_that_was_looked_for_and_not_found_is_told() =>
        new Story().Line(9).Session().Read(10, 20, 9).Add(Tail(30, 40) with { Child = new(9, 9, 8) }).Breaks(Promise.Prefix);

    [Theory]
    [InlineData(ReplicaLoss.Redraw, true)]
    [InlineData(ReplicaLoss.Redraw, false)]
    [InlineData(ReplicaLoss.Primary, true)]
    public void Under_Redraw_it_may_have_been_looked_for_on_another_primary(ReplicaLoss policy, bool primaryMoves)
    {
        var story = new Story().Line(9);
        story = primaryMoves ? story.PrimaryMoves() : story;
        story = story.Session(policy: policy).Read(10, 20, 9).Add(Tail(30, 40) with { Child = new(9, 9, 8) });
        if (policy == ReplicaLoss.Redraw && primaryMoves)
        {
            story.IsGood();
        }
        else
        {
            story.Breaks(Promise.Prefix);
        }
    }

    [Fact]
    public void One_that_was_found_is_right() =>
        new Story().Line(9).Session().Read(10, 20, 9).Add(Tail(30, 40, (8, 8, 7)) with { Child = new(9, 9, 8) }).IsGood();

    [Fact]
    public void A_read_on_the_primary_without_what_was_written_before_is_told() =>
        new Story().Line(5).Session().Write(10, 20, 4, session: 0).Read(30, 40, 3, claims: Primary).Breaks(Promise.PrimaryIsFresh);

    [Fact]
    public void Or_without_what_was_read_there_before() =>
        new Story()
            .Line(5)
            .Session(1)
            .Session(2)
            .Read(10, 20, 4, session: 2, claims: Primary)
            .Read(30, 40, 3, session: 1, claims: Primary)
            .Breaks(Promise.PrimaryIsFresh);

    [Fact]
    public void What_a_replica_showed_may_not_be_there_yet() =>
        new Story().Line(5).Session(1).Session(2).Read(10, 20, 4, session: 2).Read(30, 40, 3, session: 1, claims: Primary).IsGood();

    [Fact]
    public void What_was_lost_may_be_missing() =>
        new Story().Line(3).Had(4, isLost: true).Session().Write(10, 20, 4, session: 0).Read(30, 40, 3, claims: Primary).IsGood();

    [Fact]
    public void A_write_that_overlaps_may_be_missing() =>
        new Story().Line(5).Session().Write(10, 30, 4, session: 0).Read(30, 40, 3, claims: Primary).IsGood();

    [Fact]
    public void A_connection_that_was_open_before_stays_where_it_is() =>
        new Story().Line(5).Session().Write(10, 20, 4, session: 0).Read(30, 40, 3, claims: Primary, opened: 15).IsGood();

    [Fact]
    public void While_the_primary_moves_another_data_source_does_not_know() =>
        new Story()
            .Line(5)
            .PrimaryMoves()
            .Session()
            .Write(10, 20, 4, session: 0, source: 2)
            .Read(30, 40, 3, claims: Primary, source: 1)
            .IsGood();

    [Fact]
    public void The_same_one_does() =>
        new Story()
            .Line(5)
            .PrimaryMoves()
            .Session()
            .Write(10, 20, 4, session: 0, source: 1)
            .Read(30, 40, 3, claims: Primary, source: 1)
            .Breaks(Promise.PrimaryIsFresh);

    [Fact]
    public void A_snapshot_with_two_moments_is_told() =>
        new Story().Line(5).Session().Read(10, 20, 3, scope: 1).Read(30, 40, 4, scope: 1).Breaks(Promise.OneMoment);

    [Fact]
    public void One_moment_is_right_and_so_is_another_snapshots() =>
        new Story().Line(5).Session().Read(10, 20, 3, scope: 1).Read(30, 40, 3, scope: 1).Read(50, 60, 4, scope: 2).IsGood();

    [Fact]
    public void A_key_of_another_moment_is_told() =>
        new Story()
            .Had(2, key: 3)
            .Had(3, key: 3)
            .Session()
            .Read(10, 20, 2, scope: 1)
            .ReadKey(30, 40, 3, tag: 3, scope: 1)
            .Breaks(Promise.OneMoment);

    [Fact]
    public void A_key_of_the_same_moment_is_right() =>
        new Story().Had(2, key: 3).Had(3, key: 4).Session().ReadKey(10, 20, 3, tag: 2, scope: 1).Read(30, 40, 3, scope: 1).IsGood();

    [Fact]
    public void A_caller_who_waited_too_long_is_told() =>
        new Story()
            .Session()
            .Add(
                new()
                {
                    Kind = EntryKind.Late,
                    Session = 1,
                    Begin = 10,
                    Seconds = 40,
                }
            )
            .Breaks(Promise.Deadline);

    [Fact]
    public void An_exception_that_nobody_documented_is_told() =>
        new Story()
            .Session()
            .Add(
                new()
                {
                    Kind = EntryKind.Error,
                    Session = 1,
                    Begin = 10,
                    Text = "TimeoutException",
                }
            )
            .Breaks(Promise.Exceptions);

    [Fact]
    public void One_that_is_documented_is_right() =>
        new Story()
            .Session()
            .Add(
                new()
                {
                    Kind = EntryKind.Error,
                    Session = 1,
                    Begin = 10,
                    Text = "ReplicaLostException",
                    IsAllowed = true,
                }
            )
            .IsGood();

    private static Entry Tail(long begin, long end, params (long Number, long Tag, long Parent)[] rows) =>
        new()
        {
            Kind = EntryKind.Read,
            Session = 1,
            Claims = Claims.Monotonic,
            Begin = begin,
            End = end,
            State = rows is [var newest, ..] ? newest.Tag : 0,
            Number = rows is [var first, ..] ? first.Number : 0,
            Rows = [.. rows.Select(row => new Link(row.Number, row.Tag, row.Parent))],
            Server = "n1",
        };
}
