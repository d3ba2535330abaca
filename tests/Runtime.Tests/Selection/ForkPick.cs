using System.Globalization;

namespace MonotonicReads.Runtime.Tests.Selection;

/// <summary>One pick of Shopify's ProxySQL fork, taken from the fork itself while it ran.</summary>
public sealed record ForkPick(Guid SessionId, uint Hash, WeightedReplica[] Replicas, int Replica)
{
    public static IReadOnlyList<ForkPick> ReadAll() =>
        File.ReadLines(VectorFile.Path("shopify-proxysql-fork.csv")).Skip(1).Select(Parse).ToArray();

    private static ForkPick Parse(string line)
    {
        var columns = line.Split(',');
        var weights = columns[2].Split(' ').Select(weight => int.Parse(weight, CultureInfo.InvariantCulture)).ToArray();
        var unavailable = columns[3]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(number => int.Parse(number, CultureInfo.InvariantCulture))
            .ToHashSet();
        return new ForkPick(
            Guid.Parse(columns[0]),
            uint.Parse(columns[1], CultureInfo.InvariantCulture),
            weights.Select((weight, i) => new WeightedReplica($"r{i + 1}", weight, !unavailable.Contains(i + 1))).ToArray(),
            int.Parse(columns[4], CultureInfo.InvariantCulture)
        );
    }
}
