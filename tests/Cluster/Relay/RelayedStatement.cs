namespace MonotonicReads.Cluster.Relay;

/// <summary>A statement that went through the relay.</summary>
/// <param name="Client">The connection it came on: <see cref="RelayClient.Number"/>.</param>
/// <param name="Kind">How it came.</param>
/// <param name="Text">The text as received, comments included; of an execution the text that was prepared.</param>
/// <param name="Server">The name of the server it went to.</param>
/// <param name="InTransaction">Whether a transaction, not a route, named the server.</param>
public sealed record RelayedStatement(int Client, StatementKind Kind, string Text, string Server, bool InTransaction)
{
    /// <summary>Whether it was executed by the number of its preparation.</summary>
    public bool IsPrepared => Kind == StatementKind.Execute;
}
