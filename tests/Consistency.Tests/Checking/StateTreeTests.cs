using CsCheck;
using MonotonicReads.Consistency.Checking;
using MonotonicReads.Consistency.History;

namespace MonotonicReads.Consistency.Tests.Checking;

/// <summary>What contains what, against a walk from child to parent over trees that chance made.</summary>
public sealed class StateTreeTests
{
    [Fact]
    public void A_state_contains_what_a_walk_to_the_first_one_meets() =>
        Gen.Int[0, int.MaxValue]
            .Array[1, 40]
            .Sample(choices =>
            {
                var tree = new StateTree(1, 1, [1, 1]);
                var parents = new List<(long Parent, long Number)> { (0, 0), (0, 1) };
                for (var tag = 2; tag < choices.Length + 2; tag++)
                {
                    // Mostly the newest, so that lines are long; sometimes any.
                    var choice = choices[tag - 2];
                    var parent = choice % 3 > 0 ? tag - 1 : 1 + choice % (tag - 1);
                    parents.Add((parent, parents[parent].Number + 1));
                }

                foreach (var tag in Enumerable.Range(2, choices.Length).Reverse())
                {
                    tree.Add(new Link(parents[tag].Number, tag, parents[tag].Parent), key: 1);
                }

                tree.Resolve();
                for (var state = 1; state < parents.Count; state++)
                {
                    for (var write = 1; write < parents.Count; write++)
                    {
                        Assert.Equal(
                            Walk(state).Contains(write),
                            tree.Contains(new(state, parents[state].Number), new(write, parents[write].Number))
                        );
                    }
                }

                IEnumerable<long> Walk(long from)
                {
                    for (var at = from; at != 0; at = parents[(int)at].Parent)
                    {
                        yield return at;
                    }
                }
            });

    [Fact]
    public void A_gap_leaves_what_is_behind_it_outside_until_it_is_filled()
    {
        var tree = new StateTree(1, 1, [1, 1]);
        tree.Add(new Link(3, 3, 2), key: 1);
        tree.Resolve();
        Assert.False(tree.IsKnown(3));
        tree.Add(new Link(2, 2, 1), key: 1);
        tree.Resolve();
        Assert.True(tree.Contains(new(3, 3), new(2, 2)));
        Assert.Equal(3, tree.KeyTag(3, 1));
    }

    [Fact]
    public void Which_key_was_written_can_be_told_later()
    {
        var tree = new StateTree(1, 1, [1, 1]);
        tree.Add(new Link(2, 2, 1), key: -1);
        tree.Add(new Link(2, 2, 1), key: 1);
        tree.Resolve();
        Assert.Equal(2, tree.KeyTag(2, 1));
        Assert.Equal(1, tree.KeyTag(2, 0));
    }
}
