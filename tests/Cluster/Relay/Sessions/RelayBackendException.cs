namespace MonotonicReads.Cluster.Relay.Sessions;

/// <summary>A server is not there, or no longer. The client gets "lost connection", and its statement is not repeated.</summary>
internal sealed class RelayBackendException(RelayServer server, string what, Exception? cause = null)
    : Exception($"The server {server.Name} {what}.", cause)
{
    /// <summary>The code of a lost connection, as clients know it.</summary>
    public const int Code = 2013;

    public RelayServer Server { get; } = server;
}
