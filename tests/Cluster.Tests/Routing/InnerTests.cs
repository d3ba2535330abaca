using System.Data;
using Dapper;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>What is done through the driver's own connection and transaction, which no session sees, is assumed of it.</summary>
public sealed class InnerTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private const string Count = "select count(*) from writes where note = @note";
    private const string Insert = "insert into writes (server, note) values ('primary', @note)";

    public enum Way
    {
        Command,
        CommandAsync,
        BulkCopy,
        Batch,
    }

    public static IEnumerable<object[]> Ways =>
        from way in Enum.GetValues<Way>()
        from opensForPrimary in new[] { false, true }
        select new object[] { way, opensForPrimary };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_drivers_own_types_work_in_a_transaction_and_the_session_sees_what_they_wrote(Way way, bool opensForPrimary)
    {
        await AllowBulkCopyAsync();
        await using var source = Build();
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 50 });
            var note = Guid.NewGuid().ToString();
            Assert.Equal(0, await CountAsync(source, note));
            await using (var connection = await OpenAsync(source, opensForPrimary))
            {
                await using var transaction = (ReplicatedTransaction)await connection.BeginTransactionAsync();
                await WriteAsync(way, (MySqlConnection)connection.Inner, (MySqlTransaction)transaction.Inner, note);
                Assert.Equal(2, await connection.ExecuteScalarAsync<long>(Count, new { note }, transaction));
                await transaction.CommitAsync();
            }

            Assert.Equal(2, await CountAsync(source, note));
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }
    }

    [Fact]
    public async Task What_the_drivers_types_wrote_is_undone_with_the_transaction()
    {
        await AllowBulkCopyAsync();
        await using var source = Build();
        foreach (var way in Enum.GetValues<Way>())
        {
            var note = Guid.NewGuid().ToString();
            await using (var connection = await source.OpenConnectionAsync())
            {
                await using var transaction = (ReplicatedTransaction)connection.BeginTransaction();
                await WriteAsync(way, (MySqlConnection)connection.Inner, (MySqlTransaction)transaction.Inner, note);
                transaction.Rollback();
            }

            Assert.Equal(0, await AskPrimaryAsync(note));
        }
    }

    [Theory]
    [InlineData(Way.Command)]
    [InlineData(Way.BulkCopy)]
    public async Task A_write_through_the_connection_alone_is_seen_too(Way way)
    {
        await AllowBulkCopyAsync();
        await using var source = Build();
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 50 });
            var note = Guid.NewGuid().ToString();
            Assert.Equal(0, await CountAsync(source, note));
            await using (var connection = (ReplicatedConnection)await source.Primary.OpenConnectionAsync())
            {
                await WriteAsync(way, (MySqlConnection)connection.Inner, transaction: null, note);
            }

            Assert.Equal(2, await CountAsync(source, note));
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }
    }

    [Fact]
    public async Task What_was_taken_before_the_session_is_known_once_the_connection_is_closed_in_it()
    {
        await using var source = Build();
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            var connection = (ReplicatedConnection)await source.Primary.OpenConnectionAsync();
            var driver = (MySqlConnection)connection.Inner;
            using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 50 });
            var note = Guid.NewGuid().ToString();
            await WriteAsync(Way.Command, driver, transaction: null, note);
            await connection.DisposeAsync();
            Assert.Equal(2, await CountAsync(source, note));
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }
    }

    /// <summary>Somebody else's code may have read there, and what it saw must not be taken back.</summary>
    [Fact]
    public async Task Where_it_was_handed_out_the_session_has_read()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var lost = new List<ReadSessionEventArgs>();
        source.SessionEvent += (_, e) => lost.Add(e);
        var replica = fixture.Cluster.Replicas[1];
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.SessionOn(replica));
        await using (var connection = await source.OpenConnectionAsync())
        {
            Assert.Equal(replica.Name, connection.ServerName);
            await new MySqlCommand("select count(*) from writes", (MySqlConnection)connection.Inner).ExecuteScalarAsync();
        }

        source.UpdateReplicas([
            .. fixture.Cluster.Replicas.Where(r => r != replica).Select(r => new ReplicaSettings(r.Name, r.ConnectionString, Weight: 1)),
        ]);
        await using (var connection = await source.OpenConnectionAsync())
        {
            Assert.Equal("primary", await connection.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers));
        }

        Assert.Contains(lost, e => e.Kind == ReadSessionEventKind.ReplicaLost && e.From == replica.Name);
    }

    [Fact]
    public async Task On_the_primary_a_monotonic_session_stays_there()
    {
        await using var source = fixture.BuildSource();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        await using (var connection = (ReplicatedConnection)await source.Primary.OpenConnectionAsync())
        {
            await new MySqlCommand("select count(*) from writes", (MySqlConnection)connection.Inner).ExecuteScalarAsync();
        }

        await using var next = await source.OpenConnectionAsync();
        Assert.Equal("primary", await next.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers));
    }

    /// <summary>What would refuse a statement of the session's refuses to hand it out, too.</summary>
    [Fact]
    public async Task Where_the_session_may_not_read_it_is_not_handed_out()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var (mine, other) = (fixture.Cluster.Replicas[1], fixture.Cluster.Replicas[2]);
        await using var elsewhere = await OpenOnAsync(source, other.Name);
        await using var outdated = (ReplicatedConnection)await source.Primary.OpenConnectionAsync();
        await using var transaction = (ReplicatedTransaction)await outdated.BeginTransactionAsync();
        await using var gone = await OpenOnAsync(source, mine.Name);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.SessionOn(mine));
        Assert.Equal(mine.Name, await RoutingFixture.AskAsync(source));
        var refused = Assert.Throws<InvalidOperationException>(() => elsewhere.Inner);
        Assert.Contains("was opened outside read session", refused.Message, StringComparison.Ordinal);
        Assert.IsType<MySqlConnection>(gone.Inner);

        source.PrimaryServer.Pool.Current.Retire();
        Assert.Throws<ReplicaLostException>(() => outdated.Inner);
        Assert.Throws<ReplicaLostException>(() => transaction.Inner);

        source.Replicas[1].Pool.Current.Retire();
        refused = Assert.Throws<InvalidOperationException>(() => gone.Inner);
        Assert.Contains("Close it and open it again", refused.Message, StringComparison.Ordinal);

        // Nothing of that has moved the session.
        await using var next = await source.OpenConnectionAsync();
        Assert.Equal(mine.Name, await next.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers));
    }

    /// <summary>What was taken before cannot be taken back.</summary>
    [Theory]
    [InlineData(ReadConsistency.Monotonic)]
    [InlineData(ReadConsistency.Causal)]
    public async Task An_outdated_one_is_closed_in_any_session(ReadConsistency level)
    {
        await using var source = fixture.BuildSource();
        var outdated = (ReplicatedConnection)await source.Primary.OpenConnectionAsync();
        var elsewhere = await OpenOnAsync(source, "replica3");
        Assert.NotNull(outdated.Inner);
        Assert.NotNull(elsewhere.Inner);
        source.PrimaryServer.Pool.Current.Retire();
        using var session = ReadSession.Begin(
            level,
            fixture.KeyOn(fixture.Cluster.Replicas[1]),
            new ReadSessionOptions { MaxWaitMilliseconds = 20_000 }
        );
        Assert.Equal("replica2", await RoutingFixture.AskAsync(source));
        await outdated.DisposeAsync();
        await elsewhere.DisposeAsync();
        Assert.Equal("replica2", await RoutingFixture.AskAsync(source));
    }

    private static async Task<ReplicatedConnection> OpenOnAsync(ReplicatedMySqlDataSource source, string server)
    {
        while (true)
        {
            var connection = await source.OpenConnectionAsync();
            if (connection.ServerName == server)
            {
                return connection;
            }

            await connection.DisposeAsync();
        }
    }

    /// <summary>Near misses: nothing was handed out, or no session was there.</summary>
    [Fact]
    public async Task Without_it_nothing_is_assumed()
    {
        await using var source = fixture.BuildSource();
        using (var session = ReadSession.Begin(ReadConsistency.Monotonic))
        {
            await using (await source.Primary.OpenConnectionAsync()) { }

            await using var next = await source.OpenConnectionAsync();
            Assert.StartsWith("replica", await next.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers), StringComparison.Ordinal);
        }

        await using (var outside = (ReplicatedConnection)await source.Primary.OpenConnectionAsync())
        {
            Assert.IsType<MySqlConnection>(outside.Inner);
        }

        using var later = ReadSession.Begin(ReadConsistency.Monotonic);
        await using var reading = await source.OpenConnectionAsync();
        Assert.StartsWith("replica", await reading.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers), StringComparison.Ordinal);
    }

    private static async Task WriteAsync(Way way, MySqlConnection connection, MySqlTransaction? transaction, string note)
    {
        switch (way)
        {
            case Way.BulkCopy:
                var table = new DataTable();
                table.Columns.Add("server", typeof(string));
                table.Columns.Add("note", typeof(string));
                table.Rows.Add("primary", note);
                table.Rows.Add("primary", note);
                var copy = new MySqlBulkCopy(connection, transaction) { DestinationTableName = "writes" };
                copy.ColumnMappings.Add(new MySqlBulkCopyColumnMapping(0, "server"));
                copy.ColumnMappings.Add(new MySqlBulkCopyColumnMapping(1, "note"));
                Assert.Equal(2, (await copy.WriteToServerAsync(table)).RowsInserted);
                break;
            case Way.Batch:
                await using (var batch = new MySqlBatch(connection, transaction))
                {
                    batch.BatchCommands.Add(new MySqlBatchCommand(Insert) { Parameters = { new("@note", note) } });
                    batch.BatchCommands.Add(new MySqlBatchCommand(Insert) { Parameters = { new("@note", note) } });
                    await batch.ExecuteNonQueryAsync();
                }

                break;
            default:
                for (var i = 0; i < 2; i++)
                {
                    await using var command = new MySqlCommand(Insert, connection, transaction) { Parameters = { new("@note", note) } };
                    _ = way == Way.Command ? command.ExecuteNonQuery() : await command.ExecuteNonQueryAsync();
                }

                break;
        }
    }

    private async Task AllowBulkCopyAsync()
    {
        await using var admin = new MySqlConnection(fixture.Cluster.Primary.AdminConnectionString);
        await admin.ExecuteAsync("set global local_infile = 1");
    }

    private ReplicatedMySqlDataSource Build() => fixture.BuildSource(primaryOptions: "AllowLoadLocalInfile=True");

    private static async Task<ReplicatedConnection> OpenAsync(ReplicatedMySqlDataSource source, bool opensForPrimary) =>
        opensForPrimary ? (ReplicatedConnection)await source.Primary.OpenConnectionAsync() : await source.OpenConnectionAsync();

    private async Task<long> AskPrimaryAsync(string note)
    {
        await using var admin = new MySqlConnection(fixture.Cluster.Primary.AdminConnectionString);
        return await admin.ExecuteScalarAsync<long>("select count(*) from app.writes where note = @note", new { note });
    }

    private static async Task<long> CountAsync(ReplicatedMySqlDataSource source, string note)
    {
        await using var connection = await source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(Count, new { note });
    }
}
