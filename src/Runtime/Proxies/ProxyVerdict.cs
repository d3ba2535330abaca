namespace MonotonicReads.Proxies;

/// <summary>What a proxy's error says of the server behind it.</summary>
internal enum ProxyVerdict
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It was not reached, so that the statement was not executed.</summary>
    Unreached,

    /// <summary>It was lost while it executed.</summary>
    Lost,
}
