using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;
using Xunit.Abstractions;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>
/// Sessions under load while their replicas die, stop, lag, drain and go, against a checker that knows one thing: a counter that
/// only rises. No read of a session may show less of it than a read that had ended before, nor, in a causal one, less than what the session
/// wrote. The controls show that the same load catches routing which does not keep that.
/// </summary>
public sealed class GuaranteeTests(FlushingFixture fixture, ITestOutputHelper output) : IClassFixture<FlushingFixture>
{
    private const int Seed = 20261125;
    private const int Workers = 16;

    // A run ends when it has seen enough, however slow the machine is; one that never does has failed.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    // Opening (2 s), a question of ours (2 s), and a statement of the caller's on a stopped server (3 s, and 2 s in which the driver tries
    // to end it) may follow one another, on a machine that is busy.
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(20);

    private static readonly SessionTokenOptions Tokens = SessionTokenOptions.WithKey(RandomNumberGenerator.GetBytes(32));

    private static readonly string[] Reads =
    [
        "select seq from counter where id = 1",
        "select max(seq) from marks",
        "select least(c.seq, (select max(seq) from marks)) from counter c",
    ];

    [Fact]
    public async Task No_session_goes_back_whatever_happens_to_its_replicas()
    {
        var run = await RunAsync(
            new Random(Seed),
            static random => random.Next(2) == 0 ? ReplicaLoss.Primary : ReplicaLoss.CaughtUp,
            inSessions: true,
            static run => run.ProvesEnough
        );

        Assert.Empty(run.Violations);
        Assert.True(run.ProvesEnough, "The run proves too little: " + run);
        Assert.True(run.Longest < LongestStep, $"A step took {run.Longest.TotalSeconds:F1} s.");
    }

    [Fact]
    public async Task Reads_outside_sessions_are_caught_going_back()
    {
        var run = await RunAsync(new Random(Seed), static _ => ReplicaLoss.Primary, inSessions: false, HasViolation);
        Assert.NotEmpty(run.Violations);
    }

    [Fact]
    public async Task A_silent_redraw_is_caught_going_back()
    {
        var run = await RunAsync(new Random(Seed), static _ => ReplicaLoss.Redraw, inSessions: true, HasViolation);
        Assert.NotEmpty(run.Violations);
    }

    private static bool HasViolation(Run run) => !run.Violations.IsEmpty;

    private async Task<Run> RunAsync(Random random, Func<Random, ReplicaLoss> policy, bool inSessions, Func<Run, bool> isEnough)
    {
        await PrepareAsync();
        using var run = new Run(policy, inSessions);
        await using var here = Build(reversed: false, run);
        await using var there = Build(reversed: true, run);
        using var end = new CancellationTokenSource(Limit);
        var seeds = Enumerable.Range(0, Workers).Select(_ => random.Next()).ToList();
        Task[] all =
        [
            .. seeds.Select(seed => Task.Run(() => WorkAsync(run, new Random(seed), [here, there], end, isEnough))),
            Task.Run(() => WriteAllTheTimeAsync(end.Token)),
            .. fixture
                .Cluster.Replicas.Select(replica => (replica, seed: random.Next()))
                .ToList()
                .Select(t => Task.Run(() => DisturbAsync(t.replica, new Random(t.seed), end.Token))),
            Task.Run(() => ChangeMembersAsync([here, there], new Random(random.Next()), end.Token)),
        ];
        await Task.WhenAll(all);
        output.WriteLine(run.ToString());
        return run;
    }

    private static async Task WorkAsync(
        Run run,
        Random random,
        ReplicatedMySqlDataSource[] sources,
        CancellationTokenSource end,
        Func<Run, bool> isEnough
    )
    {
        while (!end.IsCancellationRequested)
        {
            var history = new History(run);
            try
            {
                await OneAsync(run, history, random, sources);
            }
            catch (Exception exception) when (exception is DbException or IOException or TimeoutException or MySqlProtocolException)
            {
                // What the caller sees of a loss is not this test's matter; that it ends is.
                run.Failed(exception);
            }

            Interlocked.Increment(ref run.Sessions);
            if (isEnough(run))
            {
                await end.CancelAsync();
            }
        }
    }

    private static async Task OneAsync(Run run, History history, Random random, ReplicatedMySqlDataSource[] sources)
    {
        var level = random.Next(2) == 0 ? ReadConsistency.Monotonic : ReadConsistency.Causal;
        var options = new ReadSessionOptions
        {
            OnReplicaLoss = run.Policy(random),
            MaxWaitMilliseconds = 400,
            Reads = random.Next(3) == 0 ? 4 : 0,
        };
        var source = sources[0];
        var session = run.InSessions ? ReadSession.Begin(level, options) : null;
        try
        {
            for (var step = random.Next(4, 12); step > 0; step--)
            {
                await Task.Delay(random.Next(40));
                switch (random.Next(run.InSessions ? 12 : 5))
                {
                    case 0:
                        await Task.WhenAll(
                            Enumerable.Range(0, 3).Select(_ => Task.Run(() => ReadAsync(history, source, Reads[0], isAsync: true)))
                        );
                        break;
                    case 1:
                        await using (var connection = await source.OpenConnectionAsync())
                        {
                            await ReadAsync(history, connection, Reads[random.Next(3)], isAsync: true);
                            await ReadAsync(history, connection, Reads[random.Next(3)], isAsync: false);
                        }

                        break;
                    case 2:
                        await ReadAsync(history, source, Reads[random.Next(3)], isAsync: false);
                        break;
                    case 3 or 4:
                        await ReadAsync(history, source, Reads[random.Next(3)], isAsync: true);
                        break;
                    case 5:
                        using (ReadSession.Begin(ReadConsistency.Primary))
                        {
                            await ReadAsync(history, source, Reads[0], isAsync: true);
                        }

                        break;
                    case 6 or 7:
                        // What travels is what was seen; the other data source draws other replicas.
                        var token = await session!.ToTokenAsync(Tokens);
                        session.Dispose();
                        source = ReferenceEquals(source, sources[0]) ? sources[1] : sources[0];
                        session = ReadSession.Resume(token, level, options, Tokens);
                        break;
                    case 8:
                        // Two parts of a session at once: one reads, the other writes and reads what it wrote.
                        await Task.WhenAll(
                            Task.Run(() => ReadAsync(history, source, Reads[0], isAsync: true)),
                            Task.Run(() => WriteAsync(history, source, level, random.Next(3)))
                        );
                        break;
                    default:
                        await WriteAsync(history, source, level, random.Next(3));
                        break;
                }
            }
        }
        finally
        {
            session?.Dispose();
        }
    }

    private static async Task ReadAsync(History history, ReplicatedMySqlDataSource source, string sql, bool isAsync)
    {
        await using var connection = source.CreateConnection();
        await ReadAsync(history, connection, sql, isAsync);
    }

    private static async Task ReadAsync(History history, ReplicatedConnection connection, string sql, bool isAsync)
    {
        var (floor, started) = (history.Floor, history.Now);
        if (connection.State == System.Data.ConnectionState.Closed)
        {
            await (isAsync ? connection.OpenAsync() : Task.Run(connection.Open));
        }

        var seen = isAsync ? await connection.ExecuteScalarAsync<long>(sql) : connection.ExecuteScalar<long>(sql);
        history.Saw(seen, floor, connection.ServerName, sql, started);
    }

    private static async Task WriteAsync(History history, ReplicatedMySqlDataSource source, ReadConsistency level, int way)
    {
        long written;
        if (way == 0)
        {
            using var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled);
            await using (var connection = await source.OpenConnectionAsync())
            {
                written = await BumpAsync(connection);
            }

            scope.Complete();
        }
        else
        {
            await using var connection = way == 1 ? await source.Primary.OpenConnectionAsync() : await source.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            written = await BumpAsync(connection, transaction);
            await transaction.CommitAsync();
        }

        if (level == ReadConsistency.Causal)
        {
            history.Wrote(written);
        }
    }

    private static Task<long> BumpAsync(DbConnection connection, DbTransaction? transaction = null) =>
        connection.ExecuteScalarAsync<long>(
            "update counter set seq = last_insert_id(seq + 1) where id = 1; insert into marks select seq from counter where id = 1; select last_insert_id()",
            transaction: transaction
        );

    private async Task PrepareAsync()
    {
        await using (var connection = new MySqlConnection(fixture.Cluster.Primary.AdminConnectionString))
        {
            await connection.ExecuteAsync(
                """
                drop table if exists app.counter, app.marks;
                create table app.counter (id int primary key, seq bigint not null);
                create table app.marks (seq bigint primary key);
                insert into app.counter values (1, 1);
                insert into app.marks values (1);
                """
            );
        }

        await fixture.Cluster.WaitForReplicasAsync();
        await Task.WhenAll(fixture.Cluster.Replicas.Select(replica => replica.OldEnoughAsync()));
    }

    private async Task WriteAllTheTimeAsync(CancellationToken end)
    {
        await using var connection = new MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        await connection.OpenAsync(CancellationToken.None);
        while (!end.IsCancellationRequested)
        {
            await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
            await BumpAsync(connection, transaction);
            await transaction.CommitAsync(CancellationToken.None);
            await Task.Delay(1, CancellationToken.None);
        }
    }

    // Each replica has troubles of its own, so that one is lost while another lags. A killed one is only told from its next run once it
    // is old enough.
    private static async Task DisturbAsync(MariaDbReplica replica, Random random, CancellationToken end)
    {
        var startedAt = Stopwatch.GetTimestamp();
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(random.Next(300), CancellationToken.None);
            switch (random.Next(5))
            {
                case 0 when Stopwatch.GetElapsedTime(startedAt).TotalSeconds > 4:
                    await replica.KillAsync();
                    await Task.Delay(random.Next(300), CancellationToken.None);
                    await replica.RestartAsync(CancellationToken.None);
                    startedAt = Stopwatch.GetTimestamp();
                    break;
                case 1:
                    await replica.PauseAsync();
                    await Task.Delay(random.Next(100, 1000), CancellationToken.None);
                    await replica.ResumeAsync();
                    break;
                default:
                    await replica.StopApplyingAsync(CancellationToken.None);
                    await Task.Delay(random.Next(100, 800), CancellationToken.None);
                    await replica.StartApplyingAsync(CancellationToken.None);
                    break;
            }
        }
    }

    // One replica is removed, or drained at once, or all weights change; then it is back.
    private async Task ChangeMembersAsync(ReplicatedMySqlDataSource[] sources, Random random, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var (leaves, stays) = (fixture.Cluster.Replicas[random.Next(3)].Name, random.Next(3));
            for (var i = 0; i < sources.Length; i++)
            {
                sources[i]
                    .UpdateReplicas([
                        .. Settings(reversed: random.Next(2) == 0)
                            .Where(r => stays > 0 || r.Name != leaves)
                            .Select(r => stays == 1 && r.Name == leaves ? r with { Weight = 0 } : r),
                    ]);
            }

            await Task.Delay(random.Next(200), CancellationToken.None);
            for (var i = 0; i < sources.Length; i++)
            {
                sources[i].UpdateReplicas([.. Settings(reversed: i == 1)]);
            }

            await Task.Delay(random.Next(200), CancellationToken.None);
        }
    }

    private ReplicatedMySqlDataSource Build(bool reversed, Run run)
    {
        var builder = new ReplicatedMySqlDataSourceBuilder().UsePrimary(Text(fixture.Cluster.Primary)).UseDrainTimeout(TimeSpan.Zero);
        foreach (var (name, text, weight) in Settings(reversed))
        {
            builder.AddReplica(name, text, weight);
        }

        var source = builder.Build();
        source.SessionEvent += (_, e) => run.Told(e);
        return source;
    }

    private IEnumerable<ReplicaSettings> Settings(bool reversed) =>
        fixture.Cluster.Replicas.Select(
            (replica, index) => new ReplicaSettings(replica.Name, Text(replica), reversed ? 3 - index : index + 1)
        );

    // No XA: a MariaDB replica that is killed between an XA PREPARE and the position that names it applies it again when it is back, fails
    // (error 1440, the XID already exists) and follows the primary no more.
    private static string Text(MariaDbServer server) =>
        new MySqlConnectionStringBuilder(server.ConnectionString)
        {
            ConnectionTimeout = 2,
            DefaultCommandTimeout = 3,
            UseXaTransactions = false,
        }.ConnectionString;

    /// <summary>What one session must see from now on.</summary>
    private sealed class History(Run run)
    {
        private long _floor;

        public TimeSpan Now => run.Clock.Elapsed;

        public long Floor => Volatile.Read(ref _floor);

        public void Saw(long seen, long floor, string? server, string sql, TimeSpan started)
        {
            if (seen < floor)
            {
                run.Violations.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{seen} after {floor}, on {server}: {sql}"));
            }

            Raise(seen);
            run.Count(server ?? "closed", Now - started);
        }

        public void Wrote(long written) => Raise(written);

        private void Raise(long to)
        {
            for (
                var floor = Floor;
                floor < to && Interlocked.CompareExchange(ref _floor, to, floor) is var known && known != floor;
                floor = known
            ) { }
        }
    }

    private sealed class Run(Func<Random, ReplicaLoss> policy, bool inSessions) : IDisposable
    {
        private readonly ConcurrentDictionary<string, int> _failures = new();
        private readonly ConcurrentDictionary<ReadSessionEventKind, int> _events = new();
        private long _longest;

        public int Sessions;

        public MachineTime Clock { get; } = MachineTime.Start();

        public Func<Random, ReplicaLoss> Policy => policy;

        public bool InSessions => inSessions;

        public ConcurrentQueue<string> Violations { get; } = new();

        public ConcurrentDictionary<string, int> ReadsByServer { get; } = new();

        public int Reads => ReadsByServer.Values.Sum();

        public int Moves => _events.GetValueOrDefault(ReadSessionEventKind.Moved);

        public bool ProvesEnough =>
            Reads > 3_000 && Moves > 120 && ReadsByServer.Keys.Count(name => name.StartsWith("replica", StringComparison.Ordinal)) == 3;

        public TimeSpan Longest => TimeSpan.FromTicks(Volatile.Read(ref _longest));

        public void Dispose() => Clock.Dispose();

        public void Count(string server, TimeSpan took)
        {
            ReadsByServer.AddOrUpdate(server, 1, static (_, n) => n + 1);
            for (
                var longest = Volatile.Read(ref _longest);
                longest < took.Ticks && Interlocked.CompareExchange(ref _longest, took.Ticks, longest) is var known && known != longest;
                longest = known
            ) { }
        }

        public void Failed(Exception exception) =>
            _failures.AddOrUpdate(
                exception.GetType().Name + ": " + exception.Message[..Math.Min(60, exception.Message.Length)],
                1,
                static (_, n) => n + 1
            );

        public void Told(ReadSessionEventArgs e) => _events.AddOrUpdate(e.Kind, 1, static (_, n) => n + 1);

        public override string ToString() =>
            $"{Sessions} sessions, {Reads} reads ({Text(ReadsByServer)}), events: {Text(_events)}, failed sessions: {Text(_failures)}, longest read {Longest.TotalSeconds:F1} s, {Violations.Count} violations{string.Concat(Violations.Take(5).Select(v => "; " + v))}";

        private static string Text<TKey>(IEnumerable<KeyValuePair<TKey, int>> counts) =>
            string.Join(", ", counts.OrderBy(c => c.Key?.ToString(), StringComparer.Ordinal).Select(c => $"{c.Key} {c.Value}"));
    }
}
