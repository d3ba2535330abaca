namespace MonotonicReads.Servers;

/// <summary>How a server is named in the statements that a proxy shall send it, and what is to be known of the proxy.</summary>
/// <param name="Comment">A whole comment, with the space behind it.</param>
/// <param name="Merge">Writes it into a statement's own first comment instead; null where it stands alone before it.</param>
internal sealed record ProxyAddress(string Comment, Func<string, string?>? Merge = null)
{
    /// <summary>Whether an error says that the proxy did not reach the server, so that nothing was executed.</summary>
    public Func<Exception, bool> IsUnreached { get; init; } = static _ => false;

    /// <summary>Whether a read-only transaction begins with the isolation level of its session: one that is set for the next transaction
    /// alone makes the proxy take that for one that writes.</summary>
    public bool SetsIsolationOfSession { get; init; }

    /// <summary>Whether the server that is named answers, or nobody does.</summary>
    public bool IsExact { get; init; } = true;

    public string Annotate(string text) => Merge?.Invoke(text) ?? Comment + text;
}
