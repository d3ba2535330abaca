namespace MonotonicReads;

/// <summary>The proxy before the servers, as configuration describes it; see
/// <see cref="ReplicatedMySqlDataSourceBuilder.UseProxy"/>.</summary>
public sealed class ProxyOptions
{
    /// <summary>The proxy's connection string. Key <c>ConnectionString</c>. Required.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// How it is spoken to. Key <c>Dialect</c>: <c>ShopifyFork</c>, <c>ProxySql</c>, <c>MaxScale</c> or <c>SqlCommenter</c>; the dialect's
    /// own properties are keys
    /// beside it. Required.
    /// </summary>
    public ProxyDialect? Dialect { get; set; }
}
