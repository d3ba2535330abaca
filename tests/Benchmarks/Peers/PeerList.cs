using LinqToDB;
using Microsoft.EntityFrameworkCore;
using MonotonicReads.Benchmarks.Peers.Ways;
using MySqlConnector;

namespace MonotonicReads.Benchmarks.Peers;

/// <summary>All of them, in the order of the tables. The first is what the others are compared with.</summary>
internal static class PeerList
{
    public const string Plain = "plain";

    public static readonly IReadOnlyList<PeerEntry> All =
    [
        PeerEntry.Of(Plain, "MySqlConnector, one replica", static servers => new PlainPeer(servers), typeof(MySqlConnection)),
        Balanced("round-robin", MySqlLoadBalance.RoundRobin),
        Balanced("random", MySqlLoadBalance.Random),
        Balanced("least-connections", MySqlLoadBalance.LeastConnections),
        Balanced("fail-over", MySqlLoadBalance.FailOver),
        PeerEntry.Of("scoped", "by hand: a replica per request", static servers => new ScopedPeer(servers), typeof(MySqlConnection)),
        PeerEntry.Of(
            "scoped-open",
            "by hand: a replica per request, opened once",
            static servers => new ScopedOpenPeer(servers),
            typeof(MySqlConnection)
        ),
        PeerEntry.Of(
            "sticky",
            "by hand: the primary for 2 s after a write",
            static servers => new StickyPeer(servers),
            typeof(MySqlConnection)
        ),
        PeerEntry.Of("primary", "by hand: all on the primary", static servers => new PrimaryPeer(servers), typeof(MySqlConnection)),
        PeerEntry.Of(
            "ef",
            "EF Core, a replica per context",
            static servers => new EfPeer(servers),
            typeof(DbContext),
            typeof(MySqlDbContextOptionsBuilderExtensions)
        ),
        PeerEntry.Of(
            "linq-to-db",
            "LINQ to DB, a replica per connection",
            static servers => new LinqToDbPeer(servers),
            typeof(DataOptions)
        ),
#if ALL_PEERS
        PeerEntry.Of(
            "aws",
            "AWS Advanced .NET wrapper, `readWriteSplitting`",
            static servers => new AwsWrapperPeer(servers),
            typeof(AwsWrapperDataProvider.AwsWrapperConnection)
        ),
        PeerEntry.Of("freesql", "FreeSql, `UseSlave`", static servers => new FreeSqlPeer(servers), typeof(FreeSql.FreeSqlBuilder)),
        PeerEntry.Of(
            "sharding-core",
            "ShardingCore, read/write separation",
            static servers => new ShardingCorePeer(servers),
            typeof(ShardingCore.Sharding.Abstractions.IShardingDbContext)
        ),
#endif
        PeerEntry.Of("monotonic", "**`[Monotonic]`**", static servers => new MonotonicPeer(servers), typeof(ReadSession)),
        PeerEntry.Of("planned", "**`[Monotonic(Reads = 4)]`**", static servers => new PlannedPeer(servers), typeof(ReadSession)),
        PeerEntry.Of("snapshot", "**`[Monotonic(Snapshot = true)]`**", static servers => new SnapshotPeer(servers), typeof(ReadSession)),
        PeerEntry.Of("causal", "**`[Causal]` in a session per request**", static servers => new CausalPeer(servers), typeof(ReadSession)),
    ];

    private static PeerEntry Balanced(string key, MySqlLoadBalance mode) =>
        PeerEntry.Of(key, $"MySqlConnector, `LoadBalance={mode}`", servers => new BalancedPeer(servers, mode), typeof(MySqlConnection));
}
