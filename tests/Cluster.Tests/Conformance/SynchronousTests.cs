using System.Data;
using System.Data.Common;

namespace MonotonicReads.Cluster.Tests.Conformance;

/// <summary>
/// The wrapper's synchronous members call the driver's synchronous ones and never wait for a task, its asynchronous members the
/// driver's asynchronous ones: seen with a driver that takes note of what is called, and with a context that runs nothing.
/// </summary>
public sealed class SynchronousTests(ConformanceFixture fixture) : IClassFixture<ConformanceFixture>
{
    public static TheoryData<Way, bool> Ways => FrameworkTests.Ways;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_member_calls_the_drivers_of_its_kind(bool isAsync)
    {
        var calls = new DriverCalls();
        await using var primary = new NotedDataSource(fixture.Cluster.Primary.ConnectionString, calls);
        await using var replica = new NotedDataSource(fixture.Cluster.Replicas[0].ConnectionString, calls);
        await using var source = new ReplicatedDataSourceBuilder().UsePrimary(primary).AddReplica("replica1", replica).Build();
        var table = await fixture.NewTableAsync();
        calls.Forget();
        await (isAsync ? UseAsync(source, table, Calls.Async) : UseAsync(source, table, Calls.Sync));
        Assert.Equal(
            [
                "BeginTransaction",
                "ChangeDatabase",
                "Close",
                "Commit",
                "DisposeBatch",
                "DisposeCommand",
                "DisposeTransaction",
                "ExecuteBatchNonQuery",
                "ExecuteBatchReader",
                "ExecuteBatchScalar",
                "ExecuteNonQuery",
                "ExecuteReader",
                "ExecuteScalar",
                "GetSchema",
                "Open",
                "Prepare",
                "PrepareBatch",
                "Release",
                "Rollback",
                "RollbackTo",
                "Save",
            ],
            calls.Names(isAsync)
        );
        Assert.Empty(calls.Names(!isAsync));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_context_that_runs_nothing_does_not_hold_up_synchronous_members(Way way, bool isInSession)
    {
        var subject = fixture.Subjects.Single(subject => subject.Way == way && subject.IsInSession == isInSession && subject.Reads == 0);
        var table = await subject.NewTableAsync();
        var context = new IdleContext();
        var failure = await Task
            .Factory.StartNew(
                () =>
                {
                    SynchronizationContext.SetSynchronizationContext(context);
                    using var session = isInSession ? ReadSession.Begin(ReadConsistency.Monotonic) : null;
                    return Record.Exception(() =>
                    {
                        using var source = subject.CreateSource();
                        var use = UseAsync(source, table, Calls.Sync);
                        Assert.True(use.IsCompleted);
                        use.GetAwaiter().GetResult();
                    });
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            )
            .WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Null(failure);
        Assert.Equal(0, context.Posts);
    }

    // Everything that goes to the server, once.
    private static async Task UseAsync(DbDataSource source, string table, Calls how)
    {
        var connection = source.CreateConnection();
        await how.Open(connection);
        var command = connection.CreateCommand();
        command.CommandText = "select n from numbers";
        await how.Prepare(command);
        await how.Scalar(command);
        var reader = await how.Reader(command);
        await how.Read(reader);
        await how.Dispose(reader);
        await how.Schema(connection, "Tables");
        await how.ChangeDatabase(connection, connection.Database);
        command.CommandText = $"insert into {table} (note) values ('a')";
        await how.NonQuery(command);
        var transaction = await how.Begin(connection, IsolationLevel.ReadCommitted);
        await how.Save(transaction, "here");
        await how.RollbackTo(transaction, "here");
        await how.Release(transaction, "here");
        await how.Commit(transaction);
        await how.Dispose(transaction);
        transaction = await how.Begin(connection);
        await how.Rollback(transaction);
        var batch = connection.CreateBatch();
        var batched = batch.CreateBatchCommand();
        batched.CommandText = $"insert into {table} (note) values ('b')";
        batch.BatchCommands.Add(batched);
        await how.Prepare(batch);
        await how.NonQuery(batch);
        await how.Scalar(batch);
        await how.Dispose(await how.Reader(batch));
        await how.Dispose(batch);
        await how.Dispose(command);
        await how.Close(connection);
        await how.Dispose(connection);
    }

    private sealed class IdleContext : SynchronizationContext
    {
        public int Posts { get; private set; }

        public override void Post(SendOrPostCallback d, object? state) => Posts++;

        public override void Send(SendOrPostCallback d, object? state) => Posts++;
    }
}
