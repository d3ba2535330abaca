using System.Data.Common;
using Dapper;

namespace MonotonicReads.Benchmarks.Reading;

internal interface IProductPages
{
    Task ReadAsync();
}

/// <summary>Three reads, each on a connection of its own, with the plan of its series.</summary>
internal sealed class ProductPages(DbDataSource source) : IProductPages
{
    [Monotonic(Reads = 3)]
    public async Task ReadAsync()
    {
        await Product.ReadAsync(source);
        await Product.ReadAsync(source);
        await Product.ReadAsync(source);
    }
}

/// <summary>The same without a plan.</summary>
internal sealed class UnplannedProductPages(DbDataSource source) : IProductPages
{
    [Monotonic]
    public async Task ReadAsync()
    {
        await Product.ReadAsync(source);
        await Product.ReadAsync(source);
        await Product.ReadAsync(source);
    }
}

/// <summary>One read.</summary>
internal sealed class SingleProductPages(DbDataSource source) : IProductPages
{
    [Monotonic]
    public Task ReadAsync() => Product.ReadAsync(source);
}

internal sealed record Product(int Id, string Name, int Price)
{
    public const string Schema =
        "create table products (id int primary key, name varchar(40) not null, price int not null); insert into products values (1, 'a product', 100)";

    private const string Sql = "select id, name, price from products where id = @id";

    public static async Task ReadAsync(DbDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        await connection.QuerySingleAsync<Product>(Sql, new { id = 1 });
    }
}
