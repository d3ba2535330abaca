namespace MonotonicReads.Analyzer.Tests.Reads;

/// <summary>Entity Framework Core, the same cases against three major versions.</summary>
public class EntityFrameworkTests
{
    private static readonly string[] Versions = ["8.0.34", "9.0.23", "10.0.15"];

    [Theory]
    [InlineData("await db.Orders.ToListAsync(); await db.Lines.ToListAsync();")]
    [InlineData("await db.Orders.FirstOrDefaultAsync(o => o.Id == 1); await db.Lines.CountAsync();")]
    [InlineData("db.Orders.ToList(); db.Lines.ToArray();")]
    [InlineData("db.Orders.First(o => o.Id == 1); db.Orders.Where(o => o.Id > 1).Any();")]
    [InlineData("db.Orders.Count(); db.Lines.Sum(l => l.Id);")]
    [InlineData("db.Orders.ToDictionary(o => o.Id); db.Orders.Max(o => o.Id);")]
    [InlineData("db.Orders.Find(1); db.Lines.Find(2);")]
    [InlineData("await db.FindAsync<Order>(1); await db.Lines.FindAsync(2);")]
    [InlineData("foreach (var o in db.Orders) { } foreach (var l in db.Lines.Where(l => l.Id > 0)) { }")]
    [InlineData("await foreach (var o in db.Orders.AsAsyncEnumerable()) { } db.Lines.ToList();")]
    [InlineData("await foreach (var o in db.Orders.AsAsyncEnumerable().WithCancellation(default)) { } db.Lines.ToList();")]
    [InlineData("foreach (var id in ids) await db.Orders.SingleAsync(o => o.Id == id);")]
    [InlineData(
        "var orders = db.Orders.Where(o => o.Id > 1).ToList(); foreach (var o in orders) db.Entry(o).Collection(x => x.Lines).Load();"
    )]
    [InlineData("var o = db.Orders.First(); db.Entry(o).Reload();")]
    [InlineData("var o = await db.Orders.FirstAsync(); await db.Entry(o).Collection(x => x.Lines).Query().CountAsync();")]
    [InlineData("db.Orders.Load(); db.Lines.Load();")]
    [InlineData("db.Orders.FromSqlRaw(\"SELECT * FROM orders\").ToList(); db.Lines.ToList();")]
    [InlineData("(from o in db.Orders where o.Id > 1 select o).ToList(); (from l in db.Lines select l).First();")]
    [InlineData("var query = db.Orders.Where(o => o.Id > 1); query.Count(); query.ToList();")]
    [InlineData("var list = new List<Order>(); list.AddRange(db.Orders); list.AddRange(db.Orders.Where(o => o.Id > 1));")]
    [InlineData("new List<Order>(db.Orders); new HashSet<Line>(db.Lines);", false)]
    [InlineData("db.Orders.AsEnumerable().Where(o => o.Id > 1).ToList(); db.Lines.Include(l => l.Order).ToList();")]
    [InlineData("string.Join(',', db.Orders.Select(o => o.Id)); db.Lines.Any();")]
    [InlineData("await Task.WhenAll(db.Orders.ToListAsync(), other.Lines.ToListAsync());")]
    [InlineData("db.Set<Order>().ToList(); db.Set<Line>().ToList();")]
    [InlineData("ById(db, 1); ById(db, 2);")]
    [InlineData("await ByIdAsync(db, 1); await ByIdAsync(db, 2);")]
    [InlineData("All().ToList(); All().Count();")]
    [InlineData("Open(db.Orders).ToList(); Open(db.Orders).ToList();")]
    [InlineData("using (var tx = db.Database.BeginTransaction()) { db.Orders.ToList(); tx.Commit(); } db.Lines.ToList();")]
    [InlineData("db.Orders.ToList(); using var tx = db.Database.BeginTransaction(); tx.Commit(); db.Lines.ToList();")]
    [InlineData("using var own = new Shop(); own.Orders.ToList(); using var tx = db.Database.BeginTransaction(); own.Lines.ToList();")]
    [InlineData("db.Database.UseTransaction(null); db.Orders.ToList(); db.Lines.ToList();")]
    [InlineData("db.Database.BeginTransaction(); db.Orders.ToList(); db.Database.CommitTransaction(); db.Orders.ToList();")]
    [InlineData("db.Database.BeginTransaction(); db.Orders.ToList(); db.Database.RollbackTransaction(); db.Orders.ToList();")]
    [InlineData("var own = new Shop(rep.OpenConnection()); own.Orders.ToList(); own.Lines.ToList();")]
    [InlineData("var own = Make(); own.Orders.ToList(); own.Lines.ToList();")]
    [InlineData("db.Orders.AsEnumerable().Select(o => o.Id).OrderBy(i => i).ToList(); db.Lines.ToList();")]
    [InlineData("var own = new Shop(1, rep.OpenConnection()); own.Orders.ToList(); own.Lines.ToList();")]
    [InlineData("var own = new Shop(rep.OpenConnection()).Copy(); own.Orders.ToList(); own.Lines.ToList();")]
    [InlineData("foreach (var o in db.Orders.AsEnumerable().Where(o => o.Id > 1)) { } db.Lines.ToList();")]
    [InlineData("await foreach (var o in db.Orders.AsAsyncEnumerable().ConfigureAwait(false)) { } db.Lines.ToList();")]
    [InlineData("using var own = new Shop(); using var tx = own.Database.BeginTransaction(); own.Orders.ToList(); ById(db, 1);")]
    public Task Two_reads_that_meet(string body, bool isStatement = true) =>
        Check("{|MR1001:M|}", isStatement ? body : "_ = " + body.Replace("; ", "; _ = ", StringComparison.Ordinal));

    [Theory]
    [InlineData("await db.Orders.ToListAsync();")]
    [InlineData("db.Orders.Where(o => db.Lines.Any(l => l.Id == o.Id) && db.Lines.Count() > 1).ToList();")]
    [InlineData(
        "var query = db.Orders.Where(o => o.Id > 1); if (ids.Length > 0) query = query.Where(o => ids.Contains(o.Id)); query.OrderBy(o => o.Id).ToList();"
    )]
    [InlineData("var orders = db.Orders.ToList(); orders.First(); orders.Where(o => o.Id > 1).ToList(); orders.Any();")]
    [InlineData("var orders = db.Orders.ToList().AsQueryable(); ids.AsQueryable().First(); ids.AsQueryable().Where(i => i > 1).ToList();")]
    [InlineData("foreach (var o in db.Orders) { o.Lines.ToList(); o.Lines.Count(); }")]
    [InlineData("foreach (var o in db.Orders.ToList()) { o.Id++; }")]
    [InlineData("db.Orders.ToQueryString(); db.Lines.ToList();")]
    [InlineData("using var tx = db.Database.BeginTransaction(); db.Orders.ToList(); db.Lines.ToList(); tx.Commit();")]
    [InlineData(
        "await using var tx = await db.Database.BeginTransactionAsync(); await db.Orders.ToListAsync(); await db.Lines.FindAsync(1); await tx.CommitAsync();"
    )]
    [InlineData(
        "await db.Database.CreateExecutionStrategy().ExecuteAsync(async () => { await using var tx = await db.Database.BeginTransactionAsync(); await db.Orders.ToListAsync(); await db.Lines.ToListAsync(); });"
    )]
    [InlineData("using var scope = new TransactionScope(); db.Orders.ToList(); db.Lines.ToList();")]
    [InlineData("if (ids.Length > 0) db.Orders.ToList(); else db.Lines.ToList();")]
    [InlineData("db.Orders.Add(new Order()); db.Orders.Remove(new Order()); db.Orders.ToList();")]
    [InlineData("using var s = ReadSession.Begin(ReadConsistency.Monotonic); db.Orders.ToList(); db.Lines.ToList();")]
    [InlineData("Open(db.Orders); All(); db.Lines.ToList();")]
    [InlineData("ById(db, 1);")]
    [InlineData(
        "db.Orders.FromSqlRaw(\"SELECT * FROM orders FOR UPDATE\").ToList(); db.Orders.FromSqlRaw(\"SELECT * FROM orders FOR UPDATE\").ToList();"
    )]
    [InlineData("new Dictionary<int, string>().First(); \"abc\".First(); ids.ToList();")]
    [InlineData("db.ChangeTracker.Entries().ToList(); db.Orders.Local.ToList(); db.Lines.ToList();")]
    [InlineData("db.Orders.Find(1);")]
    [InlineData("db.Orders.Load();")]
    [InlineData("await foreach (var o in db.Orders.AsAsyncEnumerable()) { o.Id++; }")]
    [InlineData("var o = new Order(); db.Entry(o).Reload(); db.Entry(o).Collection(x => x.Lines).Query();")]
    [InlineData("await ByIdAsync(db, 1);")]
    [InlineData("new List<Order>(db.Orders).Add(null);")]
    [InlineData("db.Database.UseTransaction(tx0); db.Orders.ToList(); db.Lines.ToList();")]
    [InlineData("db.Database.BeginTransaction(); db.Orders.ToList(); db.Lines.ToList();")]
    [InlineData("var own = new Shop(rep.Primary.OpenConnection()); own.Orders.ToList(); own.Lines.ToList();")]
    [InlineData("var own = Make(); using var tx = own.Database.BeginTransaction(); own.Orders.ToList(); own.Lines.ToList();")]
    [InlineData(
        "await using var own = await MakeAsync(); using var tx = await own.Database.BeginTransactionAsync(); own.Orders.ToList(); own.Lines.ToList();"
    )]
    [InlineData("ids.AsQueryable().Where(i => i > 1).OrderBy(i => i).ToList(); db.Lines.ToList();")]
    [InlineData("foreach (var i in ids.AsQueryable().Where(i => i > 1)) { } db.Lines.ToList();")]
    [InlineData("var own = new Shop(1, rep.Primary.OpenConnection()); own.Orders.ToList(); own.Lines.ToList();")]
    [InlineData("foreach (var i in Numbers()) { } db.Lines.ToList();")]
    [InlineData("db.Orders.Join(db.Lines, o => o.Id, l => l.Id, (o, l) => o).ToList();")]
    [InlineData("string.Concat(\"a\", db.Orders.ToQueryString()); db.Lines.ToList();")]
    [InlineData("var own = new Shop(rep.Primary.OpenConnection()).Copy(); own.Orders.ToList(); own.Lines.ToList();")]
    [InlineData("Compiled(1); Compiled(2); None(); None();")]
    [InlineData(
        "using var own = new Shop(); using var tx = own.Database.BeginTransaction(); ById(own, 1); ById(own, 2); own.Orders.Where(o => o.Id > 1).ToList();"
    )]
    [InlineData(
        "using var own = new Shop(); using var tx = own.Database.BeginTransaction(); foreach (var o in own.Orders.Where(o => o.Id > 1)) { } foreach (var l in own.Lines) { }"
    )]
    [InlineData("new Shelf.List<Order>(db.Orders); db.Lines.ToList();")]
    [InlineData("Shelf.Lookalikes.ExecuteDelete(db.Orders); db.Lines.ToList();")]
    [InlineData("foreach (var i in ids.Where(i => i > 1)) { } db.Lines.ToList();")]
    [InlineData("var list = ids.ToList(); list.AddRange(ids); db.Lines.ToList();")]
    public Task What_is_one_read_or_none(string body) => Check("M", body);

    [Theory]
    [InlineData("db.SaveChanges(); db.Orders.ToList();")]
    [InlineData("await db.SaveChangesAsync(); await db.Orders.FindAsync(1);")]
    [InlineData("db.Orders.Where(o => o.Id > 1).ExecuteDelete(); db.Orders.Count();")]
    [InlineData("db.Orders.Where(o => o.Id > 1).ExecuteUpdate(s => s.SetProperty(o => o.Id, 1)); db.Orders.Count();")]
    [InlineData("await db.Orders.ExecuteDeleteAsync(); await db.Orders.CountAsync();")]
    [InlineData("db.Database.ExecuteSqlRaw(\"UPDATE orders SET id = 1\"); db.Orders.Count();")]
    [InlineData("db.Database.ExecuteSqlInterpolated($\"DELETE FROM orders WHERE id = {1}\"); db.Orders.Count();")]
    [InlineData("using (var tx = db.Database.BeginTransaction()) { db.SaveChanges(); tx.Commit(); } db.Orders.ToList();")]
    public Task A_read_after_a_write(string body) => Check("{|MR1003:M|}", body);

    [Theory]
    [InlineData("db.Orders.ToList(); db.SaveChanges();")]
    [InlineData("db.Orders.Add(new Order()); db.Orders.ToList();")]
    [InlineData("db.Database.ExecuteSqlRaw(\"SET NAMES utf8mb4\"); db.Orders.Count();")]
    [InlineData("using var tx = db.Database.BeginTransaction(); db.SaveChanges(); db.Orders.ToList();")]
    [InlineData("db.SaveChanges(); db.Database.GetDbConnection(); db.SaveChanges();")]
    [InlineData(
        "db.Orders.Count(); db.Orders.Where(o => o.Id > 1).ExecuteUpdate(s => s.SetProperty(o => o.Id, 1)); db.Orders.ExecuteDelete();"
    )]
    public Task A_read_before_a_write_or_with_it(string body) => Check("M", body);

    [Fact]
    public async Task Each_statement_opens_its_own_connection_whatever_the_routing()
    {
        await Check("{|MR1001:M|}", "db.Orders.ToList(); db.Lines.ToList();", "connection");
        await Check("M", "using var tx = db.Database.BeginTransaction(); db.Orders.ToList(); db.Lines.ToList();", "connection");
        await Check("M", "using var tx = db.Database.BeginTransaction(); db.SaveChanges(); db.Orders.ToList();", "connection");
        await Check("{|MR1003:M|}", "db.SaveChanges(); db.Database.GetDbConnection().Query(\"SELECT a FROM t\");", "connection");
        await Check("{|MR1001:M|}", "Fresh(db).Query(\"SELECT a FROM t\"); Fresh(db).Query(\"SELECT b FROM t\");", "connection");
    }

    [Fact]
    public Task Reads_of_repositories_meet_in_the_service_that_calls_them() =>
        CheckMembers(
            """
                public Task<Order> OneAsync(int id) => db.Orders.FirstOrDefaultAsync(o => o.Id == id);
                public IQueryable<Order> Where(int id) => db.Orders.Where(o => o.Id > id);
                public Task<int> SaveAsync() => db.SaveChangesAsync();
                public Task<List<Order>> ListAsync(IQueryable<Order> query) => query.ToListAsync();
                public async Task {|MR1002:Both|}() { await OneAsync(1); await OneAsync(2); }
                public async Task {|MR1003:Written|}() { await SaveAsync(); await OneAsync(2); }
                public async Task {|MR1002:Listed|}() { await ListAsync(Where(1)); await OneAsync(2); }
                public async Task One() { Where(1); Where(2); await OneAsync(2); }
                public async Task Pinned() { await using var tx = await db.Database.BeginTransactionAsync(); await ListOf(db.Orders); await ListOf(db.Orders); }
                private static Task<List<Order>> ListOf(IQueryable<Order> query) => query.ToListAsync();
            """
        );

    [Fact]
    public Task Dapper_on_the_connection_of_a_context_takes_part_in_its_transaction() =>
        CheckMembers(
            """
                public void M() { using var tx = db.Database.BeginTransaction(); var c = db.Database.GetDbConnection(); c.Query("SELECT a FROM t", null, tx.GetDbTransaction()); db.Orders.ToList(); }
                public void {|MR1001:N|}() { var c = db.Database.GetDbConnection(); c.Query("SELECT a FROM t"); db.Orders.ToList(); }
            """
        );

    private static Task Check(string name, string body, string? routing = null) =>
        CheckMembers($"public async Task {name}(int[] ids) {{ await Task.Yield(); {body} }}", routing);

    private static async Task CheckMembers(string members, string? routing = null)
    {
        foreach (var version in Versions)
        {
            await ReadRules.Against(
                Packages.EntityFramework(version),
                $$"""
                #nullable disable
                using System;
                using System.Collections.Generic;
                using System.Linq;
                using System.Threading.Tasks;
                using System.Transactions;
                using Dapper;
                using Microsoft.EntityFrameworkCore;
                using Microsoft.EntityFrameworkCore.Storage;
                using MonotonicReads;

                public class Order { public int Id { get; set; } public List<Line> Lines { get; set; } }
                public class Line { public int Id { get; set; } public Order Order { get; set; } }
                public class Shop : DbContext { public Shop() { } public extern Shop Copy(); public Shop(int n, System.Data.Common.DbConnection c) { } public Shop(System.Data.Common.DbConnection c) { } public DbSet<Order> Orders { get; set; } public DbSet<Line> Lines => Set<Line>(); }

                namespace Shelf
                {
                    public class List<T> { public List(IQueryable<T> rows) { } }
                    public static class Lookalikes { public static int ExecuteDelete<T>(IQueryable<T> rows) => 0; }
                    public static class Compiler { public static Func<int, int> CompileQuery(Func<int, int> f) => f; public static Func<int> CompileQuery(Func<int> f) => f; }
                }

                public class Orders(Shop db, Shop other, ReplicatedDataSource rep, System.Data.Common.DbTransaction tx0)
                {
                    private static readonly Func<Shop, int, Order> ById = EF.CompileQuery((Shop s, int id) => s.Orders.FirstOrDefault(o => o.Id == id));
                    private static readonly Func<Shop, int, Task<Order>> ByIdAsync = EF.CompileAsyncQuery((Shop s, int id) => s.Orders.FirstOrDefault(o => o.Id == id));
                    private static readonly Func<int, int> Compiled = Shelf.Compiler.CompileQuery(id => id);
                    private static readonly Func<int> None = Shelf.Compiler.CompileQuery(() => 1);
                    private IQueryable<Order> All() => db.Orders.Where(o => o.Id > 0);
                    private static IQueryable<Order> Open(IQueryable<Order> orders) => orders.Where(o => o.Id > 1);
                    private static extern IEnumerable<int> Numbers();
                    private Shop Other => other;
                    private static extern Shop Make();
                    private static extern Task<Shop> MakeAsync();
                    private extern static System.Data.Common.DbConnection Fresh(Shop shop);

                {{members}}
                }
                """,
                routing
            );
        }
    }
}
