using System.Collections.Concurrent;
using System.Net.Security;
using Dapper;
using Microsoft.Extensions.Logging;
using MonotonicReads.Cluster;
using MonotonicReads.Cluster.Relay;
using MonotonicReads.MySql;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>What the driver's own builder takes, each server's data source gets: at the start, later, and again.</summary>
public sealed class DriverHookTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    [Fact]
    public async Task A_password_that_rotates_is_fetched_for_each_server_and_retires_no_pool()
    {
        const string old = "first-4711";
        const string next = "second-4711";
        var password = old;
        var asked = new ConcurrentDictionary<int, int>();
        await using var admin = new MySqlConnection(fixture.Cluster.Primary.AdminConnectionString);
        await admin.ExecuteAsync(
            $"create or replace user rotating identified by '{old}'; grant select, insert, binlog monitor on *.* to rotating"
        );
        await fixture.Cluster.WaitForReplicasAsync();
        var builder = new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .UsePrimary(WithoutPassword(fixture.Cluster.Primary));
        foreach (var replica in fixture.Cluster.Replicas)
        {
            builder.AddReplica(replica.Name, WithoutPassword(replica));
        }

        await using var source = builder
            .UsePeriodicPasswordProvider(
                (context, _) =>
                {
                    asked.AddOrUpdate(context.Port, 1, (_, times) => times + 1);
                    return ValueTask.FromResult(Volatile.Read(ref password));
                },
                TimeSpan.FromMilliseconds(100),
                TimeSpan.FromMilliseconds(100)
            )
            .Build();
        var lost = new ConcurrentQueue<ReadSessionEventKind>();
        source.SessionEvent += (_, e) => lost.Enqueue(e.Kind);
        using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 20_000 });
        var generation = source.PrimaryServer.Pool.Current;
        var before = await WriteAndReadAsync(source);

        await admin.ExecuteAsync($"alter user rotating identified by '{next}'");
        await fixture.Cluster.WaitForReplicasAsync();
        Volatile.Write(ref password, next);
        var seen = asked.ToDictionary();
        await Eventually.IsAsync(
            () => asked.Count == 4 && asked.All(a => a.Value > seen[a.Key] + 1),
            "every server's password was fetched anew"
        );
        Assert.Equal(before, await WriteAndReadAsync(source));

        // New physical connections, all of them.
        foreach (var server in source.Replicas.Prepend(source.PrimaryServer))
        {
            MySqlConnection.ClearPool((MySqlConnection)server.Pool.Source.CreateConnection());
        }

        Assert.Equal(before, await WriteAndReadAsync(source));
        Assert.Same(generation, source.PrimaryServer.Pool.Current);
        Assert.Empty(lost);
    }

    [Fact]
    public async Task What_looks_at_each_connection_comes_after_our_own_look_and_one_after_the_other()
    {
        var opened = new ConcurrentQueue<(string Who, string Server, MySqlConnectionOpenedConditions Conditions)>();
        async ValueTask NoteAsync(string who, MySqlConnectionOpenedContext context, CancellationToken cancellation)
        {
            // A second one at once would be told that the connection is in use.
            for (var i = 0; i < 3; i++)
            {
                await using var command = new MySqlCommand("select name from this_server", context.Connection);
                var server = (string)(await command.ExecuteScalarAsync(cancellation))!;
                if (i == 2)
                {
                    opened.Enqueue((who, server, context.Conditions));
                }
            }
        }

        await using var source = fixture.BuildSource(b =>
            b.UseConnectionOpenedCallback((context, cancellation) => NoteAsync("one", context, cancellation))
                .ConfigureDataSource(
                    (_, driver) =>
                        driver.UseConnectionOpenedCallback((context, cancellation) => NoteAsync("driver's", context, cancellation))
                )
                .UseConnectionOpenedCallback((context, cancellation) => NoteAsync("two", context, cancellation))
        );
        for (var i = 0; i < 2; i++)
        {
            await using var connection = await source.Primary.OpenConnectionAsync();
            Assert.Equal(["driver's", "one", "two"], opened.Select(o => o.Who));
            Assert.All(opened, o => Assert.Equal("primary", o.Server));
            Assert.All(opened, o => Assert.Equal(i == 0, (o.Conditions & MySqlConnectionOpenedConditions.New) != 0));
            opened.Clear();
        }

        using (var connection = source.OpenConnection())
        {
            Assert.All(opened, o => Assert.Equal(connection.ServerName, o.Server));
            Assert.Equal(3, opened.Count);
        }
    }

    [Fact]
    public async Task One_that_throws_fails_the_opening_and_ours_is_asked_all_the_same()
    {
        await using var failing = fixture.BuildSource(b =>
            b.UseConnectionOpenedCallback((_, _) => throw new NotSupportedException("not today"))
        );
        await Assert.ThrowsAsync<NotSupportedException>(async () => await failing.OpenConnectionAsync());

        // A writable replica is refused before anything of the program's looks at it.
        var calls = 0;
        await using var writable = new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .UsePrimary(fixture.Cluster.Primary.ConnectionString)
            .AddReplica("r1", fixture.Cluster.Primary.ConnectionString)
            .UseConnectionOpenedCallback(
                (_, _) =>
                {
                    calls++;
                    return default;
                }
            )
            .Build();
        await Assert.ThrowsAnyAsync<InvalidOperationException>(async () => await writable.OpenConnectionAsync());
        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task Each_server_is_configured_by_its_name_also_one_that_is_added_later_and_one_that_became_another()
    {
        var names = new ConcurrentQueue<string>();
        await using var source = fixture.BuildSource(b =>
            b.ConfigureDataSource(
                (name, driver) =>
                {
                    names.Enqueue(name);
                    driver.ConnectionStringBuilder.ApplicationName = $"app for {name}";
                }
            )
        );
        Assert.Equal(["primary", "replica1", "replica2", "replica3"], names.Order());
        names.Clear();
        source.UpdateReplicas([new("late", fixture.Cluster.Replicas[0].ConnectionString)]);
        Assert.Equal(["late"], names);
        Assert.Contains("app for late", source.Replicas[0].Pool.Source.ConnectionString, StringComparison.Ordinal);
        Assert.Equal("replica1", await RoutingFixture.AskAsync(source));

        names.Clear();
        source.Replicas[0].Pool.Current.Retire();
        Assert.Empty(names);
        Assert.Equal("replica1", await RoutingFixture.AskAsync(source));
        Assert.Equal(["late"], names);
        Assert.Contains("app for late", source.Replicas[0].Pool.Source.ConnectionString, StringComparison.Ordinal);
    }

    /// <summary>What is thrown there is the program's own affair, and no reason to take another run of a server for the one before.</summary>
    [Fact]
    public async Task One_that_throws_when_a_server_was_restarted_hides_nothing_of_that()
    {
        var replica = fixture.Cluster.Replicas[1];
        var fails = false;
        await using var source = fixture.BuildSource(b =>
            b.ConfigureDataSource(
                (_, _) =>
                {
                    if (Volatile.Read(ref fails))
                    {
                        throw new NotSupportedException("not today");
                    }
                }
            )
        );
        var lost = new ConcurrentQueue<(ReadSessionEventKind Kind, string? From)>();
        source.SessionEvent += (_, e) => lost.Enqueue((e.Kind, e.From));
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, fixture.SessionOn(replica));
        Assert.Equal(replica.Name, await RoutingFixture.AskAsync(source));
        Volatile.Write(ref fails, true);
        await replica.RestartAsync();
        for (var i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<NotSupportedException>(() => RoutingFixture.AskAsync(source));
        }

        Volatile.Write(ref fails, false);
        Assert.Equal("primary", await RoutingFixture.AskAsync(source));
        Assert.Contains((ReadSessionEventKind.ReplicaLost, replica.Name), lost);
        using var next = ReadSession.Begin(ReadConsistency.Monotonic, fixture.SessionOn(replica));
        Assert.Equal(replica.Name, await RoutingFixture.AskAsync(source));
    }

    [Fact]
    public async Task Through_a_proxy_its_own_data_source_is()
    {
        var servers = RelayServer.Of(fixture.Cluster, []);
        await using var relay = await StatementRelay.StartAsync(servers, ProxySqlRoute.WithHostgroupPerReplica(seed: 1, servers));
        var opened = 0;
        var names = new ConcurrentQueue<string>();
        var builder = new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .UseProxy(relay.ConnectionString, ProxyDialect.ProxySql)
            .ConfigureDataSource((name, _) => names.Enqueue(name))
            .UseConnectionOpenedCallback(
                (_, _) =>
                {
                    Interlocked.Increment(ref opened);
                    return default;
                }
            );
        foreach (var replica in fixture.Cluster.Replicas)
        {
            builder.AddReplica(replica.Name, "");
        }

        await using var source = builder.Build();
        Assert.Equal(["proxy"], names);
        Assert.StartsWith("replica", await RoutingFixture.AskAsync(source), StringComparison.Ordinal);
        Assert.NotEqual(0, opened);
    }

    [Fact]
    public async Task Certificates_of_the_servers_are_judged()
    {
        var judged = 0;
        await using var source = fixture.BuildSource(b =>
            b.UseRemoteCertificateValidationCallback(
                    (_, certificate, _, errors) =>
                    {
                        Interlocked.Increment(ref judged);
                        return certificate is not null && errors != SslPolicyErrors.None;
                    }
                )
                .ConfigureDataSource((_, driver) => driver.ConnectionStringBuilder.SslMode = MySqlSslMode.Preferred)
        );
        await using var primary = await source.Primary.OpenConnectionAsync();
        var cipher = (await primary.QuerySingleAsync<(string Name, string Value)>("show status like 'Ssl_cipher'")).Value;

        // A server without TLS has no certificate to judge.
        Assert.Equal(cipher.Length > 0, judged > 0);
    }

    [Fact]
    public async Task Client_certificates_are_asked_of_the_program()
    {
        var asked = 0;
        await using var source = fixture.BuildSource(b =>
            b.UseClientCertificatesCallback(_ =>
                {
                    Interlocked.Increment(ref asked);
                    return default;
                })
                .UseRemoteCertificateValidationCallback((_, certificate, _, _) => certificate is not null)
                .ConfigureDataSource((_, driver) => driver.ConnectionStringBuilder.SslMode = MySqlSslMode.Preferred)
        );
        await using var primary = await source.Primary.OpenConnectionAsync();
        var cipher = (await primary.QuerySingleAsync<(string Name, string Value)>("show status like 'Ssl_cipher'")).Value;
        Assert.Equal(cipher.Length > 0, asked > 0);
    }

    [Theory]
    [InlineData("Server")]
    [InlineData("Port")]
    [InlineData("ServerRedirectionMode")]
    public void Another_server_is_not_configured(string option)
    {
        var exception = Assert.Throws<ArgumentException>(() =>
            fixture.BuildSource(b =>
                b.ConfigureDataSource(
                    (name, driver) =>
                    {
                        if (name == "replica2")
                        {
                            driver.ConnectionStringBuilder[option] =
                                option == "Server" ? "127.0.0.2"
                                : option == "Port" ? 1
                                : MySqlServerRedirectionMode.Preferred;
                        }
                    }
                )
            )
        );
        Assert.Contains("'replica2'", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DateTimeKind=Utc", "DateTimeKind is Unspecified and Utc on the primary")]
    [InlineData("GuidFormat=Binary16", "GUIDFormat is Default and Binary16 on the primary")]
    [InlineData("OldGuids=True", "GUIDFormat is Default and OldGuids on the primary")]
    [InlineData("TreatTinyAsBoolean=False", "TreatTinyAsBoolean is True and False on the primary")]
    [InlineData("ConvertZeroDateTime=True", "ConvertZeroDateTime is False and True on the primary")]
    [InlineData("AllowZeroDateTime=True", "AllowZeroDateTime is False and True on the primary")]
    [InlineData("AllowUserVariables=True", "AllowUserVariables is False and True on the primary")]
    [InlineData("UseAffectedRows=True", "UseAffectedRows is False and True on the primary")]
    [InlineData("NoBackslashEscapes=True", "NoBackslashEscapes is False and True on the primary")]
    [InlineData("IgnoreCommandTransaction=True", "IgnoreCommandTransaction is False and True on the primary")]
    [InlineData("CharacterSet=utf8mb4", "CharacterSet is not set and utf8mb4 on the primary")]
    [InlineData("Database=information_schema", "Database is app and information_schema on the primary")]
    public async Task Options_that_change_answers_are_told_where_they_are_not_the_same(string options, string told)
    {
        var log = new Warnings();
        await using var source = fixture.BuildSource(b => b.UseLoggerFactory(log), primaryOptions: options);
        Assert.Equal(3, log.Texts.Count(text => text.Contains(told, StringComparison.Ordinal)));
        var found = (await source.ValidateTopologyAsync()).Where(f => f.Id == "MRT014").ToList();
        Assert.Equal(["replica1", "replica2", "replica3"], found.Select(f => f.Server));
        Assert.All(found, f => Assert.Contains(told, f.Message, StringComparison.Ordinal));

        // Of one that is added later as well.
        log.Texts.Clear();
        source.UpdateReplicas([new("late", fixture.Cluster.Replicas[0].ConnectionString)]);
        Assert.Single(log.Texts, text => text.Contains("late", StringComparison.Ordinal) && text.Contains(told, StringComparison.Ordinal));
    }

    /// <summary>Near misses: what makes no other answer, and the same everywhere.</summary>
    [Theory]
    [InlineData("MaximumPoolSize=7;ApplicationName=x;ConnectionTimeout=3;DefaultCommandTimeout=20;Pipelining=False", "")]
    [InlineData("DateTimeKind=Utc", "DateTimeKind=Utc")]
    [InlineData("", "DateTimeKind=Unspecified")]
    public async Task Others_are_not(string primary, string replicas)
    {
        var log = new Warnings();
        var builder = new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .UseLoggerFactory(log)
            .UsePrimary($"{fixture.Cluster.Primary.ConnectionString};{primary}");
        foreach (var replica in fixture.Cluster.Replicas)
        {
            builder.AddReplica(replica.Name, $"{replica.ConnectionString};{replicas}");
        }

        await using var source = builder.Build();
        Assert.Empty(log.Texts);
        Assert.Empty(await source.ValidateTopologyAsync());
    }

    /// <summary>Where the driver has it under another name one day, callbacks of its own builder and ours would run at once.</summary>
    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, false, true)]
    [InlineData(false, true, false)]
    public async Task The_drivers_builder_lets_its_callbacks_be_put_in_order_or_that_is_told(bool isKnown, bool isOurs, bool isTold)
    {
        var log = new Warnings();
        var builder = new ReplicatedMySqlDataSourceBuilder { Hooks = isKnown ? new DriverHooks() : new DriverHooks(openedCallback: null) }
            .UseLoggerFactory(log)
            .UsePrimary(fixture.Cluster.Primary.ConnectionString)
            .AddReplica("r1", fixture.Cluster.Replicas[0].ConnectionString);
        builder = isOurs
            ? builder.UseConnectionOpenedCallback((_, _) => default).UseClientCertificatesCallback(_ => default)
            : builder.ConfigureDataSource((_, driver) => driver.UseConnectionOpenedCallback((_, _) => default));
        await using var source = builder.Build();
        Assert.Equal(isTold ? 1 : 0, log.Texts.Count(text => text.Contains("UseConnectionOpenedCallback", StringComparison.Ordinal)));
    }

    /// <summary>What was made for the other servers before is of no use to anybody, and its password providers ask for ever.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_one_server_cannot_be_made_nothing_is_left_of_the_others(bool isAtBuild)
    {
        var asked = 0;
        var fails = isAtBuild;
        var builder = new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .UsePrimary(WithoutPassword(fixture.Cluster.Primary))
            .AddReplica("r1", WithoutPassword(fixture.Cluster.Replicas[0]))
            .UsePeriodicPasswordProvider(
                (context, _) =>
                {
                    // Those of the first two go on after the failed change.
                    Interlocked.Add(ref asked, isAtBuild || context.Port == fixture.Cluster.Replicas[1].Port ? 1 : 0);
                    return ValueTask.FromResult("any");
                },
                TimeSpan.FromMilliseconds(10),
                TimeSpan.FromMilliseconds(10)
            )
            .ConfigureDataSource(
                (name, _) =>
                {
                    if (fails && name == "r3")
                    {
                        throw new NotSupportedException("not today");
                    }
                }
            );
        if (isAtBuild)
        {
            builder.AddReplica("r3", WithoutPassword(fixture.Cluster.Replicas[2]));
            Assert.Throws<NotSupportedException>(() => builder.Build());
        }
        else
        {
            var source = builder.Build();
            fails = true;
            Assert.Throws<NotSupportedException>(() =>
                source.UpdateReplicas([
                    new("r2", WithoutPassword(fixture.Cluster.Replicas[1])),
                    new("r3", WithoutPassword(fixture.Cluster.Replicas[2])),
                ])
            );
            Assert.Equal(["r1"], source.Replicas.Select(r => r.Name));
            await source.DisposeAsync();
        }

        // One that is asked at this moment may end.
        await Eventually.IsAsync(
            async () =>
            {
                var before = Volatile.Read(ref asked);
                await Task.Delay(200);
                return before == Volatile.Read(ref asked);
            },
            "no password is asked for any more"
        );
    }

    [Fact]
    public async Task One_that_throws_for_a_connection_without_database_is_asked_again()
    {
        var fails = false;
        await using var source = fixture.BuildSource(b =>
            b.ConfigureDataSource(
                (_, _) =>
                {
                    if (fails)
                    {
                        throw new NotSupportedException("not today");
                    }
                }
            )
        );
        fails = true;
        Assert.Throws<NotSupportedException>(source.CreateConnectionWithoutDatabase);
        fails = false;
        await using var connection = source.CreateConnectionWithoutDatabase();
        await connection.OpenAsync();
        await using var same = source.CreateConnectionWithoutDatabase();
        Assert.Equal("", connection.Database);
        await source.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(source.CreateConnectionWithoutDatabase);
    }

    private static string WithoutPassword(MariaDbServer server) =>
        new MySqlConnectionStringBuilder(server.ConnectionString) { UserID = "rotating", Password = "" }.ConnectionString;

    private static async Task<string> WriteAndReadAsync(ReplicatedMySqlDataSource source)
    {
        await using (var connection = await source.Primary.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("insert into writes (server, note) values ('primary', 'rotating')");
        }

        return await RoutingFixture.AskAsync(source);
    }

    private sealed class Warnings : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Texts { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose() { }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
            {
                Texts.Enqueue(formatter(state, exception));
            }
        }
    }
}
