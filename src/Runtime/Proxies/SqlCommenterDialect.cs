using System.Globalization;
using MonotonicReads.Servers;

namespace MonotonicReads;

/// <summary>
/// The comment format of sqlcommenter, for whatever else reads it: <c>/*consistent_read_id='UUID',read_consistency='monotonic'*/</c>,
/// values
/// URL-encoded. What is not provably a plain read, and every read of a <see cref="ReadConsistency.Primary"/> session, carries
/// <c>read_consistency='primary'</c>.
/// </summary>
/// <remarks>
/// The guarantee is the reader's: who uses this dialect says that it sends equal ids to one server. So no more is kept than
/// <see cref="ReadConsistency.Monotonic"/> with <see cref="ReplicaLoss.Redraw"/>, and <see cref="ReadConsistency.Primary"/>. The comment
/// comes first,
/// not last as sqlcommenter's own libraries write it, since a statement may end in another. Source: google.github.io/sqlcommenter/spec.
/// </remarks>
public sealed record SqlCommenterDialect : ProxyDialect
{
    internal SqlCommenterDialect() { }

    /// <summary>The key that carries the UUID. It is URL-encoded.</summary>
    public string Key { get; init; } = "consistent_read_id";

    internal override string Proxy => "A reader of sqlcommenter's comments";

    internal override bool NamesServers => false;

    internal override bool NamesPrimary => false;

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
        if (string.IsNullOrWhiteSpace(Key))
        {
            throw new ArgumentException($"{nameof(SqlCommenterDialect)}.{nameof(Key)} is empty.");
        }
    }

    internal override ProxyAddress? AddressOf(string? replica, int place) =>
        replica is null ? new ProxyAddress("/*read_consistency='primary'*/ ") : null;

    // Keys in their alphabetical order, as the format wants it.
    internal override string Tag(string text, Guid session)
    {
        (string Key, string Value)[] pairs =
        [
            (Key, session.ToString("D", CultureInfo.InvariantCulture)),
            ("read_consistency", "monotonic"),
        ];
        var written = pairs.Select(pair => $"{Encoded(pair.Key)}='{Encoded(pair.Value)}'").Order(StringComparer.Ordinal);
        return $"/*{string.Join(',', written)}*/ {text}";
    }

    // A star is allowed in URLs, and would end the comment before a slash.
    private static string Encoded(string value) =>
        Uri.EscapeDataString(value).Replace("*", "%2A", StringComparison.Ordinal).Replace("'", "%27", StringComparison.Ordinal);
}
