using System.Data;
using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using Dapper;
using MonotonicReads.Cluster.Relay;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Relay;

/// <summary>Through the relay the driver gets what it gets directly.</summary>
public sealed class ProtocolTests(RelayFixture fixture) : IClassFixture<RelayFixture>
{
    public static TheoryData<string> Texts =>
        [
            "select 1",
            "select null, -1, 18446744073709551615, 1.5e0, 12.345, 'text', x'00ff', date '2024-02-29', timestamp '2024-02-29 12:34:56.789', time '-100:00:01'",
            "select 1 where 1 = 0",
            "select 1 as a; select 2 as b, 3 as c; select 4 where 1 = 0",
            "do 1",
            "select repeat('x', 250), repeat('x', 251), repeat('x', 65536)",
            "select seq from seq_1_to_5000",
            "select 'žluťoučký', '\U0001F600', '/* not a comment */', \"-- neither\"",
            "show variables like 'version%'",
            "begin not atomic select 1; select 2; end",
            "select from",
            "select * from no_such_table",
            "select 1; select * from no_such_table; select 3",
            "select seq, 1 div (seq - 3), exp(seq * 400) from seq_1_to_5",
            "signal sqlstate '45000' set mysql_errno = 30001, message_text = 'ours'",
            "explain select 1",
        ];

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task A_text_has_the_same_results_as_directly(string text)
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var through = await RelayFixture.OpenAsync(relay);
        await using var directly = new MySqlConnection(fixture.Cluster.Replicas[0].ConnectionString);
        await directly.OpenAsync();
        Assert.Equal(directly.ServerVersion, through.ServerVersion);
        foreach (var isPrepared in (bool[])[false, true])
        {
            var expected = await DescribeAsync(directly, text, isPrepared, isAsync: true);
            Assert.Equal(expected, await DescribeAsync(through, text, isPrepared, isAsync: true));
            Assert.Equal(expected, await DescribeAsync(through, text, isPrepared, isAsync: false));
        }

        // The connection is in step: the next command gets its own answer.
        Assert.Equal(42, await through.ExecuteScalarAsync<int>("select 42"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0xFFFFFF - 100)] // below one packet, whatever stands around it
    [InlineData(0xFFFFFF - 10)] // a row of exactly one full packet: an empty one follows
    [InlineData(0xFFFFFF)]
    [InlineData(0xFFFFFF + 1)]
    [InlineData((2 * 0xFFFFFF) + 17)]
    public async Task Long_parameters_and_rows_pass_whole(int length)
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        var sent = new byte[length];
        new Random(length).NextBytes(sent);
        foreach (var isPrepared in (bool[])[false, true])
        {
            // However long a busy machine takes for a row of many megabytes.
            await using var command = new MySqlCommand("select ?, 'after'", connection)
            {
                CommandTimeout = 0,
                Parameters = { new() { Value = sent } },
            };
            if (isPrepared)
            {
                await command.PrepareAsync();
            }

            await using var reader = await command.ExecuteReaderAsync();
            Assert.True(await reader.ReadAsync());
            Assert.True(sent.AsSpan().SequenceEqual((byte[])reader[0]));
            Assert.Equal("after", reader.GetString(1));
            Assert.False(await reader.ReadAsync());
        }
    }

    [Fact]
    public async Task A_streamed_parameter_and_its_execution_go_to_the_same_server()
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        var sent = new byte[300_000];
        new Random(1).NextBytes(sent);
        await using var command = new MySqlCommand("select sha2(?, 256), name from who", connection) { Parameters = { new() } };
        await command.PrepareAsync();
        var servers = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            command.Parameters[0].Value = new BufferedStream(new MemoryStream(sent)); // a MemoryStream would be sent with the execution
            await using var reader = await command.ExecuteReaderAsync();
            Assert.True(await reader.ReadAsync());
            Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(sent)), reader.GetString(0));
            servers.Add(reader.GetString(1));
        }

        Assert.Equal(3, servers.Count);
    }

    [Fact]
    public async Task Batches_prepared_statements_and_generated_ids_work()
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        await using var insert = new MySqlCommand("insert into notes (note) values (@note)", connection)
        {
            Parameters = { new("@note", "") },
        };
        await insert.PrepareAsync();
        var ids = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            insert.Parameters[0].Value = $"batch {i}";
            Assert.Equal(1, await insert.ExecuteNonQueryAsync());
            ids.Add(insert.LastInsertedId);
        }

        Assert.Equal([ids[0], ids[0] + 1, ids[0] + 2], ids);
        foreach (var isPrepared in (bool[])[false, true])
        {
            await using var batch = new MySqlBatch(connection)
            {
                BatchCommands =
                {
                    new MySqlBatchCommand("insert into notes (note) values (@note)")
                    {
                        Parameters = { new MySqlParameter("@note", "in a batch") },
                    },
                    new MySqlBatchCommand("select note from notes where id = last_insert_id()"),
                    new MySqlBatchCommand("select count(*) from notes where id between @from and @to")
                    {
                        Parameters = { new MySqlParameter("@from", ids[0]), new MySqlParameter("@to", ids[2]) },
                    },
                },
            };
            if (isPrepared)
            {
                await batch.PrepareAsync();
            }

            // The batch writes first, so its text goes to the primary as a whole; prepared, each statement is routed by itself.
            await using var transaction = await connection.BeginTransactionAsync();
            batch.Transaction = transaction;
            await using var reader = await batch.ExecuteReaderAsync();
            Assert.True(await reader.ReadAsync());
            Assert.Equal("in a batch", reader.GetString(0));
            Assert.True(await reader.NextResultAsync());
            Assert.True(await reader.ReadAsync());
            Assert.Equal(3, reader.GetInt64(0));
        }
    }

    [Fact]
    public async Task Transactions_commit_and_roll_back_on_the_primary()
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        relay.Reset();
        foreach (var commits in (bool[])[true, false])
        {
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
            await connection.ExecuteAsync("insert into notes (note) values (@note)", new { note = $"commits {commits}" }, transaction);
            Assert.Equal(
                1,
                await connection.ExecuteScalarAsync<int>(
                    "select count(*) from notes where note = @note",
                    new { note = $"commits {commits}" },
                    transaction
                )
            );
            Assert.Equal("primary", await connection.ExecuteScalarAsync<string>(RelayFixture.WhoAnswers, transaction: transaction));
            if (commits)
            {
                await transaction.CommitAsync();
            }
            else
            {
                await transaction.RollbackAsync();
            }

            // After it the reads are spread again.
            Assert.StartsWith("replica", await connection.ExecuteScalarAsync<string>(RelayFixture.WhoAnswers), StringComparison.Ordinal);
        }

        await using var directly = new MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        Assert.Equal(1, await directly.ExecuteScalarAsync<int>("select count(*) from notes where note = 'commits True'"));
        Assert.Equal(0, await directly.ExecuteScalarAsync<int>("select count(*) from notes where note = 'commits False'"));
        var inside = relay.Statements.Where(statement => statement.InTransaction).ToList();
        Assert.Equal(8, inside.Count); // insert, two reads and the end, twice
        Assert.All(inside, statement => Assert.Equal("primary", statement.Server));
    }

    [Fact]
    public async Task Without_autocommit_a_read_opens_a_transaction_that_keeps_its_server()
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        await connection.ExecuteAsync("set autocommit = 0");
        var servers = new HashSet<string?>();
        for (var i = 0; i < 20; i++)
        {
            servers.Add(await connection.ExecuteScalarAsync<string>(RelayFixture.WhoAnswers));
        }

        Assert.Single(servers);
        await connection.ExecuteAsync("commit; set autocommit = 1");
    }

    [Fact]
    public async Task Settings_and_database_hold_on_every_server()
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        await connection.ExecuteAsync("set session group_concat_max_len = 4321");
        await connection.ExecuteAsync("create database if not exists other");
        await fixture.Cluster.WaitForReplicasAsync();
        await connection.ChangeDatabaseAsync("other");
        await AssertEverywhereAsync("other", 4321);
        await connection.ExecuteAsync("use app");
        await AssertEverywhereAsync("app", 4321);

        async Task AssertEverywhereAsync(string database, int length)
        {
            var servers = new HashSet<string>();
            for (var i = 0; i < 40; i++)
            {
                var (server, there, setting) = await connection.QuerySingleAsync<(string, string, int)>(
                    "select (select name from app.who), database(), (select variable_value from information_schema.session_variables where variable_name = 'group_concat_max_len')"
                );
                Assert.Equal((database, length), (there, setting));
                servers.Add(server);
            }

            Assert.Equal(3, servers.Count);
        }
    }

    [Fact]
    public async Task A_failed_setting_holds_nowhere()
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        Assert.Equal(
            1193,
            (await Assert.ThrowsAsync<MySqlException>(() => connection.ExecuteAsync("set session no_such_variable = 1"))).Number
        );
        for (var i = 0; i < 20; i++)
        {
            await connection.ExecuteScalarAsync<string>(RelayFixture.WhoAnswers);
        }
    }

    [Fact]
    public async Task An_isolation_level_for_the_next_transaction_goes_where_that_is()
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        await connection.ExecuteAsync(RelayFixture.WhoAnswers); // a replica is open
        relay.Reset();
        await connection.ExecuteAsync("set transaction isolation level serializable");
        await connection.ExecuteAsync("start transaction");
        await connection.ExecuteAsync("rollback");
        Assert.Equal(
            [("set transaction isolation level serializable", "primary"), ("start transaction", "primary"), ("rollback", "primary")],
            relay.Statements.Select(statement => (statement.Text, statement.Server))
        );
    }

    [Fact]
    public async Task A_pooled_connection_is_reset_in_one_go_and_forgets_what_was_prepared()
    {
        await using var relay = await fixture.ThroughForkAsync();
        var settings = new MySqlConnectionStringBuilder(relay.ConnectionString) { MaximumPoolSize = 1, Pipelining = true };
        await using var source = new MySqlDataSource(settings.ConnectionString);
        var number = 0;
        for (var i = 0; i < 5; i++)
        {
            await using var connection = await source.OpenConnectionAsync();
            number = connection.ServerThread;
            await using var command = new MySqlCommand("select @n", connection) { Parameters = { new("@n", i) } };
            await command.PrepareAsync();
            Assert.Equal((long)i, Convert.ToInt64(await command.ExecuteScalarAsync(), null));
            await connection.ExecuteAsync("set session group_concat_max_len = 777");
            await using var next = new MySqlCommand(RelayFixture.WhoAnswers, connection);
            Assert.StartsWith("replica", (string?)await next.ExecuteScalarAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(1, number);
        await using var last = await source.OpenConnectionAsync();
        Assert.NotEqual(
            777,
            await last.ExecuteScalarAsync<int>(
                "select variable_value from information_schema.session_variables where variable_name = 'group_concat_max_len'"
            )
        );
    }

    [Fact]
    public async Task A_command_that_takes_too_long_is_cancelled_on_its_server()
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var connection = await RelayFixture.OpenAsync(relay, settings => settings.CancellationTimeout = 60);
        await using var command = new MySqlCommand("select sleep(120)", connection) { CommandTimeout = 1 };
        var started = System.Diagnostics.Stopwatch.GetTimestamp();

        // sleep() that is killed returns 1, or fails: MySqlConnector makes a timeout of both.
        var exception = await Assert.ThrowsAsync<MySqlException>(() => command.ExecuteScalarAsync());
        Assert.Equal(MySqlErrorCode.CommandTimeoutExpired, exception.ErrorCode);
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds > 0.9);
        Assert.Equal(1, await connection.ExecuteScalarAsync<int>("select 1"));
    }

    [Fact]
    public async Task Many_clients_at_once_get_their_own_answers()
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var source = new MySqlDataSource(
            new MySqlConnectionStringBuilder(relay.ConnectionString) { MaximumPoolSize = 20 }.ConnectionString
        );
        await Task.WhenAll(
            Enumerable
                .Range(0, 40)
                .Select(async client =>
                {
                    for (var i = 0; i < 25; i++)
                    {
                        await using var connection = await source.OpenConnectionAsync();
                        Assert.Equal((client, i), await connection.QuerySingleAsync<(int, int)>("select @client, @i", new { client, i }));
                    }
                })
        );
        Assert.Equal(1000, relay.Statements.Count(statement => statement.Text.StartsWith("select", StringComparison.Ordinal)));
        Assert.InRange(relay.OpenConnections, 1, 20);
        Assert.Empty(relay.Faults);
    }

    [Theory]
    [InlineData(true, new byte[] { 1, 0, 0, 0, 1 })]
    [InlineData(true, new byte[] { })]
    [InlineData(false, new byte[] { 1, 0, 0, 0, 14 })] // a ping
    [InlineData(false, new byte[] { 1, 0, 0, 3, 1 })]
    public async Task A_client_may_leave_before_it_has_logged_in_but_not_send_commands(bool isAllowed, byte[] instead)
    {
        await using var relay = await fixture.ThroughForkAsync();
        using (var client = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            await client.ConnectAsync(IPAddress.Loopback, relay.Port);
            await using var stream = new NetworkStream(client);
            await stream.WriteAsync(instead);
            client.Shutdown(SocketShutdown.Send);
            // The relay closes when it is done, which may come as a reset.
            _ = await Record.ExceptionAsync(() => stream.CopyToAsync(Stream.Null));
        }

        if (isAllowed)
        {
            await relay.DisposeAsync();
        }
        else
        {
            await Assert.ThrowsAsync<AggregateException>(async () => await relay.DisposeAsync());
        }
    }

    [Fact]
    public async Task The_wrong_password_change_user_and_local_files_are_refused()
    {
        await using var relay = await fixture.ThroughForkAsync();
        var denied = await Assert.ThrowsAsync<MySqlException>(() => RelayFixture.OpenAsync(relay, settings => settings.Password = "other"));
        Assert.Equal(MySqlErrorCode.AccessDenied, denied.ErrorCode);

        await using var connection = await RelayFixture.OpenAsync(relay, settings => settings.AllowLoadLocalInfile = true);
        var bulk = new MySqlBulkLoader(connection)
        {
            Local = true,
            SourceStream = new MemoryStream("1\tx\n"u8.ToArray()),
            TableName = "notes",
            FieldTerminator = "\t",
            LineTerminator = "\n",
        };
        await Assert.ThrowsAnyAsync<Exception>(() => bulk.LoadAsync());
        await using var again = await RelayFixture.OpenAsync(relay);
        Assert.Equal(1, await again.ExecuteScalarAsync<int>("select 1"));
    }

    [Fact]
    public async Task Disposing_closes_every_connection_to_the_servers()
    {
        await using var directly = new MySqlConnection(fixture.Cluster.Replicas[0].AdminConnectionString);
        await directly.OpenAsync();
        var others = await ConnectionsAsync(); // pools of other tests
        var relay = await fixture.ThroughForkAsync(1, 0, 0);
        await using var connection = await RelayFixture.OpenAsync(relay);
        await connection.ExecuteAsync("select 1");
        Assert.Single((await ConnectionsAsync()).Except(others));
        await relay.DisposeAsync();
        Assert.Equal(0, relay.OpenConnections);
        // A server that has been told takes a moment.
        await Eventually.IsAsync(async () => !(await ConnectionsAsync()).Except(others).Any(), "the server has ended the connection");
        await Assert.ThrowsAsync<MySqlException>(() => connection.ExecuteAsync("select 1"));

        async Task<IEnumerable<long>> ConnectionsAsync() =>
            await directly.QueryAsync<long>("select id from information_schema.processlist where user = 'app'");
    }

    private static async Task<string> DescribeAsync(MySqlConnection connection, string text, bool isPrepared, bool isAsync)
    {
        var seen = new StringWriter();
        try
        {
            await using var command = new MySqlCommand(text, connection);
            if (isPrepared)
            {
                if (isAsync)
                {
                    await command.PrepareAsync();
                }
                else
                {
                    command.Prepare();
                }
            }

            await using DbDataReader reader = isAsync ? await command.ExecuteReaderAsync() : command.ExecuteReader();
            do
            {
                seen.WriteLine($"{reader.FieldCount} columns, {reader.RecordsAffected} affected");
                for (var i = 0; i < reader.FieldCount; i++)
                {
                    seen.WriteLine($"{reader.GetName(i)} {reader.GetDataTypeName(i)} {reader.GetFieldType(i)}");
                }

                while (isAsync ? await reader.ReadAsync() : reader.Read())
                {
                    var values = new object[reader.FieldCount];
                    reader.GetValues(values);
                    seen.WriteLine(
                        string.Join(
                            '|',
                            values.Select(value =>
                                value is byte[] bytes ? Convert.ToHexString(bytes) : FormattableString.Invariant($"{value}")
                            )
                        )
                    );
                }
            } while (isAsync ? await reader.NextResultAsync() : reader.NextResult());
        }
        catch (MySqlException exception)
        {
            seen.WriteLine($"{exception.Number} {exception.SqlState} {exception.Message}");
        }

        return seen.ToString();
    }
}
