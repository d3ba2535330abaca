using System.Data.Common;
using Dapper;
using MonotonicReads.Cluster.Relay;
using MonotonicReads.Cluster.Tests.Relay;

namespace MonotonicReads.Cluster.Tests.Proxies;

/// <summary>Through Shopify's fork: the statement carries the session's UUID.</summary>
public sealed class ShopifyForkTests(RelayFixture fixture) : IClassFixture<RelayFixture>
{
    [Fact]
    public async Task Every_way_to_read_carries_the_session()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.ShopifyFork);
        var id = through.IdOn("replica2");
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, id);
        await using (var connection = await through.Source.OpenConnectionAsync())
        {
            Assert.Equal("replica2", await connection.ExecuteScalarAsync<string>(ThroughProxy.WhoAnswers));
            Assert.Equal("replica2", connection.ExecuteScalar<string>(ThroughProxy.WhoAnswers));
            Assert.Equal(["replica2"], await connection.QueryAsync<string>(ThroughProxy.WhoAnswers));
            await using var several = await connection.QueryMultipleAsync($"{ThroughProxy.WhoAnswers}; {ThroughProxy.WhoAnswers}");
            Assert.Equal("replica2", await several.ReadSingleAsync<string>());
            Assert.Equal("replica2", await several.ReadSingleAsync<string>());
        }

        await using (var command = through.Source.CreateCommand(ThroughProxy.WhoAnswers))
        {
            Assert.Equal("replica2", await command.ExecuteScalarAsync());
            Assert.Equal(ThroughProxy.WhoAnswers, command.CommandText);
        }

        await using (var connection = await through.Source.OpenConnectionAsync())
        await using (var batch = connection.CreateBatch())
        {
            batch.BatchCommands.Add(Command(batch, ThroughProxy.WhoAnswers));
            batch.BatchCommands.Add(Command(batch, ThroughProxy.WhoAnswers));
            await using var reader = await batch.ExecuteReaderAsync();
            await reader.ReadAsync();
            Assert.Equal("replica2", reader.GetString(0));
            Assert.Equal(ThroughProxy.WhoAnswers, batch.BatchCommands[1].CommandText);
        }

        Assert.All(
            through.Reads,
            read => Assert.StartsWith($"/* consistent_read_id:{id},hostgroup:1 */ ", read.Text, StringComparison.Ordinal)
        );
        Assert.Equal(6, through.Reads.Count);
    }

    [Fact]
    public async Task What_must_run_on_the_primary_says_so()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.ShopifyFork);
        await using (var connection = await through.Source.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("insert into notes (note) values ('a')");
        }

        using (ReadSession.Begin(ReadConsistency.Monotonic))
        {
            await using var connection = await through.Source.OpenConnectionAsync();
            await connection.QueryAsync("select name from servers for update");
        }

        using (ReadSession.Begin(ReadConsistency.Primary))
        {
            await through.AskAsync();
        }

        await using (var connection = await through.Source.Primary.OpenConnectionAsync())
        {
            await connection.QueryAsync(ThroughProxy.WhoAnswers);
        }

        var sent = through
            .Relay.Statements.Where(statement =>
                statement.Kind == StatementKind.Text && statement.Text.Contains("servers", StringComparison.Ordinal)
                || statement.Text.Contains("notes", StringComparison.Ordinal)
                || statement.Text.Contains("who", StringComparison.Ordinal)
            )
            .ToList();
        Assert.Equal(4, sent.Count);
        Assert.All(sent, statement => Assert.StartsWith("/* hostgroup:0 */ ", statement.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_key_goes_into_a_comment_of_the_program_where_that_is_wanted()
    {
        await using var through = await ThroughProxy.StartAsync(
            fixture,
            ProxyDialect.ShopifyFork with
            {
                MergesComments = true,
                TokenDelimiter = ';',
                KeyValueDelimiter = '=',
                Key = "unit",
            }
        );
        var id = through.IdOn("replica1");
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, id);
        await using var connection = await through.Source.OpenConnectionAsync();
        Assert.Equal(
            "replica1",
            await connection.ExecuteScalarAsync<string>("/* application=shop; unit=0; hostgroup=0 */ " + ThroughProxy.WhoAnswers)
        );
        Assert.Equal($"/*unit={id};hostgroup=1;application=shop*/ {ThroughProxy.WhoAnswers}", Assert.Single(through.Reads).Text);
    }

    [Fact]
    public async Task Inside_a_session_nothing_is_prepared_and_a_command_that_was_runs_as_text()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.ShopifyFork);
        await using var connection = await through.Source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = ThroughProxy.WhoAnswers;
        await command.PrepareAsync();
        await command.ExecuteScalarAsync();
        using (ReadSession.Begin(ReadConsistency.Monotonic, through.IdOn("replica3")))
        {
            command.Prepare();
            Assert.Equal("replica3", await command.ExecuteScalarAsync());
            Assert.Equal("replica3", command.ExecuteScalar());
        }

        await command.ExecuteScalarAsync();
        Assert.Equal([true, false, false, true], through.Reads.Select(read => read.IsPrepared));
    }

    [Fact]
    public async Task A_connection_of_before_the_session_serves_it_and_the_next_one()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.ShopifyFork);
        await using var connection = await through.Source.OpenConnectionAsync();
        foreach (var replica in new[] { "replica1", "replica3" })
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, through.IdOn(replica));
            Assert.Equal(replica, await connection.ExecuteScalarAsync<string>(ThroughProxy.WhoAnswers));
            Assert.Equal(["proxy"], session.GetDecisions().Select(decision => decision.Server));
        }

        await connection.ExecuteScalarAsync<string>(ThroughProxy.WhoAnswers);
        Assert.Equal(ThroughProxy.WhoAnswers, through.Reads[^1].Text);
    }

    [Fact]
    public async Task A_transaction_stays_on_the_primary_and_a_primary_read_goes_behind_the_barrier()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.ShopifyFork);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        await through.AskAsync();
        await using (var connection = await through.Source.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            Assert.Equal("primary", await connection.ExecuteScalarAsync<string>(ThroughProxy.WhoAnswers, transaction: transaction));
            await transaction.CommitAsync();
        }

        Assert.Contains(through.Relay.Statements, statement => statement.Text == "/* hostgroup:0 */ SHOW MASTER STATUS");
        Assert.Equal("primary", await through.AskAsync());
    }

    /// <summary>The proxy's rules know reads by the word SELECT alone, as most do: a statement of a session says itself where it goes.</summary>
    [Theory]
    [MemberData(nameof(PlainReads))]
    public async Task Every_kind_of_plain_read_stays_on_the_sessions_replica(string text)
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.ShopifyFork);
        foreach (var replica in (string[])["replica1", "replica2", "replica3"])
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, through.IdOn(replica));
            Assert.Equal(replica, await through.AskAsync());
            await using var connection = await through.Source.OpenConnectionAsync();
            through.Relay.Reset();
            await connection.QueryAsync(text);
            Assert.Equal(replica, Assert.Single(through.Relay.Statements, statement => statement.Kind == StatementKind.Text).Server);
            Assert.Equal(["proxy", "proxy"], session.GetDecisions().Select(decision => decision.Server));
        }
    }

    public static TheoryData<string> PlainReads =>
        [
            "with one as (select 1) select name from who, one",
            "(select name from who)",
            "( /* a comment */ select name from who limit 1) union all (select name from who)",
            "values (1), (2)",
            "show tables",
            "show full columns from notes",
            "explain select name from who",
            "describe notes",
            "/* application:shop,hostgroup:0 */ with one as (select 1) select name from who, one",
        ];

    /// <summary>Why no more is promised: what the published fork does.</summary>
    [Fact]
    public async Task As_soon_as_reads_overlap_a_session_reads_on_several_replicas()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.ShopifyFork);
        await Eventually.IsAsync(
            async () =>
            {
                through.Relay.Reset();
                using var session = ReadSession.Begin(ReadConsistency.Monotonic);
                await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => through.AskAsync()));
                return through.Reads.Select(read => read.Server).Distinct().Count() > 1;
            },
            "a session splits"
        );
    }

    /// <summary>Nobody knows which replica the fork will pick.</summary>
    [Fact]
    public async Task A_session_that_bounds_the_age_of_its_reads_reads_on_the_primary()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.ShopifyFork);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { MaxStalenessMilliseconds = 60_000 });
        Assert.Equal("primary", await through.AskAsync());
        Assert.Equal("primary", await through.AskAsync());
    }

    [Fact]
    public async Task A_session_that_asks_for_more_sends_nothing()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.ShopifyFork);
        foreach (var level in new[] { ReadConsistency.Causal, ReadConsistency.Global, ReadConsistency.Snapshot })
        {
            using var session = ReadSession.Begin(level);
            await Assert.ThrowsAsync<NotSupportedException>(through.AskAsync);
        }

        using (ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Primary }))
        {
            await Assert.ThrowsAsync<NotSupportedException>(through.AskAsync);
        }

        Assert.Empty(through.Reads);
        Assert.DoesNotContain(through.Relay.Statements, statement => statement.Text.Contains("START", StringComparison.OrdinalIgnoreCase));
    }

    private static DbBatchCommand Command(DbBatch batch, string text)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = text;
        return command;
    }
}
