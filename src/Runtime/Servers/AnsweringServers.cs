namespace MonotonicReads.Servers;

/// <summary>
/// Which server answers under which name, behind a proxy that lets another answer for one that is down (MaxScale). Each has ids of its own:
/// who answers with another's is down, or has no such name at the proxy.
/// </summary>
internal sealed class AnsweringServers
{
    private readonly object _lock = new();
    private readonly Dictionary<string, RoutedServer> _owners = new(StringComparer.Ordinal);
    private readonly Dictionary<RoutedServer, string> _own = [];
    private readonly HashSet<RoutedServer> _doubted = [];
    private readonly HashSet<RoutedServer> _removed = [];

    /// <summary>Takes note of an answer.</summary>
    /// <param name="server">Who was named.</param>
    /// <param name="ids">The ids of who answered.</param>
    /// <returns>Whether that is the same.</returns>
    public bool IsItself(RoutedServer server, string ids)
    {
        lock (_lock)
        {
            if (_removed.Contains(server))
            {
                return true;
            }

            var own = _own.GetValueOrDefault(server);
            if (own != ids && _owners.TryGetValue(ids, out var owner) && !MayTake(server, own, owner))
            {
                _doubted.Add(server);
                return false;
            }

            if (own is not null && own != ids)
            {
                _owners.Remove(own);
            }

            if (_owners.TryGetValue(ids, out var former) && former != server)
            {
                _own.Remove(former);
            }

            _owners[ids] = server;
            _own[server] = ids;
            _doubted.Remove(server);
            return true;
        }
    }

    /// <summary>Nobody is named like this any more; who has its ids may have them.</summary>
    public void Forget(RoutedServer server)
    {
        lock (_lock)
        {
            _removed.Add(server);
            _doubted.Remove(server);
            if (_own.Remove(server, out var ids))
            {
                _owners.Remove(ids);
            }
        }
    }

    // The primary is found by its role, not by its name. One that was down when it was asked first may have another's ids: it loses them
    // to who has none, once it has answered with a third one's.
    private bool MayTake(RoutedServer server, string? own, RoutedServer owner) =>
        server.IsPrimary || (own is null && _doubted.Contains(owner));
}
