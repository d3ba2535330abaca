using System.Text;

namespace MonotonicReads.Architecture.Tests.Edges;

/// <summary>The allowed uses of one assembly as text: a line for each room, <c>Upper -> Lower, Lower</c>, or <c>-> nothing</c>.</summary>
internal sealed class RoomTable
{
    private const string Arrow = "->";
    private const string Nothing = "nothing";

    private readonly Dictionary<string, string[]> _rows = [];

    private RoomTable() { }

    public IEnumerable<string> Rooms => _rows.Keys;

    public IEnumerable<(string From, string To)> Pairs => _rows.SelectMany(r => r.Value.Select(to => (r.Key, to)));

    public static RoomTable Parse(string text)
    {
        var table = new RoomTable();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = line.Split(Arrow, StringSplitOptions.TrimEntries);
            if (parts is not [{ Length: > 0 } room, { Length: > 0 } used] || !table._rows.TryAdd(room, SplitRooms(used)))
            {
                throw new FormatException($"'{line}' is not 'Upper {Arrow} Lower, Lower', or its room has a line already.");
            }
        }

        return table;

        static string[] SplitRooms(string used) => used == Nothing ? [] : used.Split(',', StringSplitOptions.TrimEntries);
    }

    public IEnumerable<string> UsedBy(string room) => _rows.GetValueOrDefault(room) ?? [];

    /// <summary>What differs between what is allowed and what is done, a line each.</summary>
    public IEnumerable<string> Differences(RoomUses actual)
    {
        var allowed = Pairs.ToHashSet();
        return actual
            .Rooms.Except(Rooms)
            .Select(r => $"{r} has no line in the table")
            .Concat(Rooms.Except(actual.Rooms).Select(r => $"{r} has a line in the table and no file"))
            .Concat(actual.Pairs.Except(allowed).Select(p => $"{p.From} -> {p.To} is not allowed: {actual.Example(p.From, p.To)}"))
            .Concat(allowed.Except(actual.Pairs).Select(p => $"{p.From} -> {p.To} is allowed and never used"));
    }

    /// <summary>What is done, as a table to put in the place of this one: whoever is used stands below those who use it.</summary>
    public static string Print(RoomUses actual)
    {
        var text = new StringBuilder();
        var width = actual.Rooms.Max(r => r.Length);
        foreach (var room in Layers.Of(actual.Rooms, actual.UsedBy).Reverse().SelectMany(l => l))
        {
            var used = string.Join(", ", actual.UsedBy(room).Order(StringComparer.Ordinal));
            text.Append(room.PadRight(width)).Append(' ').Append(Arrow).Append(' ').Append(used.Length == 0 ? Nothing : used).Append('\n');
        }

        return text.ToString();
    }
}
