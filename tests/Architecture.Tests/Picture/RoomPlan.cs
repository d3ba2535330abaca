using System.Collections.Immutable;
using MonotonicReads.Architecture.Tests.Edges;

namespace MonotonicReads.Architecture.Tests.Picture;

/// <summary>
/// Where the rooms of a table stand: layer above layer, who uses above who is used. A line over several layers has a place in each, so that it passes
/// between the rooms (Sugiyama's method: layers, places for lines, order by the neighbours' mean, then the same for the columns).
/// </summary>
internal sealed class RoomPlan
{
    public const double BoxHeight = 28;

    private const double LayerHeight = 74;
    private const double Gap = 14;
    private const double LineGap = 10;
    private const double FontSize = 13;
    private const int Sweeps = 24;

    private readonly List<List<Node>> _layers = [];
    private readonly List<Node[]> _lines = [];

    public RoomPlan(RoomTable table, double width)
    {
        var rooms = table.Rooms.ToList();
        var layers = Layers.Of(rooms, table.UsedBy);
        var nodes = new Dictionary<string, Node>();
        foreach (var (layer, height) in layers.Select((l, i) => (l, i)))
        {
            _layers.Add([.. layer.Select(r => nodes[r] = new(r, height, Svg.Width(r, FontSize) + 22))]);
        }

        foreach (var (from, to) in Shown(table, rooms).Select(p => (nodes[p.From], nodes[p.To])))
        {
            _lines.Add(Through(from, to));
        }

        Order();
        Width = width;
        Place(width);
    }

    /// <summary>The width that the widest layer needs.</summary>
    public static double NeededWidth(RoomTable table) =>
        new RoomPlan(table, 0)._layers.Max(l => l.Zip(l.Skip(1), Distance).Sum() + ((l[0].Width + l[^1].Width) / 2));

    public double Width { get; }

    public double Height => ((_layers.Count - 1) * LayerHeight) + BoxHeight;

    public IEnumerable<(string Room, double X, double Y, double Width)> Boxes =>
        _layers.SelectMany(l => l).Where(n => n.Room.Length > 0).Select(n => (n.Room, n.X - (n.Width / 2), Top(n), n.Width));

    public IEnumerable<ImmutableArray<(double X, double Y)>> Lines =>
        _lines.Select(line =>
            line.SelectMany(
                    (n, i) =>
                        i == 0 ? [(n.X, Top(n) + BoxHeight)]
                        : i == line.Length - 1 ? [(n.X, Top(n))]
                        : new[] { (n.X, Top(n)), (n.X, Top(n) + BoxHeight) }
                )
                .ToImmutableArray()
        );

    /// <summary>What does not follow from others: whoever uses B, which uses C, may well use C too. Rooms that use each other have no line between them.</summary>
    private static IEnumerable<(string From, string To)> Shown(RoomTable table, List<string> rooms)
    {
        var knotOf = Layers.Knots(rooms, table.UsedBy).SelectMany(k => k.Select(r => (r, k[0]))).ToDictionary(p => p.r, p => p.Item2);
        return table
            .Pairs.Where(p => rooms.Contains(p.To) && knotOf[p.From] != knotOf[p.To])
            .Where(p => !table.UsedBy(p.From).Any(between => IsBetween(between, p.From, p.To) && Reaches(between, p.To, [])));

        bool IsBetween(string room, string from, string to) =>
            knotOf.TryGetValue(room, out var knot) && knot != knotOf[from] && knot != knotOf[to];

        bool Reaches(string from, string to, HashSet<string> seen) =>
            seen.Add(from) && table.UsedBy(from).Any(next => next == to || (rooms.Contains(next) && Reaches(next, to, seen)));
    }

    private Node[] Through(Node from, Node to)
    {
        var line = new List<Node> { from };
        for (var height = from.Height - 1; height > to.Height; height--)
        {
            var place = new Node("", height, 0);
            _layers[height].Add(place);
            line.Add(place);
        }

        line.Add(to);
        foreach (var (upper, lower) in line.Zip(line.Skip(1)))
        {
            upper.Below.Add(lower);
            lower.Above.Add(upper);
        }

        return [.. line];
    }

    private void Order()
    {
        Number();
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var down = sweep % 2 == 0;
            foreach (var layer in down ? Enumerable.Reverse(_layers) : _layers)
            {
                var sorted = layer.OrderBy(n => Mean(down ? n.Above : n.Below, m => m.Place) ?? n.Place).ToList();
                layer.Clear();
                layer.AddRange(sorted);
                Number();
            }
        }
    }

    private void Number()
    {
        foreach (var (node, i) in _layers.SelectMany(l => l.Select((n, i) => (n, i))))
        {
            node.Place = i;
        }
    }

    private void Place(double width)
    {
        foreach (var layer in _layers)
        {
            var x = (width - layer.Zip(layer.Skip(1), Distance).Sum()) / 2;
            for (var i = 0; i < layer.Count; i++)
            {
                x += i == 0 ? 0 : Distance(layer[i - 1], layer[i]);
                layer[i].X = x;
            }
        }

        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            foreach (var layer in sweep % 2 == 0 ? Enumerable.Reverse(_layers) : _layers)
            {
                Draw(layer, width);
            }
        }

        Centre(width);
    }

    private void Centre(double width)
    {
        var all = _layers.SelectMany(l => l).ToList();
        var shift = (width - all.Max(n => n.X + (n.Width / 2)) - all.Min(n => n.X - (n.Width / 2))) / 2;
        all.ForEach(n => n.X += shift);
    }

    /// <summary>Draws each to the middle of its neighbours, as far as those beside it and the edges leave room.</summary>
    private static void Draw(List<Node> layer, double width)
    {
        var wished = layer.Select(n => Mean([.. n.Above, .. n.Below], m => m.X) ?? n.X).ToArray();
        var fromLeft = new double[layer.Count];
        for (var i = 0; i < layer.Count; i++)
        {
            var least = i == 0 ? layer[i].Width / 2 : fromLeft[i - 1] + Distance(layer[i - 1], layer[i]);
            fromLeft[i] = Math.Max(wished[i], least);
        }

        var right = width;
        for (var i = layer.Count - 1; i >= 0; i--)
        {
            var most = i == layer.Count - 1 ? width - (layer[i].Width / 2) : right - Distance(layer[i], layer[i + 1]);
            right = layer[i].X = Math.Min(fromLeft[i], most);
        }
    }

    private static double Distance(Node left, Node right) =>
        ((left.Width + right.Width) / 2) + (left.Room.Length > 0 && right.Room.Length > 0 ? Gap : LineGap);

    private static double? Mean(List<Node> nodes, Func<Node, double> of) => nodes.Count == 0 ? null : nodes.Average(of);

    private double Top(Node node) => (_layers.Count - 1 - node.Height) * LayerHeight;

    /// <summary>A room, or with no name a line's place in a layer.</summary>
    private sealed class Node(string room, int height, double width)
    {
        public string Room { get; } = room;
        public int Height { get; } = height;
        public double Width { get; } = width;
        public double X { get; set; }
        public int Place { get; set; }
        public List<Node> Above { get; } = [];
        public List<Node> Below { get; } = [];
    }
}
