namespace Storefront.Data;

/// <summary>The tables of the shop, in SQL that SQLite and MariaDB both understand.</summary>
internal static class Schema
{
    public const int Orders = 20;
    public const int LinesPerOrder = 3;
    public const int Products = 30;

    public static readonly string[] Tables =
    [
        "create table orders (id bigint primary key, customer varchar(40) not null, total bigint not null, sequence bigint not null)",
        """
            create table order_lines (order_id bigint not null, line bigint not null, product bigint not null, price bigint not null,
                                      sequence bigint not null, primary key (order_id, line))
            """,
        "create table payments (order_id bigint primary key, amount bigint not null, sequence bigint not null)",
        "create table stock (product bigint primary key, on_hand bigint not null, sequence bigint not null)",
        """
            create table order_changes (sequence bigint primary key, made_at bigint not null, order_id bigint not null,
                                        line bigint not null, product bigint not null, cents bigint not null)
            """,
        "create table this_server (name varchar(40) not null)", // the one table that is not replicated: who answers
    ];

    /// <summary>The rows that every server starts with, all of change 0.</summary>
    public static IEnumerable<(string Sql, object Row)> Rows()
    {
        for (var order = 1; order <= Orders; order++)
        {
            yield return ("insert into orders values (@order, @customer, 0, 0)", new { order, customer = $"customer {order}" });
            yield return ("insert into payments values (@order, 0, 0)", new { order });
            for (var line = 1; line <= LinesPerOrder; line++)
            {
                yield return (
                    "insert into order_lines values (@order, @line, @product, 0, 0)",
                    new
                    {
                        order,
                        line,
                        product = ProductOf(order, line),
                    }
                );
            }
        }

        for (var product = 0; product < Products; product++)
        {
            yield return ("insert into stock values (@product, 1000000, 0)", new { product });
        }
    }

    public static long ProductOf(long order, long line) => (order * LinesPerOrder + line) % Products;
}
