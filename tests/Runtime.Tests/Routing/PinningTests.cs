using System.Collections.Concurrent;

namespace MonotonicReads.Runtime.Tests.Routing;

public class PinningTests
{
    [Fact]
    public void A_session_reads_where_the_selector_says()
    {
        using var set = new SqliteReplicaSet(null, ("r1", 1), ("r2", 2), ("r3", 3));
        var replicas = TestReplicas.Of(("r1", 1), ("r2", 2), ("r3", 3));
        foreach (var id in TestSessions.Take(60))
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, id);
            var expected = replicas[ReplicaSelectors.WeightedModulo.Select(id, replicas)].Name;
            Assert.Equal([expected, expected, expected], [set.Ask(), set.Ask(), set.Ask()]);
        }
    }

    [Fact]
    public void Sessions_use_the_selector_they_are_given()
    {
        using var set = new SqliteReplicaSet(builder => builder.UseSelector(ReplicaSelectors.WeightedRendezvous));
        var replicas = TestReplicas.Of(("r1", 1), ("r2", 1), ("r3", 1));
        foreach (var id in TestSessions.Take(30))
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, id);
            Assert.Equal(replicas[ReplicaSelectors.WeightedRendezvous.Select(id, replicas)].Name, set.Ask());
        }
    }

    [Fact]
    public void Outside_a_session_reads_spread_by_weight()
    {
        using var set = new SqliteReplicaSet(null, ("r1", 1), ("r2", 3), ("idle", 0));
        var counts = Enumerable.Range(0, 2000).CountBy(_ => OpenOn(set)).ToDictionary();
        Assert.Equal(["r1", "r2"], counts.Keys.Order());

        // 500 expected with a standard deviation of 19; seven of them on each side.
        Assert.InRange(counts["r1"], 365, 635);
    }

    [Fact]
    public void A_primary_session_reads_on_the_primary()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Primary);
        Assert.Equal(["primary", "primary"], [set.Ask(), set.Ask()]);
    }

    [Fact]
    public void Once_a_stronger_part_read_the_primary_the_session_stays_there()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        Assert.NotEqual("primary", set.Ask());
        using (ReadSession.Begin(ReadConsistency.Primary))
        {
            Assert.Equal("primary", set.Ask());
        }

        Assert.Equal("primary", set.Ask());
    }

    [Fact]
    public void A_stronger_part_that_read_nothing_binds_nothing()
    {
        using var set = new SqliteReplicaSet();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        using (ReadSession.Begin(ReadConsistency.Primary)) { }

        Assert.NotEqual("primary", set.Ask());
    }

    [Fact]
    public void Rows_of_the_primary_data_source_bind_the_session_and_writes_do_not()
    {
        using var set = new SqliteReplicaSet();
        using (ReadSession.Begin(ReadConsistency.Monotonic))
        {
            using (var connection = set.Source.Primary.OpenConnection())
            using (var command = connection.CreateCommand())
            {
                command.CommandText = "INSERT INTO item (name) VALUES ('a')";
                command.ExecuteNonQuery();
            }

            Assert.NotEqual("primary", set.Ask());
            using (var connection = set.Source.Primary.OpenConnection())
            {
                Assert.Equal("primary", SqliteReplicaSet.AskOn(connection));
            }

            Assert.Equal("primary", set.Ask());
        }

        Assert.NotEqual("primary", set.Ask());
    }

    [Fact]
    public void A_stranger_to_the_session_is_not_bound_by_it()
    {
        using var set = new SqliteReplicaSet();
        using var outer = ReadSession.Begin(ReadConsistency.Primary);
        Assert.Equal("primary", set.Ask());
        using var other = ReadSession.Begin(ReadConsistency.Monotonic, Guid.NewGuid());
        Assert.NotEqual("primary", set.Ask());
    }

    [Fact]
    public void One_session_has_a_replica_in_each_data_source()
    {
        using var first = new SqliteReplicaSet();
        using var second = new SqliteReplicaSet(null, ("other", 1));
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        var pinned = first.Ask();
        Assert.Equal("other", second.Ask());
        using (var connection = second.Source.Primary.OpenConnection())
        {
            SqliteReplicaSet.AskOn(connection);
        }

        Assert.Equal("primary", second.Ask());
        Assert.Equal(pinned, first.Ask());
    }

    [Fact]
    public async Task Concurrent_reads_of_a_session_agree()
    {
        using var set = new SqliteReplicaSet();
        for (var round = 0; round < 30; round++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic);
            var names = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(set.AskAsync)));
            Assert.Single(names.Distinct());
            Assert.NotEqual("primary", names[0]);
        }
    }

    [Fact]
    public async Task Concurrent_reads_draw_once_although_the_draws_differ()
    {
        var drawn = new ConcurrentQueue<int>();
        using var together = new Barrier(2);
        using var set = new SqliteReplicaSet(builder => builder.UseSelector(new Alternating(drawn, together)));
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        var names = await Task.WhenAll(Task.Run(() => set.Ask()), Task.Run(() => set.Ask()));
        Assert.Equal([0, 1], drawn.Order());
        Assert.Equal(names[0], names[1]);
        Assert.Equal(2, set.ReplicaNames.Sum(name => set.Server(name).DataSource.Opened));
    }

    [Fact]
    public void A_connection_opened_before_the_session_gives_it_its_replica()
    {
        using var set = new SqliteReplicaSet();
        for (var i = 0; i < 10; i++)
        {
            using var before = set.Source.OpenConnection();
            using var session = ReadSession.Begin(ReadConsistency.Monotonic);
            Assert.Equal(before.ServerName, SqliteReplicaSet.AskOn(before));
            Assert.Equal(before.ServerName, set.Ask());
        }
    }

    [Fact]
    public void A_connection_opened_before_the_session_on_another_replica_is_an_error()
    {
        using var set = new SqliteReplicaSet();
        using var before = set.Source.OpenConnection();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        using (var other = set.Source.OpenConnection())
        {
            for (; other.ServerName == before.ServerName; Reopen(before)) { }

            SqliteReplicaSet.AskOn(other);
        }

        var error = Assert.Throws<InvalidOperationException>(() => SqliteReplicaSet.AskOn(before));
        Assert.Contains("inside the session", error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{before.ServerName}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_read_after_its_session_counts_as_outside_and_says_so_once()
    {
        using var set = new SqliteReplicaSet();
        var session = ReadSession.Begin(ReadConsistency.Primary);
        var id = session.Id;
        var late = ExecutionContext.Capture()!;
        session.Dispose();
        set.Ask();
        Assert.Empty(set.Events);

        string? name = null;
        ExecutionContext.Run(late, _ => name = set.Ask(), null);
        ExecutionContext.Run(late, _ => set.Ask(), null);
        Assert.NotEqual("primary", name);
        var seen = Assert.Single(set.Events);
        Assert.Equal((ReadSessionEventKind.LateRead, id), (seen.Kind, seen.SessionId));
        Assert.Contains(set.Log.Records, record => record.Id == 4 && record.Text.Contains(id.ToString(), StringComparison.Ordinal));
    }

    private static void Reopen(ReplicatedConnection connection)
    {
        var server = connection.ServerName;
        while (connection.ServerName == server)
        {
            connection.Close();
            using (ExecutionContext.SuppressFlow())
            {
                Task.Run(connection.Open).GetAwaiter().GetResult();
            }
        }
    }

    private static string OpenOn(SqliteReplicaSet set)
    {
        using var connection = set.Source.OpenConnection();
        return connection.ServerName!;
    }

    private sealed class Alternating(ConcurrentQueue<int> drawn, Barrier together) : IReplicaSelector
    {
        private int _next = -1;

        public int Select(Guid sessionId, ReadOnlySpan<WeightedReplica> replicas)
        {
            var picked = Interlocked.Increment(ref _next);
            drawn.Enqueue(picked);
            together.SignalAndWait(TimeSpan.FromSeconds(30));
            return picked;
        }
    }
}
