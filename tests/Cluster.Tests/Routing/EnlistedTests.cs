using System.Transactions;
using Dapper;
using Microsoft.EntityFrameworkCore;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>A write in a transaction of System.Transactions commits when its connection may be closed, and its session knows of it.</summary>
public sealed class EnlistedTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string CountNotes = "select count(*) from writes where note = @note";
    private const string Insert = "insert into writes (server, note) values ('primary', @note)";

    public enum Enlists
    {
        BeforeStatements,
        BetweenStatements,
        OnOpening,
    }

    public static IEnumerable<object[]> EveryWay =>
        from enlists in Enum.GetValues<Enlists>()
        from closesFirst in new[] { false, true }
        from opensForPrimary in new[] { false, true }
        select new object[] { enlists, closesFirst, opensForPrimary };

    [Theory]
    [MemberData(nameof(EveryWay))]
    public async Task The_next_read_contains_it(Enlists enlists, bool closesFirst, bool opensForPrimary)
    {
        await using var source = fixture.BuildSource();
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 50 });
            var note = Guid.NewGuid().ToString();
            Assert.Equal(0, await CountAsync(source, note));
            using var transaction = new CommittableTransaction();
            await using (var connection = Create(source, opensForPrimary))
            {
                await WriteAsync(connection, enlists, transaction, note);
                if (closesFirst)
                {
                    await connection.CloseAsync();
                }

                transaction.Commit();
            }

            Assert.Equal(2, await CountAsync(source, note));
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_read_while_it_is_open_does_not_count_as_the_answer(bool closesFirst)
    {
        await using var source = fixture.BuildSource();
        using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 50 });
        var note = Guid.NewGuid().ToString();
        using var transaction = new CommittableTransaction();
        await using var connection = await source.OpenConnectionAsync();
        await WriteAsync(connection, Enlists.BeforeStatements, transaction, note);
        if (closesFirst)
        {
            await connection.CloseAsync();
        }

        await fixture.Cluster.WaitForReplicasAsync();
        Assert.Equal(0, await CountAsync(source, note));
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            transaction.Commit();
            Assert.Equal(2, await CountAsync(source, note));
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }
    }

    [Fact]
    public async Task A_statement_outside_the_scope_on_a_connection_inside_it_is_in_the_transaction_too()
    {
        await using var source = fixture.BuildSource();
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 50 });
            var note = Guid.NewGuid().ToString();
            using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            {
                await using var connection = await source.OpenConnectionAsync();
                using (new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled))
                {
                    await connection.ExecuteAsync(Insert, new { note });
                    await connection.CloseAsync();
                }

                scope.Complete();
            }

            Assert.Equal(1, await CountAsync(source, note));
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }
    }

    [Fact]
    public async Task A_statement_in_another_scope_is_in_the_transaction_that_the_connection_is_in()
    {
        await using var source = fixture.BuildSource();
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 50 });
            var note = Guid.NewGuid().ToString();
            using var transaction = new CommittableTransaction();
            await using (var connection = await source.OpenConnectionAsync())
            {
                connection.EnlistTransaction(transaction);
                using (var other = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
                {
                    await connection.ExecuteAsync(Insert, new { note });
                    other.Complete();
                }
            }

            // Asked once, so that only the commit tells of it.
            Assert.Equal(0, await CountAsync(source, note));
            transaction.Commit();
            Assert.Equal(1, await CountAsync(source, note));
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }
    }

    [Fact]
    public async Task What_is_rolled_back_leaves_the_session_on_its_replica_and_the_connection_usable()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 20_000 });
        var note = Guid.NewGuid().ToString();
        await using var connection = await source.OpenConnectionAsync();
        using (var transaction = new CommittableTransaction())
        {
            await WriteAsync(connection, Enlists.BeforeStatements, transaction, note);
            transaction.Rollback();
        }

        Assert.Equal(0, await CountAsync(source, note));
        Assert.StartsWith("replica", session.GetDecisions()[^1].Server, StringComparison.Ordinal);

        // The transaction is over and disposed; what is written now commits at once.
        await connection.ExecuteAsync(Insert, new { note });
        Assert.Equal(1, await CountAsync(source, note));
        using var next = new CommittableTransaction();
        connection.EnlistTransaction(next);
        await connection.ExecuteAsync(Insert, new { note });
        next.Commit();
        Assert.Equal(2, await CountAsync(source, note));
    }

    [Fact]
    public async Task A_causal_part_of_a_monotonic_session_sees_it_too()
    {
        await using var source = fixture.BuildSource();
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { MaxWaitMilliseconds = 50 });
            var note = Guid.NewGuid().ToString();
            using var transaction = new CommittableTransaction();
            await using (var connection = await source.OpenConnectionAsync())
            {
                await WriteAsync(connection, Enlists.BeforeStatements, transaction, note);
            }

            transaction.Commit();
            using (ReadSession.Begin(ReadConsistency.Causal))
            {
                Assert.Equal(2, await CountAsync(source, note));
            }
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EF_Cores_EnlistTransaction_is_known_as_well(bool closesFirst)
    {
        await using var source = fixture.BuildSource(b => b.ForPomelo());
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 50 });
            var note = Guid.NewGuid().ToString();
            await using var context = new Shop(source);
            using var transaction = new CommittableTransaction();
            await context.Database.OpenConnectionAsync();
            context.Database.EnlistTransaction(transaction);
            await context.Database.ExecuteSqlAsync($"insert into writes (server, note) values ('primary', {note})");
            if (closesFirst)
            {
                await context.Database.CloseConnectionAsync();
            }

            transaction.Commit();
            if (!closesFirst)
            {
                await context.Database.CloseConnectionAsync();
            }

            Assert.Equal(1, await CountAsync(source, note));
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }
    }

    private static ReplicatedConnection Create(ReplicatedMySqlDataSource source, bool opensForPrimary) =>
        (ReplicatedConnection)(opensForPrimary ? source.Primary.CreateConnection() : source.CreateConnection());

    // Twice: once more after it was enlisted, where that is done between the two.
    private static async Task WriteAsync(ReplicatedConnection connection, Enlists enlists, CommittableTransaction transaction, string note)
    {
        if (enlists == Enlists.OnOpening)
        {
            using var scope = new TransactionScope(transaction, TransactionScopeAsyncFlowOption.Enabled);
            await connection.OpenAsync();
            await connection.ExecuteAsync(Insert, new { note });
            await connection.ExecuteAsync(Insert, new { note });
            scope.Complete();
            return;
        }

        if (connection.State == System.Data.ConnectionState.Closed)
        {
            await connection.OpenAsync();
        }

        if (enlists == Enlists.BetweenStatements)
        {
            await connection.ExecuteAsync(Insert, new { note });
        }

        connection.EnlistTransaction(transaction);
        if (enlists == Enlists.BeforeStatements)
        {
            await connection.ExecuteAsync(Insert, new { note });
        }

        await connection.ExecuteAsync(Insert, new { note });
    }

    private static async Task<long> CountAsync(ReplicatedMySqlDataSource source, string note)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(CountNotes, new { note });
    }

    private sealed class Shop(ReplicatedMySqlDataSource source) : DbContext
    {
        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
            optionsBuilder.UseMySql(source, new MariaDbServerVersion(new Version(10, 11))).AllowManyProviders();
    }
}
