using System.Collections.Concurrent;
using Dapper;
using MonotonicReads.Cluster;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>
/// Servers whose histories went apart, or that say less than they have: what a session saw on one of them must not be taken for what
/// another has.
/// </summary>
public sealed class HistoryTests : IAsyncLifetime, IDisposable
{
    private const int NoPort = 1; // nobody listens there
    private const string Newest = "select coalesce(max(id), 0) from writes";
    private static readonly SessionTokenOptions Tokens = SessionTokenOptions.WithKey(new byte[32]);
    private static readonly ReadSessionOptions CaughtUp = new() { OnReplicaLoss = ReplicaLoss.CaughtUp, MaxWaitMilliseconds = 200 };

    private readonly ConcurrentQueue<ReadSessionEventArgs> _events = new();
    private MariaDbCluster? _cluster;
    private CommandRelay? _relay;
    private MariaDbServer? _primary;
    private int _written;
    private volatile bool _isAway;

    private MariaDbCluster Cluster => _cluster!;

    private MariaDbReplica One => Cluster.Replicas[0];

    private MariaDbReplica Two => Cluster.Replicas[1];

    public async Task InitializeAsync()
    {
        _cluster = await MariaDbCluster.StartAsync(replicas: 2, ["--innodb-flush-log-at-trx-commit=1"]);
        _primary = Cluster.Primary;
        _relay = new CommandRelay(() => _isAway ? NoPort : _primary!.Port);
        await ExecuteAsync(Cluster.Primary, "create table app.writes (id bigint primary key)");
        await WriteAsync(1, 2, 3);
        await Cluster.WaitForReplicasAsync();
    }

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    public void Dispose() => _relay?.Dispose();

    /// <summary>The failover lost what one replica still has.</summary>
    [Theory]
    [InlineData(ReadConsistency.Monotonic)]
    [InlineData(ReadConsistency.Causal)]
    public async Task What_only_a_diverged_replica_has_does_not_vanish_silently(ReadConsistency level)
    {
        await using var source = Build(One);
        await NewestOnPrimaryAsync(source);
        using var session = ReadSession.Begin(level);
        await LoseWritesOfAsync(Two, onlyOn: One);

        Assert.Equal(5, await NewestAsync(source));
        using var nested = ReadSession.Begin(ReadConsistency.Primary);
        var lost = await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
        Assert.Contains("not proved", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_diverged_replica_takes_no_new_sessions_and_is_named()
    {
        await using var source = Build(One);
        await NewestOnPrimaryAsync(source);
        Assert.Equal("one", await ServerAsync(source));
        await LoseWritesOfAsync(Two, onlyOn: One);
        await NewestOnPrimaryAsync(source);

        await Eventually.BecomesAsync("primary", () => ServerAsync(source));
        Assert.True(source.GetServers().Single(s => s.Name == "one").IsDiverged);
        Assert.Equal("one", Assert.Single(_events, e => e.Kind == ReadSessionEventKind.ReplicaDiverged).From);
        Assert.Contains(await source.ValidateTopologyAsync(), f => f.Id == "MRT012" && f.Server == "one");

        await using var allowing = Build(One, b => b.AllowDivergedReplicas());
        await NewestOnPrimaryAsync(allowing);
        Assert.Equal("one", await ServerAsync(allowing));
    }

    /// <summary>Somebody writes on the replica, and its comparison with the primary has asked it already, or gets no answer.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_comparison_that_is_late_or_breaks_is_made_again(bool isLate)
    {
        await using var source = Build(One);
        await NewestOnPrimaryAsync(source);
        Assert.Equal("one", await ServerAsync(source));
        var (divergence, replica) = (source.Routed.Divergence!, source.Replicas.Single());
        await Eventually.IsAsync(() => replica.Compared is not null, "they are compared");
        if (isLate)
        {
            var gate = new TaskCompletionSource();
            _relay!.Gate = gate.Task;
            var asked = _relay.Commands;
            divergence.NoteNewWriter(replica);
            await Eventually.IsAsync(() => _relay.Commands > asked, "the replica has answered and the primary is asked");
            await WriteOnReplicaAsync();
            divergence.NoteNewWriter(replica);
            gate.SetResult();
        }
        else
        {
            await WriteOnReplicaAsync();
            _isAway = true;
            _relay!.Break();
            divergence.NoteNewWriter(replica);
            await Eventually.IsAsync(() => _relay.Refused > 0, "the primary cannot be asked");
            _isAway = false;
        }

        await Eventually.BecomesAsync("primary", () => ServerAsync(source));
        Assert.True(replica.IsDiverged);

        Task WriteOnReplicaAsync() => ExecuteAsync(One, "set session gtid_domain_id = 7; insert into app.writes values (77)");
    }

    /// <summary>The near miss: what is known is not asked again, however long ago that was.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_a_comparison_that_failed_is_made_again_where_sessions_begin(bool hasFailed)
    {
        await using var source = Build(One);
        await NewestOnPrimaryAsync(source);
        Assert.Equal("one", await ServerAsync(source));
        var replica = source.Replicas.Single();
        await Eventually.IsAsync(() => replica.Compared is not null, "they are compared");
        if (hasFailed)
        {
            replica.Tried = new ComparisonTry(0, HasFailed: true);
            Assert.Equal("one", await ServerAsync(source));
            await Eventually.IsAsync(() => replica.Tried is { At: > 0, HasFailed: false }, "they are compared again");
        }
        else
        {
            // The first comparison may be about to end still.
            await Eventually.IsAsync(IsLeftAloneAsync, "nothing is compared again");
        }

        async Task<bool> IsLeftAloneAsync()
        {
            var longAgo = replica.Tried = new ComparisonTry(0, HasFailed: false);
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal("one", await ServerAsync(source));
            }

            return ReferenceEquals(replica.Tried, longAgo);
        }
    }

    /// <summary>Nobody can ask a dead replica what it had.</summary>
    [Fact]
    public async Task What_only_a_diverged_replica_had_does_not_vanish_when_it_dies()
    {
        await using var source = Build(One, b => b.AllowDivergedReplicas());
        await NewestOnPrimaryAsync(source);
        await LoseWritesOfAsync(Two, onlyOn: One);
        await NewestOnPrimaryAsync(source);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        Assert.Equal(5, await NewestAsync(source));
        await Eventually.BecomesAsync(true, () => Task.FromResult(source.GetServers().Single(s => s.Name == "one").IsDiverged));
        await One.KillAsync();
        await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
    }

    /// <summary>It was compared before the write, and cannot be again; what it told the session's reads since then is known.</summary>
    [Theory]
    [InlineData(ReadConsistency.Global, true)]
    [InlineData(ReadConsistency.Causal, true)]
    [InlineData(ReadConsistency.Global, false)]
    [InlineData(ReadConsistency.Causal, false)]
    public async Task What_a_replica_told_since_it_was_compared_does_not_vanish_when_it_dies(ReadConsistency level, bool isWrittenTo)
    {
        await using var source = Build(One, b => b.RecordDecisions(), "MaximumPoolSize=1");
        await NewestOnPrimaryAsync(source);
        await NewestAsync(source);
        await Eventually.IsAsync(() => source.Replicas.Single().Compared is not null, "they are compared");
        if (isWrittenTo)
        {
            await ExecuteAsync(One, "set session gtid_domain_id = 7; insert into app.writes values (77)");
        }

        using var session = ReadSession.Begin(level, new ReadSessionOptions { MaxWaitMilliseconds = 30_000 });
        await using (var connection = await source.Primary.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("insert into writes values (10)");
        }

        await using (var connection = await source.OpenConnectionAsync())
        {
            Assert.Equal(isWrittenTo ? 77 : 10, await connection.ExecuteScalarAsync<long>(Newest));
            Assert.Equal("one", session.GetDecisions()[^1].Server);

            // While the session has the only connection nobody else can ask.
            await One.KillAsync();
        }

        Assert.False(source.GetServers().Single(s => s.Name == "one").IsDiverged);
        var token = await session.ToTokenAsync(Tokens);
        if (isWrittenTo)
        {
            await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
        }
        else
        {
            Assert.Equal(10, await NewestAsync(source));
        }

        session.Dispose();
        using var resumed = ReadSession.Resume(token, Tokens);
        if (isWrittenTo)
        {
            await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
        }
        else
        {
            Assert.Equal(10, await NewestAsync(source));
        }
    }

    /// <summary>Nobody looks at it now and then: a session's question hears of it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_replica_that_was_written_to_is_compared_when_a_session_hears_of_it(bool isAsked)
    {
        await using var source = Build(One);
        await NewestOnPrimaryAsync(source);
        await AskAsync();
        await Eventually.IsAsync(() => source.Replicas.Single().Compared is not null, "they are compared");
        await ExecuteAsync(One, "set session gtid_domain_id = 7; insert into app.writes values (77)");
        if (isAsked)
        {
            await AskAsync();
            await Eventually.BecomesAsync("primary", () => ServerAsync(source));
        }

        Assert.Equal(isAsked ? 1 : 0, _events.Count(e => e.Kind == ReadSessionEventKind.ReplicaDiverged));

        async Task AskAsync()
        {
            await WriteAsync(10 + _written++);
            using var session = ReadSession.Begin(ReadConsistency.Global, new ReadSessionOptions { MaxWaitMilliseconds = 30_000 });
            await NewestAsync(source);
        }
    }

    /// <summary>Its numbers are beyond the write's.</summary>
    [Fact]
    public async Task A_causal_session_sees_its_write_and_not_the_larger_number_of_a_diverged_replica()
    {
        await using var source = Build(One, b => b.AllowDivergedReplicas());
        await NewestOnPrimaryAsync(source);
        await LoseWritesOfAsync(Two, onlyOn: One);
        await NewestOnPrimaryAsync(source);
        using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 100 });
        await using (var connection = await source.Primary.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("insert into writes values (1000)");
        }

        Assert.Equal(1000, await NewestAsync(source));
    }

    /// <summary>The near miss: what was written on the primary before a replica was asked is on its way, and no divergence.</summary>
    [Fact]
    public async Task A_replica_that_follows_is_not_diverged()
    {
        await using var source = Build(One, b => b.UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMilliseconds(20) }));
        for (var i = 10; i < 200; i++)
        {
            await WriteAsync(i);
            Assert.Equal("one", await ServerAsync(source));
        }

        Assert.DoesNotContain(_events, e => e.Kind == ReadSessionEventKind.ReplicaDiverged);
        Assert.DoesNotContain(await source.ValidateTopologyAsync(), f => f.Id == "MRT012");
    }

    [Fact]
    public async Task A_write_on_a_replica_keeps_it_out_until_the_primary_has_it_too()
    {
        await using var source = Build(One, b => b.UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMilliseconds(50) }));
        await NewestOnPrimaryAsync(source);
        using (ReadSession.Begin(ReadConsistency.Monotonic))
        {
            await ExecuteAsync(One, "insert into app.writes values (77)");
            Assert.Equal(77, await NewestAsync(source));
            using var nested = ReadSession.Begin(ReadConsistency.Primary);
            await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
        }

        await Eventually.BecomesAsync("primary", () => ServerAsync(source));
        await ExecuteAsync(
            Cluster.Primary,
            $"set gtid_seq_no = {(await PositionAsync(One, "gtid_binlog_pos")).Split('-')[2]}, server_id = {One.ServerId}; "
                + "insert into app.writes values (77)"
        );
        await Eventually.BecomesAsync("one", () => ServerAsync(source));
    }

    /// <summary>The primary's numbers go on as if there were none.</summary>
    [Fact]
    public async Task A_write_on_a_replica_does_not_vanish_behind_the_primarys_next_numbers()
    {
        await using var source = Build(One, b => b.AllowDivergedReplicas());
        await NewestOnPrimaryAsync(source);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        Assert.Equal(3, await NewestAsync(source));
        await ExecuteAsync(One, "set global gtid_strict_mode = 0"); // as it is by default
        await ExecuteAsync(One, "insert into app.writes values (77)");
        await WriteAsync(10, 11, 12);
        await One.CatchUpAsync();
        Assert.Equal(77, await NewestAsync(source));
        using var nested = ReadSession.Begin(ReadConsistency.Primary);
        await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
    }

    /// <summary>What was seen on the primary before is not asked of the one after it.</summary>
    [Fact]
    public async Task A_token_that_is_made_after_a_failover_is_not_good_for_a_primary_that_lost_what_was_seen()
    {
        await using var source = Build(One);
        await One.StopReplicationAsync();
        await Two.StopReplicationAsync();
        await WriteAsync(100);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        Assert.Equal(100, await NewestOnPrimaryAsync(source));
        await PromoteAsync(Two, follower: One);
        await WriteAsync(6, 7, 8, 9);
        using (var other = ReadSession.Begin(ReadConsistency.Primary, Guid.NewGuid()))
        {
            Assert.Equal(9, await NewestAsync(source)); // the new primary is known
        }

        var token = await session.ToTokenAsync(Tokens);
        session.Dispose();
        using var resumed = ReadSession.Resume(token, Tokens);
        await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
    }

    /// <summary>As failovers do: the address leads there first, and then it takes writes.</summary>
    [Fact]
    public async Task A_primary_that_is_met_before_it_takes_writes_is_compared_all_the_same()
    {
        await using var source = Build(One);
        await NewestOnPrimaryAsync(source);
        Assert.Equal("one", await ServerAsync(source));
        await Two.StopReplicationAsync();
        await WriteAsync(4, 5);
        await One.CatchUpAsync();
        await Cluster.Primary.KillAsync();
        _primary = Two;
        _relay!.Break();
        Assert.Equal(0, await NewestOrNoneAsync(source));
        await ExecuteAsync(Two, "stop slave; reset slave all; set global read_only = 0");
        Assert.Equal(3, await NewestOnPrimaryAsync(source));
        await Eventually.BecomesAsync("primary", () => ServerAsync(source));
    }

    /// <summary>Between its two runs another server was there.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_primary_that_comes_back_after_another_has_to_prove_what_a_restarted_one_has_to(int flushesAtCommit)
    {
        await using var source = Build(One);
        await NewestOnPrimaryAsync(source);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        Assert.Equal(3, await NewestAsync(source));
        var first = Cluster.Primary;
        await Two.CatchUpAsync();
        await ExecuteAsync(Two, "set global read_only = 0");
        _primary = Two;
        _relay!.Break();
        Assert.Equal(3, await OutsideAsync(() => NewestOnPrimaryAsync(source)));
        await first.RestartAsync();
        // As it would have been all the time.
        await ExecuteAsync(first, $"set global innodb_flush_log_at_trx_commit = {flushesAtCommit}");
        _primary = first;
        _relay.Break();
        Assert.Equal(3, await OutsideAsync(() => NewestOnPrimaryAsync(source)));

        using var nested = ReadSession.Begin(ReadConsistency.Primary);
        if (flushesAtCommit == 1)
        {
            Assert.Equal(3, await NewestAsync(source));
            return;
        }

        var lost = await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
        Assert.Contains("not proved", lost.Message, StringComparison.Ordinal);
    }

    /// <summary>A barrier that was passed for a write says nothing of the next primary.</summary>
    [Fact]
    public async Task What_was_read_before_a_transaction_is_asked_of_the_next_primary()
    {
        await using var source = Build(One);
        await NewestOnPrimaryAsync(source);
        await Two.StopReplicationAsync();
        await WriteAsync(4, 5);
        await One.CatchUpAsync();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        Assert.Equal(5, await NewestAsync(source));
        await using (var connection = await source.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await connection.ExecuteAsync("insert into writes values (1000)", transaction: transaction);
            await transaction.RollbackAsync();
        }

        await PromoteAsync(Two, follower: One);
        await Assert.ThrowsAsync<ReplicaLostException>(() => NewestOnPrimaryAsync(source));
    }

    /// <summary>As a backup leaves it: all of the data, and nothing in its own log.</summary>
    [Fact]
    public async Task What_was_seen_on_a_replica_without_a_log_of_its_own_is_known()
    {
        await MakeFreshAsync(ahead: One, behind: Two);
        await using var source = Build(One);
        await NewestOnPrimaryAsync(source);
        string token;
        using (var session = ReadSession.Begin(ReadConsistency.Monotonic))
        {
            Assert.Equal(5, await NewestAsync(source));
            token = await session.ToTokenAsync(Tokens);
        }

        source.UpdateReplicas([new("two", Two.ConnectionString)]);
        using (ReadSession.Resume(token, Tokens))
        {
            Assert.Equal(5, await NewestAsync(source));
        }
    }

    [Fact]
    public async Task A_session_that_is_caught_up_leaves_a_replica_without_a_log_of_its_own_for_one_that_has_as_much()
    {
        await MakeFreshAsync(ahead: One, behind: Two);
        await using var source = Build(One);
        await NewestOnPrimaryAsync(source);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, CaughtUp);
        Assert.Equal(5, await NewestAsync(source));
        source.UpdateReplicas([new("two", Two.ConnectionString)]);
        Assert.Equal(5, await NewestAsync(source));
    }

    [Fact]
    public async Task What_was_seen_on_a_promoted_primary_without_a_log_of_its_own_is_known()
    {
        await MakeFreshAsync(ahead: One, behind: Two);
        await Cluster.Primary.KillAsync();
        await ExecuteAsync(One, "stop slave; reset slave all; reset master; set global read_only = 0");
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UsePrimary(One.ConnectionString)
            .AddReplica("two", Two.ConnectionString)
            .Build();
        using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 100 });
        await using (var connection = await source.Primary.OpenConnectionAsync())
        {
            Assert.Equal(5, await connection.ExecuteScalarAsync<long>(Newest));
        }

        Assert.Equal(5, await NewestAsync(source));
    }

    /// <summary>It reads on the primary, and nowhere else; and what it wrote has to be there.</summary>
    [Theory]
    [InlineData(ReadConsistency.Primary)]
    [InlineData(ReadConsistency.Causal)]
    public async Task What_a_session_wrote_is_not_missing_on_the_next_primary(ReadConsistency level)
    {
        await using var source = Build(One);
        await One.StopReplicationAsync();
        await Two.StopReplicationAsync();
        using var session = ReadSession.Begin(level, new ReadSessionOptions { MaxWaitMilliseconds = 100 });
        await using (var connection = await source.Primary.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("insert into writes values (100)");
        }

        await PromoteAsync(Two, follower: One);
        using var nested = ReadSession.Begin(ReadConsistency.Primary);
        await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
    }

    /// <summary>A session that wrote nothing, and read nothing, is not bound to a run of the primary.</summary>
    [Fact]
    public async Task What_a_session_did_not_write_is_not_missing()
    {
        await using var source = Build(One);
        await NewestOnPrimaryAsync(source);
        using var session = ReadSession.Begin(ReadConsistency.Primary);
        await PromoteAsync(Two, follower: One);
        Assert.Equal(3, await NewestAsync(source));
    }

    /// <summary>A replica that was promoted, is read on a connection from before, and cannot be asked any more; in another process the
    /// primary before it is still the primary.</summary>
    [Theory]
    [InlineData(ReplicaLoss.Primary)]
    [InlineData(ReplicaLoss.CaughtUp)]
    public async Task What_was_seen_on_a_promoted_replica_is_in_the_token(ReplicaLoss policy)
    {
        await using var source = Build(One);
        await using var other = Build(Two);
        await NewestOnPrimaryAsync(source);
        await NewestOnPrimaryAsync(other);
        string token;
        using (var session = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { OnReplicaLoss = policy }))
        {
            await using var open = await source.OpenConnectionAsync();
            Assert.Equal(3, await open.ExecuteScalarAsync<long>(Newest));
            await ExecuteAsync(One, "stop slave; reset slave all; set global read_only = 0");
            await ExecuteAsync(One, "insert into app.writes values (100)");
            Assert.Equal(100, await open.ExecuteScalarAsync<long>(Newest));
            token = await session.ToTokenAsync(Tokens);
        }

        using var resumed = ReadSession.Resume(
            token,
            ReadConsistency.Monotonic,
            new ReadSessionOptions { MaxWaitMilliseconds = 100 },
            Tokens
        );
        await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(other));
    }

    public enum Meanwhile
    {
        Nothing,
        AWrite,
        AReadThatFails,
    }

    /// <summary>A request between two that does not see what the session came with, while the primary can be asked, or cannot.</summary>
    [Theory]
    [InlineData(Meanwhile.Nothing, true)]
    [InlineData(Meanwhile.Nothing, false)]
    [InlineData(Meanwhile.AWrite, true)]
    [InlineData(Meanwhile.AWrite, false)]
    [InlineData(Meanwhile.AReadThatFails, true)]
    [InlineData(Meanwhile.AReadThatFails, false)]
    public async Task What_a_session_came_with_it_takes_along(Meanwhile meanwhile, bool knowsPosition)
    {
        await using var source = Build(One);
        await One.StopReplicationAsync();
        await Two.StopReplicationAsync();
        var token = await WrittenTokenAsync(source, 100, knowsPosition);
        await PromoteAsync(Two, follower: One);
        await using var next = Build(One);
        using (var resumed = ReadSession.Resume(token, ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 0 }, Tokens))
        {
            if (meanwhile == Meanwhile.AWrite)
            {
                await using var connection = await next.Primary.OpenConnectionAsync();
                await connection.ExecuteAsync("insert into writes values (6)");
            }
            else if (meanwhile == Meanwhile.AReadThatFails)
            {
                await Two.PauseAsync();
                _relay!.Break();
                await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => NewestAsync(next));
            }

            token = await resumed.ToTokenAsync(Tokens);
        }

        if (meanwhile == Meanwhile.AReadThatFails)
        {
            await Two.ResumeAsync();
        }

        await using var last = Build(One);
        using var again = ReadSession.Resume(token, ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 0 }, Tokens);
        await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(last));
    }

    // Of a session that wrote; it knows where, or only that the primary has it.
    private static async Task<string> WrittenTokenAsync(ReplicatedMySqlDataSource source, int id, bool knowsPosition)
    {
        using var session = ReadSession.Begin(ReadConsistency.Causal, Guid.NewGuid());
        await using (var connection = await source.Primary.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("insert into writes values (@id)", new { id });
        }

        return knowsPosition
            ? await session.ToTokenAsync(Tokens)
            : new SessionToken(
                session.Id,
                ReadConsistency.Causal,
                [new SourceState(source.Routed.Name.Text, Position: null) { PrimaryRun = source.Routed.Primary.Run.Name }]
            ).Protect(Tokens);
    }

    /// <summary>A lossy failover gives the numbers of lost transactions to others.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_that_was_lost_is_not_taken_for_the_one_that_has_its_number(bool isResumed)
    {
        await using var source = Build(One);
        await NewestOnPrimaryAsync(source);
        await One.StopReplicationAsync();
        await Two.StopReplicationAsync();
        using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 100 });
        await using (var connection = await source.Primary.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("insert into writes values (100)");
        }

        var token = await session.ToTokenAsync(Tokens);
        await PromoteAsync(Two, follower: One);
        await WriteAsync(6, 7, 8, 9);
        await CatchUpAsync(One, Two);
        if (isResumed)
        {
            session.Dispose();
        }

        using var resumed = isResumed ? ReadSession.Resume(token, Tokens) : null;
        await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
    }

    [Theory]
    [InlineData(ReadConsistency.Monotonic)]
    [InlineData(ReadConsistency.Causal)]
    [InlineData(ReadConsistency.Primary)]
    public async Task What_a_token_carries_is_not_taken_for_what_has_its_number_on_the_next_primary(ReadConsistency level)
    {
        await using var source = Build(One);
        await One.StopReplicationAsync();
        await Two.StopReplicationAsync();
        await WriteAsync(100);
        string token;
        using (var session = ReadSession.Begin(level))
        {
            Assert.Equal(100, await NewestOnPrimaryAsync(source));
            token = await session.ToTokenAsync(Tokens);
        }

        await PromoteAsync(Two, follower: One);
        await WriteAsync(6, 7, 8, 9);
        using var resumed = ReadSession.Resume(token, Tokens);
        using var nested = ReadSession.Begin(ReadConsistency.Primary);
        await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
    }

    /// <summary>Where no position is known only the primary will do, and another is another one.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_token_that_knows_no_position_is_good_for_the_primary_that_it_came_from_alone(bool isLost)
    {
        await using var source = Build(One);
        string token;
        using (ReadSession.Begin(ReadConsistency.Monotonic, CaughtUp))
        {
            Assert.Equal(3, await NewestOnPrimaryAsync(source));
        }

        using (var session = ReadSession.Begin(ReadConsistency.Monotonic))
        {
            Assert.Equal(3, await NewestAsync(source));
            await One.KillAsync();
            token = await session.ToTokenAsync(Tokens); // nobody can ask the replica any more
        }

        if (isLost)
        {
            await Cluster.Primary.KillAsync();
            await ExecuteAsync(Two, "stop slave; reset slave all; set global read_only = 0");
            _primary = Two;
            _relay!.Break();
        }

        using var resumed = ReadSession.Resume(token, Tokens);
        if (isLost)
        {
            var lost = await Assert.ThrowsAsync<ReplicaLostException>(() => NewestAsync(source));
            Assert.Contains("token", lost.Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(3, await NewestAsync(source));
        }
    }

    /// <summary>The near miss: a failover that lost nothing.</summary>
    [Theory]
    [InlineData(ReadConsistency.Monotonic)]
    [InlineData(ReadConsistency.Causal)]
    [InlineData(ReadConsistency.Primary)]
    public async Task What_a_token_carries_is_read_on_the_next_primary_that_has_it(ReadConsistency level)
    {
        await using var source = Build(One);
        await WriteAsync(100);
        await Cluster.WaitForReplicasAsync();
        string token;
        using (var session = ReadSession.Begin(level))
        {
            Assert.Equal(100, await NewestOnPrimaryAsync(source));
            token = await session.ToTokenAsync(Tokens);
        }

        await PromoteAsync(Two, follower: One);
        await WriteAsync(101, 102);
        await CatchUpAsync(One, Two);
        using var resumed = ReadSession.Resume(token, Tokens);
        Assert.Equal(102, await NewestAsync(source));
        using var nested = ReadSession.Begin(ReadConsistency.Primary);
        Assert.Equal(102, await NewestAsync(source));
    }

    /// <summary>The driver pools a connection whose opening was given up. Servers number alike: that the other of its number has told where
    /// it leads says nothing of this one.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_was_given_up_as_it_was_asked_is_not_taken_for_another_of_its_number(bool isPromoted)
    {
        await Two.StopReplicationAsync();
        await WriteAsync(100);
        await ExecuteAsync(Two, "set global read_only = 0");
        for (long number = await NumberAsync(Two); await NumberAsync(Cluster.Primary) < number + 50; ) { }

        await using var source = Build(One);
        using var session = ReadSession.Begin(ReadConsistency.Primary);
        await using var first = await source.OpenConnectionAsync();
        Assert.Equal(100, await first.ExecuteScalarAsync<long>(Newest));
        var wanted = await first.ExecuteScalarAsync<long>("select connection_id()");
        while (await NumberAsync(Two) < wanted - 1) { }

        _primary = isPromoted ? Two : Cluster.Primary;
        _relay!.CommandDelay = TimeSpan.FromSeconds(1);
        using var giveUp = new CancellationTokenSource();
        var asked = _relay.Commands;
        var opening = Task.Run(() => source.OpenConnectionAsync(giveUp.Token).AsTask());
        await Eventually.IsAsync(() => Task.FromResult(_relay.Commands > asked), "it is asked where it leads");
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        _relay.CommandDelay = TimeSpan.Zero;
        await first.CloseAsync();

        // Each keeps its connection, so that the next one gets another.
        await using var kept = new Kept();
        if (isPromoted)
        {
            await Assert.ThrowsAsync<ReplicaLostException>(() => ReadThriceAsync());
        }
        else
        {
            await ReadThriceAsync();
        }

        async Task ReadThriceAsync()
        {
            for (var i = 0; i < 3; i++)
            {
                var connection = kept.Keep(await source.OpenConnectionAsync());
                Assert.Equal(100, await connection.ExecuteScalarAsync<long>(Newest));
            }
        }
    }

    /// <summary>The address of the primary leads to another server, and the one before lives on as a replica.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_pooled_connection_outlives_the_primary_that_it_was_made_to(bool isMonitored)
    {
        await using var source = Build(
            One,
            b => isMonitored ? b.UseMonitor(new MonitorOptions { Interval = TimeSpan.FromMilliseconds(50) }) : b
        );
        await using (await source.Primary.OpenConnectionAsync())
        {
            // Two idle ones.
            await using var second = await source.Primary.OpenConnectionAsync();
        }

        await ExecuteAsync(Cluster.Primary, "set global read_only = 1");
        await Two.CatchUpAsync();
        await ExecuteAsync(Two, "stop slave; reset slave all; set global read_only = 0");
        _primary = Two;
        await WriteAsync(6);
        if (isMonitored)
        {
            await Eventually.BecomesAsync(6L, () => NewestOrNoneAsync(source));
        }
        else
        {
            // A write that reaches the old one is refused there, which tells.
            await using var connection = await source.Primary.OpenConnectionAsync();
            await Assert.ThrowsAsync<MySqlException>(() => connection.ExecuteAsync("insert into writes values (7)"));
        }

        for (var i = 0; i < 3; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Primary);
            await using var first = await source.OpenConnectionAsync();
            await using var second = await source.OpenConnectionAsync();
            await using var third = await source.OpenConnectionAsync();
            foreach (var connection in new[] { first, second, third })
            {
                Assert.Equal(6, await connection.ExecuteScalarAsync<long>(Newest));
            }
        }
    }

    /// <summary>One that is open stays where it is, and says so.</summary>
    [Fact]
    public async Task An_open_connection_to_the_primary_before_is_not_read_in_a_session()
    {
        await using var source = Build(One);
        await using var open = await source.Primary.OpenConnectionAsync();
        await ExecuteAsync(Cluster.Primary, "set global read_only = 1");
        await Two.CatchUpAsync();
        await ExecuteAsync(Two, "stop slave; reset slave all; set global read_only = 0");
        _primary = Two;
        await WriteAsync(6);
        Assert.Equal(6, await NewestOnPrimaryAsync(source));

        using var session = ReadSession.Begin(ReadConsistency.Primary);
        await Assert.ThrowsAsync<ReplicaLostException>(() => open.ExecuteScalarAsync<long>(Newest));
        await open.CloseAsync();
        await open.OpenAsync();
        Assert.Equal(6, await open.ExecuteScalarAsync<long>(Newest));
    }

    [Fact]
    public async Task A_server_that_refuses_writes_is_not_read_as_the_primary()
    {
        await using var source = Build(One);
        await ExecuteAsync(Cluster.Primary, "set global read_only = 1");
        using var session = ReadSession.Begin(ReadConsistency.Primary);
        var refused = await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => NewestAsync(source));
        Assert.Contains("not the primary", refused.Message, StringComparison.Ordinal);
        Assert.True(refused.IsTransient);
        await ExecuteAsync(Cluster.Primary, "set global read_only = 0");
        Assert.Equal(3, await NewestAsync(source));
    }

    /// <summary>A server counts its uptime in whole seconds; runs that begin within one are told apart all the same.</summary>
    [Fact]
    public async Task Each_of_several_quick_restarts_is_another_run()
    {
        await using var source = Build(One, b => b.RecordDecisions());
        await NewestOnPrimaryAsync(source);
        for (var i = 0; i < 8; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, $"quick {i}");
            await NewestAsync(source);
            await NewestAsync(source);
            Assert.All(session.GetDecisions(), d => Assert.Equal("one", d.Server));
            await One.RestartAsync();
            Assert.Equal(3, await NewestAsync(source));
            Assert.Equal("primary", session.GetDecisions()[^1].Server);
        }
    }

    [Fact]
    public async Task A_step_of_this_machines_clock_is_no_restart()
    {
        var clock = new SteppedClock();
        await using var source = Build(One, b => b.UseTimeProvider(clock));
        await NewestOnPrimaryAsync(source);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        await using var open = await source.OpenConnectionAsync();
        foreach (var step in new[] { 30, -60 })
        {
            clock.Step += TimeSpan.FromSeconds(step);

            // The open ones keep their places, so that these are new.
            var more = await source.OpenConnectionAsync();
            var primary = await source.Primary.OpenConnectionAsync();
            Assert.Equal("one", more.ServerName);
            Assert.Equal(3, await more.ExecuteScalarAsync<long>(Newest));
            GC.KeepAlive(primary);
        }

        Assert.Empty(_events);
    }

    private sealed class Kept : IAsyncDisposable
    {
        private readonly List<ReplicatedConnection> _all = [];

        public ReplicatedConnection Keep(ReplicatedConnection connection)
        {
            _all.Add(connection);
            return connection;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var connection in _all)
            {
                await connection.DisposeAsync();
            }
        }
    }

    private sealed class SteppedClock : TimeProvider
    {
        public TimeSpan Step { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Step;
    }

    private ReplicatedMySqlDataSource Build(
        MariaDbReplica replica,
        Func<ReplicatedMySqlDataSourceBuilder, ReplicatedMySqlDataSourceBuilder>? configure = null,
        string settings = ""
    )
    {
        var primary = new MySqlConnectionStringBuilder(Cluster.Primary.ConnectionString) { Port = (uint)_relay!.Port };
        var source = (configure ?? (b => b))(new ReplicatedMySqlDataSourceBuilder())
            .UsePrimary(primary.ConnectionString)
            .AddReplica("one", $"{replica.ConnectionString};{settings}")
            .Build();
        source.SessionEvent += (_, e) => _events.Enqueue(e);
        return source;
    }

    // The primary dies with two writes that one replica has, and the other takes its place.
    private async Task LoseWritesOfAsync(MariaDbReplica promoted, MariaDbReplica onlyOn)
    {
        await promoted.StopReplicationAsync();
        await WriteAsync(4, 5);
        await onlyOn.CatchUpAsync();
        await PromoteAsync(promoted, follower: onlyOn);
    }

    private async Task PromoteAsync(MariaDbReplica promoted, MariaDbReplica follower)
    {
        await Cluster.Primary.KillAsync();
        await ExecuteAsync(promoted, "stop slave; reset slave all; set global read_only = 0");
        _primary = promoted;
        _relay!.Break();
        await FollowAsync(follower, promoted);
    }

    private static Task FollowAsync(MariaDbReplica follower, MariaDbServer primary) =>
        ExecuteAsync(
            follower,
            $"stop slave; change master to master_host = '127.0.0.1', master_port = {primary.Port}, master_use_gtid = slave_pos; start slave"
        );

    private async Task MakeFreshAsync(MariaDbReplica ahead, MariaDbReplica behind)
    {
        await behind.StopReplicationAsync();
        await WriteAsync(4, 5);
        await ahead.CatchUpAsync();
        await ExecuteAsync(ahead, "stop slave; reset master; start slave");
        Assert.Equal("", await PositionAsync(ahead, "gtid_binlog_pos"));
    }

    private static async Task CatchUpAsync(MariaDbReplica replica, MariaDbServer primary)
    {
        var position = await PositionAsync(primary, "gtid_binlog_pos");
        await using var connection = new MySqlConnection(replica.AdminConnectionString);
        Assert.Equal(
            0,
            await connection.ExecuteScalarAsync<int>("select master_gtid_wait(@position, 30)", new { position }, commandTimeout: 60)
        );
    }

    private static async Task<string> PositionAsync(MariaDbServer server, string variable)
    {
        await using var connection = new MySqlConnection(server.AdminConnectionString);
        return (await connection.ExecuteScalarAsync<string>("select @@global." + variable))!;
    }

    private async Task WriteAsync(params int[] ids)
    {
        foreach (var id in ids)
        {
            await ExecuteAsync(_primary!, $"insert into app.writes values ({id})");
        }
    }

    private static Task<T> OutsideAsync<T>(Func<Task<T>> ask)
    {
        using var outside = ExecutionContext.SuppressFlow();
        return Task.Run(ask);
    }

    private static async Task<long> NewestAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(Newest);
    }

    private static async Task<long> NewestOnPrimaryAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.Primary.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(Newest);
    }

    // Between two primaries there is none for a moment.
    private static async Task<long> NewestOrNoneAsync(ReplicatedMySqlDataSource source)
    {
        try
        {
            return await NewestOnPrimaryAsync(source);
        }
        catch (System.Data.Common.DbException)
        {
            return 0;
        }
    }

    private static async Task<string?> ServerAsync(ReplicatedMySqlDataSource source)
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, Guid.NewGuid());
        await using var connection = await source.OpenConnectionAsync();
        return connection.ServerName;
    }

    // The number that a server gives to a connection now.
    private static async Task<long> NumberAsync(MariaDbServer server)
    {
        await using var connection = new MySqlConnection(server.ConnectionString + ";Pooling=False");
        await connection.OpenAsync();
        return connection.ServerThread;
    }

    private static async Task ExecuteAsync(MariaDbServer server, string sql)
    {
        await using var connection = new MySqlConnection(server.AdminConnectionString);
        await connection.ExecuteAsync(sql);
    }
}
