using System.Data;
using System.Data.Common;
using MonotonicReads.Servers;

namespace MonotonicReads.Routing;

/// <summary>The readers that are open on a connection. A field of it and no object of its own.</summary>
internal struct OpenReaders
{
    private DbDataReader? _last;
    private List<DbDataReader>? _older;
    private long _since;
    private int _limit;

    public readonly bool Any => _last is { IsClosed: false } || _older?.Exists(reader => !reader.IsClosed) == true;

    /// <summary>Whether one of them was told to close the connection (<see cref="CommandBehavior.CloseConnection"/>).</summary>
    public bool CloseConnection { get; private set; }

    /// <summary>Whether one of them has closed the connection now that it is closed: not where its rows broke off, which has closed it
    /// under the reader.</summary>
    public readonly bool HaveClosedIt => CloseConnection && !(_last is { IsClosed: false } last && IsInRows(last));

    /// <param name="reader">The reader.</param>
    /// <param name="behavior">What it was told.</param>
    /// <param name="limit">How long each step in its rows may take, in seconds; 0 is without end.</param>
    public void Track(DbDataReader reader, CommandBehavior behavior, int limit)
    {
        // A driver may have one for each connection, and hand it out again.
        if (_last is { IsClosed: false } && !ReferenceEquals(_last, reader))
        {
            (_older ??= []).Add(_last);
        }

        _last = reader;
        (_since, _limit) = (Environment.TickCount64, limit);
        NoteClosing(behavior);
    }

    /// <summary>A reader closes the connection, or has, if it was told to: also one that its driver never gave away, because its statement
    /// failed.</summary>
    public void NoteClosing(CommandBehavior behavior) => CloseConnection |= (behavior & CommandBehavior.CloseConnection) != 0;

    /// <summary>Whether the driver may have closed the connection for nothing but that a step in the rows took too long.</summary>
    /// <param name="driver">The connection.</param>
    public readonly bool MayBeOverdue(DbConnection? driver) =>
        _last is { IsClosed: false } && DriverLimit.MayHavePassed(_limit, _since) && !DriverLimit.TriesToCancel(driver);

    // A reader that closes its connection has read its results to the end before: there is none left.
    private static bool IsInRows(DbDataReader reader)
    {
        try
        {
            return reader.FieldCount > 0;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <exception cref="InvalidOperationException">One is open, so that the connection can neither move nor ask.</exception>
    public readonly void ThrowIfAny(RoutedServer? at, RoutedServer target)
    {
        if (Any)
        {
            throw new InvalidOperationException(
                ReferenceEquals(target, at)
                    ? $"Server '{target.Name}' must be asked for its position before this statement runs, and this connection has a reader "
                        + $"open on it. Close the reader first, or use another connection."
                    : $"The statement must run on '{target.Name}', and this connection is on replica '{at?.Name}' with a reader "
                        + $"open on it. Close the reader first, or use a connection of ReplicatedDataSource.Primary."
            );
        }
    }
}
