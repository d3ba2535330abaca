using MonotonicReads.Monitoring;
using MonotonicReads.Runtime.Tests.Support;

namespace MonotonicReads.Runtime.Tests.Monitoring;

/// <summary>Who is out for lag: by what is known, and by the time since then.</summary>
public class LagRuleTests
{
    private readonly ManualTime _time = new();
    private long _primaryAnsweredAt = long.MinValue;

    private LagRule Rule(bool isByHeartbeat = false) => new(TimeSpan.FromSeconds(10), isByHeartbeat, _time);

    [Fact]
    public void Beyond_the_bound_it_is_out_until_half_of_it()
    {
        var rule = Rule();
        Assert.Equal([false, true, true, false, false], new[] { 10, 11, 6, 5, 10 }.Select(seconds => Judge(rule, Lagging(seconds))));
    }

    [Fact]
    public void A_start_without_the_primary_puts_nobody_out_by_a_heartbeat()
    {
        var rule = Rule(isByHeartbeat: true);
        for (var i = 0; i < 5; i++)
        {
            Assert.False(Judge(rule, Lagging(1000 + i)));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        // It answers again: what the replica lacks then it lacks.
        PrimaryAnswers();
        Assert.True(Judge(rule, Lagging(1000)));
    }

    [Fact]
    public void An_answer_of_the_primary_from_before_its_end_is_none()
    {
        var rule = Rule(isByHeartbeat: true);
        PrimaryAnswers();
        Assert.False(Judge(rule, Lagging(9)));
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.False(Judge(rule, Lagging(12)));
        PrimaryAnswers();
        Assert.True(Judge(rule, Lagging(12)));
    }

    [Fact]
    public void While_it_connects_again_the_time_since_its_last_lag_counts()
    {
        var rule = Rule();
        Assert.False(Judge(rule, Lagging(2)));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(Judge(rule, Connecting));
        PrimaryAnswers();
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.False(Judge(rule, Connecting));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Judge(rule, Connecting));
        Assert.True(Judge(rule, Lagging(6)));
        Assert.False(Judge(rule, Lagging(0)));
    }

    [Fact]
    public void While_the_primary_is_gone_nothing_is_written_that_it_lacks()
    {
        var rule = Rule();
        PrimaryAnswers();
        Assert.False(Judge(rule, Lagging(0)));
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            Assert.False(Judge(rule, Connecting));
        }
    }

    [Fact]
    public void One_whose_lag_was_never_known_has_nothing_to_count_from()
    {
        var rule = Rule();
        Assert.False(Judge(rule, Connecting));
        PrimaryAnswers();
        Assert.True(Judge(rule, Connecting));
    }

    [Theory]
    [InlineData(ReplicationState.Stopped)]
    [InlineData(ReplicationState.Failed)]
    public void A_receiver_that_will_not_try_again_is_out_at_once(ReplicationState state)
    {
        var rule = Rule();
        Assert.False(Judge(rule, Lagging(0)));
        Assert.False(Judge(rule, Replica with { Replication = state, AppliesAll = true }));
        PrimaryAnswers();
        Assert.True(Judge(rule, Replica with { Replication = state, AppliesAll = true }));
        Assert.True(Judge(Rule(), Replica with { Replication = state }));
    }

    [Fact]
    public void One_that_falls_silent_stays_out()
    {
        var rule = Rule();
        Assert.True(Judge(rule, Lagging(100)));
        Assert.True(Judge(rule, Replica));
        Assert.True(Judge(rule, Replica with { Replication = ReplicationState.Running }));
        Assert.False(Judge(rule, Lagging(1)));

        // One that was in stays in, for as long as it cannot be beyond.
        PrimaryAnswers();
        Assert.False(Judge(rule, Replica));
        _time.Advance(TimeSpan.FromSeconds(5));
        PrimaryAnswers();
        Assert.False(Judge(rule, Replica));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(Judge(rule, Replica));
    }

    [Fact]
    public void One_whose_heartbeat_fails_stays_out()
    {
        var rule = Rule(isByHeartbeat: true);
        Assert.False(Judge(rule, Lagging(100)));
        PrimaryAnswers();
        Assert.True(Judge(rule, Lagging(100)));
        Assert.True(Judge(rule, Replica with { Replication = ReplicationState.NotByLog, ReplicationProblem = "it failed" }));
        Assert.True(Judge(rule, Replica with { Replication = ReplicationState.Running, ReplicationProblem = "it failed" }));
    }

    [Fact]
    public void Who_may_not_be_asked_is_never_out()
    {
        var rule = Rule();
        PrimaryAnswers();
        Assert.False(Judge(rule, Replica with { RefusesToTell = true }));
        Assert.True(Judge(rule, Lagging(100)));
        Assert.False(Judge(rule, Replica with { RefusesToTell = true }));
    }

    [Fact]
    public void That_a_server_without_a_log_has_no_lag_is_told_where_MaxLag_counts_on_it()
    {
        var galera = Replica with { Replication = ReplicationState.NotByLog };
        Assert.Contains("MaxLag does nothing there", Rule().WhyUnknown(galera), StringComparison.Ordinal);
        Assert.Null(new LagRule(most: null, isByHeartbeat: false, _time).WhyUnknown(galera));
        Assert.Null(Rule(isByHeartbeat: true).WhyUnknown(galera with { Lag = TimeSpan.Zero }));
        Assert.False(Judge(Rule(), galera));
    }

    [Fact]
    public void A_heartbeat_that_fails_is_told_although_replication_runs()
    {
        var failed = Replica with { Replication = ReplicationState.Running, ReplicationProblem = "its HeartbeatQuery failed" };
        Assert.Equal("its HeartbeatQuery failed", Rule(isByHeartbeat: true).WhyUnknown(failed));
        Assert.Null(Rule().WhyUnknown(failed));
        Assert.Null(Rule(isByHeartbeat: true).WhyUnknown(failed with { Replication = ReplicationState.Stopped }));
    }

    private static ServerState Replica => new("r1", IsPrimary: false);

    private static ServerState Connecting => Replica with { Replication = ReplicationState.Connecting, AppliesAll = true };

    private static ServerState Lagging(int seconds) =>
        Replica with
        {
            Replication = ReplicationState.Running,
            AppliesAll = true,
            Lag = TimeSpan.FromSeconds(seconds),
        };

    private bool Judge(LagRule rule, ServerState state) => rule.Judge(state, moment => _primaryAnsweredAt > moment);

    private void PrimaryAnswers()
    {
        _time.Advance(TimeSpan.FromTicks(1));
        _primaryAnsweredAt = _time.GetTimestamp();
    }
}
