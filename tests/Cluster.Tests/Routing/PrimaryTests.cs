using System.Transactions;
using Dapper;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>What must run on the primary runs there. A write names the server that executed it.</summary>
public sealed class PrimaryTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string Write = "insert into writes (server, note) select name, @note from this_server";

    [Fact]
    public async Task A_primary_session_reads_on_the_primary()
    {
        using (ReadSession.Begin(ReadConsistency.Primary))
        {
            Assert.Equal("primary", await fixture.AskAsync());
        }

        Assert.StartsWith("replica", await fixture.AskAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Once_a_session_has_read_on_the_primary_it_stays_there()
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        Assert.StartsWith("replica", await fixture.AskAsync(), StringComparison.Ordinal);
        using (ReadSession.Begin(ReadConsistency.Primary))
        {
            Assert.Equal("primary", await fixture.AskAsync());
        }

        Assert.Equal("primary", await fixture.AskAsync());
    }

    [Fact]
    public async Task The_primary_data_source_opens_on_the_primary()
    {
        await using var connection = await fixture.Source.Primary.OpenConnectionAsync();
        Assert.Equal("primary", await connection.QuerySingleAsync<string>(RoutingFixture.WhoAnswers));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_transaction_runs_on_the_primary(bool inSession)
    {
        using var session = inSession ? ReadSession.Begin(ReadConsistency.Monotonic) : null;
        await using var connection = await fixture.Source.OpenConnectionAsync();
        Assert.StartsWith("replica", await connection.QuerySingleAsync<string>(RoutingFixture.WhoAnswers), StringComparison.Ordinal);

        await using var transaction = await connection.BeginTransactionAsync();
        Assert.Equal("primary", await connection.QuerySingleAsync<string>(RoutingFixture.WhoAnswers, transaction: transaction));
        await connection.ExecuteAsync(Write, new { note = "in a transaction" }, transaction);
        await transaction.CommitAsync();
    }

    [Fact]
    public async Task A_read_in_an_open_transaction_follows_a_read_on_a_replica()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        await using var connection = await source.Primary.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("insert into writes (server, note) values ('primary', 'open')", transaction: transaction);
        Assert.StartsWith("replica", await RoutingFixture.AskAsync(source), StringComparison.Ordinal);

        // Behind the barrier, which is asked inside the transaction.
        Assert.Equal("primary", await connection.QuerySingleAsync<string>(RoutingFixture.WhoAnswers, transaction: transaction));
        await transaction.RollbackAsync();
        Assert.Equal("primary", await RoutingFixture.AskAsync(source));
    }

    [Fact]
    public async Task A_replica_that_accepts_writes_is_refused_unless_that_is_allowed()
    {
        var replica = fixture.Cluster.Replicas[1];
        await using var admin = new MySqlConnection(replica.AdminConnectionString);
        await admin.ExecuteAsync("set global read_only = 0");
        try
        {
            await using var refuses = fixture.BuildSource();
            using (ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(replica)))
            {
                var exception = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => RoutingFixture.AskAsync(refuses));
                Assert.Contains("'replica2' accepts writes", exception.Message, StringComparison.Ordinal);
            }

            await using var allows = fixture.BuildSource(b => b.AllowWritableReplicas());
            using (ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(replica)))
            {
                Assert.Equal("replica2", await RoutingFixture.AskAsync(allows));
            }
        }
        finally
        {
            await admin.ExecuteAsync("set global read_only = 1");
        }
    }

    [Fact]
    public async Task A_connection_opened_in_a_transaction_scope_is_on_the_primary()
    {
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        Assert.Equal("primary", await fixture.AskAsync());
        scope.Complete();
    }

    [Theory]
    [InlineData("insert into writes (server, note) select name, 'plain' from this_server")]
    [InlineData("call add_write('procedure')")]
    [InlineData("/* select */ insert into writes (server, note) select name, 'comment' from this_server")]
    [InlineData("select 1; insert into writes (server, note) select name, 'second statement' from this_server")]
    [InlineData("/*! insert into writes (server, note) select name, 'executable comment' from this_server */")]
    [InlineData("/*M! insert into writes (server, note) select name, 'MariaDB comment' from this_server */")]
    [InlineData("set statement max_statement_time=5 for insert into writes (server, note) select name, 'set statement' from this_server")]
    public async Task A_write_through_the_replicated_connection_lands_on_the_primary(string sql)
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        await using var connection = await fixture.Source.OpenConnectionAsync();
        var before = await LastWriteAsync();
        await connection.ExecuteAsync(sql); // a replica would refuse: it is read only, and so is the user there
        var (id, server) = await LastWriteAsync();
        Assert.NotEqual(before.Id, id);
        Assert.Equal("primary", server);
    }

    [Theory]
    [InlineData("select name from this_server for update")]
    [InlineData("select name from this_server lock in share mode")]
    [InlineData("select name from this_server where last_insert_id() >= 0")]
    [InlineData("select name from this_server where @@server_id > 0")]
    public async Task A_read_that_is_not_plain_runs_on_the_primary(string sql)
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        await using var connection = await fixture.Source.OpenConnectionAsync();
        Assert.Equal("primary", await connection.QuerySingleAsync<string>(sql));
    }

    [Fact]
    public async Task A_batch_with_a_write_runs_on_the_primary()
    {
        await using var connection = await fixture.Source.OpenConnectionAsync();
        await using var batch = connection.CreateBatch();
        foreach (var text in new[] { RoutingFixture.WhoAnswers, "insert into writes (server, note) select name, 'batch' from this_server" })
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = text;
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync();
        var (_, server) = await LastWriteAsync();
        Assert.Equal("primary", server);
    }

    [Fact]
    public async Task The_inner_connection_is_the_drivers()
    {
        await using var connection = await fixture.Source.OpenConnectionAsync();
        Assert.IsType<MySqlConnection>(Assert.IsType<ReplicatedConnection>(connection).Inner);
    }

    private async Task<(long Id, string Server)> LastWriteAsync()
    {
        await using var connection = new MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        return await connection.QuerySingleOrDefaultAsync<(long, string)>("select id, server from writes order by id desc limit 1");
    }
}
