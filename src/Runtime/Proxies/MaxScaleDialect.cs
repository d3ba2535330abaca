using MonotonicReads.Proxies;
using MonotonicReads.Servers;

namespace MonotonicReads;

/// <summary>
/// MaxScale's readwritesplit behind its hintfilter: each replica has the name that it has in <c>maxscale.cnf</c>, the session
/// picks the replica, and its statements carry <c>/* maxscale route to server r1 */</c>.
/// </summary>
/// <remarks>
/// <para>MaxScale takes any other server, silently and for each statement another, while the named one is down: readwritesplit ignores a
/// hint that it cannot follow (24.02.3). So <see cref="ReadConsistency.Monotonic"/> is kept with <see cref="ReplicaLoss.Redraw"/> alone.
/// The monitor, which <see cref="ReplicatedMySqlDataSourceBuilder.Build"/> switches on, sees it by the server's ids: from then on
/// its sessions are lost to it, and go on on a replica that answers itself.
/// <see cref="ReadConsistency.Snapshot"/> is kept whatever happens, since a transaction stays on its server or fails.
/// A <see cref="ReadConsistency.Causal"/> session reads on the primary once it has written, one of <see cref="ReadConsistency.Global"/>
/// or with a bound on the age of what it reads from its first read on. Statements outside a session carry a hint only
/// where they must run on the primary.</para>
/// <para>Settings: <c>filters=hintfilter</c>, <c>retry_failed_reads=false</c>, <c>transaction_replay=false</c>, <c>causal_reads=none</c>.
/// <see cref="ProxyConfiguration"/> writes them. Source: MaxScale documentation, "Hintfilter" and "ReadWriteSplit".</para>
/// </remarks>
public sealed record MaxScaleDialect : ProxyDialect
{
    // The words of a hint; a server of that name would be taken for one.
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "begin",
        "end",
        "last",
        "master",
        "maxscale",
        "prepare",
        "route",
        "server",
        "slave",
        "start",
        "stop",
        "to",
    };

    internal MaxScaleDialect() { }

    internal override string Proxy => "MaxScale";

    internal override bool NamesServers => true;

    /// <inheritdoc/>
    public override bool Keeps(ReadConsistency consistency, ReplicaLoss onReplicaLoss) =>
        consistency is ReadConsistency.Eventual or ReadConsistency.Primary or ReadConsistency.Global or ReadConsistency.Snapshot
        || onReplicaLoss == ReplicaLoss.Redraw;

    internal override void Check(IReadOnlyCollection<string> replicas)
    {
        if (
            replicas.FirstOrDefault(static name =>
                Words.Contains(name) || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '~')
            ) is
            { } bad
        )
        {
            throw new ArgumentException(
                $"Replica '{bad}' cannot be named in a MaxScale hint. Give it the name of its section in maxscale.cnf: letters, digits, "
                    + $"and _ - . ~, and no word of the hints such as '{Words.First()}'."
            );
        }
    }

    internal override bool BearsPipelining => true;

    internal override ProxyAddress AddressOf(string? replica, int place) =>
        new(replica is null ? "/* maxscale route to master */ " : $"/* maxscale route to server {replica} */ ")
        {
            IsExact = false,
            SetsIsolationOfSession = true,
        };

    internal override string WithoutHints(string text, bool carriesOurs) => ProgramHints.Without(text, lasting: !carriesOurs);
}
