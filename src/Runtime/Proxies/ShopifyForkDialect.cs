using System.Globalization;
using MonotonicReads.Proxies;
using MonotonicReads.Servers;

namespace MonotonicReads;

/// <summary>
/// Shopify's fork of ProxySQL: a statement of a session carries <c>/* consistent_read_id:UUID */</c>, and the fork hashes the
/// UUID to a replica as <see cref="ReplicaSelectors.WeightedModulo"/> does. It picks again, silently, when that replica fails: it keeps
/// <see cref="ReadConsistency.Monotonic"/> with <see cref="ReplicaLoss.Redraw"/>, and <see cref="ReadConsistency.Primary"/>.
/// </summary>
/// <remarks>
/// The fork's settings: <c>unit_of_work_identifiers="consistent_read_id"</c>, <c>query_parser_token_delimiters=","</c>,
/// <c>query_parser_key_value_delimiters=":"</c>, and <c>mysql-query_digests</c> on. Inside a session <c>Prepare()</c> does nothing, since
/// each session's text is another. Source: ProxySQL pull request 2698.
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

    /// <summary>The hostgroup of the replicas. Only <see cref="ProxyConfiguration"/> uses it. Default 1.</summary>
    public int ReaderHostgroup { get; init; } = 1;

    /// <summary>
    /// Whether the key goes into the comment that a statement begins with, such as <c>/*application:shop*/</c>, instead of one of
    /// its own before it. Where that cannot be, or the comment would exceed the 1,021 bytes that are read, it stands before it.
    /// </summary>
    public bool MergesComments { get; init; }

    internal override string Proxy => "Shopify's fork of ProxySQL";

    internal override bool NamesServers => false;

    private StatementComment Comments => new(TokenDelimiter, KeyValueDelimiter);

    /// <inheritdoc/>
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
    }

    internal override ProxyAddress? AddressOf(string? replica, int place) =>
        replica is null ? new ProxyAddress(Comments.Alone("hostgroup", PrimaryHostgroup.ToString(CultureInfo.InvariantCulture))) : null;

    internal override string Tag(string text, Guid session)
    {
        var id = session.ToString("D", CultureInfo.InvariantCulture);
        return (MergesComments ? Comments.Merged(text, Key, id) : null) ?? Comments.Alone(Key, id) + text;
    }
}
