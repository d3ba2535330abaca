using Dapper;
using MonotonicReads.Testing;

namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>
/// Sessions that each have read once, on a data source with the real routing and policies over simulated replicas, of which the first dies;
/// then each reads again, and as many new ones begin.
/// </summary>
/// <param name="Lost">The share of the sessions whose replica died.</param>
/// <param name="OnPrimary">The share of the second reads that the primary answered.</param>
/// <param name="Failed">The share of the second reads that threw.</param>
/// <param name="Backwards">The share of the second reads that showed an older state than the first.</param>
/// <param name="NewOnPrimary">The share of the new sessions' reads that the primary answered.</param>
internal sealed record LossRun(double Lost, double OnPrimary, double Failed, double Backwards, double NewOnPrimary)
{
    private const string Primary = "primary";
    private const string Read = "SELECT state FROM shown";

    /// <summary>Runs it; the same for the same arguments.</summary>
    /// <param name="policy">What sessions do.</param>
    /// <param name="replicas">How many replicas there are.</param>
    /// <param name="areOthersBehind">Whether the replicas that live on lack what the sessions of the dead one have read.</param>
    /// <param name="sessions">How many sessions there are.</param>
    public static async Task<LossRun> RunAsync(ReplicaLoss policy, int replicas, bool areOthersBehind, int sessions)
    {
        string[] names = [.. Enumerable.Range(1, replicas).Select(number => $"r{number}")];
        await using var set = await EmbeddedReplicas.CreateAsync(new LaggingReplicasOptions { OnReplicaLoss = policy }, names);
        await using (var primary = await set.DataSource.Primary.OpenConnectionAsync())
        {
            await primary.ExecuteAsync("CREATE TABLE shown (state INTEGER); INSERT INTO shown VALUES (1)");
            foreach (var behind in areOthersBehind ? names[1..] : [])
            {
                await set.HoldAsync(behind);
            }

            await primary.ExecuteAsync("UPDATE shown SET state = 2");
        }

        var running = new List<HeldSession>();
        for (var i = 0; i < sessions; i++)
        {
            running.Add(new HeldSession($"before {i}"));
            await running[^1].ReadAsync(set.DataSource);
        }

        var firsts = running.ConvertAll(session => (session.Server, session.State));
        set.Kill(names[0]);
        foreach (var session in running)
        {
            await session.ReadAsync(set.DataSource);
        }

        var begun = Enumerable.Range(0, sessions).Select(i => new HeldSession($"after {i}")).ToList();
        foreach (var session in begun)
        {
            await session.ReadAsync(set.DataSource);
        }

        var shares = new LossRun(
            Share(firsts.Count(first => first.Server == names[0])),
            Share(running.Count(session => session.Server == Primary)),
            Share(running.Count(session => session.Server is null)),
            Share(running.Zip(firsts).Count(pair => pair.First.Server is not null && pair.First.State < pair.Second.State)),
            Share(begun.Count(session => session.Server == Primary))
        );
        running.ForEach(session => session.Dispose());
        begun.ForEach(session => session.Dispose());
        return shares;

        double Share(int count) => (double)count / sessions;
    }

    /// <summary>A session that goes on while others do.</summary>
    private sealed class HeldSession : IDisposable
    {
        private readonly ReadSession _session;
        private readonly ExecutionContext _flow;

        public HeldSession(string key)
        {
            (ReadSession, ExecutionContext)? begun = null;

            // Waiting is of no use where nothing changes.
            var options = new ReadSessionOptions { MaxWaitMilliseconds = 0 };
            ExecutionContext.Run(
                ExecutionContext.Capture()!,
                _ => begun = (ReadSession.Begin(ReadConsistency.Monotonic, key, options), ExecutionContext.Capture()!),
                null
            );
            (_session, _flow) = begun!.Value;
        }

        /// <summary>Who answered the last read; null for nobody.</summary>
        public string? Server { get; private set; }

        /// <summary>What the last read showed.</summary>
        public long State { get; private set; }

        public async Task ReadAsync(ReplicatedDataSource source)
        {
            Task<(string, long)>? read = null;
            ExecutionContext.Run(_flow, _ => read = AnswerAsync(source), null);
            try
            {
                (Server, State) = await read!;
            }
            catch (ReplicaLostException)
            {
                Server = null;
            }
        }

        public void Dispose() => _session.Dispose();

        private static async Task<(string Server, long State)> AnswerAsync(ReplicatedDataSource source)
        {
            await using var connection = await source.OpenConnectionAsync();
            return (connection.ServerName!, await connection.ExecuteScalarAsync<long>(Read));
        }
    }
}
