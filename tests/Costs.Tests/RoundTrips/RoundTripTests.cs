using System.Collections.Concurrent;
using System.Data.Common;
using Dapper;
using MonotonicReads.Cluster;
using MonotonicReads.Cluster.Relay;
using MonotonicReads.Costs.Tests.Ledger;
using MySqlConnector;

namespace MonotonicReads.Costs.Tests.RoundTrips;

/// <summary>What each level costs in commands, counted where they reach the servers. The pool of the driver resets a connection with two of
/// them before it hands it out.</summary>
public sealed class RoundTripTests
{
    private const string Sql = "select id from products where id = 1";
    private const string BeginSnapshot =
        "set transaction isolation level repeatable read; start transaction with consistent snapshot, read only";

    // Physical connections are made, and asked who they reach, once.
    private const int WarmUp = 3;
    private const int Rounds = 3;

    private readonly List<Cost> _costs = [];

    [Fact]
    public async Task Each_level_sends_what_costs_txt_says()
    {
        await using var cluster = await MariaDbCluster.StartAsync(replicas: 1);
        await using (var connection = new MySqlConnection(cluster.Primary.ConnectionString))
        {
            await connection.ExecuteAsync("create table products (id int primary key); insert into products values (1)");
        }

        await cluster.WaitForReplicasAsync();
        await using var primary = await RelayTo(cluster.Primary);
        await using var replica = await RelayTo(cluster.Replicas[0]);
        await using var plain = new MySqlDataSource(Through(replica, cluster.Replicas[0]));
        await using var source = new ReplicatedMySqlDataSourceBuilder()
            .UsePrimary(Through(primary, cluster.Primary))
            .AddReplica("replica", Through(replica, cluster.Replicas[0]))
            .UseTimeProvider(new CreepingTime())
            .Build();
        var events = new ConcurrentQueue<string>();
        source.SessionEvent += (_, args) => events.Enqueue($"{args.Kind} from {args.From} to {args.To}: {args.Reason} {args.Exception}");
        var counted = new CountedCommands(primary, replica);

        await MeasureReadsAsync(counted, plain, source, await WrittenAsync(source, cluster));
        await MeasureTokensAsync(counted, source);
        await MeasureMomentsAsync(counted, plain, source);
        await MeasureSeriesAsync(counted, plain, source);

        // A session that left its server has cost something else.
        Assert.True(events.IsEmpty, string.Join("\n", events));
        CostFile.Check(CostFile.RoundTrips, _costs);
    }

    private async Task MeasureReadsAsync(
        CountedCommands counted,
        DbDataSource plain,
        ReplicatedMySqlDataSource source,
        ReplicationPosition written
    )
    {
        await AddAsync(counted, "one row, plain data source", () => ReadAsync(plain));
        await AddAsync(counted, "one row, outside a session", () => ReadAsync(source));
        await AddAsync(counted, "one row, pinned", () => InSessionAsync(ReadConsistency.Monotonic, () => ReadAsync(source)));
        await AddAsync(counted, "one row, on the primary", () => InSessionAsync(ReadConsistency.Primary, () => ReadAsync(source)));
        await AddAsync(counted, "one row, causal, nothing written", () => InSessionAsync(ReadConsistency.Causal, () => ReadAsync(source)));
        await AddAsync(
            counted,
            "one row, causal, the replica is known to have caught up",
            async () =>
            {
                using var session = ReadSession.Begin(ReadConsistency.Causal);
                session.ObserveWrite(written, source);
                await ReadAsync(source);
            }
        );
        await AddAsync(
            counted,
            "one row, global, first of its session",
            () => InSessionAsync(ReadConsistency.Global, () => ReadAsync(source))
        );
    }

    private async Task MeasureTokensAsync(CountedCommands counted, ReplicatedMySqlDataSource source)
    {
        var options = SessionTokenOptions.WithKey(new byte[32]);
        string token;
        using (var session = ReadSession.Begin(ReadConsistency.Monotonic))
        {
            await ReadAsync(source);
            token = await session.ToTokenAsync(options);
        }

        await AddAsync(counted, "one row, resumed from a token", async () => await ResumedAsync(makesToken: false));
        await AddAsync(counted, "one row, resumed from a token, and a new token", async () => await ResumedAsync(makesToken: true));
        await AddAsync(
            counted,
            "one row, pinned, and a token",
            async () =>
            {
                using var session = ReadSession.Begin(ReadConsistency.Monotonic);
                await ReadAsync(source);
                await session.ToTokenAsync(options);
            }
        );

        async Task ResumedAsync(bool makesToken)
        {
            using var session = ReadSession.Resume(token, options);
            await ReadAsync(source);
            if (makesToken)
            {
                await session.ToTokenAsync(options);
            }
        }
    }

    private async Task MeasureMomentsAsync(CountedCommands counted, DbDataSource plain, ReplicatedMySqlDataSource source)
    {
        await AddAsync(counted, "one row of a snapshot", () => InSessionAsync(ReadConsistency.Snapshot, () => ReadAsync(source)));
        await AddAsync(counted, "one row of a transaction by hand", () => ByHandAsync(plain, BeginSnapshot.Split(';')));
        await AddAsync(counted, "one row of a transaction by hand, begun with one text", () => ByHandAsync(plain, BeginSnapshot));
    }

    private async Task MeasureSeriesAsync(CountedCommands counted, DbDataSource plain, ReplicatedMySqlDataSource source)
    {
        await AddAsync(counted, "three rows, plain data source", () => ThreeAsync(plain));
        await AddAsync(counted, "three rows, pinned, Reads = 3", () => PlannedAsync(source));
        await AddAsync(counted, "three rows, pinned, no plan", () => InSessionAsync(ReadConsistency.Monotonic, () => ThreeAsync(source)));
    }

    private async Task AddAsync(CountedCommands counted, string what, Func<Task> work)
    {
        for (var i = 0; i < WarmUp; i++)
        {
            await counted.DoAsync(work);
        }

        _costs.Add(new Cost(what, await counted.LeastAsync(work, Rounds)));
    }

    private static async Task PlannedAsync(ReplicatedMySqlDataSource source)
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { Reads = 3 });
        await ThreeAsync(source);
    }

    private static async Task InSessionAsync(ReadConsistency level, Func<Task> work)
    {
        using var session = ReadSession.Begin(level);
        await work();
    }

    private static async Task ThreeAsync(DbDataSource source)
    {
        for (var i = 0; i < 3; i++)
        {
            await ReadAsync(source);
        }
    }

    private static async Task ReadAsync(DbDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteScalarAsync<int>(Sql);
    }

    private static async Task ByHandAsync(DbDataSource source, params string[] begin)
    {
        await using var connection = await source.OpenConnectionAsync();
        foreach (var text in begin)
        {
            await connection.ExecuteAsync(text);
        }

        await connection.ExecuteScalarAsync<int>(Sql);
        await connection.ExecuteAsync("commit work");
    }

    // Waited for once, so that the replica is known to have it.
    private static async Task<ReplicationPosition> WrittenAsync(ReplicatedMySqlDataSource source, MariaDbCluster cluster)
    {
        await using var connection = source.Primary.CreateConnection();
        var position = MariaDbGtidList.Parse((await connection.ExecuteScalarAsync<string>("select @@gtid_binlog_pos"))!);
        await cluster.WaitForReplicasAsync();
        using var session = ReadSession.Begin(ReadConsistency.Causal);
        session.ObserveWrite(position, source);
        await ReadAsync(source);
        return position;
    }

    private static Task<StatementRelay> RelayTo(MariaDbServer server) =>
        StatementRelay.StartAsync([new RelayServer(server.Name, server.ConnectionString)], new OneServerRoute());

    private static string Through(StatementRelay relay, MariaDbServer server) =>
        new MySqlConnectionStringBuilder(server.ConnectionString) { Port = (uint)relay.Port, SslMode = MySqlSslMode.None }.ConnectionString;
}
