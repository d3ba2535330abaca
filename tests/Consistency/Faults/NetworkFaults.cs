namespace MonotonicReads.Consistency.Faults;

/// <summary>Networks between clients and servers.</summary>
internal static class NetworkFaults
{
    public static readonly Fault[] All =
    [
        new("connections-reset", ResetAsync) { IsForMySql = true },
        new("black-hole", scene => HoleAsync(scene, scene.AnySlot().Relay)) { IsForMySql = true },
        new("black-hole-primary", scene => HoleAsync(scene, scene.Stage.PrimaryRelay)) { IsForMySql = true },
        new("latency", LatencyAsync) { IsForMySql = true },
    ];

    private static TcpRelay AnyRelay(Scene scene) =>
        scene.Random.Next(scene.Stage.Slots.Count + 1) is var index && index < scene.Stage.Slots.Count
            ? scene.Stage.Slots[index].Relay
            : scene.Stage.PrimaryRelay;

    private static async Task ResetAsync(Scene scene)
    {
        for (var turn = 0; turn < 8; turn++)
        {
            await scene.WaitAsync(0.1);
            scene.Tell("connections are reset");
            AnyRelay(scene).Cut();
        }
    }

    private static async Task HoleAsync(Scene scene, TcpRelay relay)
    {
        await scene.WaitAsync(0.15);
        scene.Tell("a black hole opens");
        relay.Swallow(true);
        await scene.WaitAsync(0.6);
        if (scene.Random.Next(2) == 0)
        {
            relay.Cut();
        }

        relay.Swallow(false);
        scene.Tell("the black hole closes");
        await scene.WaitAsync(0.2);
    }

    private static async Task LatencyAsync(Scene scene)
    {
        for (var turn = 0; turn < 2; turn++)
        {
            var relay = AnyRelay(scene);
            relay.Delay(scene.Random.Next(5, 60));
            scene.Tell("latency");
            await scene.WaitAsync(0.4);
            relay.Delay(0);
            await scene.WaitAsync(0.1);
        }
    }
}
