namespace MonotonicReads.Cluster.Relay;

/// <summary>How a statement came.</summary>
public enum StatementKind
{
    /// <summary>As text, to be executed.</summary>
    Text,

    /// <summary>As text, to be prepared. It is also what the relay does on a server where an execution needs it.</summary>
    Prepare,

    /// <summary>By the number that its preparation gave.</summary>
    Execute,

    /// <summary>As text that sets the session up (SET): the proxies keep such statements and apply them on each server.</summary>
    Session,
}
