namespace MonotonicReads.Consistency.Faults;

/// <summary>What an operator does to the set of replicas.</summary>
internal static class MembershipFaults
{
    public static readonly Fault[] All =
    [
        new("drain", DrainAsync) { IsForMySql = true },
        new("remove-and-add", RemoveAsync) { IsForMySql = true },
        new("weights", WeightsAsync) { IsForMySql = true },
        new("order", OrderAsync) { IsForMySql = true },
    ];

    private static async Task DrainAsync(Scene scene)
    {
        var slot = scene.AnySlot();
        slot.Weight = 0;
        scene.Stage.NoteChange();
        scene.Tell($"{slot.Name} is drained");
        await scene.WaitAsync(0.7);
        slot.Weight = 1;
        scene.Stage.NoteChange();
        await scene.WaitAsync(0.2);
    }

    private static async Task RemoveAsync(Scene scene)
    {
        scene.Grounds.MeetsAnew = true;
        for (var turn = 0; turn < 3; turn++)
        {
            var slot = scene.AnySlot();
            var late = scene.AnyReplica();
            await late.ExecuteAsync(late.StopApplying);
            slot.IsListed = false;
            scene.Stage.NoteChange();
            scene.Tell($"{slot.Name} is removed");
            await scene.WaitAsync(0.15);
            slot.IsListed = true;
            scene.Stage.NoteChange();
            await late.ExecuteAsync(late.StartApplying);
            await scene.WaitAsync(0.1);
        }
    }

    private static async Task WeightsAsync(Scene scene)
    {
        for (var turn = 0; turn < 8; turn++)
        {
            scene.AnySlot().Weight = scene.Random.Next(1, 9);
            scene.Stage.NoteChange();
            await scene.WaitAsync(0.1);
        }
    }

    private static async Task OrderAsync(Scene scene)
    {
        for (var turn = 0; turn < 8; turn++)
        {
            scene.Stage.Slots.Reverse(scene.Random.Next(2), 2);
            scene.Stage.NoteChange();
            await scene.WaitAsync(0.1);
        }
    }
}
