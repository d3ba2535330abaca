using MonotonicReads.Configuration;
using MonotonicReads.MySql;
using MonotonicReads.Proxies;
using MonotonicReads.Routing;

namespace MonotonicReads;

/// <summary>Writes the proxy's side of a configuration, so that proxy and application mean the same servers by the same names and
/// numbers.</summary>
public static class ProxyConfiguration
{
    /// <summary>
    /// The admin SQL for ProxySQL and for Shopify's fork, or the sections of <c>maxscale.cnf</c>. The same input gives the same bytes; no
    /// password
    /// is written, and no account but the name of the application's own.
    /// </summary>
    /// <param name="dialect">How the application speaks to the proxy.</param>
    /// <param name="set">The servers: <see cref="ReplicatedMySqlOptions.Primary"/> and <see cref="ReplicatedMySqlOptions.Replicas"/> with
    /// the addresses at
    /// which the proxy reaches them. The application's account is that of <see cref="ReplicatedMySqlOptions.Proxy"/>, otherwise that of the
    /// primary.</param>
    /// <returns>The text, with line feeds.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">A server without an address, a name that the dialect cannot carry, a connection string that
    /// cannot be parsed.</exception>
    /// <exception cref="InvalidOperationException">No primary, no replica, or weights that sum to 0.</exception>
    /// <exception cref="NotSupportedException"><see cref="ProxyDialect.SqlCommenter"/>: nobody knows what reads its comments.</exception>
    public static string For(ProxyDialect dialect, ReplicatedMySqlOptions set)
    {
        ArgumentNullException.ThrowIfNull(dialect);
        ArgumentNullException.ThrowIfNull(set);
        ReplicaSet.Check(set.Primary is not null, [.. set.Replicas]);
        dialect.Check([.. set.Replicas.Select(replica => replica.Name)]);
        var primary = ProxiedServer.Of(ReplicaSet.PrimaryName, set.Primary!, weight: 1);
        var replicas = set.Replicas.Select(replica => ProxiedServer.Of(replica.Name, replica.ConnectionString, replica.Weight)).ToList();
        var user = ConnectionText.Parsed(ProxyRoute.Name, set.Proxy?.ConnectionString ?? set.Primary!).UserID;
        return dialect switch
        {
            ProxySqlDialect proxySql => ProxySqlConfiguration.For(proxySql, primary, replicas, user),
            ShopifyForkDialect fork => ProxySqlConfiguration.For(fork, primary, replicas, user),
            MaxScaleDialect => MaxScaleConfiguration.For(primary, replicas),
            _ => throw new NotSupportedException($"{dialect.Proxy} has no configuration that could be written."),
        };
    }
}
