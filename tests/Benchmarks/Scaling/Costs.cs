using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>What steps cost that ask no server: the time of the best of many short rounds, and bytes.</summary>
internal static class Costs
{
    private const int Rounds = 60;
    private static readonly TimeSpan OfRound = TimeSpan.FromMilliseconds(5);

    /// <summary>What other processes do only adds to a round. The ways take turns, so that all meet the machine's good moments.</summary>
    public static (double Nanoseconds, double Bytes)[] Of(params Action[] ways)
    {
        var counts = Array.ConvertAll(ways, CallsOfRound);
        var best = ways.Select(static _ => (Nanoseconds: double.MaxValue, Bytes: double.MaxValue)).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            for (var way = 0; way < ways.Length; way++)
            {
                var bytes = GC.GetAllocatedBytesForCurrentThread();
                var started = Stopwatch.GetTimestamp();
                for (var i = 0; i < counts[way]; i++)
                {
                    ways[way]();
                }

                var time = Stopwatch.GetElapsedTime(started).TotalNanoseconds / counts[way];
                bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
                best[way] = (Math.Min(best[way].Nanoseconds, time), Math.Min(best[way].Bytes, (double)bytes / counts[way]));
            }
        }

        return best;
    }

    /// <summary>A data source of as many replicas, none of which is asked for anything.</summary>
    public static ReplicatedDataSource SourceOf(int replicas, IReplicaSelector selector)
    {
        var server = SqliteFactory.Instance.CreateDataSource("Data Source=:memory:");
        var builder = new ReplicatedDataSourceBuilder().UsePrimary(server).UseSelector(selector);
        foreach (var replica in SetChange.Equal(replicas))
        {
            builder.AddReplica(replica.Name, server);
        }

        return builder.Build();
    }

    /// <summary>Begins a session, has it draw its replica as an opening does, and ends it.</summary>
    public static void OpenSession(ReplicatedDataSource source)
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        Draw(source, session);
    }

    /// <summary>Has a session draw its replica as an opening does.</summary>
    public static void Draw(ReplicatedDataSource source, ReadSession session)
    {
        var drawn = source.Router.PinnedAsync(
            session,
            session.PinFor(source.Routed),
            refused: null,
            isAsync: false,
            CancellationToken.None
        );
        if (!drawn.IsCompletedSuccessfully || drawn.Result.IsPrimary)
        {
            throw new InvalidOperationException("No replica was drawn.");
        }
    }

    private static int CallsOfRound(Action way)
    {
        // Long enough for the code to be compiled at its best.
        var count = 0;
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < 100 * OfRound; count++)
        {
            way();
        }

        return Math.Max(1, count / 100);
    }
}
