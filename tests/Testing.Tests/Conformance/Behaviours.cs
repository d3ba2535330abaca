using System.Data.Common;
using Dapper;
using MySqlConnector;

namespace MonotonicReads.Testing.Tests.Conformance;

/// <summary>What is done, and in a word what is seen: "old" is the number 1 alone, "new" is the 2 with it.</summary>
internal static class Behaviours
{
    public static readonly IReadOnlyList<(string Name, Func<ReplicasUnderTest, Task<string>> Observe)> All =
    [
        ("a session on a held replica reads on there, and sees nothing later", HeldAsync),
        ("a session on another replica sees the write", ElsewhereAsync),
        ("a session on a held replica sees the write when it advances", AdvancedAsync),
        ("[Monotonic] does not see its own write on a held replica", MonotonicOwnWriteAsync),
        ("[Causal] sees its own write on a replica that has it", CausalElsewhereAsync),
        ("[Causal] sees its own write on the primary where no replica has it", CausalPrimaryAsync),
        ("[Causal] waits for a replica that advances in time", CausalWaitsAsync),
        ("a resumed token keeps what was seen, though its replica is held before that", TokenAsync),
        ("killed: Primary", replicas => LostAsync(replicas, ReplicaLoss.Primary)),
        ("killed: Fail", replicas => LostAsync(replicas, ReplicaLoss.Fail)),
        ("killed: Redraw", replicas => LostAsync(replicas, ReplicaLoss.Redraw)),
        ("killed: CaughtUp, another replica was held later", replicas => CaughtUpAsync(replicas, readsPresent: false)),
        ("killed: CaughtUp, what was read is later than all that is held", BehindAllAsync),
        ("killed: CaughtUp, another was held after the last write", replicas => CaughtUpAsync(replicas, readsPresent: true)),
        ("MaxStaleness: a write that is older than it is seen elsewhere", replicas => TooStaleAsync(replicas, writes: true)),
        ("MaxStaleness: a session whose replica has become too old has lost it", LostByAgeAsync),
        ("MaxStaleness: a write that is younger need not be seen", YoungWriteAsync),
        ("MaxStaleness: a held replica lacks nothing", replicas => TooStaleAsync(replicas, writes: false)),
        ("killed and there again: the session has lost it", RestartedAsync),
        ("killed: new sessions draw another", NotDrawnAsync),
        ("a snapshot shows one moment while its replica goes on", SnapshotAsync),
        ("a snapshot on a held replica shows the held moment", HeldSnapshotAsync),
        ("a transaction runs on the primary", TransactionAsync),
        ("a write past routing (Inner) on a replica is refused", RefusedAsync),
        ("reads in parallel on a held replica see its moment", ParallelAsync),
        ("a prepared command reads on a held replica", PreparedAsync),
        ("a table with a new column since is read on a held replica", replicas => AlteredAsync(replicas, "add column more bigint")),
        ("a table rebuilt since is read on a held replica", replicas => AlteredAsync(replicas, "force")),
    ];

    // Milliseconds; what waits so long in vain is told as something else.
    private const int LongWait = 60_000;

    // So long that no machine is too slow for it: the clock is moved.
    private static readonly TimeSpan MaxStaleness = TimeSpan.FromHours(1);

    private static readonly SessionTokenOptions Tokens = SessionTokenOptions.WithKey(new byte[32]);

    private static async Task<string> HeldAsync(ReplicasUnderTest replicas)
    {
        await replicas.HoldAsync("r1");
        using var session = Begin(ReadConsistency.Monotonic, "r1");
        var first = await ReadAsync(replicas);
        await replicas.WriteAsync();
        return $"{first}, {await ReadAsync(replicas, session)}";
    }

    private static async Task<string> ElsewhereAsync(ReplicasUnderTest replicas)
    {
        await replicas.HoldAsync("r1");
        await replicas.WriteAsync();
        await EveryOtherHasAsync(replicas, "r1");
        using var session = Begin(ReadConsistency.Monotonic, "r2");
        return await ReadAsync(replicas, session);
    }

    private static async Task<string> AdvancedAsync(ReplicasUnderTest replicas)
    {
        await replicas.HoldAsync("r1");
        await replicas.WriteAsync();
        using var session = Begin(ReadConsistency.Monotonic, "r1");
        var first = await ReadAsync(replicas);
        await replicas.AdvanceAsync("r1");
        return $"{first}, {await ReadAsync(replicas, session)}";
    }

    private static async Task<string> MonotonicOwnWriteAsync(ReplicasUnderTest replicas)
    {
        await replicas.HoldAsync("r1");
        using var session = Begin(ReadConsistency.Monotonic, "r1");
        await replicas.WriteAsync();
        return await ReadAsync(replicas, session);
    }

    private static async Task<string> CausalElsewhereAsync(ReplicasUnderTest replicas)
    {
        await replicas.HoldAsync("r1");
        await replicas.HoldAsync("r3");
        using var session = Begin(ReadConsistency.Causal, "r1", maxWait: LongWait);
        await replicas.WriteAsync();
        await EveryOtherHasAsync(replicas, "r1", "r3");
        return await ReadAsync(replicas, session, LongWait);
    }

    private static async Task<string> CausalPrimaryAsync(ReplicasUnderTest replicas)
    {
        await HoldAllAsync(replicas);
        using var session = Begin(ReadConsistency.Causal, "r1", maxWait: 50);
        await replicas.WriteAsync();
        return await ReadAsync(replicas, session);
    }

    private static async Task<string> CausalWaitsAsync(ReplicasUnderTest replicas)
    {
        await HoldAllAsync(replicas);
        using var session = Begin(ReadConsistency.Causal, "r1", maxWait: LongWait);
        await replicas.WriteAsync();
        var reading = ReadAsync(replicas, session, LongWait);
        await Task.Delay(100);
        if (reading.IsCompleted)
        {
            return $"did not wait: {await reading}";
        }

        await replicas.AdvanceAsync("r2");
        return await reading;
    }

    private static async Task<string> TokenAsync(ReplicasUnderTest replicas)
    {
        await replicas.HoldAsync("r1");
        await replicas.HoldAsync("r3");
        await replicas.WriteAsync();
        await EveryOtherHasAsync(replicas, "r1", "r3");
        string token;
        using (var session = Begin(ReadConsistency.Monotonic, "r2"))
        {
            await ReadAsync(replicas);
            token = await session.ToTokenAsync(Tokens);
        }

        await replicas.KillAsync("r2");
        using var resumed = ReadSession.Resume(token, Tokens);
        return await ReadAsync(replicas, resumed);
    }

    private static async Task<string> LostAsync(ReplicasUnderTest replicas, ReplicaLoss policy)
    {
        using var session = Begin(ReadConsistency.Monotonic, "r1", policy);
        await ReadAsync(replicas);
        await replicas.KillAsync("r1");
        return OtherThanR1(await ReadAsync(replicas, session));
    }

    private static async Task<string> CaughtUpAsync(ReplicasUnderTest replicas, bool readsPresent)
    {
        await replicas.HoldAsync("r1");
        await replicas.WriteAsync();
        await EveryOtherHasAsync(replicas, "r1");
        await replicas.HoldAsync("r2");
        var (on, lost) = readsPresent ? ("r3", "r3") : ("r1", "r1");
        using var session = Begin(ReadConsistency.Monotonic, on, ReplicaLoss.CaughtUp, maxWait: 200);
        await ReadAsync(replicas);
        if (!readsPresent)
        {
            await replicas.KillAsync("r3");
        }

        await replicas.KillAsync(lost);
        return await ReadAsync(replicas, session);
    }

    private static async Task<string> BehindAllAsync(ReplicasUnderTest replicas)
    {
        await replicas.HoldAsync("r1");
        await replicas.HoldAsync("r2");
        await replicas.WriteAsync();
        await EveryOtherHasAsync(replicas, "r1", "r2");
        using var session = Begin(ReadConsistency.Monotonic, "r3", ReplicaLoss.CaughtUp, maxWait: 50);
        await ReadAsync(replicas);
        await replicas.KillAsync("r3");
        return await ReadAsync(replicas, session);
    }

    private static async Task<string> TooStaleAsync(ReplicasUnderTest replicas, bool writes)
    {
        await replicas.HoldAsync("r1");
        if (writes)
        {
            await replicas.WriteAsync();
            await EveryOtherHasAsync(replicas, "r1");
        }

        replicas.Time.Advance(2 * MaxStaleness);
        using var session = Begin(ReadConsistency.Monotonic, "r1", maxStaleness: MaxStaleness);
        return OtherThanR1(await ReadAsync(replicas, session));
    }

    private static async Task<string> YoungWriteAsync(ReplicasUnderTest replicas)
    {
        using var session = Begin(ReadConsistency.Monotonic, "r1", maxStaleness: MaxStaleness);
        var first = await ReadAsync(replicas);
        await OutsideAsync(() => replicas.HoldAsync("r1"));
        await OutsideAsync(() => replicas.WriteAsync());
        return $"{first}, {await ReadAsync(replicas, session)}";
    }

    private static async Task<string> LostByAgeAsync(ReplicasUnderTest replicas)
    {
        using var session = Begin(ReadConsistency.Monotonic, "r1", ReplicaLoss.Fail, maxStaleness: MaxStaleness);
        var first = await ReadAsync(replicas);
        await OutsideAsync(() => replicas.HoldAsync("r1"));
        await OutsideAsync(() => replicas.WriteAsync());
        replicas.Time.Advance(2 * MaxStaleness);
        replicas.MayLose("r1");
        return $"{first}, {await ReadAsync(replicas, session)}";
    }

    private static async Task<string> RestartedAsync(ReplicasUnderTest replicas)
    {
        using var session = Begin(ReadConsistency.Monotonic, "r1", ReplicaLoss.Fail);
        await ReadAsync(replicas);
        await replicas.KillAsync("r1");
        await replicas.ReviveAsync("r1");
        return await ReadAsync(replicas, session);
    }

    private static async Task<string> NotDrawnAsync(ReplicasUnderTest replicas)
    {
        await replicas.KillAsync("r1");
        using var session = Begin(ReadConsistency.Monotonic, "r1");
        return OtherThanR1(await ReadAsync(replicas, session));
    }

    private static async Task<string> SnapshotAsync(ReplicasUnderTest replicas)
    {
        using var session = Begin(ReadConsistency.Snapshot, "r1");
        var first = await ReadAsync(replicas);
        await OutsideAsync(() => replicas.WriteAsync());
        await OutsideAsync(replicas.CaughtUpAsync);
        return $"{first}, {await ReadAsync(replicas, session)}";
    }

    private static async Task<string> HeldSnapshotAsync(ReplicasUnderTest replicas)
    {
        await replicas.HoldAsync("r1");
        await replicas.WriteAsync();
        using var session = Begin(ReadConsistency.Snapshot, "r1");
        return await ReadAsync(replicas, session);
    }

    private static async Task<string> TransactionAsync(ReplicasUnderTest replicas)
    {
        await HoldAllAsync(replicas);
        using var session = Begin(ReadConsistency.Monotonic, "r1");
        await using var db = await replicas.Source.OpenConnectionAsync();
        await using var transaction = await db.BeginTransactionAsync();
        await db.ExecuteAsync("insert into numbers values (2)", transaction: transaction);
        var seen = Seen(await db.QueryAsync<long>("select n from numbers", transaction: transaction));
        await transaction.CommitAsync();
        return $"{seen} on {session.GetDecisions()[^1].Server}";
    }

    private static async Task<string> RefusedAsync(ReplicasUnderTest replicas)
    {
        using var session = Begin(ReadConsistency.Monotonic, "r1");
        await using var db = await replicas.Source.OpenConnectionAsync();
        try
        {
            await db.Inner!.ExecuteAsync("insert into numbers values (3)");
            return "written";
        }
        catch (DbException)
        {
            return "refused";
        }
    }

    private static async Task<string> ParallelAsync(ReplicasUnderTest replicas)
    {
        await replicas.HoldAsync("r1");
        await replicas.WriteAsync();
        using var session = Begin(ReadConsistency.Monotonic, "r1");
        await ReadAsync(replicas);
        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ReadAsync(replicas)));
        return string.Join(", ", all.Distinct());
    }

    private static async Task<string> PreparedAsync(ReplicasUnderTest replicas)
    {
        await replicas.HoldAsync("r1");
        await replicas.WriteAsync();
        using var session = Begin(ReadConsistency.Monotonic, "r1");
        await using var db = await replicas.Source.OpenConnectionAsync();
        await using var command = db.CreateCommand();
        command.CommandText = "select count(*) from numbers where n > @least";
        var least = command.CreateParameter();
        (least.ParameterName, least.Value) = ("@least", 0L);
        command.Parameters.Add(least);
        await command.PrepareAsync();
        return Convert.ToInt64(await command.ExecuteScalarAsync(), null) == 1 ? "old" : "new";
    }

    private static async Task<string> AlteredAsync(ReplicasUnderTest replicas, string change)
    {
        await replicas.HoldAsync("r1");
        await replicas.WriteAsync((replicas.Kind, change) == ("embedded", "force") ? "vacuum" : $"alter table numbers {change}");
        using var session = Begin(ReadConsistency.Monotonic, "r1");
        return await ReadAsync(replicas, session);
    }

    // A snapshot session only reads.
    private static Task OutsideAsync(Func<Task> work)
    {
        using var flow = ExecutionContext.SuppressFlow();
        return Task.Run(work);
    }

    private static async Task HoldAllAsync(ReplicasUnderTest replicas)
    {
        foreach (var name in ReplicasUnderTest.Names)
        {
            await replicas.HoldAsync(name);
        }
    }

    // Of real ones: hold waits until the replica has all, and advance lets it go on.
    private static async Task EveryOtherHasAsync(ReplicasUnderTest replicas, params string[] held)
    {
        foreach (var name in ReplicasUnderTest.Names.Except(held))
        {
            await replicas.HoldAsync(name);
            await replicas.AdvanceAsync(name);
        }
    }

    /// <summary>Opens what is read on, so that no observation has to: what takes long is the first time.</summary>
    public static async Task OpenAllAsync(ReplicasUnderTest replicas)
    {
        foreach (var name in ReplicasUnderTest.Names)
        {
            using var session = Begin(ReadConsistency.Monotonic, name);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ReadAsync(replicas)));
        }
    }

    /// <summary>A session that draws a replica.</summary>
    private static ReadSession Begin(
        ReadConsistency level,
        string replica,
        ReplicaLoss policy = ReplicaLoss.Primary,
        int maxWait = 500,
        TimeSpan maxStaleness = default
    )
    {
        var options = new ReadSessionOptions
        {
            OnReplicaLoss = policy,
            MaxWaitMilliseconds = maxWait,
            MaxStalenessMilliseconds = (int)maxStaleness.TotalMilliseconds,
        };
        WeightedReplica[] all = [.. ReplicasUnderTest.Names.Select(name => new WeightedReplica(name, 1, IsAvailable: true))];
        var number = 0;
        while (true)
        {
            var key = $"key {number++}";
            var session = ReadSession.Begin(level, key, options);
            if (all[ReplicaSelectors.WeightedModulo.Select(session.Id, all)].Name == replica)
            {
                return session;
            }

            session.Dispose();
        }
    }

    private static async Task<string> ReadAsync(ReplicasUnderTest replicas, ReadSession? session = null, int mayWait = 500)
    {
        using var reading = replicas.Reading(mayWait);
        try
        {
            await using var db = await replicas.Source.OpenConnectionAsync();
            var seen = Seen(await db.QueryAsync<long>("select n from numbers"));
            return session is null ? seen : $"{seen} on {session.GetDecisions()[^1].Server}";
        }
        catch (Exception exception) when (exception is ReplicaLostException or InvalidOperationException or DbException)
        {
            var told = exception.InnerException is MySqlException { ErrorCode: MySqlErrorCode.TableDefinitionChanged } ? " (of 1412)" : "";
            return exception.GetType().Name + told;
        }
    }

    private static string Seen(IEnumerable<long> numbers) => numbers.Contains(2) ? "new" : "old";

    private static string OtherThanR1(string seen) =>
        seen.Replace("on r2", "on another", StringComparison.Ordinal).Replace("on r3", "on another", StringComparison.Ordinal);
}
