namespace MonotonicReads.Cluster.Relay.Wire;

/// <summary>The status that ends each result.</summary>
[Flags]
internal enum ServerStatus
{
    None = 0,
    InTransaction = 0x0001,
    Autocommit = 0x0002,
    MoreResults = 0x0008,
    CursorExists = 0x0040,
}
