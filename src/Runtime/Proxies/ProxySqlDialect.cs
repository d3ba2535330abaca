using System.Globalization;
using MonotonicReads.Proxies;
using MonotonicReads.Servers;
using MySqlConnector;

namespace MonotonicReads;

/// <summary>
/// ProxySQL 2.x and 3.x: each replica has a hostgroup of its own, the session picks the replica, and its statements carry
/// <c>/* hostgroup=101 */</c>. The proxy sends them there or fails, so that every level and every policy is kept.
/// </summary>
/// <remarks>
/// <para>Outside a session a plain read carries no comment and goes where the proxy's rules say; what is not provably one carries the
/// primary's hostgroup. A statement's text is the same for each replica, so that digests and prepared statements stay few. Nothing
/// that is sent here has an @ in it, which would end multiplexing for the client connection.</para>
/// <para>The proxy hides its connections, so that a replica which was restarted and came back older is noticed by the monitor alone: within
/// its interval, not at the next read. <see cref="ReplicatedMySqlDataSourceBuilder.Build"/> switches the monitor on. A result that
/// breaks off in the middle says nothing of the replica; the next read does.</para>
/// <para>Settings: <c>mysql-query_digests</c> on, <c>transaction_persistent=1</c> and the primary's hostgroup as <c>default_hostgroup</c>
/// of the
/// user. <see cref="ProxyConfiguration"/> writes them.</para>
/// </remarks>
public sealed record ProxySqlDialect : ProxyDialect
{
    private const int MaxConnectTimeoutReached = 9001;
    private const int ServerGone = 2006;
    private const int ServerLost = 2013;
    private const int NoConnectionToHost = 2003;
    private const int ShutdownInProgress = 1053;

    internal ProxySqlDialect() { }

    /// <summary>The primary's hostgroup. Default 0.</summary>
    public int PrimaryHostgroup { get; init; }

    /// <summary>The hostgroup of all replicas together, for reads outside a session. Only <see cref="ProxyConfiguration"/> uses it. Default
    /// 1.</summary>
    public int ReaderHostgroup { get; init; } = 1;

    /// <summary>The first replica's hostgroup; the second has the next number, and so on. Without meaning where
    /// <see cref="ReplicaHostgroups"/> is set. Default 101.</summary>
    public int FirstReplicaHostgroup { get; init; } = 101;

    /// <summary>Each replica's hostgroup by its name; <see langword="null"/>, the default, numbers them from
    /// <see cref="FirstReplicaHostgroup"/>. Needed where replicas come and go while the program runs.</summary>
    public IReadOnlyDictionary<string, int>? ReplicaHostgroups { get; init; }

    /// <summary>
    /// How long a read of a session may take on a replica, unless the command's own timeout is shorter. The proxy waits up to 10 seconds
    /// for a
    /// server out of reach (<c>mysql-connect_timeout_server_max</c>) and fails then; this must be less for the session to notice first.
    /// <see langword="null"/> sets nothing. Default: 9 seconds.
    /// </summary>
    /// <remarks>Whole seconds, rounded up. A read that is slower fails, and its session loses its replica: raise it, and the proxy's
    /// setting, where reads of a session may be slow.</remarks>
    public TimeSpan? ReadDeadline { get; init; } = TimeSpan.FromSeconds(9);

    /// <summary>
    /// Whether a causal read lets the proxy wait for a single transaction by <c>min_gtid</c>, where that is all it must see: a
    /// position told by <see cref="ReadSession.ObserveWrite"/>. Needs the proxy's binlog readers. A set, a tagged GTID or one of MariaDB
    /// the proxy would ignore silently: for those the read waits itself, and a log record says so. Default: false.
    /// </summary>
    public bool UsesMinGtid { get; init; }

    /// <summary>
    /// Whether the hostgroup goes into the comment that a statement begins with, such as <c>/* cache_ttl=100 */</c>, instead of one of
    /// its own before it, which hides the statement's from the proxy.
    /// </summary>
    public bool MergesComments { get; init; }

    internal override string Proxy => "ProxySQL";

    internal override bool NamesServers => true;

    internal override bool IsExact => true;

    internal override TimeSpan? Deadline => ReadDeadline;

    private static readonly StatementComment Comments = new(';', '=');

    /// <inheritdoc/>
    public override bool Keeps(ReadConsistency consistency, ReplicaLoss onReplicaLoss) => true;

    /// <summary>The hostgroup of a replica.</summary>
    /// <param name="replica">Its name.</param>
    /// <param name="place">Its place among the replicas, from 0.</param>
    internal int HostgroupOf(string replica, int place) => ReplicaHostgroups?[replica] ?? FirstReplicaHostgroup + place;

    internal override void Check(IReadOnlyCollection<string> replicas)
    {
        if (ReplicaHostgroups is not null && replicas.FirstOrDefault(name => !ReplicaHostgroups.ContainsKey(name)) is { } missing)
        {
            throw new ArgumentException($"{nameof(ProxySqlDialect)}.{nameof(ReplicaHostgroups)} has no hostgroup for replica '{missing}'.");
        }

        if (ReadDeadline <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(
                null,
                ReadDeadline,
                $"{nameof(ProxySqlDialect)}.{nameof(ReadDeadline)} must be positive, or null to set none."
            );
        }

        var users = new Dictionary<int, string> { [PrimaryHostgroup] = "the primary" };
        Add(users, ReaderHostgroup, "all replicas together");
        foreach (var (name, place) in replicas.Select((name, place) => (name, place)))
        {
            Add(users, HostgroupOf(name, place), $"replica '{name}'");
        }

        if (users.Keys.Min() < 0)
        {
            throw new ArgumentOutOfRangeException(null, users.Keys.Min(), $"{nameof(ProxySqlDialect)} has a negative hostgroup.");
        }
    }

    internal override void CheckChange(IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        if (ReplicaHostgroups is not null)
        {
            Check(after);
        }
        else if (before.Where((name, place) => after.ElementAtOrDefault(place) != name).FirstOrDefault() is { } moved)
        {
            throw new InvalidOperationException(
                $"Hostgroups are numbered in the order of the replicas, and '{moved}' has left its place, so that the number would mean "
                    + $"another server. Set {nameof(ProxySqlDialect)}.{nameof(ReplicaHostgroups)}, or add replicas at the end and take one "
                    + $"out with weight 0."
            );
        }
    }

    internal override ProxyAddress AddressOf(string? replica, int place)
    {
        var number = (replica is null ? PrimaryHostgroup : HostgroupOf(replica, place)).ToString(CultureInfo.InvariantCulture);
        return new ProxyAddress(
            Comments.Alone(("hostgroup", number)),
            MergesComments ? text => Comments.Merged(text, ("hostgroup", number)) : null
        )
        {
            IsUnreached = IsUnreached,
        };
    }

    /// <summary>A comment that makes the proxy wait for a transaction, too; never merged.</summary>
    internal static string WithMinGtid(ProxyAddress address, string gtid) =>
        address.Comment.Replace(" */ ", $";min_gtid={gtid} */ ", StringComparison.Ordinal);

    internal override ProxyVerdict Judge(Exception exception) =>
        exception is MySqlException { Number: var number }
            ? number switch
            {
                MaxConnectTimeoutReached => ProxyVerdict.Unreached,
                ServerGone or ServerLost or NoConnectionToHost or ShutdownInProgress => ProxyVerdict.Lost,
                _ => ProxyVerdict.None,
            }
            : ProxyVerdict.None;

    /// <summary>Whether an error says that the proxy did not reach the server in time: the statement was not executed.</summary>
    internal static bool IsUnreached(Exception exception) => exception is MySqlException { Number: MaxConnectTimeoutReached };

    private static void Add(Dictionary<int, string> users, int hostgroup, string user)
    {
        if (!users.TryAdd(hostgroup, user))
        {
            throw new ArgumentException(
                $"{nameof(ProxySqlDialect)} has hostgroup {hostgroup} for both {users[hostgroup]} and {user}. Each needs its own."
            );
        }
    }
}
