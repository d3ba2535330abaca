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

    public void Track(DbDataReader reader, CommandBehavior behavior)
    {
        if (_last is { IsClosed: false })
        {
            (_older ??= []).Add(_last);
        }

        _last = reader;
        NoteClosing(behavior);
    }

    /// <summary>A reader closes the connection, or has, if it was told to: also one that its driver never gave away, because its statement
    /// failed.</summary>
    public void NoteClosing(CommandBehavior behavior) => CloseConnection |= (behavior & CommandBehavior.CloseConnection) != 0;
}
