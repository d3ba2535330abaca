using System.Data;
using System.Data.Common;

namespace MonotonicReads.Routing;

/// <summary>The readers that are open on a connection. A field of it and no object of its own.</summary>
internal struct OpenReaders
{
    private DbDataReader? _last;
    private List<DbDataReader>? _older;

    public readonly bool Any => _last is { IsClosed: false } || _older?.Exists(reader => !reader.IsClosed) == true;

    /// <summary>Whether one of them was told to close the connection (<see cref="CommandBehavior.CloseConnection"/>).</summary>
    public bool CloseConnection { get; private set; }

    public DbDataReader Track(DbDataReader reader, CommandBehavior behavior)
    {
        if (_last is { IsClosed: false })
        {
            (_older ??= []).Add(_last);
        }

        _last = reader;
        CloseConnection |= (behavior & CommandBehavior.CloseConnection) != 0;
        return reader;
    }
}
