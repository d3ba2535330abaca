namespace MonotonicReads.Servers;

/// <summary>
/// Which server answers under which name, behind a proxy that lets another answer for one that is down (MaxScale). Each has ids of its own:
/// who answers with another's is down, or has no such name at the proxy.
/// </summary>
internal sealed class AnsweringServers
{
    // Who was down from the start has answered with several servers' ids by then, or another has claimed those that it answered with.
    private const int AnswersUntilProven = 3;

    private readonly object _lock = new();
    private readonly Dictionary<RoutedServer, Owned> _own = [];
    private readonly HashSet<RoutedServer> _replicas = [];
    private readonly HashSet<RoutedServer> _doubted = [];
    private readonly HashSet<RoutedServer> _removed = [];

    /// <summary>There is one more server.</summary>
    public void Add(RoutedServer server)
    {
        lock (_lock)
        {
            if (!server.IsPrimary)
            {
                _replicas.Add(server);
            }
        }
    }

    /// <summary>Takes note of an answer.</summary>
    /// <param name="server">Who was named.</param>
    /// <param name="ids">The ids of who answered.</param>
    /// <returns>Whether that is the same, as far as anybody can tell.</returns>
    public bool IsItself(RoutedServer server, string ids)
    {
        lock (_lock)
        {
            var isItself = _removed.Contains(server) || Judge(server, ids);
            if (isItself)
            {
                _doubted.Remove(server);
            }
            else
            {
                _doubted.Add(server);
            }

            return isItself;
        }
    }

    /// <summary>Nobody is named like this any more; who has its ids may have them.</summary>
    public void Forget(RoutedServer server)
    {
        lock (_lock)
        {
            _removed.Add(server);
            _replicas.Remove(server);
            _doubted.Remove(server);
            _own.Remove(server);
        }
    }

    private bool Judge(RoutedServer server, string ids)
    {
        var owner = OwnerOf(ids, besides: server);
        var has = _own.TryGetValue(server, out var own);
        if (has && own.Ids == ids)
        {
            _own[server] = own with { Answers = own.Answers + 1 };
            return owner is null || MayShare;
        }

        if (has && own.IsShared)
        {
            // It answers with one's ids and then with another's: those before were not its own.
            GiveUp(server, own.Ids);
            if (owner is not null)
            {
                return false;
            }
        }

        if (owner is null || MayTake(server, has, owner))
        {
            _ = owner is not null && _own.Remove(owner);
            _own[server] = new Owned(ids, Answers: 1);
            return true;
        }

        if (has || owner.IsPrimary || _own[owner].Answers >= AnswersUntilProven)
        {
            return false;
        }

        Share(server, owner, ids);
        return MayShare;
    }

    // The primary is found by its role, not by its name; and who answered with a third one's gave up what it had.
    private bool MayTake(RoutedServer server, bool hasOwn, RoutedServer owner) =>
        server.IsPrimary || (!hasOwn && _doubted.Contains(owner) && !_own[owner].IsShared);

    // One of the two is down, and nobody knows which. Where there is no third one to answer, the same one answers for both.
    private void Share(RoutedServer server, RoutedServer owner, string ids)
    {
        _own[server] = new Owned(ids, Answers: 1) { IsShared = true };
        _own[owner] = _own[owner] with { IsShared = true };
        if (!MayShare)
        {
            _doubted.Add(owner);
            owner.IsAnsweredByOther = true;
        }
    }

    private void GiveUp(RoutedServer server, string ids)
    {
        _own.Remove(server);
        if (OwnerOf(ids, besides: server) is { } other)
        {
            _own[other] = new Owned(ids, AnswersUntilProven);
        }
    }

    private bool MayShare => _replicas.Count <= 2;

    private RoutedServer? OwnerOf(string ids, RoutedServer besides) =>
        _own.FirstOrDefault(pair => pair.Key != besides && pair.Value.Ids == ids).Key;

    private readonly record struct Owned(string Ids, int Answers)
    {
        /// <summary>Whether another one answers with them too.</summary>
        public bool IsShared { get; init; }
    }
}
