using System.Collections.Concurrent;
using Dapper;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using MonotonicReads.EntityFrameworkCore;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>What EF Core and Pomelo do with the database itself, over the replicated data source.</summary>
public sealed class UseReplicatedMySqlTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    private static readonly MariaDbServerVersion Version = new(new Version(10, 11));

    [Theory]
    [InlineData(null)]
    [InlineData(ReadConsistency.Monotonic)]
    [InlineData(ReadConsistency.Snapshot)]
    public async Task CanConnect_says_yes_and_the_running_session_reads_on_its_replica(ReadConsistency? level)
    {
        await using var source = Build("app");
        using var session = level is { } one ? ReadSession.Begin(one) : null;
        await using var context = new Shop(source);
        Assert.True(await context.Database.CanConnectAsync());
        Assert.True(context.Database.CanConnect());
        Assert.StartsWith(
            "replica",
            (await context.Database.SqlQueryRaw<string>("select name as Value from this_server").SingleAsync()),
            StringComparison.Ordinal
        );
        Assert.True(context.Database.CanConnect());
        Assert.StartsWith(
            "replica",
            (await context.Database.SqlQueryRaw<string>("select name as Value from this_server").SingleAsync()),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task CanConnect_says_no_where_the_database_or_the_primary_is_not_there()
    {
        await using var elsewhere = Build("no_such_database");
        await using (var context = new Shop(elsewhere))
        {
            Assert.False(await context.Database.CanConnectAsync());
            Assert.False(context.Database.CanConnect());
        }

        await using var gone = new ReplicatedMySqlDataSourceBuilder()
            .ForPomelo()
            .UsePrimary(
                new MySqlConnectionStringBuilder(fixture.Cluster.Primary.ConnectionString)
                {
                    Port = 1,
                    ConnectionTimeout = 2,
                }.ConnectionString
            )
            .AddReplica("r1", fixture.Cluster.Replicas[0].ConnectionString)
            .Build();
        await using (var context = new Shop(gone))
        {
            Assert.False(await context.Database.CanConnectAsync());
        }
    }

    [Fact]
    public async Task The_health_check_of_a_context_is_healthy()
    {
        await using var source = Build("app");
        await using var provider = new ServiceCollection()
            .AddLogging()
            .AddDbContext<Shop>(options => options.UseReplicatedMySql(source, Version).AllowManyProviders())
            .AddHealthChecks()
            .AddDbContextCheck<Shop>("database")
            .Services.BuildServiceProvider();
        var report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(HealthStatus.Healthy, report.Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_database_is_created_and_deleted_on_the_primary(bool isAsync)
    {
        var database = $"made_{isAsync}".ToLowerInvariant();
        await using var source = Build(database, admin: true);
        var events = new ConcurrentQueue<ReadSessionEventKind>();
        source.SessionEvent += (_, e) => events.Enqueue(e.Kind);
        for (var round = 0; round < 2; round++)
        {
            await using (var context = new Shop(source))
            {
                Assert.True(isAsync ? await context.Database.EnsureCreatedAsync() : context.Database.EnsureCreated());
                Assert.False(isAsync ? await context.Database.EnsureCreatedAsync() : context.Database.EnsureCreated());

                // A connection outside sessions opens on a replica before the insert moves it, and the database has to be there.
                await fixture.Cluster.WaitForReplicasAsync();
                context.Add(new Item { Name = "one" });
                await context.SaveChangesAsync();
            }

            await fixture.Cluster.WaitForReplicasAsync();
            using (ReadSession.Begin(ReadConsistency.Monotonic))
            {
                await using var context = new Shop(source);
                Assert.Equal("one", (await context.Items.SingleAsync()).Name);
            }

            await using (var context = new Shop(source))
            {
                Assert.True(isAsync ? await context.Database.EnsureDeletedAsync() : context.Database.EnsureDeleted());
                Assert.False(isAsync ? await context.Database.EnsureDeletedAsync() : context.Database.EnsureDeleted());
            }
        }

        Assert.Empty(events);
    }

    /// <summary>A causal session has to wait for the table that it made.</summary>
    [Fact]
    public async Task The_running_session_knows_of_what_was_created()
    {
        await using var source = Build("made_in_a_session", admin: true);
        using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 50 });
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            await using var context = new Shop(source);
            Assert.True(await context.Database.EnsureCreatedAsync());
            Assert.Equal(0, await context.Items.CountAsync());
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Migrations_are_listed_and_applied_on_the_primary(bool isAsync)
    {
        var database = $"migrated_{isAsync}".ToLowerInvariant();
        await using var source = Build(database, admin: true);
        using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 50 });
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            await using var context = new Shop(source);
            if (isAsync)
            {
                await context.Database.MigrateAsync();
                Assert.Empty(await context.Database.GetPendingMigrationsAsync());
                Assert.Equal(["20260101000000_Add"], await context.Database.GetAppliedMigrationsAsync());
            }
            else
            {
                context.Database.Migrate();
                Assert.Empty(context.Database.GetPendingMigrations());
                Assert.Equal(["20260101000000_Add"], context.Database.GetAppliedMigrations());
            }

            Assert.Equal(1, await context.Items.CountAsync(item => item.Name == "migrated"));
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }

        await using var admin = new MySqlConnection(fixture.Cluster.Primary.AdminConnectionString);
        Assert.Equal(1, await admin.ExecuteScalarAsync<long>($"select count(*) from {database}.items"));
        await using (var context = new Shop(source))
        {
            // Back again, and none is pending where nothing was applied.
            await context.Database.MigrateAsync("0");
            Assert.Equal(["20260101000000_Add"], await context.Database.GetPendingMigrationsAsync());
        }
    }

    [Fact]
    public async Task The_drivers_hooks_hold_for_creating_it_too()
    {
        var names = new ConcurrentQueue<string>();
        var opened = 0;
        var builder = new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .ForPomelo()
            .UsePrimary(Text(fixture.Cluster.Primary.AdminConnectionString, "hooked"))
            .AddReplica("r1", Text(fixture.Cluster.Replicas[0].ConnectionString, "hooked"))
            .ConfigureDataSource((name, _) => names.Enqueue(name))
            .UseConnectionOpenedCallback(
                (_, _) =>
                {
                    Interlocked.Increment(ref opened);
                    return default;
                }
            );
        await using var source = builder.Build();
        names.Clear();
        await using var context = new Shop(source);
        Assert.False(await context.Database.CanConnectAsync());
        Assert.Equal(["primary"], names);
        Assert.NotEqual(0, opened);
    }

    [Fact]
    public async Task Without_ForPomelo_it_says_so_at_once()
    {
        await using var source = fixture.BuildSource();
        await using var context = new Shop(source);
        var exception = Assert.Throws<InvalidOperationException>(() => context.Database.CanConnect());
        Assert.Contains("ForPomelo()", exception.Message, StringComparison.Ordinal);
        exception = Assert.Throws<InvalidOperationException>(() => new DbContextOptionsBuilder<Shop>().UseReplicatedMySql(source, Version));
        Assert.Contains("ForPomelo()", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>It works, or says what is wrong: a swallowed no would never end.</summary>
    [Fact]
    public async Task A_context_that_was_given_another_connection_says_so()
    {
        await using var source = Build("app");
        var options = new DbContextOptionsBuilder<Shop>();
        options.UseReplicatedMySql(source, Version).AllowManyProviders();
        options.UseMySql(fixture.Cluster.Primary.ConnectionString, Version);
        await using var context = new Shop(options.Options);
        var exception = Assert.Throws<InvalidOperationException>(() => context.Database.CanConnect());
        Assert.Contains("UseReplicatedMySql", exception.Message, StringComparison.Ordinal);
    }

    public enum SetTo
    {
        ConnectionString,
        Connection,
        OneOfAnotherDataSource,
        ThatOfAContextInUse,
    }

    /// <summary>The data source's database is not the one that the context is for now, and the one that it is for is not ours.</summary>
    [Theory]
    [InlineData(SetTo.ConnectionString)]
    [InlineData(SetTo.Connection)]
    [InlineData(SetTo.OneOfAnotherDataSource)]
    [InlineData(SetTo.ThatOfAContextInUse)]
    public async Task A_context_whose_connection_was_set_later_creates_and_deletes_nothing(SetTo to)
    {
        var (ours, theirs) = ($"ours_{to}".ToLowerInvariant(), $"theirs_{to}".ToLowerInvariant());
        await using var source = Build(ours, admin: true);
        await using var other = Build(theirs, admin: true);
        await using var admin = new MySqlConnection(fixture.Cluster.Primary.AdminConnectionString);
        await admin.ExecuteAsync($"create database {ours}; create database {theirs}");
        await fixture.Cluster.WaitForReplicasAsync();
        await using var context = new Shop(source);
        await using var plain = new MySqlConnection(Text(fixture.Cluster.Primary.AdminConnectionString, theirs));
        await using var replicated = other.CreateConnection();
        switch (to)
        {
            case SetTo.ConnectionString:
                context.Database.SetConnectionString(plain.ConnectionString);
                break;
            case SetTo.OneOfAnotherDataSource:
                context.Database.SetDbConnection(replicated);
                break;
            case SetTo.ThatOfAContextInUse:
                Assert.True(await context.Database.CanConnectAsync());
                goto default;
            default:
                context.Database.SetDbConnection(plain);
                break;
        }

        Func<Task>[] acts =
        [
            () => context.Database.CanConnectAsync(),
            () => context.Database.EnsureCreatedAsync(),
            () => context.Database.EnsureDeletedAsync(),
            () => context.Database.MigrateAsync(),
            () => context.Database.GetAppliedMigrationsAsync(),
            () => Task.Run(() => context.Database.CanConnect()),
            () => Task.Run(() => context.Database.EnsureCreated()),
            () => Task.Run(() => context.Database.EnsureDeleted()),
            () => Task.Run(() => context.Database.Migrate()),
            () => Task.Run(() => context.Database.GetAppliedMigrations()),
        ];
        foreach (var act in acts)
        {
            var exception = await Assert.ThrowsAsync<InvalidOperationException>(act);
            Assert.Contains("UseReplicatedMySql", exception.Message, StringComparison.Ordinal);
        }

        string[] names = [ours, theirs];
        Assert.Equal(
            2,
            await admin.ExecuteScalarAsync<long>(
                "select count(*) from information_schema.schemata where schema_name in @names",
                new { names }
            )
        );
        Assert.Equal(
            0,
            await admin.ExecuteScalarAsync<long>(
                "select count(*) from information_schema.tables where table_schema in @names",
                new { names }
            )
        );
        await admin.ExecuteAsync($"drop database {ours}; drop database {theirs}");
    }

    /// <summary>Near miss: it is the data source's all the same.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_of_the_data_source_may_be_set(bool isOfPrimary)
    {
        await using var source = Build($"set_{isOfPrimary}".ToLowerInvariant(), admin: true);
        await using var connection = isOfPrimary ? source.Primary.CreateConnection() : source.CreateConnection();
        await using var context = new Shop(source);
        context.Database.SetDbConnection(connection);
        Assert.True(await context.Database.EnsureCreatedAsync());
        Assert.True(await context.Database.CanConnectAsync());
        Assert.True(await context.Database.EnsureDeletedAsync());
    }

    /// <summary>What the driver escapes with backslashes would be stored with them.</summary>
    [Fact]
    public async Task Without_backslash_escapes_the_driver_has_to_know_it_too()
    {
        await using var source = Build("app");
        var exception = Assert.Throws<InvalidOperationException>(() =>
            new DbContextOptionsBuilder<Shop>().UseReplicatedMySql(source, Version, mysql => mysql.DisableBackslashEscaping())
        );
        Assert.Contains("NoBackslashEscapes=True", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(ReadConsistency.Monotonic)]
    [InlineData(ReadConsistency.Snapshot)]
    public async Task Pomelos_own_sql_mode_is_set_where_the_connection_is(ReadConsistency? level)
    {
        await using var source = Build("app", options: "NoBackslashEscapes=True");
        var events = new ConcurrentQueue<ReadSessionEventKind>();
        source.SessionEvent += (_, e) => events.Enqueue(e.Kind);
        var options = new DbContextOptionsBuilder<Shop>();
        options.UseReplicatedMySql(source, Version, mysql => mysql.DisableBackslashEscaping()).AllowManyProviders();
        using var session = level is { } one ? ReadSession.Begin(one) : null;
        await using var context = new Shop(options.Options);
        for (var i = 0; i < 3; i++)
        {
            Assert.Matches(
                @"^replica[1-3] a\\b c\\d$",
                await context
                    .Database.SqlQueryRaw<string>(@"select concat(name, ' a\b ', {0}) as Value from this_server", @"c\d")
                    .SingleAsync()
            );
        }

        Assert.Empty(events);
        if (level is not ReadConsistency.Snapshot)
        {
            var note = $@"c:\{Guid.NewGuid()}";
            await context.Database.OpenConnectionAsync();
            await context.Database.ExecuteSqlAsync($"insert into writes (server, note) values ('primary', {note})");
            Assert.Equal(
                @"a\b",
                await context.Database.SqlQueryRaw<string>(@"select 'a\b' as Value from writes where note = {0}", note).SingleAsync()
            );
            await using var admin = new MySqlConnection(fixture.Cluster.Primary.AdminConnectionString);
            Assert.Equal(1, await admin.ExecuteScalarAsync<long>("select count(*) from app.writes where note = @note", new { note }));
        }
    }

    /// <summary>A replica may not have what was seen to be there.</summary>
    [Theory]
    [InlineData(ReadConsistency.Monotonic)]
    [InlineData(ReadConsistency.Causal)]
    public async Task What_a_list_of_migrations_and_a_look_for_tables_saw_binds_the_session(ReadConsistency level)
    {
        foreach (var lists in new[] { true, false })
        {
            var database = $"seen_{level}_{lists}".ToLowerInvariant();
            await using var source = Build(database, admin: true);
            await using var admin = new MySqlConnection(fixture.Cluster.Primary.AdminConnectionString);
            await admin.ExecuteAsync($"create database {database}");
            await fixture.Cluster.WaitForReplicasAsync();
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
            try
            {
                // Another process's, of which the session knows nothing.
                await using (var elsewhere = new Shop(source))
                {
                    await elsewhere.Database.MigrateAsync();
                }

                using var session = ReadSession.Begin(level, new ReadSessionOptions { MaxWaitMilliseconds = 50 });
                await using var context = new Shop(source);
                Assert.StartsWith(
                    "replica",
                    await context.Database.SqlQueryRaw<string>("select name as Value from app.this_server").SingleAsync(),
                    StringComparison.Ordinal
                );
                if (lists)
                {
                    Assert.Empty(await context.Database.GetPendingMigrationsAsync());
                }
                else
                {
                    Assert.True(
                        await context.GetService<Microsoft.EntityFrameworkCore.Storage.IRelationalDatabaseCreator>().HasTablesAsync()
                    );
                }

                Assert.Equal(1, await context.Items.CountAsync());
            }
            finally
            {
                await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
            }
        }
    }

    private ReplicatedMySqlDataSource Build(string database, bool admin = false, string options = "")
    {
        var builder = new ReplicatedMySqlDataSourceBuilder()
            .UseTimeProvider(new PatientTime())
            .ForPomelo()
            .UsePrimary(
                Text(
                    (admin ? fixture.Cluster.Primary.AdminConnectionString : fixture.Cluster.Primary.ConnectionString) + ";" + options,
                    database
                )
            );
        foreach (var replica in fixture.Cluster.Replicas)
        {
            builder.AddReplica(
                replica.Name,
                Text((admin ? replica.AdminConnectionString : replica.ConnectionString) + ";" + options, database)
            );
        }

        return builder.Build();
    }

    private static string Text(string text, string database) =>
        new MySqlConnectionStringBuilder(text) { Database = database }.ConnectionString;

    public sealed class Item
    {
        public int Id { get; set; }

        public string Name { get; set; } = "";
    }

    public sealed class Shop : DbContext
    {
        private readonly ReplicatedMySqlDataSource? _source;

        public Shop(ReplicatedMySqlDataSource source) => _source = source;

        public Shop(DbContextOptions<Shop> options)
            : base(options) { }

        public DbSet<Item> Items => Set<Item>();

        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder)
        {
            optionsBuilder.AllowManyProviders();
            if (_source is not null)
            {
                optionsBuilder.UseReplicatedMySql(_source, Version);
            }
        }

        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Item>().ToTable("items");
    }

    [DbContext(typeof(Shop))]
    [Migration("20260101000000_Add")]
    private sealed class Add : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("create table items (Id int auto_increment primary key, Name varchar(50) not null)");
            migrationBuilder.Sql("insert into items (Name) values ('migrated')");
        }

        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("items");
    }
}
