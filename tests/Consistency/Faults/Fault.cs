using MonotonicReads.Consistency.History;
using MonotonicReads.Consistency.Workload;

namespace MonotonicReads.Consistency.Faults;

/// <summary>Something that goes wrong, or that an operator does, while sessions run.</summary>
/// <param name="Name">Its name on the command line and in the table.</param>
/// <param name="RunAsync">Does it and, as far as it can be, undoes it; the rest is healed after the phase.</param>
internal sealed record Fault(string Name, Func<Scene, Task> RunAsync)
{
    /// <summary>Whether another server becomes the primary.</summary>
    public bool MovesPrimary { get; init; }

    /// <summary>Whether servers end, or are rebuilt: two such faults at once would leave nobody.</summary>
    public bool IsHeavy { get; init; }

    /// <summary>Whether no other may run beside it.</summary>
    public bool IsAlone { get; init; }

    /// <summary>Whether it can be done to MySQL here.</summary>
    public bool IsForMySql { get; init; }
}

/// <summary>A fault's phase.</summary>
internal sealed record Scene(Grounds Grounds, Random Random, TimeSpan Length)
{
    public Stage Stage => Grounds.Stage;

    public Slot AnySlot() => Stage.Slots[Random.Next(Stage.Slots.Count)];

    public Member AnyReplica() => AnySlot().Member;

    /// <summary>A part of the phase.</summary>
    public Task WaitAsync(double share) => Task.Delay(Length * share);

    /// <summary>Until that many writes more were acknowledged on the primary that is one now, or the phase is over.</summary>
    public async Task WritesAsync(int more)
    {
        var (from, _) = await Stage.StateAsync().ConfigureAwait(false);
        for (var tries = 0; tries < 200; tries++)
        {
            var (now, _) = await Stage.StateAsync().ConfigureAwait(false);
            if (now.Number >= from.Number + more)
            {
                return;
            }

            await Task.Delay(10).ConfigureAwait(false);
        }
    }

    public void Tell(string what) =>
        Grounds.Recorder.Add(
            new()
            {
                Kind = EntryKind.Fault,
                Begin = Recorder.Now,
                Text = what,
            }
        );
}
