using Microsoft.EntityFrameworkCore;

namespace MonotonicReads.Benchmarks.Peers.Pages;

internal sealed class PeerContext(DbContextOptions options) : DbContext(options)
{
    private static readonly MariaDbServerVersion Version = new(new Version(10, 11));

    public DbSet<OrderRow> OrderRow => Set<OrderRow>();

    public DbSet<LineRow> LineRow => Set<LineRow>();

    public DbSet<PaymentRow> PaymentRow => Set<PaymentRow>();

    public DbSet<StockRow> StockRow => Set<StockRow>();

    public DbSet<NoteRow> NoteRow => Set<NoteRow>();

    public static DbContextOptions On(string server) => new DbContextOptionsBuilder().UseMySql(server, Version).Options;
}
