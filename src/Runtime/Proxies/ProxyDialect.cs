using MonotonicReads.Proxies;
using MonotonicReads.Servers;

namespace MonotonicReads;

/// <summary>
/// How a read session travels through a proxy: what stands in the comment before a statement, and which guarantees hold
/// behind it. Used by <see cref="ReplicatedMySqlDataSourceBuilder.UseProxy"/>; docs/proxies.md has the settings that each proxy needs.
/// </summary>
/// <remarks>
/// A dialect is adjusted with <c>with</c>: <c>ProxyDialect.ProxySql with { PrimaryHostgroup = 10 }</c>. The comment comes first,
/// since ProxySQL reads the first one only (MaxScale reads them all, and other hints are taken out for it), and nothing in it can end it:
/// it holds UUIDs, numbers and names that were checked.
/// </remarks>
public abstract record ProxyDialect
{
    private protected ProxyDialect() { }

    /// <summary>Shopify's fork of ProxySQL: <c>/* consistent_read_id:UUID,hostgroup:1 */</c>; the proxy picks the replica.</summary>
    public static ShopifyForkDialect ShopifyFork { get; } = new();

    /// <summary>ProxySQL as it is, 2.x and 3.x: <c>/* hostgroup=101 */</c>, a hostgroup for each replica; the session picks.</summary>
    public static ProxySqlDialect ProxySql { get; } = new();

    /// <summary>MaxScale's readwritesplit with its hintfilter: <c>/* maxscale route to server r1 */</c>; the session picks.</summary>
    public static MaxScaleDialect MaxScale { get; } = new();

    /// <summary>The format of sqlcommenter, for whatever else reads comments: <c>/*consistent_read_id='UUID'*/</c>.</summary>
    public static SqlCommenterDialect SqlCommenter { get; } = new();

    /// <summary>
    /// Whether a session of this level keeps its guarantee behind the proxy, under this policy for the loss of its replica.
    /// A builder refuses the rest, and so does the first statement of such a session.
    /// </summary>
    /// <param name="consistency">The level.</param>
    /// <param name="onReplicaLoss">The policy; without meaning for <see cref="ReadConsistency.Primary"/> and
    /// <see cref="ReadConsistency.Eventual"/>.</param>
    /// <returns>True where it is kept.</returns>
    public abstract bool Keeps(ReadConsistency consistency, ReplicaLoss onReplicaLoss);

    /// <summary>What the proxy is called in messages.</summary>
    internal abstract string Proxy { get; }

    /// <summary>Whether statements name the server, which our own selection picks; otherwise they carry the session and the proxy
    /// picks.</summary>
    internal abstract bool NamesServers { get; }

    /// <summary>Whether a server that is named is surely the one that answers, or nobody does.</summary>
    internal virtual bool IsExact => false;

    /// <summary>Whether the primary can be named, so that it can be asked how far it is.</summary>
    internal virtual bool NamesPrimary => true;

    /// <summary>Whether the driver may send several commands at once (its <c>Pipelining</c>): whether the proxy is known to bear
    /// that.</summary>
    internal virtual bool BearsPipelining => false;

    /// <summary>What a program has to know that <see cref="Keeps"/> cannot say; null for nothing. Told when it is built.</summary>
    internal virtual string? Limits => null;

    /// <summary>How long a pinned read may take, the proxy's own waiting for its server included; null where nothing is set.</summary>
    internal virtual TimeSpan? Deadline => null;

    /// <summary>Checks the dialect itself and the servers' names.</summary>
    /// <exception cref="ArgumentException">Something that the proxy would not take, or would take for something else.</exception>
    internal abstract void Check(IReadOnlyCollection<string> replicas);

    /// <summary>Checks that the servers that stay keep their addresses.</summary>
    /// <exception cref="InvalidOperationException">One would get another's.</exception>
    internal virtual void CheckChange(IReadOnlyList<string> before, IReadOnlyList<string> after) { }

    /// <summary>The address of a server in statements; null where it cannot be named.</summary>
    /// <param name="replica">Its name; null for the primary.</param>
    /// <param name="place">Its place among the replicas.</param>
    internal abstract ProxyAddress? AddressOf(string? replica, int place);

    /// <summary>A program's text without what the proxy would read in it beside our comment.</summary>
    /// <param name="text">The text.</param>
    /// <param name="carriesOurs">Whether a comment of ours goes before it.</param>
    /// <exception cref="NotSupportedException">It cannot be taken out.</exception>
    internal virtual string WithoutHints(string text, bool carriesOurs) => text;

    /// <summary>A statement of a session that the proxy shall pick a server for.</summary>
    internal virtual string Tag(string text, Guid session) => text;

    /// <summary>What an error that came instead of an answer says of the server that was named.</summary>
    internal virtual ProxyVerdict Judge(Exception exception) => ProxyVerdict.None;
}
