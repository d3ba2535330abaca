using Microsoft.Extensions.Logging;
using MonotonicReads.Observability;
using MonotonicReads.Runtime.Tests.Support;

namespace MonotonicReads.Runtime.Tests.Observability;

/// <summary>In an outage the log says a number; events have all.</summary>
public sealed class LogThrottleTests : IDisposable
{
    private readonly ManualTime _time = new() { RingsTimers = true };
    private readonly RecordingLog _log = new();
    private readonly System.Collections.Concurrent.ConcurrentQueue<ReadSessionEventArgs> _events = [];
    private readonly RoutingReports _reports;

    public LogThrottleTests() => _reports = new RoutingReports(_log, _events.Enqueue, "shop", _time);

    public void Dispose()
    {
        _reports.Dispose();
        _log.Dispose();
    }

    [Fact]
    public void The_first_are_told_in_full_and_the_others_by_their_number()
    {
        Lose(417);
        Assert.Equal(LogThrottle.InFull, _log.Records.Count(record => record.Id.Id == 6));
        Assert.DoesNotContain(_log.Records, record => record.Id.Id == 25);
        _time.Advance(TimeSpan.FromSeconds(10));
        var more = Assert.Single(_log.Records, record => record.Id.Id == 25);
        Assert.Equal((LogLevel.Warning, "ReplicaLost of r1 (open failed): and 412 more in the last 10 s."), (more.Level, more.Text));
        Assert.Equal(417, _events.Count);

        // The next outage is told from its beginning.
        Lose(1);
        Assert.Equal(LogThrottle.InFull + 1, _log.Records.Count(record => record.Id.Id == 6));
    }

    [Fact]
    public void As_many_as_are_told_in_full_have_no_number_and_no_timer()
    {
        Lose(LogThrottle.InFull);
        Assert.Equal(0, _time.Waiting);
        _time.Advance(TimeSpan.FromSeconds(10));
        Lose(1);
        Assert.Equal(LogThrottle.InFull + 1, _log.Records.Count);
        Assert.All(_log.Records, record => Assert.Equal(6, record.Id.Id));
    }

    [Fact]
    public void Each_server_and_each_reason_is_counted_by_itself()
    {
        Lose(10, "r1");
        Lose(10, "r2");
        Lose(10, "r1", "restarted");
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(3 * LogThrottle.InFull, _log.Records.Count(record => record.Id.Id == 6));
        Assert.Equal(3, _log.Records.Count(record => record.Id.Id == 25));
    }

    [Fact]
    public void What_is_counted_at_the_end_of_the_data_source_is_told_then()
    {
        Lose(7);
        _time.Advance(TimeSpan.FromSeconds(3));
        _reports.Dispose();
        Assert.Equal("ReplicaLost of r1 (open failed): and 2 more in the last 3 s.", Assert.Single(_log.Records, r => r.Id.Id == 25).Text);
        Assert.Equal(0, _time.Waiting);
        _reports.Dispose();
        Assert.Single(_log.Records, r => r.Id.Id == 25);
    }

    [Fact]
    public void What_is_worse_is_not_hidden_behind_what_is_less_bad()
    {
        Lose(100);
        Lose(7, policy: ReplicaLoss.Fail);
        Assert.Equal(LogThrottle.InFull, _log.Records.Count(record => record.Id.Id == 1));
        _reports.Dispose();
        Assert.Equal(
            [(LogLevel.Warning, 95), (LogLevel.Error, 2)],
            _log.Records.Where(r => r.Id.Id == 25).Select(r => (r.Level, More(r.Text))).OrderBy(r => r.Level)
        );
    }

    [Fact]
    public void A_window_that_ends_while_it_is_looked_at()
    {
        // Each look at the clock is so much later that the sixth record is within the window, and its timer is not.
        var time = new RunningTime();
        using var reports = new RoutingReports(_log, _events.Enqueue, "shop", time);
        for (var i = 0; i < 200; i++)
        {
            reports.ReplicaLost(Guid.NewGuid(), "r1", "open failed", ReplicaLoss.Primary, exception: null);
        }

        reports.Dispose();
        var more = _log.Records.Where(record => record.Id.Id == 25).Sum(record => More(record.Text));
        Assert.Equal(200, _log.Records.Count(record => record.Id.Id == 6) + more);
        Assert.True(more > 0);
        Assert.All(time.Dues, due => Assert.True(due >= TimeSpan.Zero, $"{due}"));
    }

    [Fact]
    public void All_that_come_at_once_are_told_or_counted()
    {
        Parallel.For(0, 1000, _ => Lose(1));
        _reports.Dispose();
        var more = _log.Records.Where(record => record.Id.Id == 25).Sum(record => More(record.Text));
        Assert.Equal(1000, _log.Records.Count(record => record.Id.Id == 6) + more);
    }

    private static int More(string text) => int.Parse(text.Split("and ")[1].Split(' ')[0], null);

    private void Lose(int sessions, string replica = "r1", string reason = "open failed", ReplicaLoss policy = ReplicaLoss.Primary)
    {
        for (var i = 0; i < sessions; i++)
        {
            _reports.ReplicaLost(Guid.NewGuid(), replica, reason, policy, exception: null);
        }
    }

    private sealed class RunningTime : TimeProvider
    {
        private long _now = 1;

        public List<TimeSpan> Dues { get; } = [];

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now += TimeSpan.TicksPerMillisecond * 870;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Dues.Add(dueTime);
            return new NoTimer();
        }

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() { }

            public ValueTask DisposeAsync() => default;
        }
    }
}
