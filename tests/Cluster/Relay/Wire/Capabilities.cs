namespace MonotonicReads.Cluster.Relay.Wire;

/// <summary>What client and server agree on in the handshake; the upper half is MariaDB's own.</summary>
[Flags]
internal enum Capabilities : ulong
{
    None = 0,

    /// <summary>Absent: a MariaDB server, or a client that answers with the upper half.</summary>
    ClientMySql = 1UL << 0,
    FoundRows = 1UL << 1,
    LongFlag = 1UL << 2,
    ConnectWithDatabase = 1UL << 3,
    NoSchema = 1UL << 4,
    IgnoreSpace = 1UL << 8,
    Protocol41 = 1UL << 9,
    Interactive = 1UL << 10,
    Transactions = 1UL << 13,
    SecureConnection = 1UL << 15,
    MultiStatements = 1UL << 16,
    MultiResults = 1UL << 17,
    PreparedMultiResults = 1UL << 18,
    PluginAuthentication = 1UL << 19,
    ConnectAttributes = 1UL << 20,
    PluginAuthenticationLengthEncoded = 1UL << 21,
    SessionTrack = 1UL << 23,
    DeprecateEof = 1UL << 24,
    BulkOperations = 1UL << 34,
    ExtendedMetadata = 1UL << 35,
    CacheMetadata = 1UL << 36,

    /// <summary>
    /// What the relay passes on. Not among them: TLS, compression and LOCAL INFILE, query attributes, progress reports
    /// and COM_MULTI. A server without them answers in forms that the relay can delimit.
    /// </summary>
    Relayed =
        ClientMySql
        | FoundRows
        | LongFlag
        | ConnectWithDatabase
        | NoSchema
        | IgnoreSpace
        | Protocol41
        | Interactive
        | Transactions
        | SecureConnection
        | MultiStatements
        | MultiResults
        | PreparedMultiResults
        | PluginAuthentication
        | ConnectAttributes
        | PluginAuthenticationLengthEncoded
        | SessionTrack
        | DeprecateEof
        | BulkOperations
        | ExtendedMetadata
        | CacheMetadata,
}
