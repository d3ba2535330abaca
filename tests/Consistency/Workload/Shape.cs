using System.Data.Common;
using System.Globalization;
using MonotonicReads.Consistency.History;

namespace MonotonicReads.Consistency.Workload;

/// <summary>What a read asks for, and what its rows say.</summary>
internal sealed class Shape
{
    private readonly Func<Entry, IReadOnlyList<Row>, Entry> _read;

    private Shape(string sql, int columns, Func<Entry, IReadOnlyList<Row>, Entry> read) => (Sql, Columns, _read) = (sql, columns, read);

    /// <summary>The newest write.</summary>
    public static Shape Head { get; } =
        new(
            Schema.Head,
            3,
            (entry, rows) => rows.Count == 0 ? entry : entry with { Number = rows[0][0], State = rows[0][1], Server = rows[0].Server }
        );

    /// <summary>The newest write, and a key.</summary>
    public static Shape KeyAndHead { get; } =
        new(
            Schema.KeyAndHead,
            4,
            (entry, rows) =>
                rows.Count == 0
                    ? entry with
                    {
                        Key = -1,
                    }
                    : entry with
                    {
                        Number = rows[0][0],
                        State = rows[0][1],
                        KeyVersion = rows[0][2],
                        KeyTag = rows[0][3],
                        Server = rows[0].Server,
                    }
        );

    /// <summary>One key alone.</summary>
    public static Shape Key { get; } =
        new(
            Schema.Key,
            2,
            (entry, rows) =>
                rows.Count == 0
                    ? entry with
                    {
                        Key = -1,
                    }
                    : entry with
                    {
                        KeyVersion = rows[0][0],
                        KeyTag = rows[0][1],
                        Server = rows[0].Server,
                    }
        );

    /// <summary>The newest writes, each with its parent.</summary>
    public static Shape Tail { get; } =
        new(
            Schema.Tail,
            3,
            (entry, rows) =>
                rows.Count == 0
                    ? entry
                    : entry with
                    {
                        Number = rows[0][0],
                        State = rows[0][1],
                        Server = rows[0].Server,
                        Rows = [.. rows.Select(row => new Link(row[0], row[1], row[2]))],
                    }
        );

    /// <summary>The parent of a write that was read.</summary>
    public static Shape Parent { get; } =
        new(
            Schema.Parent,
            3,
            (entry, rows) =>
                entry with
                {
                    Server = rows.Count == 0 ? null : rows[0].Server,
                    Rows = [.. rows.Select(row => new Link(row[0], row[1], row[2]))],
                }
        );

    /// <summary>Those that tell a state.</summary>
    public static Shape[] OfStates { get; } = [Head, KeyAndHead, Key, Tail];

    public string Sql { get; }

    public int Columns { get; }

    public bool HasKey => this == KeyAndHead || this == Key;

    public Entry Read(Entry entry, IReadOnlyList<Row> rows) => _read(HasKey ? entry : entry with { Key = -1 }, rows);

    public Row RowOf(DbDataReader reader)
    {
        var values = new long[Columns];
        for (var i = 0; i < Columns; i++)
        {
            values[i] = Convert.ToInt64(reader.GetValue(i), CultureInfo.InvariantCulture);
        }

        return new(values, reader.GetString(Columns));
    }
}

/// <summary>A row: numbers, and the server that has it.</summary>
internal sealed record Row(long[] Values, string Server)
{
    public long this[int index] => Values[index];
}
