using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;

namespace MonotonicReads.Testing.Tests;

/// <summary>What the detector sees of EF Core's lazy loading: proxies, whose code is made at run time, and a loader that a type asks.
/// </summary>
public sealed class LazyLoadingTests
{
    private const string Here = "M:MonotonicReads.Testing.Tests.LazyLoadingTests.";

    [Fact]
    public async Task A_property_that_a_proxy_loads_is_a_series_with_what_read_its_owner_and_the_methods_are_those_that_asked()
    {
        var found = Assert.Single(await FoundAsync(static shop => Render(LoadOrder(shop))));

        Assert.Equal((ReadSeriesKind.SeveralServers, 2), (found.Kind, found.Statements));
        Assert.Equal([nameof(LoadOrder), nameof(Render)], found.CallSites.Select(static site => NameOf(site.Methods[0])));
        Assert.All(found.CallSites, static site => Assert.StartsWith(Here, site.Methods[0], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_element_of_a_loop_loads_its_own_from_one_place()
    {
        var found = Assert.Single(await FoundAsync(static shop => RenderAll(LoadOrders(shop))));

        Assert.Equal(3, found.Statements);
        Assert.Equal([nameof(LoadOrders), nameof(RenderAll)], found.CallSites.Select(static site => NameOf(site.Methods[0])));
    }

    [Fact]
    public async Task A_property_that_nobody_asks_is_none() =>
        Assert.Empty(await FoundAsync(static shop => Assert.Equal(10, LoadOrder(shop).Total)));

    [Fact]
    public async Task Nor_is_one_that_was_loaded_with_its_owner() =>
        Assert.Empty(await FoundAsync(static shop => Render(shop.Orders.Include(one => one.Lines).Single(one => one.Id == 7))));

    [Fact]
    public async Task Nor_one_in_a_session() =>
        Assert.Empty(
            await FoundAsync(static shop =>
            {
                using var session = ReadSession.Begin(ReadConsistency.Monotonic);
                Render(LoadOrder(shop));
            })
        );

    [Fact]
    public async Task A_load_that_is_written_out_is_told_by_who_wrote_it()
    {
        var found = Assert.Single(
            await FoundAsync(static shop =>
            {
                var order = LoadOrder(shop);
                LoadLines(shop, order);
                Render(order);
            })
        );

        Assert.Equal([nameof(LoadOrder), nameof(LoadLines)], found.CallSites.Select(static site => NameOf(site.Methods[0])));
    }

    private static string NameOf(string id) => id.Split('(')[0].Split('.')[^1];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static LazyOrder LoadOrder(Shop shop) => shop.Orders.Single(static one => one.Id == 7);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<LazyOrder> LoadOrders(Shop shop) => [.. shop.Orders.OrderBy(static one => one.Id)];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LoadLines(Shop shop, LazyOrder order) => shop.Entry(order).Collection(static one => one.Lines).Load();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Render(LazyOrder order) => Assert.Equal(order.Total, order.Lines.Sum(static line => line.Price));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RenderAll(List<LazyOrder> orders)
    {
        foreach (var order in orders)
        {
            Assert.Equal(order.Total, order.Lines.Sum(static line => line.Price));
        }
    }

    private static async Task<IReadOnlyList<ReadSeriesEventArgs>> FoundAsync(Action<Shop> work)
    {
        var found = new List<ReadSeriesEventArgs>();
        var options = new LaggingReplicasOptions { SeriesDetector = new SeriesDetectorOptions() };
        await using (var set = await EmbeddedReplicas.CreateAsync(options, "r1", "r2"))
        {
            await using (var creating = new Shop(set))
            {
                await creating.Database.EnsureDeletedAsync();
                await creating.Database.EnsureCreatedAsync();
                creating.Orders.Add(Order(creating, 7));
                creating.Orders.Add(Order(creating, 8));
                await creating.SaveChangesAsync();
            }

            set.DataSource.SeriesDetected += (_, series) => found.Add(series);
            using (SeriesUnit.Begin())
            {
                using var shop = new Shop(set);
                work(shop);
            }
        }

        return found.FindAll(static series => series.Unit == SeriesUnitKind.Code); // what made the tables is a unit of its own
    }

    private static LazyOrder Order(Shop shop, long id)
    {
        var order = ProxiesExtensions.CreateProxy<LazyOrder>(shop);
        (order.Id, order.Total) = (id, 10);
        order.Lines.Add(ProxiesExtensions.CreateProxy<LazyLine>(shop, line => line.Price = 10));
        return order;
    }

    public class LazyOrder
    {
        public virtual long Id { get; set; }

        public virtual long Total { get; set; }

        public virtual ICollection<LazyLine> Lines { get; } = [];
    }

    public class LazyLine
    {
        public virtual long Id { get; set; }

        public virtual long OrderId { get; set; }

        public virtual long Price { get; set; }
    }

    private sealed class Shop(LaggingReplicas set) : DbContext
    {
        public DbSet<LazyOrder> Orders => Set<LazyOrder>();

        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
            optionsBuilder.UseLazyLoadingProxies().UseSqlite(set.DataSource.CreateConnection(), contextOwnsConnection: true);

        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.Entity<LazyOrder>().Property(order => order.Id).ValueGeneratedNever();
            modelBuilder.Entity<LazyOrder>().HasMany(order => order.Lines).WithOne().HasForeignKey(line => line.OrderId);
        }
    }
}
