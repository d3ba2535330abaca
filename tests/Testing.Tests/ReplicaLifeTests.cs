using System.Data;
using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using MonotonicReads.Cluster.Tests;
using MonotonicReads.Servers;

namespace MonotonicReads.Testing.Tests;

/// <summary>Replicas that are held, killed and disposed at the same time as something else, or twice.</summary>
public sealed class ReplicaLifeTests
{
    [Fact]
    public async Task Two_holds_at_once_leave_one_moment_and_its_connections_alone()
    {
        await using var server = await TestServer.StartAsync("MariaDB");
        var options = new LaggingReplicasOptions { ConnectionsHeld = 2 };
        await using var set = await LaggingReplicas.OverAsync(server.ConnectionString, options, "r1");

        await Task.WhenAll(set.HoldAsync("r1"), set.HoldAsync("r1"), set.HoldAsync("r1"));

        await using var db = await set.DataSource.Primary.OpenConnectionAsync();
        await Eventually.IsAsync(async () => await OpenTransactionsAsync(db) == 2, "those of one moment are open");
    }

    [Fact]
    public async Task A_replica_that_is_held_after_the_set_was_disposed_says_so_and_leaves_nothing_open()
    {
        await using var server = await TestServer.StartAsync("MariaDB");
        var set = await LaggingReplicas.OverAsync(server.ConnectionString, "r1");
        await set.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => set.HoldAsync("r1"));

        // As a container does that got it from a factory.
        await using var other = await LaggingReplicas.OverAsync(server.ConnectionString, "r1");
        await other.DataSource.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => other.HoldAsync("r1"));

        await using var third = await LaggingReplicas.OverAsync(server.ConnectionString, "r1");
        await using var db = await third.DataSource.Primary.OpenConnectionAsync();
        await Eventually.IsAsync(async () => await OpenTransactionsAsync(db) == 0, "none is open");
    }

    [Fact]
    public async Task A_replica_that_is_killed_while_it_is_being_held_is_not_held_when_it_is_there_again()
    {
        await using var server = await TestServer.StartAsync("MariaDB");
        await using var set = await LaggingReplicas.OverAsync(server.ConnectionString, "r1");
        var holding = set.HoldAsync("r1");
        set.Kill("r1");
        Assert.Contains(
            "was killed",
            (await Assert.ThrowsAsync<InvalidOperationException>(() => holding)).Message,
            StringComparison.Ordinal
        );
        set.Revive("r1");
        await using var db = await set.DataSource.Primary.OpenConnectionAsync();
        await db.ExecuteAsync("create table since (n bigint primary key)");
        await using var reading = await set.DataSource.OpenConnectionAsync();
        Assert.Empty(await reading.QueryAsync<long>("select n from since"));
        await Eventually.IsAsync(async () => await OpenTransactionsAsync(db) == 0, "none of the moment is open");
    }

    /// <summary>Else the one that was begun first could be shown last, and the replica would go back.</summary>
    [Fact]
    public async Task A_hold_begins_when_the_one_before_it_is_done_also_where_that_fails()
    {
        var first = new TaskCompletionSource();
        var server = new SlowServer(first.Task);
        var moments = new HeldMoments(server);
        var slow = new SimulatedReplica("slow", server, new PositionCount());
        var holds = new[] { slow.HoldAsync(moments, default), slow.HoldAsync(moments, default) };
        Assert.Equal(1, server.Begun);
        first.SetException(new InvalidOperationException("no"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => holds[0]);
        await holds[1];
        Assert.Equal((2, 1), (server.Begun, slow.Held!.Number)); // the one that failed has shown nothing, and has no number
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_set_is_disposed_twice(bool isOpen)
    {
        var set = await EmbeddedReplicas.CreateAsync("r1");
        await set.HoldAsync("r1");
        await using var open = isOpen ? await set.DataSource.OpenConnectionAsync() : null;
        var directory = Path.GetDirectoryName(new SqliteConnectionStringBuilder(set.DataSource.ConnectionString).DataSource)!;
        Assert.True(Directory.Exists(directory));
        await set.DisposeAsync();
        await set.DisposeAsync();
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task A_moment_that_no_replica_shows_any_more_leaves_no_file()
    {
        await using var set = await EmbeddedReplicas.CreateAsync("r1");
        var directory = Path.GetDirectoryName(new SqliteConnectionStringBuilder(set.DataSource.ConnectionString).DataSource)!;
        for (var i = 0; i < 3; i++)
        {
            await set.HoldAsync("r1");
        }

        await Eventually.IsAsync(() => Task.FromResult(Directory.GetFiles(directory, "moment-*").Length == 1), "one is shown");
        await set.AdvanceAsync("r1");
        await Eventually.IsAsync(() => Task.FromResult(Directory.GetFiles(directory, "moment-*").Length == 0), "none is shown");
    }

    [Fact]
    public async Task A_connection_that_opens_while_its_replica_is_killed_does_not_live_on()
    {
        await using var set = await EmbeddedReplicas.CreateAsync("r1");
        var replica = set.All.Single();
        using var inner = SqliteFactory.Instance.CreateDataSource(set.DataSource.ConnectionString);
        using var opening = new OpeningSource(inner, () => set.Kill("r1"));
        using var moment = new ReplicaMoment(replica, opening, isHeld: false);

        Assert.Throws<ReplicaKilledException>(() => moment.OpenConnection());
        Assert.Equal(ConnectionState.Closed, opening.Last!.State);
        await Assert.ThrowsAsync<ReplicaKilledException>(async () => await moment.OpenConnectionAsync());
        Assert.Empty(replica.Open);
    }

    [Fact]
    public async Task A_replicas_connections_are_handed_out_open_alone()
    {
        await using var set = await EmbeddedReplicas.CreateAsync("r1");
        Assert.Throws<NotSupportedException>(() => set.All.Single().Pool.Source.CreateConnection());
    }

    [Fact]
    public async Task Kills_meet_statements_of_other_threads_with_the_drivers_own_errors_alone()
    {
        await using var set = await EmbeddedReplicas.CreateAsync("r1", "r2");
        await using (var db = await set.DataSource.Primary.OpenConnectionAsync())
        {
            await db.ExecuteAsync("create table numbers (n bigint primary key)");
            await db.ExecuteAsync("insert into numbers values (1)");
        }

        var rounds = 0;
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(ReadAsync)).ToList();
        for (var i = 0; i < 200; i++)
        {
            set.Kill("r1");
            set.Revive("r1");
            await Task.Yield();
        }

        Volatile.Write(ref rounds, -1);
        await Task.WhenAll(readers);

        async Task ReadAsync()
        {
            while (Volatile.Read(ref rounds) == 0)
            {
                try
                {
                    await using var db = await set.DataSource.OpenConnectionAsync();
                    for (var i = 0; i < 20; i++)
                    {
                        Assert.Equal([1], await db.QueryAsync<long>("select n from numbers"));
                    }
                }
                catch (SqliteException exception)
                {
                    Assert.Equal(SQLitePCL.raw.SQLITE_INTERRUPT, exception.SqliteErrorCode);
                }
            }
        }
    }

    [Fact]
    public async Task A_kill_passes_a_connection_that_was_closed_meanwhile()
    {
        await using var server = await EmbeddedServer.CreateAsync(CancellationToken.None);
        await using var closed = await server.Primary.OpenConnectionAsync();
        await using var open = await server.Primary.OpenConnectionAsync();
        await closed.CloseAsync();
        server.Break([closed, open]);
        server.ThrowIfBroken(closed);
        Assert.Throws<SqliteException>(() => server.ThrowIfBroken(open));
    }

    private static async Task<long> OpenTransactionsAsync(DbConnection db) =>
        await db.ExecuteScalarAsync<long>("select count(*) from information_schema.innodb_trx");

    private sealed class OpeningSource(DbDataSource inner, Action opened) : DbDataSource
    {
        public DbConnection? Last { get; private set; }

        public override string ConnectionString => inner.ConnectionString;

        protected override DbConnection CreateDbConnection() => inner.CreateConnection();

        protected override DbConnection OpenDbConnection()
        {
            Last = inner.OpenConnection();
            opened();
            return Last;
        }
    }

    private sealed class SlowServer(Task first) : ITestServer
    {
        public int Begun { get; private set; }

        public string SystemName => "sqlite";

        public string Version => "3";

        public string? Settings => null;

        public DbDataSource Primary => Present("");

        public bool KeepsLocksOfHeld => false;

        public DbDataSource Present(string replica) => SqliteFactory.Instance.CreateDataSource("Data Source=:memory:");

        public async Task<DbDataSource> HoldAsync(string replica, CancellationToken cancellation)
        {
            if (++Begun == 1)
            {
                await first;
            }

            return Present(replica);
        }

        public Task<string?> ChangesAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

        public void Break(IReadOnlyCollection<DbConnection> connections) { }

        public void ThrowIfBroken(DbConnection connection) { }

        public ValueTask<bool> BeginSnapshotAsync(ServerQuestions server, bool isHeld) => new(true);

        public ValueTask<bool> EndSnapshotAsync(ServerQuestions server, bool isHeld) => new(true);

        public void Look(DbDataReader reader, bool isHeld) { }

        public Exception? ExplainedOnPrimary(Exception exception, IReadOnlyList<string> locking) => null;

        public Exception? Explained(Exception exception, string replica, bool isHeld) => null;

        public ValueTask DisposeAsync() => default;
    }
}
