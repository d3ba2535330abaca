using MonotonicReads.Servers;

namespace MonotonicReads.Monitoring;

/// <summary>A server that is looked at.</summary>
/// <param name="server">The server.</param>
internal sealed class Watch(RoutedServer server)
{
    private volatile ServerState _state = ServerState.Unknown(server.Name, server.IsPrimary);
    private long _answeredAt = long.MinValue;

    public RoutedServer Server => server;

    public CancellationTokenSource Stopping { get; } = new();

    public ServerState State
    {
        get => _state;
        set => _state = value;
    }

    public int Failures { get; set; }

    public int Successes { get; set; }

    public bool LagsTooFar { get; set; }

    /// <summary>Whether the last look did not get past the proxy, which then says nothing of the server.</summary>
    public bool LostProxy { get; set; }

    /// <summary>Whether the server counts as down for looks alone that did not get past the proxy.</summary>
    public bool IsDownByProxy { get; set; }

    /// <summary>When the last look began that was answered; of the one before it where the last was not.</summary>
    public long AnsweredAt
    {
        get => Volatile.Read(ref _answeredAt);
        set => Volatile.Write(ref _answeredAt, value);
    }

    /// <summary>When the replica was first seen without a connection to its source; null while it has one.</summary>
    public long? UnlinkedAt { get; set; }

    /// <summary>Whether somebody was told that nobody knows its lag.</summary>
    public bool IsUnknownLagTold { get; set; }
}
