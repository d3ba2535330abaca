using MonotonicReads.Servers;

namespace MonotonicReads.Runtime.Tests.Servers;

/// <summary>What servers say of replication, in their words: a number is a lag only where both threads run.</summary>
public class ReplicationStatusTests
{
    [Theory]
    [InlineData("Yes", "Yes", "0", 0.0, ReplicationState.Running)]
    [InlineData("Yes", "Yes", "17", 17.0, ReplicationState.Running)]
    [InlineData("Yes", "Yes", null, null, ReplicationState.Running)]
    [InlineData("No", "Yes", "0", null, ReplicationState.Stopped)] // all that was received is applied
    [InlineData("No", "Yes", "5", null, ReplicationState.Stopped)]
    [InlineData("Connecting", "Yes", "0", null, ReplicationState.Connecting)]
    [InlineData("Preparing", "Yes", null, null, ReplicationState.Connecting)]
    [InlineData("Yes", "No", "0", null, ReplicationState.Stopped)]
    [InlineData("Yes", "No", null, null, ReplicationState.Stopped)]
    [InlineData("No", "No", "0", null, ReplicationState.Stopped)]
    [InlineData("Maybe", "Yes", "0", null, ReplicationState.Unknown)]
    public void In_old_words_and_new(string receiver, string applier, string? seconds, double? lag, ReplicationState state)
    {
        foreach (var (thread, second) in new[] { ("Slave", "Seconds_Behind_Master"), ("Replica", "Seconds_Behind_Source") })
        {
            var status = ReplicationStatus.Of([
                new("Channel_Name", ""),
                new($"{thread}_IO_Running", receiver),
                new($"{thread}_SQL_Running", applier),
                new(second, seconds),
            ]);
            Assert.Equal((lag, state), (status.Seconds, status.State));
            Assert.Equal(lag is null && state != ReplicationState.Unknown, status.Problem is not null && state != ReplicationState.Unknown);
        }
    }

    [Fact]
    public void An_error_makes_an_end_a_failure_and_is_told_in_words_of_ours()
    {
        var status = ReplicationStatus.Of([
            .. Row("c1", "Yes", "No", null),
            new("Last_SQL_Errno", "1062"),
            new("Last_SQL_Error", "Duplicate entry\n\t'ada@example.org'  "),
        ]);
        Assert.Equal(ReplicationState.Failed, status.State);
        Assert.Equal("its applier of 'c1' (SQL thread) ended: error 1062, a row that is there already", status.Problem);
        Assert.Equal("error 1062, Duplicate entry 'ada@example.org'", status.Text);
        var unknown = ReplicationStatus.Of([
            .. Row("", "No", "Yes", null),
            new("Last_IO_Errno", "4711"),
            new("Last_IO_Error", "at db7.internal:3306 " + new string('x', 5000)),
        ]);
        Assert.Equal("its receiver (IO thread) ended: error 4711", unknown.Problem);
        Assert.InRange(unknown.Text!.Length, 300, 1100);
        Assert.Null(ReplicationStatus.Of(Row("", "No", "Yes", null)).Text);
    }

    [Fact]
    public void Nothing_is_no_source()
    {
        var status = ReplicationStatus.Of([]);
        Assert.Equal((ReplicationState.NotConfigured, null, "it follows no server"), (status.State, status.Seconds, status.Problem));
    }

    [Fact]
    public void Of_several_the_worst_counts_unless_the_primary_is_among_them()
    {
        var status = ReplicationStatus.Of([
            .. Row("ours", "Yes", "Yes", "3", sourceId: "1"),
            .. Row("slow", "Yes", "Yes", "40", sourceId: "7"),
            .. Row("", "No", "Yes", null, sourceId: "8"),
        ]);
        Assert.Equal(3, status.Channels.Count);
        Assert.Equal((ReplicationState.Stopped, null), (status.State, status.Seconds));
        Assert.Equal((ReplicationState.Running, 3.0), (status.From("server_id=1").State, status.From("server_id=1").Seconds));
        Assert.Equal((ReplicationState.Stopped, null), (status.From("server_id=9").State, status.From("").Seconds));
    }

    [Fact]
    public void Where_both_have_a_uuid_the_number_says_nothing()
    {
        const string Ours = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
        const string Theirs = "3e11fa47-71ca-11e1-9e33-c80aa9429563";
        var status = ReplicationStatus.Of([
            .. Row("theirs", "No", "Yes", null, sourceId: "1"),
            new("Source_UUID", Theirs),
            .. Row("ours", "Yes", "Yes", "3", sourceId: "1"),
            new("Source_UUID", Ours),
        ]);
        Assert.Equal("ours", Assert.Single(status.From($"server_id=1 server_uuid={Ours.ToUpperInvariant()}").Channels).Name);

        // A server without one is known by its number, and none of them by that of another.
        Assert.Equal(2, status.From("server_id=1").Channels.Count);
        Assert.Equal(2, status.From($"server_id=1 server_uuid={Ours[..^1]}9").Channels.Count);
        Assert.Equal(ReplicationState.Stopped, status.From($"server_id=1 server_uuid={Ours[..^1]}9").State);
    }

    [Fact]
    public void A_replica_is_behind_by_the_delay_that_it_is_told()
    {
        var status = ReplicationStatus.Of([.. Row("", "Yes", "Yes", "0"), new("SQL_Delay", "3600")]);
        Assert.Equal(3600, status.Seconds);
    }

    [Fact]
    public void Channels_of_groups_are_no_sources()
    {
        var status = ReplicationStatus.Of([
            .. Row("group_replication_recovery", "No", "No", null),
            .. Row("group_replication_applier", "No", "Yes", null),
        ]);
        Assert.Empty(status.Channels);
        Assert.True(ReplicationStatus.IsNotByLog(new Dictionary<string, string> { ["group_replication_group_name"] = "g" }));
        Assert.True(ReplicationStatus.IsNotByLog(new Dictionary<string, string> { ["wsrep_on"] = "ON" }));
        Assert.False(
            ReplicationStatus.IsNotByLog(new Dictionary<string, string> { ["wsrep_on"] = "OFF", ["group_replication_group_name"] = "" })
        );
    }

    [Theory]
    [InlineData("10.4.32-MariaDB", "REPLICATION CLIENT", "REPLICATION CLIENT")]
    [InlineData("10.5.4-MariaDB", "BINLOG MONITOR", "REPLICATION SLAVE ADMIN")]
    [InlineData("5.5.5-10.11.14-MariaDB-log", "BINLOG MONITOR", "SLAVE MONITOR")]
    [InlineData("12.0.2-MariaDB", "BINLOG MONITOR", "SLAVE MONITOR")]
    [InlineData("5.6.24-log", "REPLICATION CLIENT", "REPLICATION CLIENT")]
    [InlineData("9.1.0", "REPLICATION CLIENT", "REPLICATION CLIENT")]
    public void The_privileges_of_each_version(string version, string log, string replication)
    {
        var protocol = ServerProtocol.Of(version);
        Assert.Equal((log, replication), (protocol.LogPrivilege(version), protocol.ReplicationPrivilege(version)));
    }

    [Theory]
    [InlineData("5.6.24-log", "SHOW SLAVE STATUS")]
    [InlineData("8.0.21", "SHOW SLAVE STATUS")]
    [InlineData("8.0.22", "SHOW REPLICA STATUS")]
    [InlineData("9.7.0", "SHOW REPLICA STATUS")]
    [InlineData("10.11.14-MariaDB", "SHOW ALL SLAVES STATUS")]
    public void The_words_of_each_version(string version, string question) =>
        Assert.Equal(question, ServerProtocol.Of(version).ReplicationQuestion(version));

    private static Cell[] Row(string name, string receiver, string applier, string? seconds, string sourceId = "0") =>
        [
            new("Connection_name", name),
            new("Slave_IO_Running", receiver),
            new("Slave_SQL_Running", applier),
            new("Seconds_Behind_Master", seconds),
            new("Master_Server_Id", sourceId),
        ];
}
