using System.Globalization;

namespace MonotonicReads;

/// <summary>Chooses the server of a read: by the selector inside a session, by weighted chance outside one.</summary>
internal sealed class ReplicaRouter
{
    private readonly RoutedServer _primary;
    private readonly RoutedServer[] _replicas;
    private readonly WeightedReplica[] _allAvailable;
    private readonly IReplicaSelector _selector;
    private readonly TimeProvider _time;
    private readonly RoutingReports _reports;

    public ReplicaRouter(RoutedServer primary, RoutedServer[] replicas, IReplicaSelector selector, TimeProvider time, RoutingReports reports)
    {
        _primary = primary;
        _replicas = replicas;
        _selector = selector;
        _time = time;
        _reports = reports;
        _allAvailable = Array.ConvertAll(replicas, replica => new WeightedReplica(replica.Name, replica.Weight, IsAvailable: true));
    }

    /// <summary>The server of a read outside a session.</summary>
    /// <param name="refused">The replicas that refused to open in this attempt.</param>
    public RoutedServer Any(List<RoutedServer>? refused)
    {
        var sum = 0L;
        foreach (var replica in _replicas)
        {
            sum += CanTake(replica, refused) ? replica.Weight : 0;
        }

        if (sum > 0)
        {
            var left = Random.Shared.NextInt64(sum);
            foreach (var replica in _replicas)
            {
                // A replica can become available between the two loops; one that was counted never vanishes for good.
                left -= CanTake(replica, refused) ? replica.Weight : 0;
                if (left < 0)
                {
                    return replica;
                }
            }
        }

        _reports.NoReplicaAvailable(session: null, _primary);
        return _primary;
    }

    /// <summary>The server of a session's read: the one that it has, otherwise the one that it draws now.</summary>
    /// <param name="session">The session, with its policy.</param>
    /// <param name="pin">Where it reads in this data source.</param>
    /// <param name="refused">The replicas that refused to open in this attempt.</param>
    /// <exception cref="ReplicaLostException">The session's replica is lost, or none is available under
    /// <see cref="ReplicaLoss.Fail"/>.</exception>
    public RoutedServer Pinned(ReadSession session, SessionPin pin, List<RoutedServer>? refused)
    {
        if (pin.Loss is { } loss)
        {
            throw Lost(session, loss);
        }

        return pin.Server ?? Draw(session, pin, refused);
    }

    public static ReplicaLostException Lost(ReadSession session, PinLoss loss)
    {
        var how = loss.Reason switch
        {
            ReplicaLossReason.OpenFailed => "it can no longer be opened",
            ReplicaLossReason.ConnectionBroken => "the connection broke while the session read",
            _ => "it was restarted or replaced, and may have gone back",
        };
        var policy = session.OnReplicaLoss == ReplicaLoss.Primary
            ? " The policy ReplicaLoss.Primary cannot move a session yet and fails like ReplicaLoss.Fail."
            : "";
        return new ReplicaLostException(
            string.Create(CultureInfo.InvariantCulture, $"Read session {session.Id} has read on replica '{loss.Replica}' and lost it: {how}. Run the unit of work again in a new session.{policy}"),
            session.Id,
            loss.Replica,
            loss.Exception);
    }

    private RoutedServer Draw(ReadSession session, SessionPin pin, List<RoutedServer>? refused)
    {
        ReadOnlySpan<WeightedReplica> candidates = Candidates(refused);
        var picked = _selector.Select(session.Id, candidates);
        if (picked >= 0)
        {
            return picked < candidates.Length && candidates[picked].IsAvailable
                ? pin.Agree(_replicas[picked])
                : throw new InvalidOperationException($"{_selector.GetType()} picked index {picked}, which is no available replica.");
        }

        if (session.OnReplicaLoss == ReplicaLoss.Fail)
        {
            throw new ReplicaLostException(
                string.Create(CultureInfo.InvariantCulture, $"No replica is available for read session {session.Id}, and its policy ReplicaLoss.Fail keeps it from the primary."),
                session.Id,
                replica: null,
                innerException: null);
        }

        var server = pin.Agree(_primary);
        if (server.IsPrimary)
        {
            _reports.NoReplicaAvailable(session, _primary);
        }

        return server;
    }

    private WeightedReplica[] Candidates(List<RoutedServer>? refused)
    {
        WeightedReplica[]? some = null;
        for (var i = 0; i < _replicas.Length; i++)
        {
            if (!CanTake(_replicas[i], refused))
            {
                some ??= (WeightedReplica[])_allAvailable.Clone();
                some[i] = some[i] with { IsAvailable = false };
            }
        }

        return some ?? _allAvailable;
    }

    private bool CanTake(RoutedServer replica, List<RoutedServer>? refused) =>
        replica.IsAvailable(_time) && refused?.Contains(replica) != true;
}
