using System.Data.Common;

namespace MonotonicReads;

/// <content>Behind a proxy every server is reached over one connection, and the statement says which is meant.</content>
public sealed partial class ReplicatedConnection
{
    private string? _minGtid;

    /// <summary>The text of a statement that is about to run, as the proxy gets it.</summary>
    internal string Annotated(string text) =>
        Source.Proxy is { } proxy ? proxy.Annotate(text, Server, Source.SessionForRead(), _minGtid) : text;

    /// <summary>The same where the statement is prepared; null where it had better not be.</summary>
    internal string? AnnotatedToPrepare(string text) =>
        Source.Proxy is null ? text
        : _minGtid is null ? ProxyRoute.AnnotateToPrepare(text, Server, Source.SessionForRead())
        : null;

    /// <summary>How long a statement that is about to run may take, if less than its own time is said: in seconds; 0 is without end.</summary>
    internal int Limited(int timeout)
    {
        if (!IsPinnedInProxy || Source.Proxy?.Dialect.Deadline is not { } deadline)
        {
            return timeout;
        }

        var most = (int)Math.Ceiling(deadline.TotalSeconds);
        return timeout == 0 || timeout > most ? most : timeout;
    }

    /// <summary>
    /// Takes note of what a failed statement says of the server that a proxy should have sent it to.
    /// </summary>
    /// <param name="exception">What came instead of an answer.</param>
    /// <param name="isOverdue">Whether it took longer than <see cref="Limited"/> allowed, and not than the caller did.</param>
    /// <returns>Whether it was not executed, so that it may run on another server.</returns>
    internal bool CanRunElsewhere(Exception exception, bool isOverdue)
    {
        if (!IsPinnedInProxy || _readsFor is not { } reads || Source.Proxy is not { } proxy)
        {
            return false;
        }

        var verdict = proxy.Dialect.Judge(exception);
        if (verdict == ProxyVerdict.Unreached && DriverState == System.Data.ConnectionState.Open && !HasOpenReader)
        {
            Reroute(reads, exception);
            return true;
        }

        if (verdict != ProxyVerdict.None || isOverdue)
        {
            Source.Lose(
                reads.Pin.Session,
                reads.Pin,
                reads.Replica,
                isOverdue ? ReplicaLossReason.Silent : ReplicaLossReason.ConnectionBroken,
                exception
            );
        }

        return false;
    }

    private bool IsPinnedInProxy => Source.Proxy is { Dialect.NamesServers: true } && _server is { IsPrimary: false, Address: not null };

    private void Reroute(ReplicaUse reads, Exception exception)
    {
        var session = reads.Pin.Session;
        if (reads.Reads == 1)
        {
            // This connection has read nothing there.
            reads.Pin.LeaveReplicaUnread();
            _readsFor = null;
        }
        else
        {
            EndReads(seen: null);
        }

        if (_minGtid is not null)
        {
            // The replica may be well and only behind.
            _minGtid = null;
            FallBack(Source.SessionForRead() ?? session, reads.Pin, reads.Replica);
            return;
        }

        if (session.TryTakeBackOnlyRead())
        {
            reads.Pin.TakeBackRead(reads.Replica);
        }

        Source.NoteRefusal(session, reads.Pin, reads.Replica, exception);
    }

    // Only the address in the statements changes.
    private async ValueTask TurnToAsync(ProxyRoute proxy, RoutedServer target, bool isAsync, CancellationToken cancellation)
    {
        if (_inner is null)
        {
            // The last one did not answer, and was abandoned.
            Take(await OpenAsync(proxy.Anywhere, isAsync, cancellation).ConfigureAwait(false), proxy.Anywhere);
        }

        try
        {
            await target.MeetAsync(new ServerQuestions(target, Driver, Source.Time, isAsync, cancellation)).ConfigureAwait(false);
        }
        catch (SilentServerException silent)
        {
            Abandon(silent);
            throw;
        }

        await LearnAsync(isAsync).ConfigureAwait(false);
        _server = target;
    }

    // No connection breaks when a server is restarted behind a proxy: the monitor tells.
    private bool NotesRestart(ReadSession session, SessionPin pin, RoutedServer server)
    {
        if (pin.Loss is null && pin.IsOtherIncarnation(server))
        {
            Source.Lose(session, pin, server, ReplicaLossReason.Restarted, exception: null);
        }

        return pin.Loss is not null;
    }

    // A single transaction of MySQL is what ProxySQL can wait for; anything else it would ignore.
    private bool CatchesUpInProxy(ReadSession session, SessionPin pin)
    {
        _minGtid = null;
        if (
            Source.Proxy is not { Dialect: ProxySqlDialect { UsesMinGtid: true } }
            || session.Consistency != ReadConsistency.Causal
            || pin.MustAskPrimary
        )
        {
            return false;
        }

        _minGtid = (pin.Required as MySqlGtidSet)?.SingleTransaction;
        if (_minGtid is null)
        {
            Source.Reports.MinGtidIgnored(session, pin.Required!);
        }

        return _minGtid is not null;
    }
}
