using System.Data.Common;

namespace MonotonicReads.Consistency.Faults;

/// <summary>What a client does to itself.</summary>
internal static class ClientFaults
{
    public static readonly Fault[] All =
    [
        new("pool-exhausted", ExhaustAsync) { IsForMySql = true },
        new("thread-pool-starved", StarveAsync) { IsForMySql = true },
        new("cancellation", CancelAsync) { IsForMySql = true },
        new("clock-steps", StepAsync) { IsForMySql = true },
    ];

    private static async Task ExhaustAsync(Scene scene)
    {
        var source = scene.Grounds.Sources.First(s => s.Kind.Name == "small");
        var held = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => OpenAsync(source.Here)));
        scene.Tell("all connections of a pool are out");
        await scene.WaitAsync(0.7);
        foreach (var connection in held.OfType<DbConnection>())
        {
            await connection.DisposeAsync();
        }

        await scene.WaitAsync(0.2);

        static async Task<DbConnection?> OpenAsync(ReplicatedMySqlDataSource source)
        {
            try
            {
                return await source.OpenConnectionAsync();
            }
            catch (DbException)
            {
                return null; // There is none left, which is what is wanted.
            }
        }
    }

    private static async Task StarveAsync(Scene scene)
    {
        await scene.WaitAsync(0.2);
        ThreadPool.GetMinThreads(out var threads, out _);
        scene.Tell("the thread pool is starved");
        for (var i = 0; i < threads * 3; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => Thread.Sleep(scene.Length * 0.2), null);
        }

        await scene.WaitAsync(0.6);
    }

    private static async Task CancelAsync(Scene scene)
    {
        scene.Grounds.CancelPercent = 20;
        scene.Tell("callers give up");
        await scene.WaitAsync(0.9);
        scene.Grounds.CancelPercent = 0;
    }

    private static async Task StepAsync(Scene scene)
    {
        foreach (var seconds in new[] { 30, -30, 3600, -3600 })
        {
            scene.Grounds.Time.Step(TimeSpan.FromSeconds(seconds));
            scene.Tell($"the clock is set by {seconds} s");
            await scene.WaitAsync(0.22);
        }
    }
}
