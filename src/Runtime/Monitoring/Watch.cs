using MonotonicReads.Servers;

namespace MonotonicReads.Monitoring;

/// <summary>A server that is looked at.</summary>
/// <param name="server">The server.</param>
/// <param name="lag">Whether it is too far behind.</param>
internal sealed class Watch(RoutedServer server, LagRule lag)
{
    private volatile ServerState _state = ServerState.Unknown(server.Name, server.IsPrimary);
    private int _failures;
    private long _answeredAt = long.MinValue;

    public RoutedServer Server => server;

    public LagRule Lag => lag;

    public CancellationTokenSource Stopping { get; } = new();

    public ServerState State
    {
        get => _state;
        set => _state = value;
    }

    public int Failures
    {
        get => Volatile.Read(ref _failures);
        set => Volatile.Write(ref _failures, value);
    }

    public int Successes { get; set; }

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

    /// <summary>Whether somebody was told that it does not replicate, and nobody that it does again.</summary>
    public bool IsEndTold { get; set; }

    /// <summary>Whether somebody was told that nobody knows its lag.</summary>
    public bool IsUnknownLagTold { get; set; }
}
