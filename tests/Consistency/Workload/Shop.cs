using System.ComponentModel.DataAnnotations.Schema;
using Microsoft.EntityFrameworkCore;

namespace MonotonicReads.Consistency.Workload;

/// <summary>The tables as EF Core sees them.</summary>
internal sealed class Shop(ReplicatedMySqlDataSource source, ServerVersion version) : DbContext
{
    public DbSet<HeadRow> Heads => Set<HeadRow>();

    public DbSet<ItemRow> Items => Set<ItemRow>();

    public DbSet<WhoRow> Who => Set<WhoRow>();

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
        optionsBuilder.UseMySql(source, version).UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<HeadRow>().ToTable("head").HasKey(head => head.Id);
        modelBuilder.Entity<ItemRow>().ToTable("item").HasKey(item => item.Id);
        modelBuilder.Entity<WhoRow>().ToTable("whoami").HasKey(who => who.Name);
    }
}

internal sealed class HeadRow
{
    [DatabaseGenerated(DatabaseGeneratedOption.None), Column("id")]
    public int Id { get; set; }

    [Column("number")]
    public long Number { get; set; }

    [Column("tag")]
    public long Tag { get; set; }

    [Column("parent")]
    public long Parent { get; set; }

    [Column("item")]
    public int Item { get; set; }
}

internal sealed class ItemRow
{
    [DatabaseGenerated(DatabaseGeneratedOption.None), Column("id")]
    public int Id { get; set; }

    [Column("version")]
    public long Version { get; set; }

    [Column("tag")]
    public long Tag { get; set; }
}

internal sealed class WhoRow
{
    [Column("name")]
    public string Name { get; set; } = "";
}
