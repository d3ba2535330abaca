using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>What a primary says counts as long as it is one, and one that says nothing is not asked by each read.</summary>
public sealed class ChangedPrimaryTests : IAsyncLifetime
{
    private const string Newest = "select coalesce(max(id), 0) from writes";

    private readonly LaterTime _time = new();
    private MariaDbCluster? _cluster;

    private MariaDbCluster Cluster => _cluster!;

    private MariaDbReplica Follower => Cluster.Replicas[0];

    private MariaDbReplica Next => Cluster.Replicas[1];

    public static IEnumerable<object[]> Wanted =>
        [
            [ReadConsistency.Global, 0],
            [ReadConsistency.Monotonic, 1_000],
            [ReadConsistency.Causal, 1_000],
        ];

    public async Task InitializeAsync()
    {
        _cluster = await MariaDbCluster.StartAsync(replicas: 2);
        await ExecuteAsync(Cluster.Primary, "create table app.writes (id bigint auto_increment primary key, note varchar(20))");
        await InsertAsync(Cluster.Primary);
        await Cluster.WaitForReplicasAsync();
    }

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    /// <summary>The address has moved; the old primary lives on, read-only and with followers, and the pool leads to it still.</summary>
    [Theory]
    [MemberData(nameof(Wanted))]
    public async Task One_that_was_demoted_proves_nothing_on_a_connection_of_before(ReadConsistency level, int bound)
    {
        MariaDbServer leadsTo = Cluster.Primary;
        using var relay = new CommandRelay(() => leadsTo.Port);
        await using var source = Build(relay);
        var options = new ReadSessionOptions { MaxStalenessMilliseconds = bound, MaxWaitMilliseconds = 100 };
        var before = await ReadAsync(source, level, options);
        await ExecuteAsync(Next, "stop slave; reset slave all");
        await ExecuteAsync(Cluster.Primary, "set global read_only = 1");
        await ExecuteAsync(Next, "set global read_only = 0");
        leadsTo = Next;
        var written = await InsertAsync(Next);
        _time.Move(TimeSpan.FromMinutes(1));
        Assert.Equal(before, await ReadAsync(source, ReadConsistency.Monotonic, new ReadSessionOptions()));
        Assert.Equal(written, await ReadAsync(source, level, options));
    }

    [Theory]
    [MemberData(nameof(Wanted))]
    public async Task Where_it_tells_no_position_it_answers_itself_and_is_asked_once_a_second(ReadConsistency level, int bound)
    {
        await RestartWithoutLogAsync();
        using var relay = new CommandRelay(Cluster.Primary.Port);
        await using var source = Build(relay);
        var options = new ReadSessionOptions { MaxStalenessMilliseconds = bound, MaxWaitMilliseconds = 100 };
        var written = await InsertAsync(Cluster.Primary);
        Assert.Equal(written, await ReadAsync(source, level, options));
        var commands = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            // Of a second before and of this one.
            _time.Move(i == 1 ? TimeSpan.FromSeconds(2) : TimeSpan.Zero);
            var sent = relay.Commands;
            using var session = ReadSession.Begin(level, Guid.NewGuid().ToString(), options);
            Assert.Equal(written, await NewestAsync(source));
            Assert.Equal("primary", session.GetDecisions()[^1].Server);
            commands.Add(relay.Commands - sent);
        }

        Assert.True(commands[0] < commands[1] && commands[2] < commands[1], string.Join(' ', commands));
    }

    [Fact]
    public async Task A_session_that_may_not_use_the_primary_then_throws()
    {
        await RestartWithoutLogAsync();
        using var relay = new CommandRelay(Cluster.Primary.Port);
        await using var source = Build(relay);
        var options = new ReadSessionOptions { MaxStalenessMilliseconds = 1_000, OnReplicaLoss = ReplicaLoss.Fail };
        var lost = await Assert.ThrowsAsync<ReplicaLostException>(() => ReadAsync(source, ReadConsistency.Monotonic, options));
        Assert.Contains("known to be fresh enough", lost.Message, StringComparison.Ordinal);
    }

    // Without its log it cannot tell whether what was only prepared when it was killed was committed, and does not start then.
    private async Task RestartWithoutLogAsync()
    {
        await ExecuteAsync(Cluster.Primary, "flush engine logs");
        await Cluster.Primary.RestartAloneAsync(["--skip-log-bin"]);
    }

    private static async Task<long> ReadAsync(ReplicatedMySqlDataSource source, ReadConsistency level, ReadSessionOptions options)
    {
        using var session = ReadSession.Begin(level, Guid.NewGuid().ToString(), options);
        return await NewestAsync(source);
    }

    private static async Task<long> NewestAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(Newest);
    }

    private ReplicatedMySqlDataSource Build(CommandRelay primary) =>
        new ReplicatedMySqlDataSourceBuilder()
            .UsePrimary(new MySqlConnectionStringBuilder(Cluster.Primary.ConnectionString) { Port = (uint)primary.Port }.ConnectionString)
            .AddReplica("follower", Follower.ConnectionString)
            .UseTimeProvider(_time)
            .RecordDecisions()
            .Build();

    private static async Task<long> InsertAsync(MariaDbServer server)
    {
        await using var connection = new MySqlConnection(server.ConnectionString);
        return await connection.ExecuteScalarAsync<long>("insert into writes (note) values ('a write') returning id");
    }

    private static async Task ExecuteAsync(MariaDbServer server, string sql)
    {
        await using var connection = new MySqlConnection(server.AdminConnectionString);
        await connection.ExecuteAsync(sql);
    }

    private sealed class LaterTime : TimeProvider
    {
        private long _moved;

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _moved);

        public void Move(TimeSpan by) => Interlocked.Add(ref _moved, (long)(by.TotalSeconds * TimestampFrequency));
    }
}
