using System.Collections.Concurrent;
using System.Data.Common;
using Dapper;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Logging;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>What sets the session's own variables runs where the connection is, goes with it when it moves, and no further.</summary>
public sealed class SessionSettingTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    /// <summary>Where it runs, and the zone that its session is in.</summary>
    private const string Where = "select concat(name, ' ', timestampdiff(hour, utc_timestamp(), now())) from this_server";

    private const string SetZone = "set session time_zone = '+05:00'";
    private const string Insert = "insert into writes (server, note) values ('primary', @note)";

    public enum Way
    {
        Dapper,
        DapperAsync,
        Parameter,
        Prepared,
        Batch,
        BesideARead,
        WithComment,
        Several,
        ExecuteReader,
        ThenRead,
    }

    public static IEnumerable<object[]> Ways =>
        from way in Enum.GetValues<Way>()
        from isInSession in new[] { true, false }
        select new object[] { way, isInSession };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task It_stays_on_the_replica_and_goes_with_the_connection_to_the_primary(Way way, bool isInSession)
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var events = new ConcurrentQueue<ReadSessionEventKind>();
        source.SessionEvent += (_, e) => events.Enqueue(e.Kind);
        var replica = fixture.Cluster.Replicas[1];
        using var session = isInSession ? ReadSession.Begin(ReadConsistency.Monotonic, fixture.SessionOn(replica)) : null;
        await using (var connection = await source.OpenConnectionAsync())
        {
            var name = connection.ServerName!;
            await SetAsync(connection, way);
            Assert.Equal($"{name} 5", await connection.ExecuteScalarAsync<string>(Where));
            Assert.StartsWith("replica", name, StringComparison.Ordinal);
            await connection.ExecuteAsync(Insert, new { note = "x" });
            Assert.Equal("primary 5", await connection.ExecuteScalarAsync<string>(Where));
        }

        // It ends with the connection's being open.
        await using var next = await source.OpenConnectionAsync();
        Assert.EndsWith(" 0", await next.ExecuteScalarAsync<string>(Where), StringComparison.Ordinal);
        Assert.Empty(events);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ConnectionReset=False")]
    public async Task An_interceptor_that_sets_at_each_opening_leaves_the_reads_on_the_replicas(string options)
    {
        var builder = new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .ForPomelo()
            .UsePrimary($"{fixture.Cluster.Primary.ConnectionString};{options}");
        foreach (var replica in fixture.Cluster.Replicas)
        {
            builder.AddReplica(replica.Name, $"{replica.ConnectionString};{options}");
        }

        await using var source = builder.Build();
        for (var i = 0; i < 20; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic);
            await using var context = new Shop(source);
            Assert.Matches("^replica[1-3] 5$", Assert.Single(await context.Database.SqlQueryRaw<string>(Where).ToListAsync()));
            await context.Database.ExecuteSqlAsync($"insert into writes (server, note) values ('primary', 'i')");
        }
    }

    [Fact]
    public async Task What_is_not_known_to_do_nothing_else_goes_to_the_primary_and_says_so()
    {
        var log = new Records();
        await using var source = fixture.BuildSource(b => b.UseLoggerFactory(log).ForPomelo());
        var events = new ConcurrentQueue<ReadSessionEventArgs>();
        source.SessionEvent += (_, e) => events.Enqueue(e);
        string[] texts =
        [
            "set @x = 1",
            "set session tx_isolation = 'READ-COMMITTED'",
            "set time_zone = 'SYSTEM'",
            "set time_zone = '+05:00', @@session.tx_isolation = 'READ-COMMITTED'",
            "set session group_concat_max_len = 4 + 4",
            "select @@version",
            "select /*! sql_no_cache */ 1",
            "set names binary",
            "set character set binary",
            "set character_set_results = 'binary'",
            "set collation_connection = 'utf16_general_ci'",
            "set collation_connection = ucs2_bin",
            "set collation_connection = 'utf32_general_ci'",
            "set collation_connection = 'binary'",
            "set names utf8mb4 collate default",
            "set optimizer_switch = 'default'",
            "set optimizer_switch = 'mrr=off,index_merge=Default'",
            "set optimizer_switch = 'mrr=on', optimizer_switch = 'index_merge=off'",
            "set sql_mode = 'ANSI_QUOTES', sql_mode = concat(@@sql_mode, ',IGNORE_SPACE')",
            "set sql_mode = concat(@@global.sql_mode, ',ANSI_QUOTES')",
            "set sql_mode = concat(@@sql_mode, ',', @@sql_mode)",
            "set sql_mode = replace(@@sql_mode, 'ANSI_QUOTES', '')",
            "set lc_time_names = concat('de', '_', 'DE')",
        ];
        foreach (var text in texts)
        {
            foreach (var isInSession in new[] { true, false })
            {
                using var session = isInSession ? ReadSession.Begin(ReadConsistency.Monotonic) : null;
                await using var connection = await source.OpenConnectionAsync();
                var replica = connection.ServerName;
                await connection.ExecuteAsync(text);
                Assert.Equal("primary", connection.ServerName);
                Assert.True(events.TryDequeue(out var told), text);
                Assert.Equal(
                    (ReadSessionEventKind.MovedByStatement, session?.Id, replica, "primary"),
                    (told.Kind, told.SessionId, told.From, told.To)
                );
                Assert.Empty(events);
                Assert.Single(log.Take(), record => record == (22, LogLevel.Information));
            }
        }
    }

    /// <summary>Near misses: who writes, begins a transaction or asks for the primary knows where that runs.</summary>
    [Fact]
    public async Task What_belongs_on_the_primary_says_nothing()
    {
        await using var source = fixture.BuildSource();
        var events = new ConcurrentQueue<ReadSessionEventKind>();
        source.SessionEvent += (_, e) => events.Enqueue(e.Kind);
        foreach (
            var text in new[]
            {
                "insert into writes (server, note) values ('primary', 'x')",
                "select count(*) from writes for update",
                "/* master */ select 1",
                "select last_insert_id()",
                "set autocommit = 1; insert into writes (server, note) values ('primary', 'x')",
                "set session tx_isolation = 'READ-COMMITTED'; begin",
                "call add_write('y')",
                "begin",
            }
        )
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic);
            await using var connection = await source.OpenConnectionAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = text;
            await command.ExecuteNonQueryAsync();
            Assert.Equal("primary", connection.ServerName);
        }

        Assert.Empty(events);
    }

    [Fact]
    public async Task A_connection_with_other_settings_is_not_kept_for_the_next_read_of_a_series()
    {
        await using var source = fixture.BuildSource(b => b.UseTimeProvider(new LeaseTests.ClockWithoutTimers()), maximumPoolSize: 1);
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(fixture.Cluster.Replicas[0]),
            new ReadSessionOptions { Reads = 9 }
        );
        for (var i = 0; i < 3; i++)
        {
            await using (var plain = await source.OpenConnectionAsync())
            {
                Assert.Equal("replica1 0", await plain.ExecuteScalarAsync<string>(Where));
            }

            await using var set = await source.OpenConnectionAsync();
            await set.ExecuteAsync(SetZone);
            Assert.Equal("replica1 5", await set.ExecuteScalarAsync<string>(Where));
        }
    }

    [Theory]
    [InlineData(SetZone)]
    [InlineData("set time_zone = '+05:00'; set names utf8mb4")]
    public async Task On_a_kept_connection_that_died_it_is_said_again(string text)
    {
        await using var source = fixture.BuildSource(b => b.UseTimeProvider(new LeaseTests.ClockWithoutTimers()));
        var replica = fixture.Cluster.Replicas[0];
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.KeyOn(replica), new ReadSessionOptions { Reads = 9 });
        await using (var connection = await source.OpenConnectionAsync())
        {
            Assert.Equal("replica1 0", await connection.ExecuteScalarAsync<string>(Where));
        }

        await using (var admin = new MySqlConnection(replica.AdminConnectionString + ";Pooling=false"))
        {
            foreach (var id in await admin.QueryAsync<long>("select id from information_schema.processlist where user = 'app'"))
            {
                await admin.ExecuteAsync($"kill {id}");
            }
        }

        await using var next = await source.OpenConnectionAsync();
        await next.ExecuteAsync(text);
        Assert.Equal("replica1 5", await next.ExecuteScalarAsync<string>(Where));
    }

    [Fact]
    public async Task What_failed_is_not_said_again()
    {
        await using var source = fixture.BuildSource();
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync("set lc_time_names = 'de_DE'");
        await Assert.ThrowsAsync<MySqlException>(() => connection.ExecuteAsync("set time_zone = 'Mars/Phobos'"));
        await connection.ExecuteAsync(Insert, new { note = "x" });
        Assert.Equal("primary 0", await connection.ExecuteScalarAsync<string>(Where));
        Assert.Equal("Mai", await connection.ExecuteScalarAsync<string>("select monthname('2026-05-01') from this_server"));
    }

    /// <summary>Of several statements in one text those before the mistake have run, and those behind it have not.</summary>
    [Theory]
    [InlineData(SetZone + "; select nothing from writes", 5)]
    [InlineData("select nothing from writes; " + SetZone, 0)]
    [InlineData("set lc_time_names = 'de_DE'; set time_zone = 'Mars/Phobos'", 0)]
    public async Task What_a_text_of_several_statements_set_is_not_known_once_it_failed(string text, int hours)
    {
        await using var source = fixture.BuildSource();
        await using var connection = await source.OpenConnectionAsync();
        await Assert.ThrowsAsync<MySqlException>(() => connection.ExecuteAsync(text));

        // Where it is it goes on.
        Assert.EndsWith($" {hours}", await connection.ExecuteScalarAsync<string>(Where), StringComparison.Ordinal);
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => connection.ExecuteAsync(Insert, new { note = "x" }));
        Assert.Contains("Close the connection and open it again", exception.Message, StringComparison.Ordinal);
        await connection.CloseAsync();
        await connection.OpenAsync();
        await connection.ExecuteAsync(Insert, new { note = "x" });
        Assert.Equal("primary 0", await connection.ExecuteScalarAsync<string>(Where));
    }

    [Fact]
    public async Task A_connection_whose_settings_are_not_known_is_not_kept_for_the_next_read_of_a_series()
    {
        await using var source = fixture.BuildSource(b => b.UseTimeProvider(new LeaseTests.ClockWithoutTimers()), maximumPoolSize: 1);
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(fixture.Cluster.Replicas[0]),
            new ReadSessionOptions { Reads = 9 }
        );
        await using (var failing = await source.OpenConnectionAsync())
        {
            await Assert.ThrowsAsync<MySqlException>(() => failing.ExecuteAsync($"{SetZone}; select nothing from writes"));
        }

        await using var next = await source.OpenConnectionAsync();
        Assert.Equal("replica1 0", await next.ExecuteScalarAsync<string>(Where));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_batch_of_one_that_failed_has_set_nothing(bool isInSnapshot)
    {
        await using var source = fixture.BuildSource();
        using var session = isInSnapshot ? ReadSession.Begin(ReadConsistency.Snapshot) : null;
        await using var connection = await source.OpenConnectionAsync();
        await using (var batch = connection.CreateBatch())
        {
            Add(batch, "set time_zone = 'Mars/Phobos'");
            await Assert.ThrowsAsync<MySqlException>(() => batch.ExecuteNonQueryAsync());
        }

        if (isInSnapshot)
        {
            await using var other = await source.OpenConnectionAsync();
            Assert.EndsWith(" 0", await other.ExecuteScalarAsync<string>(Where), StringComparison.Ordinal);
        }
        else
        {
            await connection.ExecuteAsync(Insert, new { note = "x" });
            Assert.Equal("primary 0", await connection.ExecuteScalarAsync<string>(Where));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_prepared_has_set_nothing(bool isBatch)
    {
        await using var source = fixture.BuildSource();
        await using var connection = await source.OpenConnectionAsync();
        if (isBatch)
        {
            await using var batch = connection.CreateBatch();
            Add(batch, SetZone);
            Add(batch, "select count(*) from this_server");
            await batch.PrepareAsync();
        }
        else
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"{SetZone}; select count(*) from this_server";
            await command.PrepareAsync();
        }

        await connection.ExecuteAsync(Insert, new { note = "x" });
        Assert.Equal("primary 0", await connection.ExecuteScalarAsync<string>(Where));
    }

    [Theory]
    [InlineData("set names binary")]
    [InlineData("set character_set_results = binary")]
    [InlineData("set character_set_results = utf16")]
    public async Task Our_own_questions_do_not_fail_in_any_character_set(string text)
    {
        // One that is not given back is missed at once.
        await using var source = fixture.BuildSource(
            b => b.RecordDecisions(),
            maximumPoolSize: 1,
            primaryOptions: "MaximumPoolSize=1;ConnectionTimeout=5"
        );
        for (var i = 0; i < 3; i++)
        {
            using var session = ReadSession.Begin(
                ReadConsistency.Causal,
                new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.CaughtUp, MaxWaitMilliseconds = 20_000 }
            );
            var note = Guid.NewGuid().ToString();
            await using (var connection = await source.OpenConnectionAsync())
            {
                await connection.ExecuteAsync("select count(*) from writes");
                await connection.ExecuteAsync(text);
                await connection.ExecuteAsync(Insert, new { note });
                if (!text.EndsWith("utf16", StringComparison.Ordinal))
                {
                    // The driver itself reads no numbers there.
                    await connection.ExecuteScalarAsync("select count(*) from writes");
                }
            }

            await using var next = await source.OpenConnectionAsync();
            Assert.Equal(1, await next.ExecuteScalarAsync<long>("select count(*) from writes where note = @note", new { note }));
        }
    }

    /// <summary>It is the statement's matter, and nobody else's: the server answers all the others.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_next_server_refuses_to_set_is_told_and_the_server_stays_available(bool isDatabase)
    {
        var first = fixture.Cluster.Replicas[0];
        await using var admin = new MySqlConnection(first.AdminConnectionString + ";AllowUserVariables=True");
        await admin.ExecuteAsync(
            """
            set sql_log_bin = 0;
            create database if not exists only_here;
            grant all on only_here.* to app;
            insert into mysql.time_zone (Use_leap_seconds) values ('N');
            set @zone = last_insert_id();
            insert into mysql.time_zone_name values (concat('Only/Here', @zone), @zone);
            insert into mysql.time_zone_transition_type values (@zone, 0, 18000, 0, 'OH');
            """
        );
        var zone = await admin.ExecuteScalarAsync<string>("select max(name) from mysql.time_zone_name where name like 'Only/Here%'");
        await using var source = fixture.BuildSource();
        var events = new ConcurrentQueue<ReadSessionEventKind>();
        source.SessionEvent += (_, e) => events.Enqueue(e.Kind);
        using var session = ReadSession.Begin(
            ReadConsistency.Monotonic,
            fixture.KeyOn(first),
            new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Redraw }
        );
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal("replica1 0", await connection.ExecuteScalarAsync<string>(Where));
        if (isDatabase)
        {
            await connection.ChangeDatabaseAsync("only_here");
        }
        else
        {
            await connection.ExecuteAsync($"set time_zone = '{zone}'");
        }

        source.UpdateReplicas([
            .. fixture.Cluster.Replicas.Skip(1).Select(r => new ReplicaSettings(r.Name, r.ConnectionString, Weight: 1)),
        ]);
        var refused = await Assert.ThrowsAsync<MySqlException>(() => connection.ExecuteScalarAsync<string>(Where));
        Assert.Equal(isDatabase ? MySqlErrorCode.UnknownDatabase : (MySqlErrorCode)1298, refused.ErrorCode);
        Assert.All(source.Replicas, replica => Assert.True(replica.IsAvailable(source.Routed.Time)));
        Assert.DoesNotContain(ReadSessionEventKind.ReplicaUnavailable, events);

        // Opened anew it has none of that.
        await connection.CloseAsync();
        await connection.OpenAsync();
        Assert.Matches("^replica[23] 0$", await connection.ExecuteScalarAsync<string>(Where));
    }

    [Fact]
    public async Task What_adds_to_the_value_before_it_is_said_again_with_that()
    {
        await using var source = fixture.BuildSource();
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync("set optimizer_switch = 'index_merge=off,mrr=on'");
        await connection.ExecuteAsync("set optimizer_switch = 'mrr=off'");
        await connection.ExecuteAsync("set optimizer_switch = @value", new { value = "derived_merge=off" });
        await connection.ExecuteAsync("set sql_mode = 'PIPES_AS_CONCAT'");
        await connection.ExecuteAsync("set session sql_mode = concat(@@sql_mode, ',', 'ANSI_QUOTES')");
        await connection.ExecuteAsync("set sql_mode = CONCAT( @@SESSION.sql_mode, ',NO_BACKSLASH_ESCAPES,IGNORE_SPACE' )");
        Assert.StartsWith("replica", connection.ServerName, StringComparison.Ordinal);
        await connection.ExecuteAsync("insert into writes (server, note) values ('primary', 'adds')");
        Assert.Equal("primary", connection.ServerName);
        var (switches, mode) = await connection.QuerySingleAsync<(string, string)>("select @@optimizer_switch, @@sql_mode");
        Assert.Contains("index_merge=off,", switches, StringComparison.Ordinal);
        Assert.Contains(",mrr=off,", switches, StringComparison.Ordinal);
        Assert.Contains("derived_merge=off,", switches, StringComparison.Ordinal);
        Assert.Equal("PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,NO_BACKSLASH_ESCAPES", mode);
    }

    [Fact]
    public async Task In_a_snapshot_a_text_that_sets_and_reads_is_told_of_what_others_have_set()
    {
        await using var source = fixture.BuildSource();
        using (ReadSession.Begin(ReadConsistency.Snapshot))
        {
            await using var one = await source.OpenConnectionAsync();
            await one.ExecuteAsync(SetZone);
            await using var other = await source.OpenConnectionAsync();
            await Assert.ThrowsAsync<InvalidOperationException>(() =>
                other.ExecuteScalarAsync<string>($"set group_concat_max_len = 7; {Where}")
            );
            await Assert.ThrowsAsync<InvalidOperationException>(() => other.ExecuteScalarAsync<string>($"{Where}; {SetZone}"));
            await using (var batch = other.CreateBatch())
            {
                Add(batch, "set group_concat_max_len = 7");
                Add(batch, Where);
                await Assert.ThrowsAsync<InvalidOperationException>(() => batch.ExecuteScalarAsync());
            }

            // Near miss: it sets the same, and before it reads.
            Assert.EndsWith(" 5", await other.ExecuteScalarAsync<string>($"{SetZone}; {Where}"), StringComparison.Ordinal);
            Assert.EndsWith(" 5", await one.ExecuteScalarAsync<string>(Where), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task In_a_snapshot_others_are_told_that_its_settings_are_not_known()
    {
        await using var source = fixture.BuildSource();
        using (ReadSession.Begin(ReadConsistency.Snapshot))
        {
            await using var one = await source.OpenConnectionAsync();
            await Assert.ThrowsAsync<MySqlException>(() => one.ExecuteAsync($"{SetZone}; select nothing from writes"));
            await using var other = await source.OpenConnectionAsync();
            await Assert.ThrowsAsync<InvalidOperationException>(() => other.ExecuteScalarAsync<string>(Where));
            await Assert.ThrowsAsync<InvalidOperationException>(() => other.ExecuteScalarAsync<string>($"{SetZone}; {Where}"));
        }
    }

    [Fact]
    public async Task The_last_word_on_a_variable_counts_and_all_of_them_go_along()
    {
        await using var source = fixture.BuildSource();
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync("set names latin1");
        await connection.ExecuteAsync("set time_zone = '+01:00', group_concat_max_len = 7");
        await connection.ExecuteAsync("set names utf8mb4 collate utf8mb4_bin");
        await connection.ExecuteAsync("set lc_time_names = 'de_DE'; set @@local.time_zone = '+05:00'");
        await connection.ExecuteAsync("set character_set_results = null, sql_mode = 'PIPES_AS_CONCAT'");
        await connection.ChangeDatabaseAsync("information_schema");
        await connection.ExecuteAsync("insert into app.writes (server, note) values ('primary', 'x')");
        Assert.Equal("primary", connection.ServerName);
        var row = await connection.QuerySingleAsync<(string, long, string, string, string, string)>(
            "select @@time_zone, @@group_concat_max_len, @@character_set_client, @@collation_connection, @@lc_time_names, @@sql_mode"
        );
        Assert.Equal(("+05:00", 7, "utf8mb4", "utf8mb4_bin", "de_DE", "PIPES_AS_CONCAT"), row);
        Assert.Null(await connection.ExecuteScalarAsync<string?>("select @@character_set_results"));
        Assert.Equal("information_schema", connection.Database);
    }

    [Fact]
    public async Task In_a_snapshot_each_reader_says_the_same_or_is_told()
    {
        await using var source = fixture.BuildSource();
        using (ReadSession.Begin(ReadConsistency.Snapshot))
        {
            await using var one = await source.OpenConnectionAsync();
            await one.ExecuteAsync(SetZone);
            Assert.EndsWith(" 5", await one.ExecuteScalarAsync<string>(Where), StringComparison.Ordinal);
            await using var other = await source.OpenConnectionAsync();
            await Assert.ThrowsAsync<InvalidOperationException>(() => other.ExecuteScalarAsync<string>(Where));
            await other.ExecuteAsync(SetZone);
            Assert.EndsWith(" 5", await other.ExecuteScalarAsync<string>(Where), StringComparison.Ordinal);
            await other.ExecuteAsync("set time_zone = '+06:00'");
            await Assert.ThrowsAsync<InvalidOperationException>(() => one.ExecuteScalarAsync<string>(Where));
        }

        using (ReadSession.Begin(ReadConsistency.Snapshot))
        {
            await using var later = await source.OpenConnectionAsync();
            Assert.EndsWith(" 0", await later.ExecuteScalarAsync<string>(Where), StringComparison.Ordinal);
        }
    }

    /// <summary>The limit is the caller's statement's, and a wait of ours that it ended would have cost the replica.</summary>
    [Fact]
    public async Task A_limit_on_statements_does_not_end_a_wait_of_ours()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        var events = new ConcurrentQueue<ReadSessionEventKind>();
        source.SessionEvent += (_, e) => events.Enqueue(e.Kind);
        var replica = fixture.Cluster.Replicas[1];
        using var session = ReadSession.Begin(
            ReadConsistency.Causal,
            fixture.KeyOn(replica),
            new ReadSessionOptions { MaxWaitMilliseconds = 20_000 }
        );
        await Task.WhenAll(fixture.Cluster.Replicas.Select(other => other.StopApplyingAsync()));
        Task thawing;
        try
        {
            await using (var writing = await source.Primary.OpenConnectionAsync())
            {
                await writing.ExecuteAsync(Insert, new { note = "limit" });
            }
        }
        finally
        {
            thawing = Task.Run(async () =>
            {
                await Task.Delay(500);
                await replica.StartApplyingAsync();
            });
        }

        try
        {
            await using var connection = await source.OpenConnectionAsync();
            await connection.ExecuteAsync("set session max_statement_time = 0.05");
            Assert.Equal(1, await connection.ExecuteScalarAsync<long>("select count(*) from writes where note = 'limit'"));
            Assert.Equal(replica.Name, session.GetDecisions()[^1].Server);
            Assert.Empty(events);
        }
        finally
        {
            await thawing;
            await Task.WhenAll(fixture.Cluster.Replicas.Select(other => other.StartApplyingAsync()));
        }
    }

    private static async Task SetAsync(ReplicatedConnection connection, Way way)
    {
        switch (way)
        {
            case Way.Dapper:
                connection.Execute(SetZone);
                break;
            case Way.DapperAsync:
                await connection.ExecuteAsync(SetZone);
                break;
            case Way.Parameter:
                await connection.ExecuteAsync("set time_zone = @zone", new { zone = "+05:00" });
                break;
            case Way.BesideARead:
                Assert.Equal(1, await connection.ExecuteScalarAsync<long>($"{SetZone}; select count(*) from this_server"));
                break;
            case Way.WithComment:
                await connection.ExecuteAsync($"-- at each opening\n/* zone */ {SetZone} ;");
                break;
            case Way.Several:
                await connection.ExecuteAsync("set names utf8mb4; set sql_safe_updates = 0, @@session.time_zone = '+05:00';");
                break;
            case Way.ExecuteReader:
                await using (var reader = await connection.ExecuteReaderAsync(SetZone))
                {
                    Assert.False(await reader.ReadAsync());
                }

                break;
            case Way.ThenRead:
                await connection.ExecuteScalarAsync<string>(Where);
                await connection.ExecuteAsync(SetZone);
                break;
            case Way.Batch:
                await using (var batch = connection.CreateBatch())
                {
                    Add(batch, SetZone);
                    Add(batch, "select count(*) from this_server");
                    await batch.ExecuteNonQueryAsync();
                }

                break;
            default:
                await using (var command = connection.CreateCommand())
                {
                    command.CommandText = SetZone;
                    await command.PrepareAsync();
                    await command.ExecuteNonQueryAsync();
                }

                break;
        }
    }

    private static void Add(DbBatch batch, string text)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = text;
        batch.BatchCommands.Add(command);
    }

    private sealed class Shop(ReplicatedMySqlDataSource source) : DbContext
    {
        protected override void OnConfiguring(DbContextOptionsBuilder options) =>
            options
                .UseMySql(source, new MariaDbServerVersion(new Version(10, 11)))
                .AddInterceptors(new SetsAtOpening())
                .AllowManyProviders();
    }

    private sealed class SetsAtOpening : DbConnectionInterceptor
    {
        public override async Task ConnectionOpenedAsync(
            DbConnection connection,
            ConnectionEndEventData eventData,
            CancellationToken cancellationToken = default
        )
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"{SetZone}, sql_mode = 'ANSI'";
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>The records of category "MonotonicReads".</summary>
    private sealed class Records : ILoggerFactory, ILogger
    {
        private readonly ConcurrentQueue<(int Id, LogLevel Level)> _records = new();

        public List<(int Id, LogLevel Level)> Take()
        {
            List<(int, LogLevel)> taken = [];
            while (_records.TryDequeue(out var record))
            {
                taken.Add(record);
            }

            return taken;
        }

        public ILogger CreateLogger(string categoryName) =>
            categoryName == "MonotonicReads" ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose() { }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => _records.Enqueue((eventId.Id, logLevel));
    }
}
