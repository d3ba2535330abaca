using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>Known traps of servers and drivers that other systems fell into, each set up for real.</summary>
public sealed class TrapTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string Newest = "select coalesce(max(id), 0) from writes";

    /// <summary>MariaDB's own wait takes any server's transaction of that number for the one it was asked for.</summary>
    [Fact]
    public async Task Another_servers_transaction_of_the_same_number_is_not_the_one_waited_for()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        await InsertAsync(source);
        await fixture.Cluster.WaitForReplicasAsync();
        await using var replica = new MySqlConnection(fixture.Cluster.Replicas[0].ConnectionString);
        var here = await replica.ExecuteScalarAsync<string>("select @@global.gtid_slave_pos");
        var there = $"0-77-{here!.Split('-')[2]}";
        Assert.Equal(0, await replica.ExecuteScalarAsync<int>("select master_gtid_wait(@there, 0.1)", new { there })); // the trap

        using (var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 50 }))
        {
            session.ObserveWrite(MariaDbGtidList.Parse(there));
            await NewestAsync(source);
            Assert.Equal("primary", Assert.Single(session.GetDecisions()).Server);
        }

        using (var session = ReadSession.Begin(ReadConsistency.Causal))
        {
            session.ObserveWrite(MariaDbGtidList.Parse(here));
            await NewestAsync(source);
            Assert.StartsWith("replica", Assert.Single(session.GetDecisions()).Server, StringComparison.Ordinal);
        }
    }

    /// <summary>A replica that became the primary applies nothing any more: MariaDB's wait on it always runs into its timeout.</summary>
    [Fact]
    public async Task A_promoted_server_is_read_without_being_waited_for()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 2);
        var (promoted, replica) = (cluster.Replicas[0], cluster.Replicas[1]);
        await ExecuteAsync(
            cluster.Primary,
            "create table app.writes (id bigint auto_increment primary key, server varchar(20), note varchar(60))"
        );
        await cluster.WaitForReplicasAsync();
        await ExecuteAsync(promoted, "stop slave; reset slave all; set global read_only = 0");
        await ExecuteAsync(
            replica,
            $"stop slave; change master to master_port = {promoted.Port}, master_use_gtid = slave_pos; start slave"
        );
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .UsePrimary(promoted.ConnectionString)
            .AddReplica("replica", replica.ConnectionString)
            .RecordDecisions()
            .Build();
        await InsertAsync(source);
        await using (var asked = new MySqlConnection(promoted.ConnectionString))
        {
            var own = await asked.ExecuteScalarAsync<string>("select @@global.gtid_binlog_pos");
            Assert.Equal(-1, await asked.ExecuteScalarAsync<int>("select master_gtid_wait(@own, 0.1)", new { own })); // the trap
        }

        using (var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 20_000 }))
        {
            var written = await InsertAsync(source);
            Assert.True(await NewestAsync(source) >= written);
            Assert.Equal("replica", session.GetDecisions()[^1].Server);
        }

        await replica.StopApplyingAsync();
        using (var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 300 }))
        {
            var written = await InsertAsync(source);
            var started = Stopwatch.GetTimestamp();
            using var clock = MachineTime.Start();
            Assert.True(await NewestAsync(source) >= written);
            Assert.Equal("primary", session.GetDecisions()[^1].Server);
            Assert.True(Stopwatch.GetElapsedTime(started).TotalMilliseconds > 290);
            Assert.InRange(clock.Elapsed.TotalMilliseconds, 0, 2500);
        }
    }

    /// <summary>A wait inside a snapshot, or in the same statement as the read, is no use: the read shows what the snapshot has.</summary>
    [Fact]
    public async Task The_wait_is_a_statement_of_its_own_before_the_read()
    {
        await using var source = fixture.BuildSource();
        var replica = fixture.Cluster.Replicas[1];
        await ExecuteAsync(
            replica,
            "set sql_log_bin = 0; set global log_output = 'TABLE'; truncate mysql.general_log; set global general_log = 1"
        );
        try
        {
            using var session = ReadSession.Begin(
                ReadConsistency.Causal,
                fixture.KeyOn(replica),
                new ReadSessionOptions { MaxWaitMilliseconds = 20_000 }
            );
            await InsertAsync(source);
            await NewestAsync(source);
        }
        finally
        {
            await ExecuteAsync(replica, "set global general_log = 0");
        }

        await using var connection = new MySqlConnection(replica.AdminConnectionString);
        var said = (
            await connection.QueryAsync<(string Thread, string Text)>(
                "select cast(thread_id as char), convert(argument using utf8mb4) from mysql.general_log where command_type in ('Query', 'Execute') order by event_time"
            )
        ).ToList();
        var read = said.FindLastIndex(s => s.Text == Newest);
        var wait = said.FindIndex(s => s.Text.StartsWith("SELECT MASTER_GTID_WAIT", StringComparison.Ordinal));
        Assert.True(wait >= 0 && read > wait, string.Join(" | ", said));
        Assert.Equal(said[read].Thread, said[wait].Thread);
        Assert.DoesNotContain(
            said,
            s => s.Text.Contains("TRANSACTION", StringComparison.OrdinalIgnoreCase) && s.Thread == said[read].Thread
        );
    }

    /// <summary>The commands of a batch run although one before them failed to wait: the wait belongs before the whole batch.</summary>
    [Fact]
    public async Task A_batch_of_a_causal_session_waits_before_its_first_command()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        for (var i = 0; i < 50; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 20_000 });
            var written = await InsertAsync(source);
            await using var connection = await source.OpenConnectionAsync();
            await using var batch = connection.CreateBatch();
            foreach (var text in new[] { Newest, Newest })
            {
                var command = batch.CreateBatchCommand();
                command.CommandText = text;
                batch.BatchCommands.Add(command);
            }

            await using var reader = await batch.ExecuteReaderAsync();
            do
            {
                Assert.True(await reader.ReadAsync());
                Assert.True(reader.GetInt64(0) >= written);
            } while (await reader.NextResultAsync());
            Assert.StartsWith("replica", connection.ServerName, StringComparison.Ordinal);
        }
    }

    /// <summary>Load alone takes no session from its replica: a pool of which all connections are in use is no server that is lost.</summary>
    [Fact]
    public async Task An_exhausted_pool_is_no_loss()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions(), maximumPoolSize: 1);
        var events = new ConcurrentQueue<ReadSessionEventArgs>();
        source.SessionEvent += (_, e) => events.Enqueue(e);
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(fixture.Cluster.Replicas[1]),
            new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Redraw }
        );
        await using (var held = await source.OpenConnectionAsync())
        {
            await held.ExecuteScalarAsync<long>(Newest);
            await Assert.ThrowsAnyAsync<DbException>(() => NewestAsync(source));
        }

        await NewestAsync(source);
        Assert.All(session.GetDecisions(), d => Assert.Equal("replica2", d.Server));
        Assert.Empty(events);
    }

    /// <summary>An address that leads to another server now - a name, a virtual address, swapped ports - is another replica.</summary>
    [Fact]
    public async Task Another_server_behind_the_same_address_is_a_loss()
    {
        var (first, second) = (fixture.Cluster.Replicas[0], fixture.Cluster.Replicas[1]);
        var leadsTo = first;
        using var relay = new CommandRelay(() => leadsTo.Port);
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .UsePrimary(fixture.Cluster.Primary.ConnectionString)
            .RecordDecisions()
            .AddReplica("address", new MySqlConnectionStringBuilder(first.ConnectionString) { Port = (uint)relay.Port }.ConnectionString)
            .Build();
        var events = new ConcurrentQueue<ReadSessionEventArgs>();
        source.SessionEvent += (_, e) => events.Enqueue(e);
        await second.StopApplyingAsync();
        try
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { MaxWaitMilliseconds = 5_000 });
            await InsertAsync(fixture.Source);
            await first.CatchUpAsync();
            var seen = await NewestAsync(source);
            leadsTo = second;
            relay.Break();
            Assert.True(await NewestAsync(source) >= seen);
            Assert.Equal(["address", "primary"], session.GetDecisions().Select(d => d.Server));
            Assert.Equal("restarted", Assert.Single(events, e => e.Kind == ReadSessionEventKind.Moved).Reason);
            session.Dispose();

            // A new session has seen nothing, and may read there.
            using var other = ReadSession.Begin(ReadConsistency.Monotonic);
            Assert.True(await NewestAsync(source) < seen);
        }
        finally
        {
            await second.StartApplyingAsync();
        }
    }

    private static async Task<long> InsertAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = await source.Primary.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "insert into writes (server, note) values ('primary', 'trap')";
        await command.ExecuteNonQueryAsync();
        return ((MySqlCommand)((ReplicatedCommand)command).Inner).LastInsertedId;
    }

    private static async Task<long> NewestAsync(ReplicatedMySqlDataSource source)
    {
        await using var connection = source.CreateConnection();
        return await connection.ExecuteScalarAsync<long>(Newest);
    }

    private static async Task ExecuteAsync(MariaDbServer server, string sql)
    {
        await using var connection = new MySqlConnection(server.AdminConnectionString);
        await connection.ExecuteAsync(sql);
    }
}
