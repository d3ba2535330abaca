namespace MonotonicReads.Testing.Tests.Conformance;

/// <summary>
/// What a behaviour shows on replicas of its own. One during which a replica that nobody killed was given up, or a read took longer than
/// the product waits for a server, shows the machine and not the behaviour, and is made again.
/// </summary>
internal static class Observation
{
    private const int MostTimes = 8;

    /// <exception cref="TimeoutException">It was disturbed each time; the message has by what.</exception>
    public static async Task<string> OfAsync(string kind, string name, Func<ReplicasUnderTest, Task<string>> observe)
    {
        List<string> disturbances = [];
        for (var time = 1; time <= MostTimes; time++)
        {
            await using var replicas = await ReplicasUnderTest.CreateAsync(kind);
            if (replicas.Disturbances.Count == 0)
            {
                var observed = await observe(replicas);
                if (replicas.Disturbances.Count == 0)
                {
                    return observed;
                }
            }

            disturbances.AddRange(replicas.Disturbances);
        }

        throw new TimeoutException($"{kind}, {name}: nothing could be observed.\n{string.Join('\n', disturbances)}");
    }
}
