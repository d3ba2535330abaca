using Dapper;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>EF Core on Pomelo over the replicated data source.</summary>
public sealed class EntityFrameworkTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    [Fact]
    public async Task A_context_reads_on_the_sessions_replica_and_writes_on_the_primary()
    {
        await using var source = fixture.BuildSource(b => b.ForPomelo().RecordDecisions());
        using var session = ReadSession.Begin(ReadConsistency.Causal, fixture.SessionOn(fixture.Cluster.Replicas[1]));
        await using var context = new Shop(source);
        Assert.Equal("replica2", (await context.Servers.SingleAsync()).Name);
        Assert.Equal("replica2", await context.Servers.Select(s => s.Name).FirstAsync());

        var note = new Note { Server = "primary", Text = Guid.NewGuid().ToString() };
        context.Add(note);
        await context.SaveChangesAsync();
        Assert.NotEqual(0, note.Id);
        Assert.Equal(1, await context.Notes.CountAsync(n => n.Text == note.Text));

        Assert.Equal(
            1,
            await context.Notes.Where(n => n.Id == note.Id).ExecuteUpdateAsync(s => s.SetProperty(n => n.Text, n => n.Text + "!"))
        );
        Assert.Equal(1, await context.Notes.CountAsync(n => n.Text == note.Text + "!"));
        Assert.Equal(1, await context.Notes.Where(n => n.Id == note.Id).ExecuteDeleteAsync());
        Assert.Equal(0, await context.Notes.CountAsync(n => n.Id == note.Id));
        Assert.Equal("replica2", (await context.Servers.AsNoTracking().SingleAsync()).Name);
    }

    [Fact]
    public async Task A_transaction_runs_on_the_primary()
    {
        await using var source = fixture.BuildSource(b => b.ForPomelo());
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        await using var context = new Shop(source);
        await using var transaction = await context.Database.BeginTransactionAsync();
        Assert.Equal("primary", (await context.Servers.SingleAsync()).Name);
        await transaction.CommitAsync();
        Assert.Equal("primary", (await context.Servers.AsNoTracking().SingleAsync()).Name);
    }

    /// <summary>Pomelo looks whether the database exists on a connection that it takes for the driver's own.</summary>
    [Fact]
    public async Task Migrations_run_on_a_context_over_the_primarys_connection_string()
    {
        await using var source = fixture.BuildSource(b => b.ForPomelo());
        using var session = ReadSession.Begin(ReadConsistency.Causal, new ReadSessionOptions { MaxWaitMilliseconds = 20_000 });
        await using var routed = new Shop(source);
        Assert.Equal("primary", (await routed.Servers.FromSql($"select name from this_server for update").SingleAsync()).Name);
        await Assert.ThrowsAsync<InvalidCastException>(() => routed.Database.MigrateAsync());

        await using var context = new Shop(source: null, fixture.Cluster.Primary.ConnectionString);
        Assert.Equal(["20260101000000_Add"], await context.Database.GetPendingMigrationsAsync());
        await context.Database.MigrateAsync();
        Assert.Empty(await context.Database.GetPendingMigrationsAsync());
        await using var connection = new MySqlConnector.MySqlConnection(fixture.Cluster.Primary.ConnectionString);
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>("select count(*) from migrated"));
    }

    [DbContext(typeof(Shop))]
    [Migration("20260101000000_Add")]
    private sealed class Add : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.CreateTable(
                "migrated",
                table => new { Id = table.Column<long>(nullable: false) },
                constraints: table => table.PrimaryKey("PK_migrated", row => row.Id)
            );
    }

    private sealed class Shop(ReplicatedMySqlDataSource? source, string? connectionString = null) : DbContext
    {
        public DbSet<Note> Notes => Set<Note>();

        public DbSet<ThisServer> Servers => Set<ThisServer>();

        protected override void OnConfiguring(DbContextOptionsBuilder options)
        {
            var version = new MariaDbServerVersion(new Version(10, 11));
            options.AllowManyProviders();
            _ = (source is null ? options.UseMySql(connectionString, version) : options.UseMySql(source, version)).AllowManyProviders();
        }

        protected override void OnModelCreating(ModelBuilder model)
        {
            model.Entity<Note>(note =>
            {
                note.ToTable("writes");
                note.Property(n => n.Id).HasColumnName("id").ValueGeneratedOnAdd();
                note.Property(n => n.Server).HasColumnName("server");
                note.Property(n => n.Text).HasColumnName("note");
            });
            model.Entity<ThisServer>(server =>
            {
                server.ToTable("this_server").HasKey(s => s.Name);
                server.Property(s => s.Name).HasColumnName("name");
            });
        }
    }

    private sealed class Note
    {
        public long Id { get; set; }

        public required string Server { get; set; }

        public required string Text { get; set; }
    }

    private sealed class ThisServer
    {
        public required string Name { get; set; }
    }
}
