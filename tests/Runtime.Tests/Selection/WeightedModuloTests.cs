using MonotonicReads.Selection;

namespace MonotonicReads.Runtime.Tests.Selection;

public class WeightedModuloTests
{
    [Fact]
    public void Vectors_are_all_900() => Assert.Equal(900, ForkPick.ReadAll().Count);

    [Fact]
    public void Picks_what_the_fork_picked()
    {
        Assert.All(
            ForkPick.ReadAll(),
            pick => Assert.Equal(pick.Replica - 1, ReplicaSelectors.WeightedModulo.Select(pick.SessionId, pick.Replicas))
        );
    }

    [Fact]
    public void Hashes_as_the_fork_hashes()
    {
        Assert.All(ForkPick.ReadAll(), pick => Assert.Equal(pick.Hash, SpookyHashV2.Hash32(SessionIdText.Formatted(pick.SessionId))));
    }

    [Fact]
    public void Depends_on_the_list_order()
    {
        var forward = TestReplicas.Of(("a", 1), ("b", 2), ("c", 3));
        var backward = TestReplicas.Of(("c", 3), ("b", 2), ("a", 1));
        Assert.Contains(
            TestSessions.Take(100),
            id =>
                forward[ReplicaSelectors.WeightedModulo.Select(id, forward)].Name
                != backward[ReplicaSelectors.WeightedModulo.Select(id, backward)].Name
        );
    }

    [Fact]
    public void Redraws_with_more_replicas_than_fit_the_stack()
    {
        var replicas = Enumerable.Range(0, 1000).Select(i => new WeightedReplica($"r{i}", 1, IsAvailable: i == 617)).ToArray();
        Assert.All(TestSessions.Take(20), id => Assert.Equal(617, ReplicaSelectors.WeightedModulo.Select(id, replicas)));
    }
}
