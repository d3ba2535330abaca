using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace MonotonicReads.Runtime.Tests.Routing;

public class ReplicaLossTests
{
    private static readonly ReadSessionOptions Fail = new() { OnReplicaLoss = ReplicaLoss.Fail };

    [Theory]
    [InlineData(ReplicaLoss.Primary)]
    [InlineData(ReplicaLoss.CaughtUp)]
    [InlineData(ReplicaLoss.Fail)]
    public async Task Where_no_server_tells_its_position_a_session_that_has_read_fails_with_its_replica(ReplicaLoss policy)
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { OnReplicaLoss = policy });
        var replica = set.Ask();
        set.Server(replica).DataSource.Refuse();

        var error = Assert.Throws<ReplicaLostException>(() => set.Ask());
        Assert.Equal((session.Id, replica), (error.SessionId, error.Replica));
        Assert.IsType<RefusedException>(error.InnerException);
        Assert.False(error.IsTransient);
        Assert.Contains(session.Id.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Equal(policy != ReplicaLoss.Fail, error.Message.Contains("positions", StringComparison.Ordinal));

        // No silent return when the replica is back: it may have gone back in time.
        set.Server(replica).DataSource.Refusal = null;
        Assert.Throws<ReplicaLostException>(() => set.Ask());
        await Assert.ThrowsAsync<ReplicaLostException>(set.AskAsync);

        var seen = Assert.Single(set.Events);
        Assert.Equal((ReadSessionEventKind.ReplicaLost, session.Id, replica, null), (seen.Kind, seen.SessionId!.Value, seen.From, seen.To));
        Assert.IsType<RefusedException>(seen.Exception);
        var record = Assert.Single(set.Log.Records);
        Assert.Equal(policy == ReplicaLoss.Fail ? (LogLevel.Error, 1) : (LogLevel.Warning, 6), (record.Level, record.Id.Id));
        Assert.Contains(replica, record.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_sessions_go_on()
    {
        using var set = new SqliteReplicaSet();
        string lost;
        using (ReadSession.Begin(ReadConsistency.Monotonic))
        {
            lost = set.Ask();
            set.Server(lost).DataSource.Refuse();
            Assert.Throws<ReplicaLostException>(() => set.Ask());
        }

        foreach (var id in TestSessions.Take(30))
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, id);
            var name = set.Ask();
            Assert.NotEqual(lost, name);
            Assert.NotEqual("primary", name);
            Assert.Equal(name, set.Ask());
        }
    }

    [Fact]
    public async Task Under_redraw_it_goes_on_on_another_replica_and_says_so()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Redraw });
        var replica = set.Ask();
        set.Server(replica).DataSource.Refuse();

        var next = await set.AskAsync();
        Assert.NotEqual(replica, next);
        Assert.Equal([next, next], [set.Ask(), await set.AskAsync()]);
        Assert.Equal(
            [(ReadSessionEventKind.ReplicaLost, replica, null), (ReadSessionEventKind.Moved, replica, next)],
            set.Events.Select(e => (e.Kind, e.From!, e.To))
        );
        Assert.All(set.Events, e => Assert.Equal(session.Id, e.SessionId));
    }

    [Fact]
    public void Under_redraw_the_last_resort_is_the_primary()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Redraw });
        set.Ask();
        foreach (var replica in set.Source.Replicas)
        {
            set.Server(replica.Name).DataSource.Refuse();
        }

        Assert.Equal(["primary", "primary"], [set.Ask(), set.Ask()]);
        Assert.Equal("primary", Assert.Single(set.Events, e => e.Kind == ReadSessionEventKind.NoReplicaAvailable).To);
    }

    [Fact]
    public void A_lost_session_may_still_ask_the_primary_itself()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        set.Server(set.Ask()).DataSource.Refuse();
        Assert.Throws<ReplicaLostException>(() => set.Ask());
        using (var connection = set.Source.Primary.OpenConnection())
        {
            Assert.Equal("primary", SqliteReplicaSet.AskOn(connection));
        }

        Assert.Throws<ReplicaLostException>(() => set.Ask());
    }

    [Fact]
    public async Task A_new_session_is_drawn_again_as_the_selector_defines()
    {
        using var set = new SqliteReplicaSet(null, ("r1", 1), ("r2", 2), ("r3", 3));
        set.Server("r3").DataSource.Refuse();
        WeightedReplica[] replicas = [new("r1", 1, true), new("r2", 2, true), new("r3", 3, false)];
        foreach (var id in TestSessions.Take(30))
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, id);
            var expected = replicas[ReplicaSelectors.WeightedModulo.Select(id, replicas)].Name;
            Assert.Equal([expected, expected], [await set.AskAsync(), set.Ask()]);
        }

        // The first refusal keeps everyone else from asking.
        Assert.Equal(1, set.Server("r3").DataSource.Opened);
        var seen = Assert.Single(set.Events);
        Assert.Equal((ReadSessionEventKind.ReplicaUnavailable, "r3"), (seen.Kind, seen.From));
        Assert.Equal(2, Assert.Single(set.Log.Records).Id.Id);
    }

    [Fact]
    public void A_connection_that_has_not_read_follows_the_second_draw()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        using var early = set.Source.OpenConnection();
        var first = early.ServerName!;
        set.Server(first).DataSource.Refuse();
        var second = set.Ask();
        Assert.NotEqual(first, second);
        Assert.Equal(second, SqliteReplicaSet.AskOn(early));
    }

    [Fact]
    public void A_replica_that_refused_is_asked_again_after_five_seconds()
    {
        using var set = new SqliteReplicaSet(null, ("r1", 1));
        set.Server("r1").DataSource.Refuse();
        Assert.Equal("primary", set.Ask());
        set.Server("r1").DataSource.Refusal = null;
        Assert.Equal(TimeSpan.FromSeconds(5), ReplicatedDataSource.UnavailableFor);
        set.Time.Advance(ReplicatedDataSource.UnavailableFor - TimeSpan.FromTicks(1));
        Assert.Equal("primary", set.Ask());
        set.Time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal("r1", set.Ask());
        Assert.Equal(2, set.Server("r1").DataSource.Opened);
    }

    [Fact]
    public void Slow_refusals_do_not_go_round_in_circles()
    {
        using var set = new SqliteReplicaSet();
        foreach (var name in set.ReplicaNames)
        {
            set.Server(name).DataSource.Refuse();
            set.Server(name).DataSource.Opening = () => set.Time.Advance(TimeSpan.FromSeconds(15));
        }

        using (ReadSession.Begin(ReadConsistency.Monotonic))
        {
            Assert.Equal("primary", set.Ask());
        }

        Assert.All(set.ReplicaNames, name => Assert.Equal(1, set.Server(name).DataSource.Opened));
        Assert.Equal("primary", set.Ask());
    }

    [Fact]
    public void With_no_replica_left_a_new_session_goes_to_the_primary_and_stays()
    {
        using var set = new SqliteReplicaSet();
        foreach (var name in set.ReplicaNames)
        {
            set.Server(name).DataSource.Refuse();
        }

        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        Assert.Equal("primary", set.Ask());
        foreach (var name in set.ReplicaNames)
        {
            set.Server(name).DataSource.Refusal = null;
        }

        set.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("primary", set.Ask());
        Assert.Equal(3, set.Events.Count(seen => seen.Kind == ReadSessionEventKind.ReplicaUnavailable));
        var last = set.Events[^1];
        Assert.Equal((ReadSessionEventKind.NoReplicaAvailable, session.Id, "primary"), (last.Kind, last.SessionId!.Value, last.To));
        Assert.Equal(4, set.Events.Count);
    }

    [Fact]
    public void With_no_replica_left_the_policy_Fail_throws()
    {
        using var set = new SqliteReplicaSet();
        foreach (var name in set.ReplicaNames)
        {
            set.Server(name).DataSource.Refuse();
        }

        using var session = ReadSession.Begin(ReadConsistency.Monotonic, Fail);
        var error = Assert.Throws<ReplicaLostException>(() => set.Ask());
        Assert.Null(error.Replica);
        Assert.Contains("Fail", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, set.Primary.DataSource.Opened);
    }

    [Fact]
    public async Task Outside_a_session_another_server_answers()
    {
        using var set = new SqliteReplicaSet();
        set.Server("r1").DataSource.Refuse();
        set.Server("r2").DataSource.Refuse();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("r3", await set.AskAsync());
        }

        set.Server("r3").DataSource.Refuse();
        Assert.Equal("primary", set.Ask());
        Assert.Contains(set.Events, seen => seen is { Kind: ReadSessionEventKind.NoReplicaAvailable, SessionId: null, To: "primary" });
    }

    [Fact]
    public void A_primary_out_of_reach_fails_with_the_drivers_exception()
    {
        using var set = new SqliteReplicaSet();
        set.Primary.DataSource.Refuse();
        using var session = ReadSession.Begin(ReadConsistency.Primary);
        Assert.Throws<RefusedException>(() => set.Ask());
        Assert.Empty(set.Events);
    }

    [Fact]
    public async Task A_cancelled_opening_loses_nothing()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        var replica = set.Ask();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await set.Source.OpenConnectionAsync(new CancellationToken(canceled: true))
        );
        Assert.Equal(replica, set.Ask());
        Assert.Empty(set.Events);
    }

    [Fact]
    public void What_is_no_failure_of_the_server_reaches_the_caller()
    {
        using var set = new SqliteReplicaSet(null, ("r1", 1));
        set.Server("r1").DataSource.Refusal = new NotSupportedException("a bug");
        Assert.Throws<NotSupportedException>(() => set.Ask());
        Assert.Empty(set.Events);
    }

    [Fact]
    public void A_broken_connection_loses_the_session_at_its_next_open()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        using var connection = set.Source.OpenConnection();
        var replica = SqliteReplicaSet.AskOn(connection);

        // A driver closes its connection when the server is gone.
        Assert.IsType<SqliteConnection>(connection.Inner).Close();
        Assert.Equal(System.Data.ConnectionState.Closed, connection.State);
        Assert.Throws<ReplicaLostException>(() => SqliteReplicaSet.AskOn(connection));

        var error = Assert.Throws<ReplicaLostException>(() => set.Ask());
        Assert.Equal(replica, error.Replica);
        Assert.Throws<ReplicaLostException>(connection.Open);
        Assert.Equal("connection broken", Assert.Single(set.Events).Reason);
    }

    [Fact]
    public void A_closed_connection_is_no_broken_one()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        var replica = set.Ask();
        using (var connection = set.Source.CreateConnection())
        {
            // Dapper opens a closed connection and has the reader close it.
            Assert.Equal(replica, connection.QuerySingle<string>(SqliteReplicaSet.WhoAmI));
            Assert.Equal([replica], connection.Query<string>(SqliteReplicaSet.WhoAmI, buffered: false).ToArray());
            using (connection.ExecuteReader(SqliteReplicaSet.WhoAmI)) { }
        }

        Assert.Equal(replica, set.Ask());
        Assert.Empty(set.Events);
    }

    [Fact]
    public void A_connection_broken_before_any_read_loses_nothing()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        using var connection = set.Source.OpenConnection();
        connection.Driver.Close();
        Assert.NotEqual("primary", set.Ask());
        Assert.Empty(set.Events);
    }

    [Fact]
    public void Another_run_of_the_server_is_a_loss_for_who_has_read_the_first()
    {
        using var set = new SqliteReplicaSet(null, ("r1", 1));
        using (ReadSession.Begin(ReadConsistency.Monotonic))
        {
            Assert.Equal("r1", set.Ask());
            set.Source.Replicas[0].NewIncarnation();
            Assert.Contains("restarted", Assert.Throws<ReplicaLostException>(() => set.Ask()).Message, StringComparison.Ordinal);
            Assert.Throws<ReplicaLostException>(() => set.Ask());
            Assert.Equal("restarted", Assert.Single(set.Events).Reason);
        }

        using (ReadSession.Begin(ReadConsistency.Monotonic))
        {
            Assert.Equal(["r1", "r1"], [set.Ask(), set.Ask()]);
        }
    }

    [Fact]
    public void A_failing_statement_is_no_loss()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        var replica = set.Ask();
        Assert.Throws<SqliteException>(() => set.Ask("SELECT nothing FROM nowhere"));
        Assert.Equal(replica, set.Ask());
        Assert.Empty(set.Events);
    }
}
