namespace MonotonicReads.Cluster.Relay;

/// <summary>What a route sees of a statement.</summary>
public sealed class StatementToRoute
{
    private readonly BareSql _bare;

    internal StatementToRoute(string text, RelayClient client, IReadOnlyList<RelayServer> servers)
    {
        (Text, Client, Servers) = (text, client, servers);
        _bare = new(text);
    }

    /// <summary>The text as received.</summary>
    public string Text { get; }

    /// <summary>The connection it came on.</summary>
    public RelayClient Client { get; }

    /// <summary>The servers behind the relay, in their configured order.</summary>
    public IReadOnlyList<RelayServer> Servers { get; }

    /// <summary>Whether the first statement of the text only reads.</summary>
    public bool IsRead => _bare.IsRead;

    /// <summary>Whether the text holds more than one statement.</summary>
    public bool IsMulti => _bare.IsMulti;

    internal BareSql Bare => _bare;

    internal RelayServer Primary =>
        Servers.FirstOrDefault(server => server.IsPrimary && server.IsAvailable)
        ?? throw new RelayRefusedException("The relay has no available primary.");
}
