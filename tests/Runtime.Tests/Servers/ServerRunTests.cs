using MonotonicReads.Servers;

namespace MonotonicReads.Runtime.Tests.Servers;

/// <summary>When two looks at a server are looks at one run of it.</summary>
public class ServerRunTests
{
    private const string MariaDb = "10.11.14-MariaDB";
    private const string Uuid = "3ee47734-ea30-11f1-a223-02fc00000001";

    [Fact]
    public void The_same_run_says_so_however_often_and_across_a_tick()
    {
        var first = Run(uptime: 5, before: 1000, after: 1000);
        Assert.True(first.IsSame(Run(uptime: 5, before: 1000, after: 1000)));
        Assert.True(first.IsSame(Run(uptime: 5, before: 1000, after: 1001)));
        Assert.True(first.IsSame(Run(uptime: 6, before: 1000, after: 1001)));
        Assert.True(first.IsSame(Run(uptime: 100_005, before: 101_000, after: 101_000)));
    }

    /// <summary>A server that stood still between two of the questions.</summary>
    [Fact]
    public void It_takes_no_harm_from_an_answer_that_was_late() =>
        Assert.True(Run(uptime: 5, before: 1000, after: 1000).IsSame(Run(uptime: 10, before: 1005, after: 1300)));

    /// <summary>Uptime and time are both of the server's clock, and move together.</summary>
    [Fact]
    public void A_step_of_its_clock_is_no_restart() =>
        Assert.True(Run(uptime: 500, before: 1500, after: 1500).IsSame(Run(uptime: 470, before: 1470, after: 1470)));

    [Fact]
    public void Another_server_start_or_sequence_is_another_run()
    {
        var first = Run(uptime: 5, before: 1000, after: 1000);
        Assert.False(first.IsSame(Run(uptime: 5, before: 1000, after: 1000, server: "server_id=2")));
        Assert.False(first.IsSame(Run(uptime: 0, before: 1003, after: 1003)));
        Assert.False(first.IsSame(Run(uptime: 9, before: 1000, after: 1000)));

        var young = Run(uptime: 1, before: 1000, after: 1000);
        var other = Run(uptime: 1, before: 1000, after: 1000, uuid: "3ee47734-ea30-11f1-a2a0-02fc00000001");
        Assert.False(young.IsSame(other));
        Assert.True(young.IsOther(other));
    }

    /// <summary>A server whose clock steps back draws another sequence in the middle of its run.</summary>
    [Fact]
    public void Another_sequence_of_an_old_run_is_the_same_run()
    {
        var old = Run(uptime: 5, before: 1000, after: 1000);
        Assert.True(old.IsSame(Run(uptime: 9, before: 1004, after: 1004, uuid: "3ee47734-ea30-11f1-a2a0-02fc00000001")));
    }

    /// <summary>MySQL before 8 begins each run with one and the same sequence.</summary>
    [Theory]
    [InlineData("5.6.24-log", 0, false)]
    [InlineData("5.6.24-log", 1, false)]
    [InlineData("5.6.24-log", 2, false)]
    [InlineData("5.6.24-log", 3, true)]
    [InlineData("5.7.44", 0, false)]
    [InlineData("8.0.36", 0, true)]
    [InlineData("9.7.4", 0, true)]
    [InlineData(MariaDb, 0, true)]
    public void What_may_be_another_run_counts_as_one(string version, long uptime, bool isSame)
    {
        var young = Run(uptime, before: 1000, after: 1000, version: version);
        var later = Run(uptime, before: 1000, after: 1000, version: version);
        Assert.Equal(isSame, young.IsSame(later));
        Assert.False(young.IsOther(later));
    }

    private static ServerRun Run(
        long uptime,
        long before,
        long after,
        string server = "server_id=1",
        string version = MariaDb,
        string uuid = Uuid
    ) => ServerRun.Of(server, version, before, uptime, after, uuid);
}
