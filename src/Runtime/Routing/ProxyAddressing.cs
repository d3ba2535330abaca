using MonotonicReads.Proxies;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Routing;

/// <summary>
/// What a connection says to the proxy before the servers: every server is reached over one connection, and the statement says which is
/// meant.
/// </summary>
internal sealed class ProxyAddressing(RoutedSource source, ProxyRoute proxy)
{
    private string? _minGtid;

    /// <summary>The text of a statement that is about to run, as the proxy gets it.</summary>
    /// <param name="text">The caller's.</param>
    /// <param name="server">Where it shall run.</param>
    /// <param name="toPrepare">Whether it shall be prepared.</param>
    /// <returns>The text, and whether it may be prepared; it may not where it shall not.</returns>
    public (string Text, bool MayBePrepared) Addressed(string text, RoutedServer server, bool toPrepare)
    {
        // The driver refuses it; a comment alone it would send.
        if (string.IsNullOrWhiteSpace(text))
        {
            return (text, toPrepare);
        }

        var session = source.SessionForRead()?.Id;
        var prepared = toPrepare && _minGtid is null ? proxy.AnnotateToPrepare(text, server, session) : null;
        return (prepared ?? proxy.Annotate(text, server, session, _minGtid), prepared is not null);
    }

    /// <summary>How long a statement that is about to run may take, if less than its own time is said: in seconds; 0 is without
    /// end.</summary>
    public int Limited(int timeout, RoutedServer server)
    {
        if (!Names(server) || proxy.Dialect.Deadline is not { } deadline)
        {
            return timeout;
        }

        var most = (int)Math.Min(int.MaxValue, Math.Ceiling(deadline.TotalSeconds));
        return timeout == 0 || timeout > most ? most : timeout;
    }

    /// <summary>Whether statements name this replica.</summary>
    public bool Names(RoutedServer? server) => proxy.Dialect.NamesServers && server is { IsPrimary: false, Address: not null };

    /// <summary>What an error that came instead of an answer says of the server that was named.</summary>
    public ProxyVerdict Judge(Exception exception) => proxy.Dialect.Judge(exception);

    /// <summary>A new statement: nothing is waited for yet.</summary>
    public void Begin() => _minGtid = null;

    /// <summary>Whether the proxy itself waits for what the session wrote: a single transaction of MySQL is what ProxySQL can wait
    /// for.</summary>
    public bool CatchesUp(ReadSession session, SessionPin pin)
    {
        if (
            proxy.Dialect is not ProxySqlDialect { UsesMinGtid: true }
            || session.Consistency != ReadConsistency.Causal
            || pin.MustAskPrimary
        )
        {
            return false;
        }

        _minGtid = (pin.Required as MySqlGtidSet)?.SingleTransaction;
        if (_minGtid is null)
        {
            // ProxySQL would ignore anything else.
            source.Reports.MinGtidIgnored(session.Id, pin.Required!.ToString());
        }

        return _minGtid is not null;
    }

    /// <summary>A statement that named this replica was not executed: the session goes on elsewhere.</summary>
    /// <param name="use">The connection's.</param>
    /// <param name="reads">Its reads there.</param>
    /// <param name="returnsData">Whether the statement counts as a read; it is counted again where it runs.</param>
    /// <param name="exception">What told.</param>
    public void Reroute(SessionUse use, ReplicaUse reads, bool returnsData, Exception exception)
    {
        var session = reads.Pin.Session;
        use.TakeBackRead(reads);
        if (returnsData)
        {
            reads.Pin.Count(-1, AmbientSession.Live);
        }

        if (_minGtid is not null)
        {
            // The replica may be well and only behind.
            _minGtid = null;
            source.CausalWait!.FallBack(source.SessionForRead() ?? session, reads.Pin, reads.Replica);
            return;
        }

        reads.Pin.TakeBackRead(reads.Replica);
        source.Losses.NoteRefusal(session, reads.Pin, reads.Replica, exception);
    }
}
