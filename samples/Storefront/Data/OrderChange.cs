using System.Data.Common;
using Dapper;

namespace Storefront.Data;

/// <summary>A customer adds something to one line of an order. It is one transaction over four tables and the change log.</summary>
internal sealed record OrderChange(long Sequence, long MadeAt, long OrderId, long Line, long Product, long Cents)
{
    private static readonly string[] Statements =
    [
        "update orders set total = total + @Cents, sequence = @Sequence where id = @OrderId",
        "update order_lines set price = price + @Cents, sequence = @Sequence where order_id = @OrderId and line = @Line",
        "update payments set amount = amount + @Cents, sequence = @Sequence where order_id = @OrderId",
        "update stock set on_hand = on_hand - 1, sequence = @Sequence where product = @Product",
        "insert into order_changes values (@Sequence, @MadeAt, @OrderId, @Line, @Product, @Cents)",
    ];

    public async Task ApplyAsync(DbConnection connection)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var statement in Statements)
        {
            await connection.ExecuteAsync(statement, this, transaction);
        }

        await transaction.CommitAsync();
    }
}
