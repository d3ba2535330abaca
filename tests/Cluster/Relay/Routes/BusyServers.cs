namespace MonotonicReads.Cluster.Relay;

/// <summary>How many statements each server is at work on, of all clients together.</summary>
internal sealed class BusyServers
{
    private readonly Lock _lock = new();
    private readonly Dictionary<RelayServer, int> _used = [];

    /// <summary>A server is at work until the end of what is returned.</summary>
    public IDisposable Occupy(RelayServer server)
    {
        Add(server, 1);
        return new Ending(() => Add(server, -1));
    }

    /// <summary>Those that the fork leaves: the others have more than one and a half times their share of the work.</summary>
    /// <remarks>Its pass over <c>ConnectionsUsed</c> in <c>get_random_MySrvC</c>, before the hash is looked at.</remarks>
    public HashSet<RelayServer> NotOverloaded(IReadOnlyList<RelayServer> servers)
    {
        lock (_lock)
        {
            var candidates = servers.Where(server => server.IsAvailable && server.Weight > 0).ToArray();
            var sum = candidates.Sum(server => server.Weight);
            var used = candidates.Sum(server => _used.GetValueOrDefault(server));
            return [.. candidates.Where(server => _used.GetValueOrDefault(server) * sum <= (used * server.Weight * 1.5) + 1)];
        }
    }

    private void Add(RelayServer server, int more)
    {
        lock (_lock)
        {
            _used[server] = _used.GetValueOrDefault(server) + more;
        }
    }

    private sealed class Ending(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
