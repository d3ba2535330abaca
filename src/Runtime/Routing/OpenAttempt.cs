using System.Transactions;
using MonotonicReads.Choosing;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Routing;

/// <summary>
/// One opening of a connection, from the choice of a server to the first one that takes it. A replica that refuses is
/// left for <see cref="ReplicaLosses.UnavailableFor"/> and another is chosen; only what the caller asked for on
/// the primary fails with the primary. A part of the method that opens, and no object of its own.
/// </summary>
internal struct OpenAttempt
{
    private readonly RoutedSource _source;
    private readonly ReadSession? _session;
    private readonly bool _isForPrimary;
    private List<RoutedServer>? _refused;

    public OpenAttempt(RoutedSource source, ReadSession? session, bool isForPrimary)
    {
        _source = source;
        _session = session;
        Joined = source.Joined;
        _isForPrimary = isForPrimary || session is { Consistency: ReadConsistency.Primary } || Joined is not null;
        Pin = session is null || _isForPrimary ? null : session.PinFor(source);
        Lease = Pin is not null && session!.Plan is { IsAtEnd: false } plan ? plan.LeaseIn(source) : null;
    }

    /// <summary>The session's place in the data source, where the session decides.</summary>
    public SessionPin? Pin { get; }

    /// <summary>What the series keeps that the read is of; null where none was planned, or it has no next read.</summary>
    public SessionLease? Lease { get; }

    /// <summary>The transaction of <c>System.Transactions</c> that the connection is in; null for none.</summary>
    public Transaction? Joined { get; }

    /// <summary>Takes the connection that the session kept from its last read, if it still reads there.</summary>
    /// <param name="connection">The connection.</param>
    /// <returns>Its server; null where there is none.</returns>
    public readonly RoutedServer? TakeKept(out PooledConnection connection)
    {
        if (_source.Returning is { } returning && Pin is { Loss: null, Server: { IsPrimary: false } pinned })
        {
            returning(Pin.Session, pinned);
        }

        if (
            Lease is { } lease
            && Pin is { Loss: null, Server: { IsPrimary: false } server }
            && !server.IsGone(_source.Time)
            && lease.TryTake(server) is { } kept
        )
        {
            connection = kept;
            return server;
        }

        connection = null!;
        return null;
    }

    /// <summary>The server to try next.</summary>
    /// <exception cref="ReplicaLostException">The session has lost its replica and may not move.</exception>
    public readonly ValueTask<RoutedServer> NextAsync(bool isAsync, CancellationToken cancellation)
    {
        if (_isForPrimary)
        {
            return new(_source.Primary);
        }

        if (_source.Proxy is { } proxy)
        {
            // Each statement names its server.
            return new(proxy.Anywhere);
        }

        if (Pin is null)
        {
            return new(_source.Router.Any(_refused));
        }

        return _source.Router.PinnedAsync(_session!, Pin, _refused, isAsync, cancellation);
    }

    /// <summary>Takes note that a server did not open, so that the next one is another.</summary>
    public void Refused(RoutedServer replica, Exception exception)
    {
        (_refused ??= []).Add(replica);
        _source.Losses.NoteRefusal(_session, Pin, replica, exception);
    }

    /// <summary>Takes note that a server opened.</summary>
    /// <returns>False when it is another run of the server than the one that the session has read.</returns>
    public readonly bool Opened(RoutedServer server)
    {
        server.MarkAvailable();
        if (Pin is null || !Pin.IsOtherIncarnation(server))
        {
            return true;
        }

        _source.Losses.Lose(_session!, Pin, server, ReplicaLossReason.Restarted, exception: null);
        return false;
    }
}
