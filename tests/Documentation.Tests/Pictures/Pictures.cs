namespace MonotonicReads.Documentation.Tests.Pictures;

/// <summary>The pictures of docs/concepts.md and README.md, by the names of their files in docs/images.</summary>
internal static class Pictures
{
    private const string Without = "without order 7";
    private const string With = "with order 7";

    public static IReadOnlyDictionary<string, string> All { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["backwards.svg"] = ScenePicture.Draw(
                "Two reads of one page: on two replicas the second shows an older state than the first; in a session both reach one replica",
                new(
                    "Any replica: time runs backwards",
                    Servers(1, 2.2, 8.4),
                    [new(4, 1, "order 7 is there"), Wrong(6.2, 2, "it has no lines")]
                ),
                new(
                    "[Monotonic]: one replica for the call",
                    Servers(1, 2.2, 8.4),
                    [new(4, 1, "order 7 is there"), new(6.6, 1, "with its 3 lines")]
                )
            ),
            ["causal.svg"] = ScenePicture.Draw(
                "A read after the session's own write: a replica that is behind does not show it; a causal session waits until one does",
                new(
                    "[Monotonic]: the replica may be behind",
                    Servers(1.6, 3, 7),
                    [Write(1.6, "place order 7"), Wrong(4.4, 2, "no order 7")]
                ),
                new(
                    "[Causal]: the read waits for the write",
                    Servers(1.6, 3, 7),
                    [Write(1.6, "place order 7"), new(7.4, 2, "order 7") { WaitsFrom = 4.4 }]
                )
            ),
            ["snapshot.svg"] = ScenePicture.Draw(
                "Two reads on one replica between which a change arrives: a monotonic session sees it, a snapshot shows one moment",
                new(
                    "[Monotonic]: later reads may show more",
                    [Applied("primary", 1, 4), Applied("r1", 2, 5)],
                    [new(3.6, 1, "3 lines"), new(7, 1, "total of 4 lines")]
                ),
                new(
                    "Snapshot = true: one moment",
                    [Applied("primary", 1, 4), Applied("r1", 2, 5)],
                    [new(3.6, 1, "3 lines"), new(7, 1, "total of 3 lines")]
                )
            ),
            ["loss.svg"] = ScenePicture.Draw(
                "The session's replica dies between two reads: another one may show less; the session goes on where nothing seen is missing",
                new("Another replica: it may be behind", Dying(), [new(3.6, 1, "order 7 is there"), Wrong(6.8, 2, "it has no lines")]),
                new("The session moves, and says so", Dying(), [new(3.6, 1, "order 7 is there"), new(7, 0, "with its 3 lines")])
            ),
            ["requests.svg"] = ScenePicture.Draw(
                "Two requests of one user: without a session the second can be older; a cookie carries the session from one to the next",
                new(
                    "Each request on its own",
                    Servers(1, 2.2, 8.4),
                    [new(3.6, 1, "request 1: paid"), Wrong(6.6, 2, "request 2: not paid")]
                ),
                new(
                    "The session travels in a cookie",
                    Servers(1, 2.2, 8.4),
                    [new(3.6, 1, "request 1: paid"), new(6.8, 1, "request 2: paid")]
                )
            ),
        };

    private static Lane[] Servers(double primary, double first, double second) =>
        [Server("primary", primary), Server("r1", first), Server("r2", second)];

    private static Lane[] Dying() => [Server("primary", 1), Server("r1", 2.2) with { DiesAt = 5 }, Server("r2", 8.4)];

    private static Lane Server(string name, double applied) => new(name, [(0, Without), (applied, With)]);

    private static Lane Applied(string name, double first, double second) =>
        new(name, [(0, "2 lines"), (first, "3 lines"), (second, "4 lines")]);

    private static Read Wrong(double at, int lane, string shows) => new(at, lane, shows) { IsWrong = true };

    private static Read Write(double at, string says) => new(at, 0, says) { IsWrite = true };
}
