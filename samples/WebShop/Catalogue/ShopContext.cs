using Microsoft.EntityFrameworkCore;
using WebShop.Orders;

namespace WebShop.Catalogue;

public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
{
    public DbSet<Product> Products => Set<Product>();

    public DbSet<Order> Orders => Set<Order>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Product>(product =>
        {
            product.ToTable("products").Property(p => p.Name).HasMaxLength(60);
            product.HasData(
                new Product
                {
                    Id = 1,
                    Name = "teapot",
                    Stock = 100_000,
                },
                new Product
                {
                    Id = 2,
                    Name = "cup",
                    Stock = 100_000,
                },
                new Product
                {
                    Id = 3,
                    Name = "spoon",
                    Stock = 100_000,
                }
            );
        });
        modelBuilder.Entity<Order>(order =>
        {
            order.ToTable("orders").Property(o => o.Customer).HasMaxLength(60);
            order.HasIndex(o => o.Customer);
        });
    }
}
