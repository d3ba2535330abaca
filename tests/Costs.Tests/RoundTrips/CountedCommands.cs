using System.Diagnostics;
using System.Text.RegularExpressions;
using MonotonicReads.Cluster.Relay;

namespace MonotonicReads.Costs.Tests.RoundTrips;

/// <summary>Counts what the servers get while something is done.</summary>
/// <param name="relays">Stand before the servers.</param>
internal sealed class CountedCommands(params StatementRelay[] relays)
{
    // No machine is that busy.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>The least of several rounds: what a data source asks for itself in the background comes now and then.</summary>
    public async Task<long> LeastAsync(Func<Task> work, int rounds)
    {
        var least = long.MaxValue;
        for (var round = 0; round < rounds; round++)
        {
            var before = Commands;
            await DoAsync(work);
            least = Math.Min(least, Commands - before);
        }

        return least;
    }

    /// <summary>Does it, and waits until the transactions that it began have ended: those of snapshots end behind their session.</summary>
    public async Task DoAsync(Func<Task> work)
    {
        await work();
        for (var started = Stopwatch.GetTimestamp(); Sent("START TRANSACTION") != Sent("COMMIT"); await Task.Delay(1))
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException("A minute went by, and a transaction has not ended.");
            }
        }
    }

    private long Commands => relays.Sum(static relay => relay.Commands);

    // Whole words: a question for autocommit ends nothing.
    private int Sent(string text) =>
        relays.Sum(relay => relay.Statements.Count(statement => Regex.IsMatch(statement.Text, $@"\b{text}\b", RegexOptions.IgnoreCase)));
}
