namespace MonotonicReads.Costs.Tests.RoundTrips;

/// <summary>Counts what the servers get while something is done.</summary>
/// <param name="commands">How many there were so far.</param>
internal sealed class CountedCommands(Func<long> commands)
{
    /// <summary>The least of several rounds: what a data source asks for itself in the background comes now and then.</summary>
    public async Task<long> LeastAsync(Func<Task> work, int rounds)
    {
        var least = long.MaxValue;
        for (var round = 0; round < rounds; round++)
        {
            var before = commands();
            await work();
            least = Math.Min(least, commands() - before);
        }

        return least;
    }
}
