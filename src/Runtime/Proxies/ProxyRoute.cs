using System.Globalization;
using MonotonicReads.Servers;
using MonotonicReads.Sql;

namespace MonotonicReads.Proxies;

/// <summary>The proxy before a data source's servers.</summary>
/// <param name="dialect">How it is spoken to.</param>
/// <param name="anywhere">Where it sends what names no server; as a server of ours, so that it has a name in metrics.</param>
internal sealed class ProxyRoute(ProxyDialect dialect, RoutedServer anywhere)
{
    /// <summary>The name of <see cref="Anywhere"/>; no replica may have it.</summary>
    public const string Name = "proxy";

    private int _hasTakenHintOut;

    public ProxyDialect Dialect => dialect;

    public RoutedServer Anywhere => anywhere;

    /// <summary>Told the first time that a program's own hint was taken out of its text.</summary>
    public Action? HintTakenOut { get; set; }

    /// <summary>The text as the proxy gets it.</summary>
    /// <param name="text">The caller's.</param>
    /// <param name="server">Where it shall run.</param>
    /// <param name="session">The UUID of the session that it belongs to; null for none.</param>
    /// <param name="minGtid">The transaction that the proxy shall wait for; null for none.</param>
    public string Annotate(string text, RoutedServer server, Guid? session, string? minGtid)
    {
        text = Cleaned(text, server);
        if (server.Address is { } address)
        {
            return minGtid is null ? address.Annotate(text) : ProxySqlDialect.WithMinGtid(address, minGtid) + text;
        }

        return session is not { } id || server.IsPrimary ? text : dialect.Tag(text, id);
    }

    /// <summary>The text as the proxy gets it where it is prepared.</summary>
    /// <returns>Null where it had better not be prepared: it would be another in each session, or could not carry the comment.</returns>
    public string? AnnotateToPrepare(string text, RoutedServer server, Guid? session) =>
        server.Address is { } address ? PreparedText.With(Cleaned(text, server), address.Comment)
        : session is null || server.IsPrimary ? Cleaned(text, server)
        : null;

    // What a program says to the proxy itself would be another wish than ours.
    private string Cleaned(string text, RoutedServer server)
    {
        var cleaned = dialect.WithoutHints(text, carriesOurs: server.Address is not null);
        if (!ReferenceEquals(cleaned, text) && Interlocked.Exchange(ref _hasTakenHintOut, 1) == 0)
        {
            HintTakenOut?.Invoke();
        }

        return cleaned;
    }

    /// <exception cref="NotSupportedException">The session asks for more than can be kept through the proxy.</exception>
    public void ThrowIfNotKept(ReadConsistency consistency, ReplicaLoss onReplicaLoss) =>
        ThrowIfNotKept(dialect, consistency, onReplicaLoss);

    /// <exception cref="NotSupportedException">A session like this asks for more than the dialect can keep.</exception>
    public static void ThrowIfNotKept(ProxyDialect dialect, ReadConsistency consistency, ReplicaLoss onReplicaLoss)
    {
        if (!dialect.Keeps(consistency, onReplicaLoss))
        {
            throw NotKept(dialect, consistency, onReplicaLoss);
        }
    }

    private static NotSupportedException NotKept(ProxyDialect dialect, ReadConsistency consistency, ReplicaLoss onReplicaLoss)
    {
        var policies = Enum.GetValues<ReplicaLoss>().Where(policy => dialect.Keeps(consistency, policy)).ToList();
        return new NotSupportedException(
            policies.Count == 0
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{dialect.Proxy} cannot keep ReadConsistency.{consistency}. It keeps {string.Join(", ", KeptLevels(dialect))}."
                )
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{dialect.Proxy} cannot keep ReadConsistency.{consistency} with ReplicaLoss.{onReplicaLoss}: the proxy moves a "
                        + $"session silently when its replica fails. Accept that with UseReplicaLoss(ReplicaLoss.{policies[0]}) on the "
                        + $"builder, or with OnReplicaLoss on the session."
                )
        );
    }

    private static IEnumerable<ReadConsistency> KeptLevels(ProxyDialect dialect) =>
        Enum.GetValues<ReadConsistency>()
            .Where(level => level != ReadConsistency.Eventual && Enum.GetValues<ReplicaLoss>().Any(policy => dialect.Keeps(level, policy)));
}
