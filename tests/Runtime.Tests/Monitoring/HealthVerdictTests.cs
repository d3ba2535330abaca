using Microsoft.Extensions.Diagnostics.HealthChecks;
using MonotonicReads.MySql;

namespace MonotonicReads.Runtime.Tests.Monitoring;

/// <summary>What the states of servers mean, state by state; tests/Cluster.Tests has real servers in them.</summary>
public class HealthVerdictTests
{
    private static readonly ServerState Primary = new("primary", IsPrimary: true)
    {
        Health = ServerHealth.Up,
        CheckedAt = DateTimeOffset.UnixEpoch,
        IsReadOnly = false,
    };

    private static readonly ServerState Replica = new("r1", IsPrimary: false)
    {
        Health = ServerHealth.Up,
        CheckedAt = DateTimeOffset.UnixEpoch,
        IsReadOnly = true,
        Weight = 1,
        Replication = ReplicationState.Running,
        Lag = TimeSpan.Zero,
    };

    private static readonly ServerState Down = Primary with { Health = ServerHealth.Down, Error = "X: no route" };

    [Fact]
    public void Without_the_primary_replicas_that_serve_are_named_whatever_else_is_wrong()
    {
        var unlinked = Replica with { Lag = null, Replication = ReplicationState.Connecting, ReplicationProblem = "no source" };
        Assert.Equal("The primary cannot be reached: no route. Reads go on on r1.", Text(Down, unlinked));
        Assert.Equal(
            "The primary cannot be reached: no route. No replica serves new sessions.",
            Text(Down, unlinked with { IsKeptOut = true })
        );
        Assert.Equal(
            "The primary cannot be reached: no route. No replica serves new sessions.",
            Text(Down, Replica with { IsDiverged = true })
        );
        Assert.Equal(
            "The primary cannot be reached: no route. No replica serves new sessions.",
            Text(Down, Replica with { Health = ServerHealth.Unknown, CheckedAt = null })
        );
    }

    [Fact]
    public void A_primary_that_refuses_writes_is_none_from_the_first_look_on()
    {
        var (level, text) = HealthVerdict.Of([Primary with { IsReadOnly = true }, Replica]);
        Assert.Equal(HealthStatus.Unhealthy, level);
        Assert.StartsWith("The primary refuses writes: it is read_only", text, StringComparison.Ordinal);
        Assert.EndsWith("Reads go on on r1.", text, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Healthy, HealthVerdict.Of([Primary with { IsReadOnly = null }, Replica]).Level);
    }

    [Fact]
    public void A_replica_that_accepts_writes()
    {
        var (level, text) = HealthVerdict.Of([Primary, Replica with { IsReadOnly = false }]);
        Assert.Equal((HealthStatus.Degraded, "1 of 1 replica is not well: r1 (it accepts writes (read_only=0))."), (level, text));
    }

    [Fact]
    public void One_that_is_coming_back_says_so()
    {
        var back = Replica with { Health = ServerHealth.Down, IsKeptOut = true };
        var (level, text) = HealthVerdict.Of([Primary, back]);
        Assert.Equal(
            (
                HealthStatus.Degraded,
                "1 of 1 replica is not well: r1 (it answers again, and counts as up when it has done so several times)."
            ),
            (level, text)
        );
        Assert.EndsWith(
            ": it answers again, and counts as up when it has done so several times",
            HealthVerdict.Describe(back),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("()", Text(Primary with { Health = ServerHealth.Down }, back), StringComparison.Ordinal);
    }

    private static string Text(params ServerState[] servers) => HealthVerdict.Of(servers).Description;
}
