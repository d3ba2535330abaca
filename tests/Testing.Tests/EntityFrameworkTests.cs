using Microsoft.EntityFrameworkCore;
using MonotonicReads.EntityFrameworkCore;

namespace MonotonicReads.Testing.Tests;

/// <summary>Contexts of EF Core over <see cref="LaggingReplicas.DataSource"/>, as an application has them.</summary>
public sealed class EntityFrameworkTests
{
    [SkippableTheory]
    [InlineData("MariaDB")]
    [InlineData("MySQL")]
    public async Task A_context_reads_on_held_replicas_and_writes_on_the_primary(string kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        await using var set = await LaggingReplicas.OverAsync(
            server.ConnectionString,
            new LaggingReplicasOptions { ForPomelo = true },
            "r1"
        );
        await CreateAsync(set);
        await set.HoldAsync("r1");
        await using (var writing = new Shop(set))
        {
            var order = new Order { Id = 8, Total = 20 };
            order.Lines.Add(new Line { Price = 20 });
            writing.Orders.Add(order);
            (await writing.Orders.AsTracking().SingleAsync(known => known.Id == 7)).Total = 15;
            await writing.SaveChangesAsync();
        }

        using (var session = ReadSession.Begin(ReadConsistency.Monotonic))
        {
            await using var late = new Shop(set);
            Assert.Equal([10L], await late.Orders.OrderBy(order => order.Id).Select(order => order.Total).ToListAsync());
            Assert.Equal(1, await late.Orders.CountAsync());
            Assert.Single((await late.Orders.Include(order => order.Lines).AsSplitQuery().SingleAsync()).Lines);
            Assert.Equal(["r1"], session.GetDecisions().Select(decision => decision.Server).Distinct());
        }

        await using (var deleting = new Shop(set))
        {
            await deleting.Orders.Where(order => order.Id == 7).ExecuteUpdateAsync(order => order.SetProperty(one => one.Total, 17));
        }

        await set.AdvanceAsync("r1");
        using (var session = ReadSession.Begin(ReadConsistency.Monotonic))
        {
            await using var present = new Shop(set);
            Assert.Equal([17L, 20L], await present.Orders.OrderBy(order => order.Id).Select(order => order.Total).ToListAsync());
            Assert.Equal(["r1"], session.GetDecisions().Select(decision => decision.Server).Distinct());
        }
    }

    [SkippableTheory]
    [InlineData("MariaDB")]
    [InlineData("MySQL")]
    public async Task The_database_is_deleted_and_created_while_a_replica_that_was_read_is_held(string kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var options = new LaggingReplicasOptions { ForPomelo = true, LockWaitSeconds = 5 };
        await using var set = await LaggingReplicas.OverAsync(server.ConnectionString, options, "r1");
        await CreateAsync(set);
        await set.HoldAsync("r1");
        await using (var reading = new Shop(set))
        {
            Assert.Single(await reading.Orders.Include(order => order.Lines).ToListAsync());
        }

        await using var cleaning = new Shop(set);
        await cleaning.Database.EnsureDeletedAsync();
        await cleaning.Database.EnsureCreatedAsync();
        await set.AdvanceAsync("r1");
        Assert.Empty(await cleaning.Orders.ToListAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_database_that_waits_for_an_open_connection_of_a_held_replica_is_not_deleted_and_it_is_told_why(bool isAsync)
    {
        await using var server = await TestServer.StartAsync("MariaDB");
        var options = new LaggingReplicasOptions { ForPomelo = true, LockWaitSeconds = 1 };
        await using var set = await LaggingReplicas.OverAsync(server.ConnectionString, options, "r1");
        await CreateAsync(set);
        await set.HoldAsync("r1");
        await using var reading = new Shop(set);
        await reading.Database.OpenConnectionAsync();
        Assert.Single(await reading.Orders.ToListAsync());
        await using var cleaning = new Shop(set);
        var told = await Assert.ThrowsAsync<InvalidOperationException>(DeleteAsync);
        Assert.Contains("those of r1 may have read a table", told.Message, StringComparison.Ordinal);
        await reading.Database.CloseConnectionAsync();
        await DeleteAsync();

        async Task DeleteAsync() => Assert.True(isAsync ? await cleaning.Database.EnsureDeletedAsync() : cleaning.Database.EnsureDeleted());
    }

    [Fact]
    public async Task A_table_rebuilt_since_is_told_to_a_context_with_what_to_do()
    {
        await using var server = await TestServer.StartAsync("MariaDB");
        await using var set = await LaggingReplicas.OverAsync(
            server.ConnectionString,
            new LaggingReplicasOptions { ForPomelo = true },
            "r1"
        );
        await CreateAsync(set);
        await set.HoldAsync("r1");
        await using var shop = new Shop(set);
        await shop.Database.ExecuteSqlRawAsync("alter table Orders force");
        var told = await Assert.ThrowsAsync<InvalidOperationException>(() => shop.Orders.ToListAsync());
        Assert.Contains("(1412)", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Assignments_find_a_page_that_two_queries_make()
    {
        await using var server = await TestServer.StartAsync("MariaDB");
        await using var set = await LaggingReplicas.OverAsync(
            server.ConnectionString,
            new LaggingReplicasOptions { ForPomelo = true },
            "r1",
            "r2"
        );
        await CreateAsync(set);
        await Assert.ThrowsAsync<AssignmentException>(() => SearchAsync(isOneSession: false));
        await SearchAsync(isOneSession: true);

        async Task SearchAsync(bool isOneSession) =>
            await set.ForEachAssignmentAsync(
                async db =>
                {
                    await using var writing = new Shop(set);
                    var order = await writing
                        .Orders.FromSqlRaw("select * from Orders for update")
                        .Include(one => one.Lines)
                        .AsTracking()
                        .SingleAsync();
                    (order.Total, order.Lines[0].Price) = (order.Total + 10, order.Lines[0].Price + 10);
                    await writing.SaveChangesAsync();
                },
                async run =>
                {
                    using var session = isOneSession ? ReadSession.Begin(ReadConsistency.Monotonic) : null;
                    await using var shop = new Shop(set); // in the body: a context keeps what it has read
                    var total = (await shop.Orders.SingleAsync()).Total;
                    var price = (await shop.Lines.SingleAsync()).Price;
                    run.Check(total == price);
                }
            );
    }

    /// <summary>The provider for SQLite knows nothing of routing: it is given the connection, and what it does on its own connections is done
    /// on the file.</summary>
    [Fact]
    public async Task A_context_of_SQLite_reads_on_held_embedded_replicas_and_writes_on_the_primary()
    {
        await using var set = await EmbeddedReplicas.CreateAsync("r1");
        await CreateAsync(set);
        await set.HoldAsync("r1");
        await using (var writing = new Shop(set))
        {
            var order = new Order { Id = 8, Total = 20 };
            order.Lines.Add(new Line { Price = 20 });
            writing.Orders.Add(order);
            await writing.SaveChangesAsync();
            await writing.Orders.Where(known => known.Id == 7).ExecuteUpdateAsync(known => known.SetProperty(one => one.Total, 15));
        }

        using (var session = ReadSession.Begin(ReadConsistency.Monotonic))
        {
            await using var late = new Shop(set);
            Assert.Equal([10L], await late.Orders.OrderBy(order => order.Id).Select(order => order.Total).ToListAsync());
            Assert.Single((await late.Orders.Include(order => order.Lines).AsSplitQuery().SingleAsync()).Lines);
            Assert.Equal(["r1"], session.GetDecisions().Select(decision => decision.Server).Distinct());
        }

        await set.AdvanceAsync("r1");
        await using var present = new Shop(set);
        Assert.Equal([15L, 20L], await present.Orders.OrderBy(order => order.Id).Select(order => order.Total).ToListAsync());
    }

    private static async Task CreateAsync(LaggingReplicas set)
    {
        await using var shop = new Shop(set);
        await shop.Database.EnsureDeletedAsync();
        await shop.Database.EnsureCreatedAsync();
        var order = new Order { Id = 7, Total = 10 };
        order.Lines.Add(new Line { Price = 10 });
        shop.Orders.Add(order);
        await shop.SaveChangesAsync();
    }

    public sealed class Order
    {
        public long Id { get; set; }

        public long Total { get; set; }

        public List<Line> Lines { get; } = [];
    }

    public sealed class Line
    {
        public long Id { get; set; }

        public long OrderId { get; set; }

        public long Price { get; set; }
    }

    private sealed class Shop(LaggingReplicas set) : DbContext
    {
        public DbSet<Order> Orders => Set<Order>();

        public DbSet<Line> Lines => Set<Line>();

        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder)
        {
            optionsBuilder.UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking);
            if (set.DataSource is ReplicatedMySqlDataSource source)
            {
                optionsBuilder.UseReplicatedMySql(source, new MySqlServerVersion(new Version(5, 6)));
            }
            else
            {
                optionsBuilder.UseSqlite(set.DataSource.CreateConnection(), contextOwnsConnection: true);
            }
        }

        protected override void OnModelCreating(ModelBuilder modelBuilder) =>
            modelBuilder.Entity<Order>().Property(order => order.Id).ValueGeneratedNever();
    }
}
