using System.Data;
using MonotonicReads.Observability;
using MonotonicReads.Servers;

namespace MonotonicReads.Sessions;

/// <summary>
/// The connection that a session keeps between two reads of a planned series, so that the next read needs no opening and
/// no reset. At most one for each data source; concurrent reads open others. It is for one read at a time, and goes back to its
/// pool when the session ends, when nobody has read on it for <see cref="LongestIdle"/>, or when somebody else has to
/// wait for a connection to the same server.
/// </summary>
internal sealed class SessionLease
{
    private Kept? _kept;
    private bool _hasEnded;

    /// <summary>A kept connection goes back after being idle for so long, and at most half as long again.</summary>
    public static readonly TimeSpan LongestIdle = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether the book of those that are kept knows of it; for the book alone.</summary>
    public bool IsInBook { get; set; }

    /// <summary>The kept connection, if it is open on the server; one on another is given back.</summary>
    /// <returns>Null where there is none to take.</returns>
    public PooledConnection? TryTake(RoutedServer server)
    {
        Kept? kept;
        lock (this)
        {
            kept = _kept;
            _kept = null;
        }

        if (
            kept is null
            || (ReferenceEquals(kept.Server, server) && kept.Pooled is { Connection.State: ConnectionState.Open, IsOutdated: false })
        )
        {
            return kept?.Pooled;
        }

        kept.GiveBack();
        return null;
    }

    /// <summary>Keeps a connection for the session's next read.</summary>
    /// <param name="connection">The connection, open and between two statements.</param>
    /// <param name="server">Its server.</param>
    /// <param name="now">The clock's timestamp.</param>
    /// <returns>False where one is kept already, or the session has ended: the caller disposes the connection.</returns>
    public bool TryKeep(PooledConnection connection, RoutedServer server, long now)
    {
        lock (this)
        {
            if (_hasEnded || _kept is not null)
            {
                return false;
            }

            _kept = new Kept(connection, server, now);
            return true;
        }
    }

    /// <summary>Gives the kept connection back, if it is idle since then, or is of that pool.</summary>
    /// <param name="until">The latest timestamp at which it was kept; null for any.</param>
    /// <param name="of">The pool; null for any.</param>
    /// <returns>Whether nothing is kept now.</returns>
    public bool GiveBack(long? until, ConnectionPool? of)
    {
        Kept kept;
        lock (this)
        {
            if (_kept is null)
            {
                return true;
            }

            if ((until is { } latest && _kept.Since > latest) || (of is not null && !_kept.Pooled.IsOf(of)))
            {
                return false;
            }

            kept = _kept;
            _kept = null;
        }

        kept.GiveBack();
        return true;
    }

    /// <summary>The session has ended: nothing is kept from now on.</summary>
    public void End()
    {
        lock (this)
        {
            _hasEnded = true;
        }

        GiveBack(until: null, of: null);
    }

    // One object, so that who takes the connection never takes another's server for its own.
    private sealed record Kept(PooledConnection Pooled, RoutedServer Server, long Since)
    {
        // Whoever gives it back does so in passing: a timer, the end of a session, another's opening.
        public void GiveBack()
        {
            try
            {
                Synchronous.Result(Pooled.DisposeAsync(isAsync: false));
            }
            catch (Exception exception)
            {
                QuietLogger.Threw("The driver, when a kept connection was given back,", exception);
            }
        }
    }
}
