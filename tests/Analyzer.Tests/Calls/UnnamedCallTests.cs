namespace MonotonicReads.Analyzer.Tests.Calls;

/// <summary>Members that are called without being named: operators, conversions, enumerators, disposal, indexers and the like.</summary>
public class UnnamedCallTests
{
    [Theory]
    [InlineData("_ = a + 1 + 2;")]
    [InlineData("_ = -a; _ = -b;")]
    [InlineData("a += 1; a += 2;")]
    [InlineData("a++; b++;")]
    [InlineData("if (a == b) _ = a == b;")]
    [InlineData("foreach (var id in ids) _ = a + id;")]
    [InlineData("_ = (int)a + (int)b;")]
    [InlineData("string s = a; s = b;")]
    [InlineData("Take(a); Take(b);")]
    [InlineData("foreach (var x in a) { } foreach (var y in b) { }")]
    [InlineData("foreach (var x in new Steps(db)) { }")]
    [InlineData("await foreach (var x in new Rows(db)) { } await foreach (var x in new Rows(db)) { }")]
    [InlineData("var (x, y) = a; (x, y) = b;")]
    [InlineData("foreach (var (x, y) in baskets) _ = x;")]
    [InlineData("if (a is (1, 2) || b is (3, 4)) { }")]
    [InlineData("_ = a[1] + a[2];")]
    [InlineData("_ = a[1]; _ = b?[1];")]
    [InlineData("foreach (var id in ids) _ = a[id];")]
    [InlineData("a.Total = 1; b.Total = 2;")]
    [InlineData("_ = new Basket(db) { Total = 1 }; _ = new Basket(db) { Total = 2 };")]
    [InlineData("await new Soon(db); await new Soon(db);")]
    [InlineData("using (new Unit(db)) { } using (new Unit(db)) { }")]
    [InlineData("using var u = new Unit(db); using var v = new Unit(db);")]
    [InlineData("await using (new UnitAsync(db)) { } await using (new UnitAsync(db)) { }")]
    [InlineData("var bag = new Bag(db) { 1, 2 };")]
    [InlineData("Sum(a); Sum(b);")]
    public Task Reads_that_meet_through_them(string body) => Check("{|MR1002:M|}", body);

    [Theory]
    [InlineData("_ = a + 1;")]
    [InlineData("a += 1;")]
    [InlineData("string s = a;")]
    [InlineData("foreach (var x in a) { }")]
    [InlineData("var (x, y) = a;")]
    [InlineData("_ = a[1];")]
    [InlineData("a[1] = 1; a[2] = 2;")]
    [InlineData("a.Total = 1;")]
    [InlineData("_ = a.Total + b.Total;")]
    [InlineData("using (new Unit(db)) { }")]
    [InlineData("await new Soon(db);")]
    [InlineData("_ = a * b; _ = a * b;")]
    [InlineData("foreach (var x in new List<int>(ids)) { } using (new System.IO.MemoryStream()) { } _ = a + 1;")]
    [InlineData("_ = ids[0] + ids[1]; _ = 1 + 2 - ids.Length; _ = a + 1;")]
    [InlineData("using (new Quiet()) { } using (new Quiet()) { } _ = a + 1;")]
    [InlineData("Sum(a);")]
    public Task One_is_one(string body) => Check("M", body);

    [Theory]
    [InlineData("using (new Saving(db)) { } _ = a + 1;")]
    [InlineData("a[1] = 1; _ = a[1];")]
    [InlineData("Changed += Handle; _ = a + 1;")]
    public Task Writes_too(string body) => Check("{|MR1003:M|}", body);

    private static Task Check(string name, string body) =>
        ReadRules.Source(
            $$"""
            using System; using System.Collections.Generic; using System.Data.Common; using System.Runtime.CompilerServices; using System.Threading.Tasks; using Dapper;
            public class Basket(DbConnection db)
            {
                private int Read() => db.QueryFirst<int>("SELECT a FROM t");
                private int Write() => db.Execute("UPDATE t SET a = 1");
                public static Basket operator +(Basket a, int b) { a.Read(); return a; }
                public static Basket operator ++(Basket a) { a.Read(); return a; }
                public static int operator -(Basket a) => a.Read();
                public static int operator *(Basket a, Basket b) => 1;
                public static bool operator ==(Basket a, Basket b) => a.Read() == 1;
                public static bool operator !=(Basket a, Basket b) => !(a == b);
                public override bool Equals(object o) => false;
                public override int GetHashCode() => 1;
                public static explicit operator int(Basket a) => a.Read();
                public static implicit operator string(Basket a) => a.Read().ToString();
                public IEnumerator<int> GetEnumerator() { yield return Read(); }
                public void Deconstruct(out int x, out int y) { x = Read(); y = 1; }
                public int this[int i] { get => Read(); set => Write(); }
                public int Total { get => 1; set => Read(); }
            }
            public class Steps(DbConnection db)
            {
                public Steps GetEnumerator() => this;
                public int Current => 1;
                public bool MoveNext() => db.QueryFirst<bool>("SELECT a FROM t");
            }
            public class Rows(DbConnection db) { public async IAsyncEnumerator<int> GetAsyncEnumerator() { await Task.Yield(); yield return db.QueryFirst<int>("SELECT a FROM t"); } }
            public class Soon(DbConnection db) { public TaskAwaiter<int> GetAwaiter() => db.QueryFirstAsync<int>("SELECT a FROM t").GetAwaiter(); }
            public class Unit(DbConnection db) : IDisposable { public void Dispose() => db.QueryFirst<int>("SELECT a FROM t"); }
            public class UnitAsync(DbConnection db) : IAsyncDisposable { public async ValueTask DisposeAsync() => await db.QueryFirstAsync<int>("SELECT a FROM t"); }
            public class Saving(DbConnection db) : IDisposable { void IDisposable.Dispose() => db.Execute("UPDATE t SET a = 1"); }
            public class Quiet : IDisposable { public void Dispose() { } }
            public class Bag(DbConnection db) : System.Collections.IEnumerable
            {
                public void Add(int i) => db.QueryFirst<int>("SELECT a FROM t");
                public System.Collections.IEnumerator GetEnumerator() => null;
            }
            public class Orders(DbConnection db)
            {
                public async Task {{name}}(Basket a, Basket b, int[] ids, List<Basket> baskets)
                {
                    await Task.Yield();
                    {{body}}
                }

                private static void Take(string s) { }
                private static int Sum(Basket a) => (a + 1).Total;
                private event Action Changed { add => db.Execute("UPDATE t SET a = 1"); remove { } }
                private static void Handle() { }
            }
            """
        );
}
