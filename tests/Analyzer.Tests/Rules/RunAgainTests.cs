using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>MR1011: what is to run again where its replica is lost does nothing but read.</summary>
public class RunAgainTests
{
    private const string Restart = "[Monotonic(OnReplicaLoss = ReplicaLoss.Restart)] ";
    private const string Read = "db.Query<int>(\"SELECT a FROM t\")";

    private const string Around = """
        public record Order(int Id) { public List<Line> Lines { get; set; } = []; public string Name { get; set; } = ""; }
        public record Line(int Order, string Product);
        public interface IClock { DateTime Now { get; } }
        public interface IAudit { void Note(string what); }
        public class Audit : IAudit { private int _noted; public void Note(string what) => _noted++; }
        public interface INames { string Of(int id); }
        public class Names : INames { public string Of(int id) => "order " + id; }

        """;

    [Theory]
    // Writes.
    [InlineData("int {|MR1011:M|}()", "db.Execute(\"UPDATE t SET a = 1\"); return 1;", "it sends by 'Execute' what need not be a read")]
    [InlineData(
        "int {|MR1011:M|}()",
        "return db.QuerySingle<int>(\"INSERT INTO t VALUES (1) RETURNING id\");",
        "it writes by 'QuerySingle'"
    )]
    [InlineData("int {|MR1011:M|}()", "using var t = db.BeginTransaction(); return 1;", "begins a transaction")]
    [InlineData("int {|MR1011:M|}()", "return Saved(); int Saved() { cmd.ExecuteNonQuery(); return 1; }", "'ExecuteNonQuery'")]
    // What outlives the call.
    [InlineData("int {|MR1011:M|}()", "_last = 1; return 1;", "it sets '_last'")]
    [InlineData("int {|MR1011:M|}()", "return ++s_all;", "it sets 's_all'")]
    [InlineData("int {|MR1011:M|}()", "return Interlocked.Increment(ref s_all);", "it calls 'Interlocked.Increment'")]
    [InlineData(
        "int {|MR1011:M|}()",
        "return new Dictionary<int, int>().TryGetValue(1, out s_all) ? 1 : 2;",
        "it hands 's_all' out to be set"
    )]
    [InlineData("int {|MR1011:M|}()", "_pair.Item1 = 2; return 1;", "it sets 'Item1'")]
    [InlineData("int {|MR1011:M|}()", "return _last ??= 1;", "it sets '_last'")]
    [InlineData("int {|MR1011:M|}()", "(var a, _last) = (1, 2); return a;", "it sets '_last'")]
    [InlineData("int {|MR1011:M|}()", "_cache[1] = " + Read + ".First(); return 1;", "it sets 'this[]'")]
    [InlineData("int {|MR1011:M|}()", "_cache.Add(1, 2); return 1;", "it changes '_cache'")]
    [InlineData("int {|MR1011:M|}()", "var c = _cache; c.Remove(1); return 1;", "it changes 'c'")]
    [InlineData("int {|MR1011:M|}()", "Changed?.Invoke(this, EventArgs.Empty); return 1;", "it runs the delegate")]
    [InlineData("int {|MR1011:M|}()", "Changed += (_, _) => { }; return 1;", "it subscribes to an event")]
    [InlineData("int {|MR1011:M|}(Order order)", "order.Name = \"\"; return 1;", "it sets 'Name'")]
    [InlineData(
        "int {|MR1011:M|}(Order order)",
        "foreach (var line in order.Lines) order.Lines.Add(line); return 1;",
        "it changes 'order.Lines'"
    )]
    // Calls of which nothing is known.
    [InlineData("int {|MR1011:M|}(Action done)", "done(); return 1;", "it runs the delegate 'done'")]
    [InlineData(
        "int {|MR1011:M|}(IProgress<int> progress)",
        "progress.Report(1); return 1;",
        "it calls 'Report', whose effect is not known"
    )]
    [InlineData("int {|MR1011:M|}(IClock clock)", "return clock.Now.Year;", "it calls 'Now', whose effect is not known")]
    [InlineData("int {|MR1011:M|}()", "Console.WriteLine(1); return 1;", "it calls 'Console.WriteLine'")]
    [InlineData("int {|MR1011:M|}()", "File.Delete(\"x\"); return 1;", "it calls 'File.Delete'")]
    [InlineData("int {|MR1011:M|}(dynamic what)", "what.Save(); return 1;", "a dynamic call")]
    // Through other methods.
    [InlineData("int {|MR1011:M|}(IAudit audit)", "audit.Note(\"m\"); return 1;", "it calls 'Note', which sets '_noted'")]
    [InlineData("int {|MR1011:M|}()", "Deep(); return 1;", "it calls 'Deep', which sets '_last'")]
    [InlineData("int {|MR1011:M|}()", "return new[] { 1 }.Select(Noted).First();", "it calls 'Noted', which sets '_last'")]
    [InlineData("int {|MR1011:M|}()", "return new[] { 1 }.Select(n => { _last = n; return n; }).First();", "it sets '_last'")]
    [InlineData("int {|MR1011:M|}()", "var orders = All(); orders.Add(new(1)); return 1;", "it changes 'orders'")]
    [InlineData("int {|MR1011:M|}()", "return Ping(1) + Pong(1);", "it calls 'Ping', which sets '_last'")]
    [InlineData("int {|MR1011:M|}()", "return Pong(1) + Ping(1);", "it calls 'Pong', which sets '_last'")]
    // What cannot be had twice.
    [InlineData("int {|MR1011:M|}(out int a)", "a = 1; return 1;", "its parameter 'a' cannot be kept")]
    [InlineData("int {|MR1011:M|}(ReadOnlySpan<int> a)", "return a.Length;", "its parameter 'a' cannot be kept")]
    [InlineData("int {|MR1011:M|}(Stream a)", "return 1;", "its argument 'a' can be read only once")]
    [InlineData("int {|MR1011:M|}(IAsyncEnumerable<int> a)", "return 1;", "its argument 'a' can be read only once")]
    [InlineData("IEnumerable<int> {|MR1011:M|}()", "yield return 1;", "its result is handed out item by item")]
    [InlineData("async IAsyncEnumerable<int> {|MR1011:M|}()", "await Task.Yield(); yield return 1;", "item by item")]
    public Task What_is_not_proved_to_only_read(string signature, string body, string said) => Source(signature, body, said);

    [Theory]
    [InlineData("int M(int id)", "return db.QuerySingle<int>(\"SELECT a FROM t WHERE id = @id\", new { id });")]
    [InlineData(
        "async Task<Order> M(int id)",
        "var order = await db.QuerySingleAsync<Order>(\"SELECT id FROM orders\"); order.Lines = (await db.QueryAsync<Line>(\"SELECT * FROM lines\")).ToList(); order.Lines.Add(new(1, \"\")); return order;"
    )]
    [InlineData(
        "async Task<List<Order>> M()",
        "var byId = new Dictionary<int, Order>(); await db.QueryAsync<Order, Line, Order>(\"SELECT 1\", (o, l) => { if (!byId.TryGetValue(o.Id, out var known)) byId.Add(o.Id, known = o); known.Lines.Add(l); return known; }); return byId.Values.ToList();"
    )]
    [InlineData(
        "async Task<int> M(CancellationToken cancel)",
        "await using var c = await source.OpenConnectionAsync(cancel); await using var k = c.CreateCommand(); k.CommandText = \"SELECT a FROM t\"; var p = k.CreateParameter(); p.Value = 1; k.Parameters.Add(p); var all = new List<int>(); await using var r = await k.ExecuteReaderAsync(cancel); while (await r.ReadAsync(cancel)) { all.Add(r.GetInt32(0)); } return all.Count;"
    )]
    [InlineData("async Task<int> M()", "var (a, b) = (await One(), await One()); return a + b;")]
    [InlineData(
        "int M(string name)",
        "ArgumentNullException.ThrowIfNull(name); if (name.Length == 0) throw new ArgumentException(\"\", nameof(name)); return 1;"
    )]
    [InlineData(
        "string M()",
        "var watch = Stopwatch.StartNew(); var text = new StringBuilder(); foreach (var n in "
            + Read
            + ") text.Append(n).Append(' '); watch.Stop(); return $\"{text} {watch.Elapsed}\";"
    )]
    [InlineData(
        "int M(int[] ids)",
        "var n = 0; foreach (var id in ids) { n += id; } return ids.Where(i => i > 0).OrderBy(i => i).Sum() + n;"
    )]
    [InlineData("string M(INames names)", "return names.Of(1);")]
    [InlineData("int M()", "var sorted = Sorted(3); sorted.Add(1); return sorted.Count;")]
    [InlineData("Order M()", "return new Order(1) { Name = \"a\", Lines = { new(1, \"b\") } };")]
    [InlineData("Order M(Order order)", "return order with { Name = \"a\" };")]
    [InlineData("int M()", "Func<int, int> twice = n => 2 * n; return twice(2) + Local(); int Local() => 1;")]
    [InlineData("int M()", "var order = Made(); order.Name = \"a\"; Fill(order); return order.Id;")]
    [InlineData("int M()", "var a = 1; void Set(int b) { a = b; b = 2; } Set(2); Swap(ref a); return a;")]
    [InlineData("int M()", "lock (_cache) { return _cache.TryGetValue(1, out var n) ? n : Even(4); }")]
    [InlineData("Task<int[]> M()", "return Task.WhenAll(One(), One());")]
    [InlineData("int M(object what)", "return what switch { Order { Id: > 0 } o => o.Id, null => 0, _ => Math.Max(1, 2) };")]
    public Task What_only_reads(string signature, string body) => Source(signature, body, null);

    [Theory]
    [InlineData("[Monotonic]")]
    [InlineData("[Monotonic(OnReplicaLoss = ReplicaLoss.CaughtUp)]")]
    [InlineData("[Causal(OnReplicaLoss = ReplicaLoss.Fail)]")]
    public Task Other_policies_run_nothing_again(string annotation) =>
        Verify("public class Orders { " + annotation + " public virtual int M() => ++_n; private int _n; }", null);

    [Theory]
    [InlineData(Restart + "public class Orders { public virtual int {|MR1011:M|}() => ++_n; private int Own() => ++_n; private int _n; }")]
    [InlineData(
        "public interface IM { " + Restart + "int M(); } public class C : IM { public int {|MR1011:M|}() => ++_n; private int _n; }"
    )]
    [InlineData(Restart + "public interface IM { int M(); } public class C : IM { public int {|MR1011:M|}() => ++_n; private int _n; }")]
    [InlineData(Restart + "public interface IM { int M(); } public class C : IM { [Monotonic] public int M() => ++_n; private int _n; }")]
    [InlineData(
        "public class C { [Causal(OnReplicaLoss = ReplicaLoss.Restart)] public virtual int {|MR1011:M|}() => ++_n; private int _n; }"
    )]
    [InlineData(
        "public class B { "
            + Restart
            + "public virtual int {|MR1011:M|}() => ++N; protected int N; } public class C : B { } public class D : B { }"
    )]
    public Task The_policy_may_stand_where_annotations_do(string source) => Verify(source, null);

    [Theory]
    [InlineData("public class C(int n) { " + Restart + "public virtual int {|MR1011:M|}() => ++n; }")]
    [InlineData("public class C(int n) { " + Restart + "public virtual int {|MR1011:M|}() => Next(); private int Next() => n++; }")]
    [InlineData(
        "public class C(List<int> all) { " + Restart + "public virtual void {|MR1011:M|}() => Add(); private void Add() => all.Add(1); }"
    )]
    [InlineData("public class C(int n) { " + Restart + "public virtual int M(int a) => a++ + n; }")]
    [InlineData(
        "public class C { "
            + Restart
            + "public virtual int M() => new Counter(2).Next(); } public class Counter(int n) { public int Next() => ++n; }"
    )]
    public Task What_a_primary_constructor_got_is_the_objects(string source) => Verify(source, null);

    [Theory]
    [InlineData("shop.Orders.Where(o => o.Id > 1).ToListAsync()", "keeps what it has read ('shop')")]
    [InlineData("shop.Orders.FindAsync(1).AsTask()", "keeps what it has read ('shop')")]
    [InlineData("Query().FirstAsync()", "keeps what it has read ('Query()')")]
    [InlineData("(from o in shop.Orders where o.Id > 1 select o).ToListAsync()", "keeps what it has read ('shop')")]
    [InlineData("Task.FromResult((from o in shop.Orders select o).ToList())", "keeps what it has read ('shop')")]
    [InlineData("shop.Orders.Select(o => o).FirstAsync()", "keeps what it has read ('shop')")]
    [InlineData("shop.Orders.Select(o => new { o, o.Name }).FirstAsync()", "keeps what it has read ('shop')")]
    [InlineData("shop.Orders.Select(o => o.Last).FirstAsync()", "keeps what it has read ('shop')")]
    [InlineData("shop.Orders.GroupBy(o => o.Name).ToListAsync()", "keeps what it has read ('shop')")]
    [InlineData("LocalAsync()", "keeps what it has read ('shop')")]
    [InlineData("shop.Orders.AddAsync(new()).AsTask()", "changes by 'AddAsync' what its context keeps")]
    [InlineData("shop.SaveChangesAsync()", "writes by 'SaveChangesAsync'")]
    [InlineData("shop.Orders.ExecuteDeleteAsync()", "'ExecuteDeleteAsync'")]
    public Task A_context_from_outside_keeps_what_it_reads(string expression, string said) =>
        EntityFramework("{|MR1011:M|}", expression, said);

    [Theory]
    [InlineData("shop.Orders.AsNoTracking().Where(o => o.Id > 1).ToListAsync()")]
    [InlineData("shop.Orders.Where(o => o.Id > 1).AsNoTrackingWithIdentityResolution().FirstAsync()")]
    [InlineData("shop.Orders.Select(o => new { o.Id, o.Name }).FirstAsync()")]
    [InlineData("shop.Orders.Select(o => o.Name).ToListAsync()")]
    [InlineData("(from o in shop.Orders where o.Id > 1 select new { o.Id, o.Last.Name }).ToListAsync()")]
    [InlineData("shop.Orders.Select(o => new { o.Id, Names = o.Lines.Where(l => l.Id > 1).Select(l => l.Name).ToList() }).ToListAsync()")]
    [InlineData("shop.Orders.GroupBy(o => o.Name).Select(g => new { g.Key, Count = g.Count() }).ToListAsync()")]
    [InlineData("shop.Orders.CountAsync(o => o.Id > 1)")]
    [InlineData("OwnAsync()")]
    public Task One_that_keeps_nothing_or_is_its_own_does_not(string expression) => EntityFramework("M", expression, null);

    [Theory]
    [InlineData("_context.Entry(order).State = EntityState.Modified;", "sets 'State'")]
    [InlineData("_context.Entry(order).Reload();", "changes '_context.Entry(order)'")]
    [InlineData("_context.Entry(order).ReloadAsync().Wait();", "changes '_context.Entry(order)'")]
    [InlineData("_context.ChangeTracker.Clear();", "changes '_context.ChangeTracker'")]
    public Task Nor_is_what_it_keeps_changed(string statement, string said) =>
        new MarkedSource(
            $$"""
            using Microsoft.EntityFrameworkCore;
            using MonotonicReads;
            public class Order { public int Id { get; set; } }
            public class Repository(DbContext context)
            {
                private readonly DbContext _context = context;
                {{Restart}}public virtual void {|MR1011:M|}(Order order) { {{statement}} }
            }
            """,
            Packages.EntityFramework("9.0.23")
        )
        {
            Said = said,
        }.VerifyAsync(new MR1011CannotRunAgain());

    [Theory]
    [InlineData(
        Restart
            + "[Microsoft.AspNetCore.Mvc.HttpGet] public int {|MR1011:Get|}() => 1; [Microsoft.AspNetCore.Mvc.HttpGet] public int Other() => 1;"
    )]
    [InlineData("public int Get() => 1;", Restart, "{|MR1011:Get|}")]
    [InlineData("[Monotonic(OnReplicaLoss = ReplicaLoss.CaughtUp)] public int Get() => 1;")]
    [InlineData("public int Get() => 1;", "[Monotonic]")]
    [InlineData("public int Get() => 1; " + Restart + "private int Own() => 1;")]
    public Task A_request_is_not_run_again(string members, string onClass = "", string name = "Get") =>
        OnTheWeb(
            onClass
                + "public class OrdersController : Microsoft.AspNetCore.Mvc.ControllerBase { "
                + members.Replace(" Get()", $" {name}()", StringComparison.Ordinal)
                + " }"
        );

    [Theory]
    [InlineData("[{|MR1011:Monotonic(OnReplicaLoss = ReplicaLoss.Restart)|}] () => 1")]
    [InlineData("[Monotonic(OnReplicaLoss = ReplicaLoss.Primary)] () => 1")]
    [InlineData("() => 1")]
    public Task Nor_is_a_mapped_handler(string lambda) =>
        OnTheWeb(
            "public static class Routes { public static void Map(Microsoft.AspNetCore.Routing.IEndpointRouteBuilder app) => "
                + "Microsoft.AspNetCore.Builder.EndpointRouteBuilderExtensions.MapGet(app, \"/\", "
                + lambda
                + "); }"
        );

    /// <summary>A method that is handed to an endpoint by its name: its attributes are the endpoint's metadata.</summary>
    [Theory]
    [InlineData(Restart + "public static int {|MR1011:Get|}() => 1;", "", "Handlers.Get")]
    [InlineData(Restart + "internal static int {|MR1011:Get|}() => 1;", "", "(string name) => name", "app.MapPost(\"/b\", Handlers.Get);")]
    [InlineData("", Restart + "static int {|MR1011:Get|}() => 1;", "Get")]
    [InlineData("", Restart + "int {|MR1011:Get|}() => 1;", "Get")]
    // Not mapped, by another's name, under another policy, or none.
    [InlineData(Restart + "public static int Get() => 1;", "", "() => Handlers.Get()")]
    [InlineData(Restart + "public static int Get() => 1;", "", "Others.Get")]
    [InlineData("[Monotonic] public static int Get() => 1;", "", "Handlers.Get")]
    [InlineData("public static int Get() => 1;", "", "Handlers.Get")]
    [InlineData("", Restart + "int Get() => 1;", "() => Get()")]
    [InlineData("", "[Monotonic(OnReplicaLoss = ReplicaLoss.Primary)] int Get() => 1;", "Get")]
    public Task Nor_is_a_mapped_method(string method, string local, string handler, string more = "") =>
        OnTheWeb(
            "using Microsoft.AspNetCore.Builder; public static class Handlers { "
                + method
                + " } public static class Others { public static int Get() => 2; } public static class Routes { "
                + "public static void Map(Microsoft.AspNetCore.Routing.IEndpointRouteBuilder app) { "
                + local
                + " app.MapGet(\"/a\", "
                + handler
                + "); "
                + more
                + " } }"
        );

    private static Task OnTheWeb(string source) =>
        new MarkedSource("using MonotonicReads;" + source, [.. ReadRules.References, .. AspNetCore.WithPackage])
        {
            Said = source.Contains("MR1011", StringComparison.Ordinal) ? "nobody runs again, so that the policy counts as Primary" : null,
        }.VerifyAsync(new MR1011CannotRunAgain());

    private static Task EntityFramework(string name, string expression, string? said) =>
        new MarkedSource(
            $$"""
            using System.Collections.Generic;
            using System.Linq;
            using System.Threading.Tasks;
            using Microsoft.EntityFrameworkCore;
            using MonotonicReads;
            public class Order { public int Id { get; set; } public string Name { get; set; } public Order Last { get; set; } public List<Order> Lines { get; set; } }
            public class Shop : DbContext { public DbSet<Order> Orders => Set<Order>(); }
            public class Repository(Shop shop, IDbContextFactory<Shop> shops)
            {
                {{Restart}}public virtual Task {{name}}() => {{expression}};
                private Task LocalAsync() { var query = shop.Orders.Where(o => o.Id > 1); query = query.Take(3); var two = shop.Orders.Take(2); return two.ToListAsync(); }
                private IQueryable<Order> Query() => shop.Orders.Where(o => o.Id > 1);
                private async Task<List<Order>> OwnAsync()
                {
                    await using var own = await shops.CreateDbContextAsync();
                    return await own.Orders.Where(o => o.Id > 1).ToListAsync();
                }
            }
            """,
            Packages.EntityFramework("9.0.23")
        )
        {
            Said = said,
        }.VerifyAsync(new MR1011CannotRunAgain());

    private static Task Source(string signature, string body, string? said) =>
        Verify(
            $$"""
            public class Repository(DbConnection db, DbCommand cmd, MySqlDataSource source)
            {
                private static int s_all;
                private int? _last;
                private (int, int) _pair;
                private readonly Dictionary<int, int> _cache = new();
                private readonly List<Order> _all = new();
                public event EventHandler Changed;
                {{Restart}}public virtual {{signature}} { {{body}} }
                private Task<int> One() => db.QuerySingleAsync<int>("SELECT a FROM t");
                private void Deep() => Deeper();
                private void Deeper() => _last = s_all + _cache.Count;
                private int Noted(int n) { _last = n; return n; }
                private List<Order> All() => _all;
                private Order Made() => new(1);
                private static void Fill(Order order) => order.Lines = [];
                private static void Swap(ref int a) => a = 3;
                private List<int> Sorted(int n) => n == 0 ? new List<int>() : Merged(Sorted(n - 1), Sorted(n - 2), Sorted(n - 3));
                private List<int> Merged(List<int> a, List<int> b, List<int> c) => a.Concat(b).Concat(c).ToList();
                private int Ping(int n) => n == 0 ? 0 : Pong(n - 1) + (int)(_last = 1);
                private int Pong(int n) => n == 0 ? 0 : Ping(n - 1);
                private int Even(int n) => n == 0 ? 0 : Odd(n - 1);
                private int Odd(int n) => n == 0 ? 0 : Even(n - 1);
                private void Raise() => Changed(this, EventArgs.Empty);
            }
            """,
            said
        );

    private static Task Verify(string source, string? said) =>
        new MarkedSource(
            ReadRules.Usings.Replace("using System.Transactions;", "using System.Diagnostics; using System.IO;", StringComparison.Ordinal)
                + Around
                + source,
            ReadRules.References
        )
        {
            Said = said,
        }.VerifyAsync(new MR1011CannotRunAgain());
}
