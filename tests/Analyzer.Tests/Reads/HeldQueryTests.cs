namespace MonotonicReads.Analyzer.Tests.Reads;

/// <summary>Queries of EF Core that are held as mere sequences, and queries of which each collection is a statement of its own.</summary>
public class HeldQueryTests
{
    [Theory]
    [InlineData("IEnumerable<Order> paid = db.Orders.Where(o => o.Id > 1); _ = paid.Count() + paid.Sum(o => o.Id);")]
    [InlineData("IEnumerable<Order> paid = db.Orders; paid.ToList(); paid.First();")]
    [InlineData("IEnumerable<Order> paid = db.Orders; foreach (var o in paid) { } foreach (var o in paid) { }")]
    [InlineData("IEnumerable<Order> paid = db.Orders; foreach (var id in ids) paid.First(o => o.Id == id);")]
    [InlineData("var paid = db.Orders.AsEnumerable(); paid.Count(); paid.ToList();")]
    [InlineData("var paid = db.Orders.AsEnumerable().Where(o => Local(o)).Select(o => o.Id); paid.Count(); paid.ToList();")]
    [InlineData("Func<Order, bool> local = Local; var paid = db.Orders.Where(local); paid.Count(); paid.ToList();")]
    [InlineData("Func<Order, bool> local = Local; db.Orders.Count(local); db.Lines.ToList();")]
    [InlineData(
        "IEnumerable<Order> paid = db.Orders; if (ids.Length > 1) paid = db.Orders.Where(o => o.Id > 1); paid.Count(); paid.ToList();"
    )]
    [InlineData("IEnumerable<Order> paid = db.Orders; var later = paid.Where(o => o.Id > 1); later.Count(); later.Any();")]
    [InlineData("IEnumerable<Order> paid = db.Orders; _ = new List<Order>(paid).Count + new HashSet<Order>(paid).Count;")]
    [InlineData("await db.Orders.Include(o => o.Lines).AsSplitQuery().ToListAsync();")]
    [InlineData("await db.Orders.AsSplitQuery().Include(o => o.Lines).FirstOrDefaultAsync();")]
    [InlineData("db.Orders.Include(o => o.Lines).Include(o => o.Notes).AsSplitQuery().ToArray();")]
    [InlineData("db.Lines.Include(l => l.Order).ThenInclude(o => o.Lines).AsSplitQuery().ToList();")]
    [InlineData("db.Orders.Include(\"Lines\").AsSplitQuery().ToList();")]
    [InlineData("db.Lines.Include(\"Order.Lines\").AsSplitQuery().ToList();")]
    [InlineData("db.Orders.Include(o => o.Lines.Where(l => l.Id > 1)).AsSplitQuery().Single();")]
    [InlineData(
        "var query = db.Orders.Include(o => o.Lines).AsQueryable(); query = query.AsSplitQuery().Where(o => o.Id > 1); query.ToList();"
    )]
    [InlineData("foreach (var o in db.Orders.Include(o => o.Lines).AsSplitQuery()) { }")]
    [InlineData("await foreach (var o in db.Orders.Include(o => o.Lines).AsSplitQuery().AsAsyncEnumerable()) { }")]
    public async Task Several_statements(string body)
    {
        await Check("{|MR1001:M|}", body);
        await Check("{|MR1001:M|}", body, "connection");
    }

    [Theory]
    [InlineData("IEnumerable<Order> paid = db.Orders.Where(o => o.Id > 1); paid.Count();")]
    [InlineData("IEnumerable<Order> paid = db.Orders.ToList(); paid.Count(); paid.Sum(o => o.Id);")]
    [InlineData("IEnumerable<Order> paid = db.Orders; paid = paid.ToList(); paid.Count(); paid.Any();")]
    [InlineData("IEnumerable<int> some = ids; some.Count(); some.ToList(); db.Orders.Count();")]
    [InlineData("IEnumerable<int> some = ids.AsQueryable(); some.Count(); some.ToList();")]
    [InlineData("IEnumerable<Order> paid = new List<Order>(); if (ids.Length > 1) paid = db.Orders; paid.Count(); paid.ToList();")]
    [InlineData("using var tx = db.Database.BeginTransaction(); IEnumerable<Order> paid = db.Orders; paid.Count(); paid.ToList();")]
    [InlineData("await db.Orders.Include(o => o.Lines).ToListAsync();")]
    [InlineData("await db.Orders.Include(o => o.Lines).AsSplitQuery().AsSingleQuery().ToListAsync();")]
    [InlineData("await db.Orders.AsSplitQuery().ToListAsync();")]
    [InlineData("await db.Lines.Include(l => l.Order).AsSplitQuery().ToListAsync();")]
    [InlineData("await db.Lines.Include(\"Order\").AsSplitQuery().ToListAsync();")]
    [InlineData("await db.Orders.Include(o => o.Name).AsSplitQuery().ToListAsync();")]
    [InlineData("await db.Orders.Include(o => o.Lines).AsSplitQuery().CountAsync();")]
    [InlineData("await db.Orders.Include(o => o.Lines).AsSplitQuery().Select(o => o.Id).ToListAsync();")]
    [InlineData("using var tx = db.Database.BeginTransaction(); db.Orders.Include(o => o.Lines).AsSplitQuery().ToList();")]
    [InlineData("using var s = ReadSession.Begin(ReadConsistency.Monotonic); db.Orders.Include(o => o.Lines).AsSplitQuery().ToList();")]
    public Task One_statement(string body) => Check("M", body);

    [Fact]
    public async Task Queries_may_be_split_by_the_options_of_their_context()
    {
        const string options =
            "public static void Use(Microsoft.EntityFrameworkCore.Infrastructure.SomeOptions b) => b.UseQuerySplittingBehavior(QuerySplittingBehavior.SplitQuery);";
        await Check("{|MR1001:M|}", "db.Orders.Include(o => o.Lines).ToList();", more: options);
        await Check("M", "db.Orders.Include(o => o.Lines).AsSingleQuery().ToList();", more: options);
        await Check("M", "db.Lines.Include(l => l.Order).ToList();", more: options);
        await Check(
            "M",
            "db.Orders.Include(o => o.Lines).ToList();",
            more: options.Replace("r.SplitQuery", "r.SingleQuery", StringComparison.Ordinal)
        );
    }

    private static Task Check(string name, string body, string? routing = null, string more = "") =>
        ReadRules.Against(
            Packages.EntityFramework("10.0.15"),
            $$"""
            #nullable disable
            using System;
            using System.Collections.Generic;
            using System.Linq;
            using System.Threading.Tasks;
            using Microsoft.EntityFrameworkCore;
            using MonotonicReads;

            public class Order { public int Id { get; set; } public string Name { get; set; } public List<Line> Lines { get; set; } public ICollection<Line> Notes { get; set; } }
            public class Line { public int Id { get; set; } public Order Order { get; set; } }
            public class Shop : DbContext { public DbSet<Order> Orders { get; set; } public DbSet<Line> Lines => Set<Line>(); }

            namespace Microsoft.EntityFrameworkCore.Infrastructure
            {
                public class SomeOptions { public void UseQuerySplittingBehavior(QuerySplittingBehavior behavior) { } }
            }

            public class Orders(Shop db)
            {
                public async Task {{name}}(int[] ids)
                {
                    await Task.Yield();
                    {{body}}
                }

                private static bool Local(Order order) => order.Id > 1;
                {{more}}
            }
            """,
            routing
        );
}
