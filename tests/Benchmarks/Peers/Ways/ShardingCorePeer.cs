using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MonotonicReads.Benchmarks.Peers.Pages;
using MonotonicReads.Benchmarks.Peers.Servers;
using ShardingCore;
using ShardingCore.Core;
using ShardingCore.Sharding;
using ShardingCore.Sharding.ReadWriteConfigurations;

namespace MonotonicReads.Benchmarks.Peers.Ways;

/// <summary>ShardingCore over EF Core: a context draws a replica for its reads, and reads on the primary once it has written.</summary>
internal sealed class ShardingCorePeer(ServerStrings servers) : IPeer
{
    private readonly ServiceProvider _services = Services(servers);

    public IRequest Begin(Visitor visitor) => new Request(visitor, _services.CreateAsyncScope());

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static ServiceProvider Services(ServerStrings servers)
    {
        var services = new ServiceCollection().AddLogging();
        // The user's lines:
        var version = new MariaDbServerVersion(new Version(10, 11));
        services
            .AddShardingDbContext<ShardedContext>()
            .UseRouteConfig(static _ => { })
            .UseConfig(options =>
            {
                options.AutoUseWriteConnectionStringAfterWriteDb = true;
                options.UseShardingQuery((server, builder) => builder.UseMySql(server, version));
                options.UseShardingTransaction((connection, builder) => builder.UseMySql(connection, version));
                options.AddDefaultDataSource("shop", servers.Primary);
                options.AddReadWriteSeparation(
                    _ => new Dictionary<string, IEnumerable<string>> { ["shop"] = servers.Replicas },
                    ReadStrategyEnum.Random,
                    ReadWriteDefaultEnableBehavior.DefaultEnable
                );
            })
            .AddShardingCore();
        // to here.
        return services.BuildServiceProvider();
    }

    private sealed class Request(Visitor visitor, AsyncServiceScope scope) : IRequest
    {
        private readonly ShardedContext _context = scope.ServiceProvider.GetRequiredService<ShardedContext>();

        public Task<PageVersions> PageAsync() => EfPage.ReadAsync(_context);

        public Task<long> OwnAsync() => EfPage.OwnAsync(_context, visitor.Id);

        public Task WriteAsync(long value) => EfPage.WriteAsync(_context, visitor.Id, value);

        public ValueTask DisposeAsync() => scope.DisposeAsync();
    }
}

// The user's lines:
internal sealed class ShardedContext(DbContextOptions<ShardedContext> options) : AbstractShardingDbContext(options)
// to here.
{
    public DbSet<OrderRow> OrderRow => Set<OrderRow>();

    public DbSet<LineRow> LineRow => Set<LineRow>();

    public DbSet<PaymentRow> PaymentRow => Set<PaymentRow>();

    public DbSet<StockRow> StockRow => Set<StockRow>();

    public DbSet<NoteRow> NoteRow => Set<NoteRow>();
}
