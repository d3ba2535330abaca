using CsCheck;

namespace MonotonicReads.Runtime.Tests.Positions;

/// <summary>What positions promise, for positions drawn at random: against sets of single transactions, and as a lattice.</summary>
public class PositionAlgebraTests
{
    private static readonly string[] Sources =
    [
        "3e11fa47-71ca-11e1-9e33-c80aa9429562",
        "3e11fa47-71ca-11e1-9e33-c80aa9429562:tag_1",
        "00000000-0000-0000-0000-000000000001",
        "ffffffff-0000-0000-0000-000000000000:z",
    ];

    // Small numbers, so that intervals meet, touch and overlap often.
    private static readonly Gen<(int Source, int First, int Length)> Interval = Gen.Select(Gen.Int[0, 3], Gen.Int[1, 30], Gen.Int[0, 6]);

    private static readonly Gen<(MySqlGtidSet Set, HashSet<(int, int)> Transactions)> MySql = Interval
        .List[0, 12]
        .Select(intervals =>
        {
            var text = string.Join(",", intervals.Select(i => $"{Sources[i.Source]}:{i.First}-{i.First + i.Length}"));
            return (
                MySqlGtidSet.Parse(text),
                intervals.SelectMany(i => Enumerable.Range(i.First, i.Length + 1).Select(n => (i.Source, n))).ToHashSet()
            );
        });

    private static readonly Gen<MariaDbGtidList> MariaDb = Gen.Select(Gen.Int[0, 3], Gen.Int[1, 3], Gen.Int[0, 5])
        .List[0, 6]
        .Select(gtids => MariaDbGtidList.Parse(string.Join(",", gtids.Select(g => $"{g.Item1}-{g.Item2}-{g.Item3}"))));

    private static readonly Gen<ReplicationPosition[]> Three = Gen.OneOf(
        MySql.Select(m => (ReplicationPosition)m.Set).Array[3],
        MariaDb.Select(m => (ReplicationPosition)m).Array[3]
    );

    [Fact]
    public void A_set_contains_what_its_transactions_contain() =>
        Gen.Select(MySql, MySql).Sample((a, b) => Assert.Equal(a.Transactions.IsSupersetOf(b.Transactions), a.Set.Contains(b.Set)));

    [Fact]
    public void A_union_has_the_transactions_of_both_and_no_more() =>
        Gen.Select(MySql, MySql, MySql)
            .Sample(
                (a, b, c) =>
                {
                    a.Transactions.UnionWith(b.Transactions);
                    var union = a.Set.Union(b.Set);
                    Assert.Equal(a.Transactions.IsSupersetOf(c.Transactions), union.Contains(c.Set));
                    Assert.Equal(c.Transactions.IsSupersetOf(a.Transactions), c.Set.Contains(union));
                }
            );

    [Fact]
    public void What_is_owned_has_not_been_reached() =>
        Gen.Select(MySql, MySql, MySql)
            .Sample(
                (executed, owned, c) =>
                {
                    var reached = MySqlGtidSet.ParseReached(executed.Set.ToString(), owned.Set.ToString());
                    executed.Transactions.ExceptWith(owned.Transactions);
                    Assert.Equal(executed.Transactions.IsSupersetOf(c.Transactions), reached.Contains(c.Set));
                    Assert.Equal(c.Transactions.IsSupersetOf(executed.Transactions), c.Set.Contains(reached));
                }
            );

    [Fact]
    public void A_gap_has_not_been_reached_however_many_there_are()
    {
        var text = Sources[0] + string.Concat(Enumerable.Range(1, 2_000).Select(i => $":{2 * i}"));
        Assert.True(MySqlGtidSet.Parse(text).Contains(MySqlGtidSet.Parse(Sources[0] + ":3")));
        Assert.False(MySqlGtidSet.ParseReached(text, "").Contains(MySqlGtidSet.Parse(Sources[0] + ":3")));
    }

    [Fact]
    public void Nor_does_a_primary_have_it()
    {
        var gaps = string.Concat(Enumerable.Range(1, 2_000).Select(i => $":{2 * i}"));
        var logged = MySqlGtidSet.ParseLogged(Sources[0] + gaps, Sources[0] + ":4001#7");
        Assert.False(logged.Contains(MySqlGtidSet.Parse(Sources[0] + ":3")));
        Assert.True(logged.Contains(MySqlGtidSet.Parse(Sources[0] + ":4000-4001")));

        // What a read there saw has to be short, and may be more.
        Assert.True(logged.Bounded().Contains(logged));
        Assert.True(logged.Bounded().ToString().Length < logged.ToString().Length);
    }

    [Fact]
    public void Positions_are_a_lattice() =>
        Three.Sample(three =>
        {
            var (a, b, c) = (three[0], three[1], three[2]);
            Assert.True(a.Contains(a));
            Assert.True(a.Union(b).Contains(a) && a.Union(b).Contains(b));
            Assert.Equal(a.Union(b), b.Union(a));
            Assert.Equal(a.Union(b).Union(c), a.Union(b.Union(c)));
            Assert.Equal(a.Union(a), a);
            Assert.Equal(a.Contains(b), a.Union(b).Equals(a));
            Assert.True(!(a.Contains(b) && b.Contains(a)) || a.Equals(b));
            Assert.True(!(a.Contains(b) && b.Contains(c)) || a.Contains(c));
            Assert.True(!(c.Contains(a) && c.Contains(b)) || c.Contains(a.Union(b)));
            Assert.True(!b.IsEmpty || a.Contains(b));
        });

    [Fact]
    public void The_text_is_canonical_and_parses_to_the_same_position() =>
        Three.Sample(three =>
        {
            var (a, b) = (three[0], three[1]);
            Assert.Equal(a, Parse(a, a.ToString()));
            Assert.Equal(a.ToString() == b.ToString(), a.Contains(b) && b.Contains(a));
            Assert.Equal(a.GetHashCode(), Parse(a, a.ToString()).GetHashCode());
        });

    [Fact]
    public void An_enlarged_set_contains_the_set_within_the_bound() =>
        Gen.Select(MySql, Gen.Int[0, 300])
            .Sample(
                (a, length) =>
                {
                    if (a.Set.Enlarge(length) is { } enlarged)
                    {
                        Assert.True(enlarged.Contains(a.Set) && enlarged.ToString().Length <= length);
                    }
                    else
                    {
                        Assert.True(a.Set.Enlarge(int.MaxValue)!.ToString().Length > length);
                    }
                }
            );

    [Fact]
    public void A_set_of_many_intervals_stays_bounded_and_never_loses_a_transaction()
    {
        var set = MySqlGtidSet.Parse(Sources[0] + string.Concat(Enumerable.Range(1, 3000).Select(n => $":{(long)n * n}")));

        Assert.Equal(1024, set.ToString().Count(c => c == ':'));
        Assert.True(set.Contains(MySqlGtidSet.Parse($"{Sources[0]}:{2999L * 2999}")));
        Assert.False(set.Contains(MySqlGtidSet.Parse($"{Sources[0]}:{(2999L * 2999) + 5}")));
    }

    private static ReplicationPosition Parse(ReplicationPosition kind, string text) =>
        kind is MySqlGtidSet ? MySqlGtidSet.Parse(text) : MariaDbGtidList.Parse(text);
}
