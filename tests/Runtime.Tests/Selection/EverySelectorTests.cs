namespace MonotonicReads.Runtime.Tests.Selection;

public class EverySelectorTests
{
    public static TheoryData<string> Selectors() => [nameof(ReplicaSelectors.WeightedModulo), nameof(ReplicaSelectors.WeightedRendezvous)];

    [Theory]
    [MemberData(nameof(Selectors))]
    public void Picks_nothing_from_nothing(string name)
    {
        var selector = Selector(name);
        Assert.All(
            TestSessions.Take(20),
            id =>
            {
                Assert.Equal(-1, selector.Select(id, []));
                Assert.Equal(-1, selector.Select(id, [new("a", 1, false), new("b", 2, false)]));
                Assert.Equal(-1, selector.Select(id, [new("a", 0, true), new("b", 0, true)]));
                Assert.Equal(-1, selector.Select(id, [new("a", 0, true), new("b", 2, false)]));
                Assert.Equal(1, selector.Select(id, [new("a", 0, true), new("b", 2, true), new("c", 9, false)]));
            }
        );
    }

    [Theory]
    [MemberData(nameof(Selectors))]
    public void Takes_weights_that_sum_to_the_greatest_int(string name)
    {
        var selector = Selector(name);
        WeightedReplica[] replicas = [new("a", int.MaxValue - 1, true), new("b", 1, true)];
        Assert.All(TestSessions.Take(100), id => Assert.InRange(selector.Select(id, replicas), 0, 1));
    }

    [Theory]
    [MemberData(nameof(Selectors))]
    public void Allocates_nothing(string name)
    {
        var selector = Selector(name);
        var ids = TestSessions.Take(100).ToArray();
        foreach (var count in new[] { 3, 16, 64 })
        {
            var replicas = Enumerable.Range(0, count).Select(i => new WeightedReplica($"replica-{i}", 1 + i, i % 3 != 0)).ToArray();
            SelectAll(selector, ids, replicas);
            var before = GC.GetAllocatedBytesForCurrentThread();
            SelectAll(selector, ids, replicas);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    private static void SelectAll(IReplicaSelector selector, Guid[] ids, WeightedReplica[] replicas)
    {
        foreach (var id in ids)
        {
            selector.Select(id, replicas);
        }
    }

    private static IReplicaSelector Selector(string name) =>
        name == nameof(ReplicaSelectors.WeightedModulo) ? ReplicaSelectors.WeightedModulo : ReplicaSelectors.WeightedRendezvous;
}
