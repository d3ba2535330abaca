using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Dapper;
using MonotonicReads.Cluster;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>A read that closes its connection, as Dapper's do on a closed one, closes it too where it fails: that is no broken replica.</summary>
public sealed class ClosingReadTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private MariaDbReplica Replica => fixture.Cluster.Replicas[1];

    public enum Failure
    {
        Mistake,
        Cancelled,
        TimedOut,
    }

    public static IEnumerable<object[]> EveryFailure =>
        from failure in Enum.GetValues<Failure>()
        from reads in new[] { 0, 9 }
        from isAsync in new[] { true, false }
        where isAsync || failure != Failure.Cancelled
        select new object[] { failure, reads, isAsync };

    [Theory]
    [MemberData(nameof(EveryFailure))]
    public async Task It_costs_no_replica_and_runs_once(Failure failure, int reads, bool isAsync)
    {
        // What the driver cannot end in time it does not end, and closes the connection.
        await using var source = fixture.BuildSource(
            b => b.RecordDecisions().UseTimeProvider(new LeaseTests.ClockWithoutTimers()),
            replicaOptions: "CancellationTimeout=60"
        );
        var events = new ConcurrentQueue<ReadSessionEventArgs>();
        source.SessionEvent += (_, e) => events.Enqueue(e);
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(Replica),
            new ReadSessionOptions { Reads = reads, OnReplicaLoss = ReplicaLoss.Primary }
        );
        Assert.Equal(Replica.Name, await RoutingFixture.AskAsync(source));

        await FailAsync(source, failure, isAsync);

        Assert.Equal(Replica.Name, await RoutingFixture.AskAsync(source));
        Assert.Equal([Replica.Name, Replica.Name, Replica.Name], session.GetDecisions().Select(d => d.Server));
        Assert.DoesNotContain(events, e => e.Kind is ReadSessionEventKind.ReplicaLost or ReadSessionEventKind.Moved);
    }

    private async Task FailAsync(ReplicatedMySqlDataSource source, Failure failure, bool isAsync)
    {
        await using var held = new MySqlConnection(Replica.AdminConnectionString + ";Pooling=false");
        await held.OpenAsync();
        await held.ExecuteAsync("lock tables app.this_server write");
        await using var connection = isAsync ? await source.OpenConnectionAsync() : source.OpenConnection();
        await using var command = connection.CreateCommand();
        command.CommandText = failure == Failure.Mistake ? "select nothing from writes" : RoutingFixture.WhoAnswers;
        command.CommandTimeout = failure == Failure.TimedOut ? 1 : 0;
        using var cancellation = new CancellationTokenSource();
        if (failure == Failure.Cancelled)
        {
            cancellation.CancelAfter(TimeSpan.FromMilliseconds(200));
        }

        var thrown = await Record.ExceptionAsync(async () =>
            await (
                isAsync
                    ? command.ExecuteReaderAsync(CommandBehavior.CloseConnection, cancellation.Token)
                    : Task.FromResult(command.ExecuteReader(CommandBehavior.CloseConnection))
            )
        );

        Assert.Equal(failure == Failure.Cancelled, thrown is OperationCanceledException);
        Assert.True(thrown is DbException or OperationCanceledException, thrown?.ToString());
        Assert.Equal(ConnectionState.Closed, connection.State);
    }
}
