using System.Transactions;

namespace MonotonicReads;

/// <summary>
/// One opening of a connection, from the choice of a server to the first one that takes it. A replica that refuses is
/// left for <see cref="ReplicatedDataSource.UnavailableFor"/> and another is chosen; only what the caller asked for on
/// the primary fails with the primary.
/// </summary>
internal struct OpenAttempt
{
    private readonly ReplicatedDataSource _source;
    private readonly ReadSession? _session;
    private readonly bool _isForPrimary;
    private List<RoutedServer>? _refused;

    public OpenAttempt(ReplicatedDataSource source, bool isForPrimary)
    {
        _source = source;
        _session = source.SessionForRead();
        _isForPrimary = isForPrimary || _session is { Consistency: ReadConsistency.Primary } || Transaction.Current is not null;
        Pin = _session is null || _isForPrimary ? null : _session.PinFor(source);
    }

    /// <summary>The session's place in the data source, where the session decided.</summary>
    public SessionPin? Pin { get; }

    public readonly RoutedServer Next() =>
        _isForPrimary ? _source.PrimaryServer
        : Pin is null ? _source.Router.Any(_refused)
        : _source.Router.Pinned(_session!, Pin, _refused);

    /// <summary>Takes note that a server did not open.</summary>
    /// <exception cref="ReplicaLostException">The session has read there.</exception>
    public void Refused(RoutedServer replica, Exception exception)
    {
        replica.MarkUnavailable(_source.Time, ReplicatedDataSource.UnavailableFor);
        (_refused ??= []).Add(replica);
        if (Pin is null || Pin.TryLeave(replica))
        {
            _source.Reports.ReplicaUnavailable(_session, replica, exception);
            return;
        }

        _source.Lose(Pin, replica, ReplicaLossReason.OpenFailed, exception);
    }

    /// <summary>Takes note that a server opened.</summary>
    /// <returns>The loss, when it is another run of the server than the one that the session has read.</returns>
    public readonly ReplicaLostException? Opened(RoutedServer server)
    {
        server.MarkAvailable();
        if (Pin is null || !Pin.IsOtherIncarnation(server))
        {
            return null;
        }

        _source.Lose(Pin, server, ReplicaLossReason.Restarted, exception: null);
        return ReplicaRouter.Lost(_session!, Pin.Loss!);
    }
}
