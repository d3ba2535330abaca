using Microsoft.EntityFrameworkCore;

namespace MonotonicReads.Benchmarks.Peers.Pages;

/// <summary>The page by LINQ over EF Core, whichever context it is.</summary>
internal static class EfPage
{
    public static async Task<PageVersions> ReadAsync(DbContext context)
    {
        var order = await context.Set<OrderRow>().AsNoTracking().SingleAsync(order => order.Id == Rows.OrderId);
        var lines = await context.Set<LineRow>().AsNoTracking().Where(line => line.OrderId == Rows.OrderId).ToListAsync();
        var payment = await context.Set<PaymentRow>().AsNoTracking().SingleAsync(payment => payment.OrderId == Rows.OrderId);
        var products = lines.Select(static line => line.Product).ToList(); // of an array C# 14 would take the span's Contains
        var stock = await context.Set<StockRow>().AsNoTracking().Where(stock => products.Contains(stock.Id)).ToListAsync();
        return new(order.Version, lines[0].Version, payment.Version, stock[0].Version);
    }

    public static Task<long> OwnAsync(DbContext context, long visitor) =>
        context.Set<NoteRow>().AsNoTracking().Where(note => note.Id == visitor).Select(static note => note.Value).SingleOrDefaultAsync();

    /// <summary>A visitor writes once.</summary>
    public static async Task WriteAsync(DbContext context, long visitor, long value)
    {
        context.Add(new NoteRow { Id = visitor, Value = value });
        await context.SaveChangesAsync();
    }
}
