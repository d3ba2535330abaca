using System.Globalization;
using MonotonicReads.Sessions;

namespace MonotonicReads.Benchmarks.Scaling;

/// <summary>A pick and the opening of a session, with more and more replicas.</summary>
internal static class ReplicaFigures
{
    private static readonly int[] Numbers = [3, 10, 100, 1_000];

    private static readonly (string Name, IReplicaSelector Selector)[] Selectors =
    [
        (nameof(ReplicaSelectors.WeightedModulo), ReplicaSelectors.WeightedModulo),
        (nameof(ReplicaSelectors.WeightedRendezvous), ReplicaSelectors.WeightedRendezvous),
    ];

    public static Task<ScalingTable> MeasureAsync()
    {
        var id = SessionIds.Take(1)[0];
        var rows = new List<string[]>();
        var picks = Selectors.Select(static _ => new List<(double, double)>()).ToArray();
        var openings = Selectors.Select(static _ => new List<(double, double)>()).ToArray();
        foreach (var number in Numbers)
        {
            for (var i = 0; i < Selectors.Length; i++)
            {
                var (name, selector) = Selectors[i];
                var replicas = SetChange.Equal(number);
                using var all = Costs.SourceOf(number, selector);
                using var oneOut = Costs.SourceOf(number, selector);
                oneOut.Replicas[number / 2].IsKeptOut = true;
                var costs = Costs.Of(() => selector.Select(id, replicas), () => Costs.OpenSession(all), () => Costs.OpenSession(oneOut));
                rows.Add([Text(number), name, .. costs.Select(cost => $"{Text(cost.Nanoseconds)} ns, {Text(cost.Bytes)} B")]);
                picks[i].Add((number, costs[0].Nanoseconds));
                openings[i].Add((number, costs[1].Nanoseconds));
            }
        }

        var uuid = Costs.Of(static () => RandomUuids.Next())[0].Nanoseconds;
        return Task.FromResult(
            new ScalingTable("replicas", ["replicas", "selector", "a pick", "a session opens", "the same while one is out"], rows)
            {
                Note = $"Of a session that opens, {Text(uuid)} ns are its UUID: the kernel draws many at once.",
                Plots = new Dictionary<string, LinePlot>
                {
                    ["scaling-replicas.svg"] = new(
                        "A pick, and a session that opens, by the number of replicas",
                        "replicas",
                        "nanoseconds",
                        [
                            new("pick, modulo", picks[0]),
                            new("pick, rendezvous", picks[1]),
                            new("opening, modulo", openings[0]),
                            new("opening, rendezvous", openings[1]),
                        ]
                    )
                    {
                        IsLogarithmicAcross = true,
                        IsLogarithmicUp = true,
                    },
                },
            }
        );
    }

    private static string Text(double number) => number.ToString(number < 10 ? "#,0.#" : "#,0", CultureInfo.InvariantCulture);
}
