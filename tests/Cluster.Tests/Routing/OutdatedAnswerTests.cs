using Dapper;
using MonotonicReads.Cluster;
using MonotonicReads.Servers;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>
/// A question of ours whose answer comes when the address leads elsewhere by then: it says nothing of the server that is there now.
/// </summary>
public sealed class OutdatedAnswerTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_former_primary_has_is_not_what_the_primary_has(bool isReplaced)
    {
        using var relay = new CommandRelay(fixture.Cluster.Primary.Port);
        await using var source = Build(fixture.Cluster.Primary, relay, b => b.AddReplica("r", Text(fixture.Cluster.Replicas[0])));
        using var session = ReadSession.Begin(ReadConsistency.Causal);
        await using (var connection = await source.Primary.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("insert into writes (server, note) values ('primary', 'w')");
        }

        var routed = source.Routed;
        var asked = await WhileAsync(
            relay,
            routed.Primary.Pool,
            isReplaced,
            () => routed.Positions!.RequirePrimaryAsync(session.PinFor(routed), isAsync: true, CancellationToken.None).AsTask()
        );
        Assert.Equal(!isReplaced, asked);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_another_run_of_a_replica_holds_is_not_what_was_seen(bool isReplaced)
    {
        var replica = fixture.Cluster.Replicas[0];
        using var relay = new CommandRelay(replica.Port);
        await using var source = Build(fixture.Cluster.Primary, relay: null, b => b.AddReplica("r", Text(replica, relay)));
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        await RoutingFixture.AskAsync(source);
        var routed = source.Routed;
        var pin = session.PinFor(routed);
        var seen = await WhileAsync(
            relay,
            pin.LastReplica!.Pool,
            isReplaced,
            () => routed.Positions!.SeenAsync(pin, pin.LastReplica, isAsync: true).AsTask()
        );
        Assert.Equal(isReplaced, seen is null);
    }

    // Nothing is sent but the question: the connection is there, and is not reset.
    private static async Task<T> WhileAsync<T>(CommandRelay relay, ConnectionPool pool, bool isReplaced, Func<Task<T>> ask)
    {
        var before = relay.Commands;
        var gate = new TaskCompletionSource();
        relay.Gate = gate.Task;
        var asked = ask();
        await Eventually.IsAsync(() => Task.FromResult(relay.Commands > before), "the question is on its way");
        if (isReplaced)
        {
            pool.Current.Retire();
        }

        gate.SetResult();
        return await asked;
    }

    private static ReplicatedMySqlDataSource Build(
        MariaDbServer primary,
        CommandRelay? relay,
        Func<ReplicatedMySqlDataSourceBuilder, ReplicatedMySqlDataSourceBuilder> configure
    ) => configure(new ReplicatedMySqlDataSourceBuilder().UseTimeProvider(new PatientTime()).UsePrimary(Text(primary, relay))).Build();

    private static string Text(MariaDbServer server, CommandRelay? relay = null)
    {
        var text = new MySqlConnectionStringBuilder(server.ConnectionString) { ConnectionReset = false };
        text.Port = (uint?)relay?.Port ?? text.Port;
        return text.ConnectionString;
    }
}
