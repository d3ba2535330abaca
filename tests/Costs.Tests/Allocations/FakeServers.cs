using Microsoft.Extensions.Logging.Abstractions;
using MonotonicReads.Choosing;
using MonotonicReads.Routing;
using MonotonicReads.Servers;

namespace MonotonicReads.Costs.Tests.Allocations;

/// <summary>A primary and three replicas without a network. They have introduced themselves as MariaDB, and are known to have caught
/// up.</summary>
internal static class FakeServers
{
    private static readonly Dictionary<string, string> Variables = new(StringComparer.Ordinal)
    {
        ["version"] = "10.11.0-MariaDB",
        ["log_bin"] = "ON",
        ["log_slave_updates"] = "ON",
        ["gtid_binlog_state"] = "0-1-7",
        ["gtid_slave_pos"] = "0-1-7",
    };

    /// <summary>What all of them have.</summary>
    public static ReplicationPosition Written { get; } = MariaDbGtidList.Parse("0-1-7");

    public static ReplicatedDataSource Create(TimeProvider time, bool waits = false) =>
        new(
            new ReplicaSet(
                Server(ReplicaSet.PrimaryName, isPrimary: true, time, waits),
                new ReplicaTable([.. Enumerable.Range(1, 3).Select(i => (Server($"replica{i}", isPrimary: false, time, waits), 1))]),
                ReplicaSelectors.WeightedModulo,
                time,
                NullLoggerFactory.Instance
            )
            {
                Name = ReplicaSet.NameOf("costs", database: null, "fake"),
                HasPositions = true,
            }
        );

    private static RoutedServer Server(string name, bool isPrimary, TimeProvider time, bool waits)
    {
        var server = new RoutedServer(name, new ConnectionPool(new FakeSource(waits)), isPrimary);
        server.NewIncarnation(name);
        server.Introduce(ServerProtocol.Of(Variables["version"]), Variables);
        server.Learn(Written, server.Incarnation, time.GetTimestamp());
        return server;
    }
}
