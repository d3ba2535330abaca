using System.Data.Common;
using System.Transactions;
using Dapper;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>
/// A connection before, in and after a TransactionScope, case by case: the driver alone on the primary, and the data source outside and
/// inside sessions, have to come to the same: the same exceptions, and the same rows when all is over.
/// </summary>
public sealed class ScopeTableTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    public enum Before
    {
        /// <summary>It is opened in the scope.</summary>
        NotOpened,

        /// <summary>Ours is on a replica then.</summary>
        Opened,
        OpenedAndRead,

        /// <summary>Ours is on the primary then.</summary>
        OpenedAndWritten,

        /// <summary>It is opened in the scope again.</summary>
        ReadAndClosed,
    }

    public enum Inside
    {
        Write,
        ReadAndWrite,
        WriteInSuppressed,
        WriteInNewOne,
        OpenAnotherInNewOne,
        OpenAnotherToo,
        WriteInJoined,
        BeginTransaction,
        Enlist,
        EnlistInAnother,
        CloseAndOpen,

        /// <summary>The scope is completed before.</summary>
        WriteWhenCompleted,
        OpenAnotherWhenCompleted,
    }

    private static readonly ReadConsistency?[] Sessions = [null, ReadConsistency.Monotonic, ReadConsistency.Causal];

    public static IEnumerable<object[]> Cases =>
        from before in Enum.GetValues<Before>()
        from inside in Enum.GetValues<Inside>()
        select new object[] { before, inside };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_comes_to_what_the_driver_does(Before before, Inside inside)
    {
        foreach (var options in new[] { "", "AutoEnlist=False", "UseXaTransactions=False" })
        {
            await using var plain = new MySqlDataSource($"{fixture.Cluster.Primary.ConnectionString};{options}");
            var builder = new ReplicatedMySqlDataSourceBuilder()
                .UseTimeProvider(new PatientTime())
                .UsePrimary($"{fixture.Cluster.Primary.ConnectionString};{options}");
            foreach (var replica in fixture.Cluster.Replicas)
            {
                builder.AddReplica(replica.Name, $"{replica.ConnectionString};{options}");
            }

            await using var ours = builder.Build();
            foreach (var completes in new[] { true, false })
            {
                foreach (var closesInside in new[] { true, false })
                {
                    var row = new Row(before, inside, completes, closesInside);
                    var expected = await RunAsync(plain, row);
                    foreach (var level in Sessions)
                    {
                        using var session = level is { } one ? ReadSession.Begin(one) : null;
                        var actual = await RunAsync(ours, row);
                        Assert.True(
                            expected == actual,
                            $"[{options}] {row}, {level?.ToString() ?? "no session"}: the driver gives {expected}, we {actual}"
                        );
                    }
                }
            }
        }
    }

    /// <summary>The driver's own way has to tell the cases apart, or the table says nothing.</summary>
    [Fact]
    public async Task The_driver_keeps_what_was_opened_before_and_not_what_was_opened_inside()
    {
        await using var plain = new MySqlDataSource(fixture.Cluster.Primary.ConnectionString);
        var outside = await RunAsync(plain, new Row(Before.OpenedAndRead, Inside.Write, Completes: false, ClosesInside: false));
        var within = await RunAsync(plain, new Row(Before.NotOpened, Inside.Write, Completes: false, ClosesInside: false));
        Assert.Equal("write: ok; after: ok; kept: after, in", outside);
        Assert.Equal("write: ok; after: ok; kept: after", within);
    }

    private sealed record Row(Before Before, Inside Inside, bool Completes, bool ClosesInside);

    private async Task<string> RunAsync(DbDataSource source, Row row)
    {
        var steps = new List<string>();
        var mark = Guid.NewGuid().ToString("N");
        await using (var connection = source.CreateConnection())
        {
            await PrepareAsync(connection, row.Before, mark);
            try
            {
                using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
                if (connection.State != System.Data.ConnectionState.Open)
                {
                    await connection.OpenAsync();
                }

                var isCompleted = row is { Completes: true, Inside: Inside.WriteWhenCompleted or Inside.OpenAnotherWhenCompleted };
                if (isCompleted)
                {
                    scope.Complete();
                }

                await InScopeAsync(source, connection, row.Inside, mark, steps);
                if (row.ClosesInside)
                {
                    await connection.CloseAsync();
                }

                if (row.Completes && !isCompleted)
                {
                    scope.Complete();
                }
            }
            catch (Exception exception)
            {
                steps.Add($"scope: {exception.GetType().Name}");
            }

            if (connection.State == System.Data.ConnectionState.Open)
            {
                await NoteAsync(steps, "after", () => WriteAsync(connection, mark, "after"));
            }
        }

        return string.Join("; ", [.. steps, "kept: " + string.Join(", ", await KeptAsync(mark))]);
    }

    private static async Task PrepareAsync(DbConnection connection, Before before, string mark)
    {
        if (before == Before.NotOpened)
        {
            return;
        }

        await connection.OpenAsync();
        if (before is Before.OpenedAndRead or Before.ReadAndClosed)
        {
            await connection.ExecuteScalarAsync<long>("select count(*) from writes");
        }

        if (before == Before.OpenedAndWritten)
        {
            await WriteAsync(connection, mark, "before");
        }

        if (before == Before.ReadAndClosed)
        {
            await connection.CloseAsync();
        }
    }

    private static async Task InScopeAsync(DbDataSource source, DbConnection connection, Inside inside, string mark, List<string> steps)
    {
        switch (inside)
        {
            case Inside.ReadAndWrite:
                await NoteAsync(steps, "read", () => connection.ExecuteScalarAsync<long>("select count(*) from writes"));
                break;
            case Inside.WriteInSuppressed:
                await InAnotherAsync(
                    TransactionScopeOption.Suppress,
                    () => NoteAsync(steps, "suppressed", () => WriteAsync(connection, mark, "suppressed"))
                );
                return;
            case Inside.WriteInNewOne:
                await InAnotherAsync(
                    TransactionScopeOption.RequiresNew,
                    () => NoteAsync(steps, "new", () => WriteAsync(connection, mark, "new"))
                );
                return;
            case Inside.OpenAnotherInNewOne:
                await InAnotherAsync(TransactionScopeOption.RequiresNew, () => OpenAnotherAsync(source, mark, steps));
                break;
            case Inside.OpenAnotherToo:
            case Inside.OpenAnotherWhenCompleted:
                await OpenAnotherAsync(source, mark, steps);
                break;
            case Inside.WriteInJoined:
                await InAnotherAsync(
                    TransactionScopeOption.Required,
                    () => NoteAsync(steps, "joined", () => WriteAsync(connection, mark, "joined"))
                );
                return;
            case Inside.BeginTransaction:
                await NoteAsync(
                    steps,
                    "transaction",
                    async () =>
                    {
                        await using var transaction = await connection.BeginTransactionAsync();
                        await WriteAsync(connection, mark, "transaction", transaction);
                        await transaction.CommitAsync();
                    }
                );
                return;
            case Inside.Enlist:
                await NoteAsync(steps, "enlist", () => Task.Run(() => connection.EnlistTransaction(Transaction.Current)));
                break;
            case Inside.EnlistInAnother:
                using (var other = new CommittableTransaction())
                {
                    await NoteAsync(steps, "enlist", () => Task.Run(() => connection.EnlistTransaction(other)));
                    await NoteAsync(steps, "other", () => WriteAsync(connection, mark, "other"));
                    other.Commit();
                }

                break;
            case Inside.CloseAndOpen:
                await NoteAsync(steps, "first", () => WriteAsync(connection, mark, "first"));
                await connection.CloseAsync();
                await connection.OpenAsync();
                break;
        }

        await NoteAsync(steps, "write", () => WriteAsync(connection, mark, "in"));
    }

    private static async Task OpenAnotherAsync(DbDataSource source, string mark, List<string> steps)
    {
        await NoteAsync(
            steps,
            "another",
            async () =>
            {
                await using var another = await source.OpenConnectionAsync();
                await WriteAsync(another, mark, "another");
            }
        );
    }

    // Always completed: what becomes of it is told by the rows.
    private static async Task InAnotherAsync(TransactionScopeOption option, Func<Task> act)
    {
        using var scope = new TransactionScope(option, TransactionScopeAsyncFlowOption.Enabled);
        await act();
        scope.Complete();
    }

    private static Task<int> WriteAsync(DbConnection connection, string mark, string what, DbTransaction? transaction = null) =>
        connection.ExecuteAsync("insert into writes (server, note) values (@what, @mark)", new { what, mark }, transaction);

    private static async Task NoteAsync(List<string> steps, string name, Func<Task> act)
    {
        try
        {
            await act();
            steps.Add($"{name}: ok");
        }
        catch (Exception exception)
        {
            steps.Add($"{name}: {exception.GetType().Name}");
        }
    }

    private async Task<IEnumerable<string>> KeptAsync(string mark)
    {
        await using var admin = new MySqlConnection(fixture.Cluster.Primary.AdminConnectionString);
        return await admin.QueryAsync<string>("select server from app.writes where note = @mark order by server", new { mark });
    }
}
