using System.Globalization;
using MonotonicReads.Proxies;
using MonotonicReads.Servers;

namespace MonotonicReads;

/// <summary>
/// Shopify's fork of ProxySQL: a read of a session carries <c>/* consistent_read_id:UUID,hostgroup:1 */</c>, and the fork hashes the
/// UUID to a replica as <see cref="ReplicaSelectors.WeightedModulo"/> does. It keeps <see cref="ReadConsistency.Monotonic"/> with
/// <see cref="ReplicaLoss.Redraw"/> for reads that overlap with nobody's, and <see cref="ReadConsistency.Primary"/>.
/// </summary>
/// <remarks>
/// <para>As it is published the fork picks another replica, silently, when the session's fails, and also while it is busier than the
/// others, that is as soon as reads overlap, another session's too: 126 of 500 sessions of two clients at once read on several replicas,
/// 282 of eight. <see cref="ReplicatedMySqlDataSourceBuilder.Build"/> says so in log record 30. <see cref="ProxyDialect.ProxySql"/> keeps
/// everything, with this fork as with every ProxySQL.</para>
/// <para>A read names the replicas' hostgroup, since the proxy's rules decide by a statement's first word, and a
/// session whose <c>WITH</c> or <c>SHOW</c> ran on the primary would go back in time.</para>
/// <para>The fork's settings: <c>unit_of_work_identifiers="consistent_read_id"</c>, <c>query_parser_token_delimiters=","</c>,
/// <c>query_parser_key_value_delimiters=":"</c>, and <c>mysql-query_digests</c> on. Inside a session <c>Prepare()</c> does nothing, since
/// each session's text is another. Source: ProxySQL pull request 2698, and runs of it in front of MariaDB.</para>
/// </remarks>
public sealed record ShopifyForkDialect : ProxyDialect
{
    internal ShopifyForkDialect() { }

    /// <summary>The key that carries the UUID, one of the fork's <c>unit_of_work_identifiers</c>. Letters, digits and
    /// underscores.</summary>
    public string Key { get; init; } = "consistent_read_id";

    /// <summary>What stands between two keys: the fork's <c>query_parser_token_delimiters</c>. One of <c>; , = : | &amp;</c>.</summary>
    public char TokenDelimiter { get; init; } = ',';

    /// <summary>What stands between a key and its value: the fork's <c>query_parser_key_value_delimiters</c>. One of <c>; , = : |
    /// &amp;</c>.</summary>
    public char KeyValueDelimiter { get; init; } = ':';

    /// <summary>The hostgroup of the primary, for reads that must run there. Default 0.</summary>
    public int PrimaryHostgroup { get; init; }

    /// <summary>The hostgroup of the replicas, for all reads of sessions. Default 1.</summary>
    public int ReaderHostgroup { get; init; } = 1;

    /// <summary>
    /// Whether the key goes into the comment that a statement begins with, such as <c>/*application:shop*/</c>, instead of one of
    /// its own before it. Where that cannot be, or the comment would exceed the 1,021 bytes that are read, it stands before it.
    /// </summary>
    public bool MergesComments { get; init; }

    internal override string Proxy => "Shopify's fork of ProxySQL";

    internal override bool NamesServers => false;

    internal override string Limits =>
        "Shopify's fork of ProxySQL keeps a session on one replica as long as no two reads overlap, of whichever sessions: it passes over "
        + "a busy replica before the session's id is looked at. ProxyDialect.ProxySql keeps them on their replicas, with this fork too.";

    // Each of these keeps the fork from some of its servers.
    private StatementComment Comments => new(TokenDelimiter, KeyValueDelimiter) { Without = ["max_lag_ms", "min_epoch_ms", "min_gtid"] };

    /// <inheritdoc/>
    /// <remarks><see cref="ReadConsistency.Monotonic"/> is kept for reads that overlap with nobody's: see the type's remarks.</remarks>
    public override bool Keeps(ReadConsistency consistency, ReplicaLoss onReplicaLoss) =>
        consistency switch
        {
            ReadConsistency.Eventual or ReadConsistency.Primary => true,
            ReadConsistency.Monotonic => onReplicaLoss == ReplicaLoss.Redraw,
            _ => false,
        };

    internal override void Check(IReadOnlyCollection<string> replicas)
    {
        if (!StatementComment.IsWord(Key))
        {
            throw new ArgumentException(
                $"{nameof(ShopifyForkDialect)}.{nameof(Key)} is '{Key}'. A key has letters, digits and underscores."
            );
        }

        if (
            !StatementComment.IsDelimiter(TokenDelimiter)
            || !StatementComment.IsDelimiter(KeyValueDelimiter)
            || TokenDelimiter == KeyValueDelimiter
        )
        {
            throw new ArgumentException(
                $"{nameof(ShopifyForkDialect)} has the delimiters '{TokenDelimiter}' and '{KeyValueDelimiter}'. They are two different "
                    + $"ones of ; , = : | &."
            );
        }

        ArgumentOutOfRangeException.ThrowIfNegative(PrimaryHostgroup);
        ArgumentOutOfRangeException.ThrowIfNegative(ReaderHostgroup);
        if (PrimaryHostgroup == ReaderHostgroup)
        {
            throw new ArgumentException(
                $"{nameof(ShopifyForkDialect)} has hostgroup {ReaderHostgroup} for both the primary and the replicas. Each needs its own."
            );
        }

        if (Key.Equals(Hostgroup, StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException(
                $"{nameof(ShopifyForkDialect)}.{nameof(Key)} is '{Key}', which names a hostgroup in every ProxySQL."
            );
        }
    }

    internal override ProxyAddress? AddressOf(string? replica, int place) =>
        replica is null
            ? new ProxyAddress(Comments.Alone((Hostgroup, Number(PrimaryHostgroup)))) { IsUnreached = ProxySqlDialect.IsUnreached }
            : null;

    internal override string Tag(string text, Guid session)
    {
        var comments = Comments;
        ReadOnlySpan<(string, string)> keys =
        [
            (Key, session.ToString("D", CultureInfo.InvariantCulture)),
            (Hostgroup, Number(ReaderHostgroup)),
        ];
        return (MergesComments ? comments.Merged(text, keys) : null) ?? comments.Alone(keys) + text;
    }

    private const string Hostgroup = "hostgroup";

    private static string Number(int hostgroup) => hostgroup.ToString(CultureInfo.InvariantCulture);
}
