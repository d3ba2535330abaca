using System.Collections.Immutable;

namespace MonotonicReads.Architecture.Tests.Edges;

/// <summary>Rooms by how high they stand, and those that stand on each other.</summary>
internal static class Layers
{
    /// <summary>The layers from the lowest up: what a room uses is in a lower one, unless it uses the room too; names in order.</summary>
    public static ImmutableArray<ImmutableArray<string>> Of(IEnumerable<string> rooms, Func<string, IEnumerable<string>> used)
    {
        var knots = Knots(rooms, used);
        var knotOf = knots.SelectMany((knot, i) => knot.Select(room => (room, i))).ToDictionary(p => p.room, p => p.i);
        var heights = new int[knots.Length];
        // Tarjan's algorithm finds a knot after all that it uses.
        for (var i = 0; i < knots.Length; i++)
        {
            var below = knots[i].SelectMany(used).Where(knotOf.ContainsKey).Select(r => knotOf[r]).Where(k => k != i);
            heights[i] = below.Select(k => heights[k] + 1).DefaultIfEmpty().Max();
        }

        return
        [
            .. knotOf
                .GroupBy(p => heights[p.Value], p => p.Key)
                .OrderBy(g => g.Key)
                .Select(g => g.Order(StringComparer.Ordinal).ToImmutableArray()),
        ];
    }

    /// <summary>The strongly connected components: rooms of which each reaches each other; one in no cycle is a knot of its own.</summary>
    public static ImmutableArray<ImmutableArray<string>> Knots(IEnumerable<string> rooms, Func<string, IEnumerable<string>> used)
    {
        var all = rooms.Order(StringComparer.Ordinal).ToList();
        var known = all.ToHashSet();
        var (index, low) = (new Dictionary<string, int>(), new Dictionary<string, int>());
        var open = new Stack<string>();
        var knots = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        foreach (var room in all.Where(r => !index.ContainsKey(r)))
        {
            Visit(room);
        }

        return knots.ToImmutable();

        void Visit(string room)
        {
            index[room] = low[room] = index.Count;
            open.Push(room);
            foreach (var next in used(room).Where(known.Contains))
            {
                if (!index.TryGetValue(next, out var seen))
                {
                    Visit(next);
                    low[room] = Math.Min(low[room], low[next]);
                }
                else if (open.Contains(next))
                {
                    low[room] = Math.Min(low[room], seen);
                }
            }

            if (low[room] == index[room])
            {
                var knot = new List<string>();
                do
                {
                    knot.Add(open.Pop());
                } while (knot[^1] != room);

                knots.Add([.. knot.Order(StringComparer.Ordinal)]);
            }
        }
    }
}
