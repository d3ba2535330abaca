namespace MonotonicReads.Cluster.Relay.Sessions;

/// <summary>
/// A statement that a client has prepared. Each execution is routed by its text, as in the proxies, so it may have a
/// number on several servers.
/// </summary>
internal sealed class PreparedStatement(byte[] command, StatementToRoute statement, int parameters)
{
    /// <summary>The command that prepares it.</summary>
    public byte[] Command { get; } = command;

    public StatementToRoute Statement { get; } = statement;

    public int Parameters { get; } = parameters;

    public Dictionary<Backend, uint> Numbers { get; } = [];

    /// <summary>Where its parameters' types, its cursor and its long data are.</summary>
    public Backend? Last { get; set; }

    /// <summary>Long data has been sent there for the next execution.</summary>
    public bool HasLongData { get; set; }

    /// <summary>Why long data could not be sent; the execution tells it, since sending has no answer.</summary>
    public RelayBackendException? Failure { get; set; }
}
