using System.Data.Common;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Routing;

/// <summary>
/// A reader that is to close its connection closes this one, and the driver, which is not told, keeps its own open for the series' next
/// read. That it is closed is seen by whoever looks. A field of the connection and no object of its own.
/// </summary>
internal struct WithheldClosing
{
    private HeldConnection? _held;
    private bool _closesAtEnd;

    /// <summary>Whether the connection is closed with its reader although the driver's is not.</summary>
    public readonly bool IsWithheld => _held is not null;

    /// <summary>Whether the reader that was told to close the connection is closed. The driver has one for each of its connections: where
    /// another has that by now, or it went back, an open one is another's, who has the connection before he reads.</summary>
    public readonly bool HasClosed(in OpenReaders readers) => _held is not null && (!readers.Any || _held.List is null);

    /// <summary>Keeps from the driver what the statement that runs next was told.</summary>
    /// <returns>False where the driver has to be told.</returns>
    public bool TryWithhold(SessionLease lease, ServerLink link)
    {
        _held = lease.TryAwait(link.Pooled!, link.Server!, link.Listener);
        _closesAtEnd = false;
        return _held is not null;
    }

    /// <summary>The statement has a reader.</summary>
    public readonly void Track(DbDataReader reader)
    {
        if (_held is { Reader: null } held)
        {
            held.Reader = reader;
        }
    }

    /// <summary>The server refused the statement, or it was cancelled: the reader that nobody got would have closed it.</summary>
    /// <param name="wasSent">Whether there was one: not where it was cancelled before it began.</param>
    public void NoteRefusal(bool wasSent) => _closesAtEnd = wasSent && _held is { Reader: null };

    /// <summary>The statement has ended.</summary>
    /// <returns>Whether the connection has to be closed now, since nobody else closes it.</returns>
    public bool EndUse()
    {
        var closes = _closesAtEnd;
        if (_held is { Reader: null })
        {
            TakeBack();
        }

        return closes;
    }

    /// <summary>The driver's connection is handed out: no other read goes on on it.</summary>
    public readonly void Share() => _held?.Share();

    /// <summary>Nobody but the connection has the driver's from now on.</summary>
    /// <returns>False where somebody has it already: it is for another read by now, or went back.</returns>
    public bool TakeBack()
    {
        var held = _held;
        this = default;
        return held is null || held.TryClaim();
    }
}
