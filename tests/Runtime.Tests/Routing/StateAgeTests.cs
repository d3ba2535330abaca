using Microsoft.Data.Sqlite;
using MonotonicReads.Choosing;
using MonotonicReads.Servers;

namespace MonotonicReads.Runtime.Tests.Routing;

/// <summary>How old a replica's state is at most: by what it has of what the primary told, and when that was asked.</summary>
public sealed class StateAgeTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTime _time = new();
    private readonly System.Data.Common.DbDataSource _driver = SqliteFactory.Instance.CreateDataSource("Data Source=:memory:");
    private readonly RoutedServer _primary;
    private readonly RoutedServer _replica;
    private readonly StateAge _age;

    public StateAgeTests()
    {
        _primary = new RoutedServer("primary", new ConnectionPool(_driver), isPrimary: true);
        _replica = new RoutedServer("r", new ConnectionPool(_driver), isPrimary: false);
        _age = new StateAge(_primary, _time);
    }

    public void Dispose() => _driver.Dispose();

    [Fact]
    public void Of_what_nothing_is_known_nothing_is_fresh()
    {
        Assert.False(_age.IsFresh(_replica, TimeSpan.MaxValue));
        Assert.Null(_age.Wanted(TimeSpan.MaxValue));
        Reaches(1);
        Assert.False(_age.IsFresh(_replica, TimeSpan.MaxValue));
    }

    [Fact]
    public void The_age_counts_from_before_the_question_and_not_from_the_answer()
    {
        var asked = _time.GetTimestamp();
        Pass(600);
        _age.PrimaryHad(At(1), _primary.Incarnation, asked);
        Reaches(1);
        Assert.True(_age.IsFresh(_replica, TimeSpan.FromMilliseconds(600)));
        Assert.False(_age.IsFresh(_replica, TimeSpan.FromMilliseconds(599)));
    }

    [Fact]
    public void What_a_replica_has_ages_and_what_it_lacks_is_of_no_use()
    {
        Has(1);
        Pass(900);
        Has(2);
        Reaches(1);
        Assert.True(_age.IsFresh(_replica, Second));
        Pass(200);
        Assert.False(_age.IsFresh(_replica, Second));
        Reaches(2);
        Assert.True(_age.IsFresh(_replica, Second));
        Pass(801);
        Assert.False(_age.IsFresh(_replica, Second));
    }

    [Fact]
    public void Where_nothing_was_written_the_same_position_is_young_again()
    {
        Has(5);
        Reaches(5);
        for (var i = 0; i < 10; i++)
        {
            Pass(900);
            Has(5);
            Assert.True(_age.IsFresh(_replica, TimeSpan.Zero));
        }
    }

    [Fact]
    public void An_answer_that_comes_late_makes_nothing_younger_or_older()
    {
        var asked = _time.GetTimestamp();
        Pass(100);
        Has(3);
        Reaches(3);
        _age.PrimaryHad(At(2), _primary.Incarnation, asked);
        Assert.True(_age.IsFresh(_replica, TimeSpan.Zero));
        Assert.Equal(At(3), _age.Since(_time.GetTimestamp()));
    }

    [Fact]
    public void Wanted_is_the_oldest_that_is_young_enough()
    {
        for (var i = 1; i <= 5; i++)
        {
            Has(i);
            Pass(300);
        }

        // Asked 1,500, 1,200, 900, 600 and 300 ms ago.
        Assert.Equal((At(3), TimeSpan.FromMilliseconds(100)), _age.Wanted(Second));
        Assert.Null(_age.Wanted(TimeSpan.FromMilliseconds(299)));
        Assert.Equal(At(5), _age.Since(_time.GetTimestamp() - TimeSpan.FromMilliseconds(300).Ticks));
        Assert.Null(_age.Since(_time.GetTimestamp()));
    }

    [Fact]
    public void Of_ten_thousand_answers_a_minute_is_kept()
    {
        for (var i = 1; i <= 10_000; i++)
        {
            Has(i);
            Pass(6);
        }

        Reaches(10_000 - 1_000);
        Assert.True(_age.IsFresh(_replica, TimeSpan.FromSeconds(6.5)));
        Assert.False(_age.IsFresh(_replica, TimeSpan.FromSeconds(5.9)));
        Assert.InRange(_age.Count, 100, 512);
    }

    [Fact]
    public void Another_run_of_the_primary_or_of_the_replica_knows_nothing()
    {
        Has(1);
        Reaches(1);
        _replica.NoteHeartbeat(_time.GetTimestamp(), _replica.Incarnation);
        _replica.NewIncarnation();
        Assert.False(_age.IsFresh(_replica, TimeSpan.MaxValue));
        Reaches(1);
        Assert.True(_age.IsFresh(_replica, Second));
        _primary.NewIncarnation();
        Assert.False(_age.IsFresh(_replica, TimeSpan.MaxValue));
        Assert.Null(_age.Since(0));

        // Nor does what the one before told too late.
        _age.PrimaryHad(At(2), _primary.Incarnation - 1, _time.GetTimestamp());
        Assert.Null(_age.Wanted(Second));
    }

    [Fact]
    public void A_heartbeat_counts_from_the_state_that_it_was_of()
    {
        _replica.NoteHeartbeat(_time.GetTimestamp() - TimeSpan.FromMilliseconds(400).Ticks, _replica.Incarnation);
        Pass(500);
        Assert.True(_age.IsFresh(_replica, TimeSpan.FromMilliseconds(900)));
        Assert.False(_age.IsFresh(_replica, TimeSpan.FromMilliseconds(899)));
    }

    /// <summary>Meanwhile its monotonic clock stands still, and that of the day is set when it is back.</summary>
    [Fact]
    public void While_this_machine_was_suspended_everything_aged()
    {
        var time = new SuspendedTime();
        var age = new StateAge(_primary, time);
        Tell(time.GetTimestamp());
        Reaches(1);
        _replica.NoteHeartbeat(time.GetTimestamp(), _replica.Incarnation);
        Assert.True(age.IsFresh(_replica, Second));
        var asked = time.GetTimestamp();
        time.Advance(TimeSpan.FromMilliseconds(1));
        time.Suspend(TimeSpan.FromMinutes(10));
        Assert.False(age.IsFresh(_replica, Second));
        Assert.Null(age.Wanted(TimeSpan.MaxValue));

        // Nor does the answer count to a question of before.
        time.Advance(TimeSpan.FromMilliseconds(1));
        Tell(asked);
        Assert.False(age.IsFresh(_replica, Second));
        Tell(time.GetTimestamp());
        Assert.True(age.IsFresh(_replica, Second));

        void Tell(long at) => age.PrimaryHad(At(1), _primary.Incarnation, at);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(-600_000)]
    public void A_clock_of_the_day_that_is_set_a_little_or_back_changes_nothing(int milliseconds)
    {
        var time = new SuspendedTime();
        var age = new StateAge(_primary, time);
        age.PrimaryHad(At(1), _primary.Incarnation, time.GetTimestamp());
        Reaches(1);
        time.Suspend(TimeSpan.FromMilliseconds(milliseconds));
        Assert.True(age.IsFresh(_replica, Second));
    }

    /// <summary>A busy machine lets a thread stand still wherever it likes.</summary>
    [Fact]
    public void A_thread_that_stood_still_between_the_two_clocks_was_not_suspended()
    {
        var time = new SuspendedTime();
        var age = new StateAge(_primary, time);
        age.PrimaryHad(At(1), _primary.Incarnation, time.GetTimestamp());
        Reaches(1);
        time.StandStill(TimeSpan.FromMilliseconds(200));
        Assert.True(age.IsFresh(_replica, Second));
        Assert.True(age.IsFresh(_replica, Second));
        Assert.Equal(0, age.Forgotten);

        // One that was suspended meanwhile was.
        time.Suspend(TimeSpan.FromMinutes(10));
        time.StandStill(TimeSpan.FromMilliseconds(200));
        Assert.False(age.IsFresh(_replica, Second));
        Assert.Equal(1, age.Forgotten);
    }

    private sealed class SuspendedTime : ManualTime
    {
        private TimeSpan _slept;
        private TimeSpan _stands;

        public override DateTimeOffset GetUtcNow()
        {
            Advance(_stands);
            _stands = TimeSpan.Zero;
            return base.GetUtcNow() + _slept;
        }

        /// <summary>Whoever asks for the time of the day next gets it that much later.</summary>
        public void StandStill(TimeSpan duration) => _stands = duration;

        public void Suspend(TimeSpan by) => _slept += by;
    }

    private static MariaDbGtidList At(int number) => MariaDbGtidList.Parse($"0-1-{number}");

    private void Pass(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    private void Has(int number) => _age.PrimaryHad(At(number), _primary.Incarnation, _time.GetTimestamp());

    private void Reaches(int number) => _replica.Learn(At(number), _replica.Incarnation, _time.GetTimestamp());
}
