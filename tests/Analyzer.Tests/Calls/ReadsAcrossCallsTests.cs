namespace MonotonicReads.Analyzer.Tests.Calls;

/// <summary>MR1002: reads that meet only through the methods that a method calls.</summary>
public class ReadsAcrossCallsTests
{
    private const string Shared = """
            private int A() => db.QueryFirst<int>("SELECT a FROM t");
            private int B() => db.QueryFirst<int>("SELECT b FROM t");
            private void Write() => db.Execute("UPDATE t SET a = 1");
            private int {|MR1001:Both|}() => db.QueryFirst<int>("SELECT a FROM t") + db.QueryFirst<int>("SELECT b FROM t");
            private int One(DbTransaction tx) => db.QueryFirst<int>("SELECT a FROM t", transaction: tx);
            private int Maybe(DbTransaction tx = null) => db.QueryFirst<int>("SELECT a FROM t", transaction: tx);
            private T Read<T>(string sql) => db.QueryFirst<T>(sql);
            private T Raw<T>(string table) => db.QueryFirst<T>("SELECT a FROM " + table);
            private object Scalar(MySqlCommand command) => command.ExecuteScalar();
            private static int On(DbConnection c) => c.QueryFirst<int>("SELECT a FROM t");
            private string Text => db.QueryFirst<string>("SELECT a FROM t");
            private T Over<T>(string sql) { sql = sql.Substring(1); return db.QueryFirst<T>(sql); }
            private int InOwn() { using var tx = db.BeginTransaction(); return db.QueryFirst<int>("SELECT a FROM t", transaction: tx); }
            private int Locked() => db.QueryFirst<int>("SELECT a FROM t FOR UPDATE");
            private int P => db.QueryFirst<int>("SELECT a FROM t");
            private int Plain => 1;
            private static void Work() { }
            private void InScope(Action run) { using var scope = new TransactionScope(); run(); scope.Complete(); }
            private void InAndOut(Action run) { using (var scope = new TransactionScope()) run(); run(); }
            private void InAndIn(Action run) { using var scope = new TransactionScope(); run(); run(); }
            private void Each(int[] ids, Action<int> run) { foreach (var id in ids) run(id); }
            private void Twice(Action run) { run(); run(); }
            private void Keep(Action run) { kept = run; }
            private Action kept;
            [Monotonic] public int Pinned() => db.QueryFirst<int>("SELECT a FROM t") + db.QueryFirst<int>("SELECT b FROM t");
            [Primary] public int Tight() => db.QueryFirst<int>("SELECT a FROM t") + db.QueryFirst<int>("SELECT b FROM t");
            [Eventual("report")] public int Loose() => db.QueryFirst<int>("SELECT a FROM t") + db.QueryFirst<int>("SELECT b FROM t");
            private async Task<int> AAsync() => await db.QueryFirstAsync<int>("SELECT a FROM t");
            private int Down(int n) => n == 0 ? 0 : DownAgain(n - 1);
            private int DownAgain(int n) => n == 0 ? 0 : DownOnly(n);
            private void Noted(string note, string[] texts) { var run = (string text) => { db.Query(text); }; run(texts[0]); }
            private int Handed(DbTransaction t) => One(t);
            private object HandedCommand(MySqlCommand c, MySqlTransaction t) { c.CommandText = "SELECT a FROM t"; c.Transaction = t; return Scalar(c); }
            private int DownOnly(int n) => n == 0 ? A() : DownOnly(n - 1);
        """;

    [Theory]
    [InlineData("A(); B();")]
    [InlineData("A(); A();")]
    [InlineData("foreach (var id in ids) A();")]
    [InlineData("ids.Select(id => A()).ToList();")]
    [InlineData("Array.ForEach(ids, id => A());")]
    [InlineData("A(); db.Query(\"SELECT z FROM t\");")]
    [InlineData("db.Query(\"SELECT z FROM t\"); A();")]
    [InlineData("Both(); A();")]
    [InlineData("foreach (var id in ids) Both();")]
    [InlineData("Pinned(); Pinned();")]
    [InlineData("Tight(); A();")]
    [InlineData("_ = P + P;")]
    [InlineData("_ = P; A();")]
    [InlineData("Task.WhenAll(AAsync(), AAsync()).Wait();")]
    [InlineData("new Reader(db).Get(); new Reader(db).Get();")]
    [InlineData("new Loader(db); new Loader(db);")]
    [InlineData("db.CountOrders(); db.CountOrders();")]
    [InlineData("IReader r = new Reader(db); r.Get(); r.Get();")]
    [InlineData("Base b = new Derived(db); b.Get(); b.Get();")]
    [InlineData("Read<int>(\"SELECT a FROM t\"); Read<int>(\"SELECT b FROM t\");")]
    [InlineData("Read<int>(name); Read<int>(name);")]
    [InlineData("Raw<int>(name); Raw<int>(name);")]
    [InlineData("One(null); One(null);")]
    [InlineData("Maybe(); Maybe();")]
    [InlineData("cmd.CommandText = \"SELECT a FROM t\"; Scalar(cmd); Scalar(cmd);")]
    [InlineData("Local(); Local(); void Local() => A();")]
    [InlineData("Twice(() => A());")]
    [InlineData("Each(ids, id => A());")]
    [InlineData("Func<int> f = A; f(); f();")]
    [InlineData("Array.ForEach(ids, Use);")]
    [InlineData("DownOnly(3); A();")]
    [InlineData("if (x) A(); B();")]
    [InlineData("using (var s = ReadSession.Begin(ReadConsistency.Monotonic)) A(); B();")]
    [InlineData("_ = Text + Text;")]
    [InlineData("Over<int>(\"INSERT INTO t VALUES (1)\"); Over<int>(\"INSERT INTO t VALUES (2)\");")]
    [InlineData("DbTransaction tx = null; if (x) tx = db.BeginTransaction(); One(tx); One(tx);")]
    [InlineData("InOwn(); A();")]
    [InlineData("Locked(); A();")]
    [InlineData("On(replicated.OpenConnection()); On(replicated.Primary.OpenConnection()); On(replicated.OpenConnection());")]
    [InlineData("Twice(() => { }); Twice(() => A());")]
    [InlineData("Each(ids, id => Work()); Each(ids, Use);")]
    [InlineData("Local(); A(); void Local() { Inner(); void Inner() => B(); }")]
    [InlineData("Array.ForEach(ids, new Visitor(db).Visit);")]
    [InlineData("Base b = new Derived(db); Func<int> f = b.Get; f(); f();")]
    [InlineData("IVisitor v = new Visitor(db); Array.ForEach(ids, v.Visit);")]
    [InlineData("IVisitor v = new Visitor(db); Action<int> f = v.Visit; f(1); f(2);")]
    [InlineData("Noted(\"DELETE FROM t\", new[] { name }); A();")]
    [InlineData("Twice(() => { }); Handed(null); Handed(null);")]
    [InlineData("InAndOut(() => A());")]
    [InlineData("Maybe((DbTransaction)(object)db); Maybe((DbTransaction)(object)db);")]
    [InlineData("HandedCommand(cmd, null); HandedCommand(cmd, null);")]
    public Task Reads_that_meet_through_calls_are_reported(string body) => Check("{|MR1002:M|}", body);

    [Theory]
    [InlineData("A();")]
    [InlineData("Both();")]
    [InlineData("Pinned();")]
    [InlineData("Down(3);")]
    [InlineData("if (x) A(); else B();")]
    [InlineData("if (x) { A(); return; } B();")]
    [InlineData("Tight(); Tight();")]
    [InlineData("A(); Tight();")]
    [InlineData("Loose(); Loose(); A();")]
    [InlineData("_ = P + Plain;")]
    [InlineData("Work(); Work(); A();")]
    [InlineData("new Reader(db); new Reader(db).Get();")]
    [InlineData("IReader r = new Reader(db); r.Get();")]
    [InlineData("IUnread r = null; r.Get(); r.Get();")]
    [InlineData("Handler<string> h = null; h.Handle(\"\"); h.Handle(\"\");")]
    [InlineData("Read<int>(\"INSERT INTO t VALUES (1)\"); Read<int>(\"INSERT INTO t VALUES (2) RETURNING id\");")]
    [InlineData("Read<int>(\"SELECT a FROM t\"); Read<int>(\"UPDATE t SET a = 1\");")]
    [InlineData("using var tx = db.BeginTransaction(); One(tx); One(tx);")]
    [InlineData("using var tx = db.BeginTransaction(); Maybe(tx); Maybe(tx);")]
    [InlineData("using var c = source.OpenConnection(); using var tx = c.BeginTransaction(); On(c); On(c);")]
    [InlineData("using var scope = new TransactionScope(); A(); B();")]
    [InlineData("InScope(() => { A(); B(); });")]
    [InlineData("Keep(() => A()); B();")]
    [InlineData("Func<int> f = A; f();")]
    [InlineData("kept = () => A(); B();")]
    [InlineData("Local(); void Local() => A();")]
    [InlineData("using var s = ReadSession.Begin(ReadConsistency.Monotonic); A(); B();")]
    [InlineData("using var c = replicated.Primary.OpenConnection(); On(c); On(c);")]
    [InlineData("while (x) { A(); Thread.Sleep(1000); }")]
    [InlineData("object o = this; o.ToString(); o.ToString(); A();")]
    [InlineData("_ = Text;")]
    [InlineData("cmd.CommandText = \"INSERT INTO t VALUES (1)\"; Scalar(cmd); Scalar(cmd);")]
    [InlineData("cmd.CommandText = \"save orders\"; cmd.CommandType = CommandType.StoredProcedure; Scalar(cmd); Scalar(cmd);")]
    [InlineData(
        "cmd.CommandText = \"SELECT a FROM t\"; cmd.Transaction = (MySqlTransaction)(object)db.BeginTransaction(); Scalar(cmd); Scalar(cmd);"
    )]
    [InlineData("InOwn(); InOwn();")]
    [InlineData("A(); InOwn(); Locked();")]
    [InlineData("Locked(); Locked();")]
    [InlineData("On(replicated.Primary.OpenConnection()); On(replicated.Primary.OpenConnection());")]
    [InlineData("Twice(() => Work()); A();")]
    [InlineData("InScope(() => A()); InScope(() => B());")]
    [InlineData("Each(ids, id => Work()); A();")]
    [InlineData("IVisitor v = new Visitor(db); Action<int> f = v.Visit; f(1);")]
    [InlineData("Noted(\"DELETE FROM t\", new[] { name });")]
    [InlineData("InAndIn(() => A());")]
    [InlineData("One((DbTransaction)(object)db); One((DbTransaction)(object)db);")]
    [InlineData("Handed(db.BeginTransaction()); Handed(db.BeginTransaction());")]
    [InlineData("var tx = (MySqlTransaction)(object)db.BeginTransaction(); HandedCommand(cmd, tx); HandedCommand(cmd, tx);")]
    [InlineData("Local(3); void Local(int n) { if (n > 0) Local(n - 1); else A(); }")]
    public Task Reads_that_do_not_are_not(string body) => Check("M", body);

    [Theory]
    [InlineData("DELETE FROM u", "{|MR1002:{|MR1003:M|}|}")]
    [InlineData("SELECT b FROM t", "{|MR1002:M|}")]
    public Task A_callee_sends_any_of_its_texts(string sql, string name) =>
        ReadRules.Members(
            $$"""
                private T Either<T>(bool x, string sql) => db.QueryFirst<T>(x ? "SELECT a FROM t" : sql);
                public void {{name}}(bool x) { Either<int>(x, "{{sql}}"); db.Query("SELECT z FROM t"); }
            """
        );

    [Fact]
    public Task One_mistake_gives_one_warning_and_not_a_cascade() =>
        ReadRules.Members(
            """
                public void Top() => Middle();
                public void Middle() => {|#0:Bottom|}();
                public void {|MR1001:Bottom|}() { db.Query("SELECT a FROM t"); db.Query("SELECT b FROM t"); }
            """.Replace("{|#0:Bottom|}", "Bottom", StringComparison.Ordinal)
        );

    [Theory]
    [InlineData("[Monotonic] public void M() => Inner();")]
    [InlineData("public void M() { using var s = ReadSession.Begin(ReadConsistency.Monotonic); Inner(); }")]
    [InlineData("public void M() { using (ReadSession.Begin(ReadConsistency.Monotonic)) { this.Inner(); } }")]
    [InlineData("[Monotonic] public void M() => Between(); private void Between() => Inner();")]
    [InlineData("[Monotonic] public void M() => Inner(); [Causal] public void N() => Inner();")]
    [InlineData("public void M(string token) { using var s = ReadSession.Resume(token); Inner(); }")]
    [InlineData("public void M(ReadConsistency level) { using var s = ReadSession.Begin(level); Inner(); }")]
    public Task A_private_method_whose_callers_are_all_covered_is_quiet(string callers) =>
        ReadRules.Members(callers + " private void Inner() { db.Query(\"SELECT a FROM t\"); db.Query(\"SELECT b FROM t\"); }");

    [Theory]
    [InlineData("")]
    [InlineData("public void M() => Inner();")]
    [InlineData("[Monotonic] public void M() => Inner(); public void N() => Inner();")]
    [InlineData("public void M(string token) { using (ReadSession.Resume(token)) { } Inner(); }")]
    [InlineData(
        "public void M(Job job) { using var s = job.Begin(ReadConsistency.Monotonic); Inner(); } public class Job { public IDisposable Begin(ReadConsistency c) => null; }"
    )]
    [InlineData("[Monotonic] public void M() => Inner(); private event Action E; public void N() { E += Inner; }")]
    [InlineData("public void M() { { using var s = ReadSession.Begin(ReadConsistency.Monotonic); } Inner(); }")]
    public Task One_with_a_caller_that_is_not_is_reported(string callers) =>
        ReadRules.Members(callers + " private void {|MR1001:Inner|}() { db.Query(\"SELECT a FROM t\"); db.Query(\"SELECT b FROM t\"); }");

    [Fact]
    public Task A_public_method_is_reported_whoever_calls_it() =>
        ReadRules.Members(
            "[Monotonic] public void M() => Inner(); public void {|MR1001:Inner|}() { db.Query(\"SELECT a FROM t\"); db.Query(\"SELECT b FROM t\"); }"
        );

    [Fact]
    public Task A_recursive_read_meets_itself() =>
        ReadRules.Members("public int {|MR1002:Sum|}(int n) => n == 0 ? 0 : db.QueryFirst<int>(\"SELECT a FROM t\") + Sum(n - 1);");

    [Fact]
    public Task Mutual_recursion_ends() =>
        ReadRules.Members(
            """
                public int {|MR1002:Even|}(int n) { db.Query("SELECT a FROM t"); return n == 0 ? 1 : Odd(n - 1); }
                public int Odd(int n) => n == 0 ? 0 : Even(n - 1);
            """
        );

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(12)]
    [InlineData(60)]
    public Task Calls_are_followed_to_the_end(int calls) =>
        ReadRules.Members(
            $$"""
                private int F0() => db.QueryFirst<int>("SELECT a FROM t");
                private void W0() => db.Execute("UPDATE t SET a = 1");
                {{string.Concat(
                    Enumerable.Range(1, calls).Select(i => $"private int F{i}() => F{i - 1}(); private void W{i}() => W{i - 1}();\n")
                )}}
                public int {|MR1002:Reads|}() => F{{calls}}() + F{{calls}}();
                public int {|MR1003:Writes|}() { W{{calls}}(); return F{{calls}}(); }
                public int Once() => F{{calls}}();
            """
        );

    [Fact]
    public Task A_callee_that_makes_all_the_reads_speaks_for_its_callers_however_far_up() =>
        ReadRules.Members(
            """
                private int {|MR1001:F0|}() => db.QueryFirst<int>("SELECT a FROM t") + db.QueryFirst<int>("SELECT b FROM t");
                private int F1() => F0();
                private int F2() => F1();
                private int F3() => F2();
                private int F4() => F3();
                public int F5() => F4();
            """
        );

    [Theory]
    [InlineData("MR1002", "store.Fetch(1); store.Fetch(2);")]
    [InlineData("MR1002", "_ = store.Total() + store.Total();")]
    [InlineData("MR1002", "whole.Any(1); whole.Any(2);")]
    [InlineData("MR1002", "store.Fetch(1); db.Query(\"SELECT a FROM t\");")]
    [InlineData(null, "store.Fetch(1);")]
    [InlineData(null, "store.Plain(1); store.Plain(2);")]
    [InlineData(null, "store.Loose(1); store.Loose(2);")]
    public async Task An_annotated_member_without_a_visible_body_is_a_pinned_read(string? rule, string body)
    {
        const string contracts = """
            using MonotonicReads;
            namespace Contracts
            {
                public interface IStore { [Monotonic] int Fetch(int id); [Causal] int Total(); int Plain(int id); [Eventual("a dashboard")] int Loose(int id); }
                [Monotonic] public interface IWhole { int Any(int id); }
            }
            """;
        var name = rule is null ? "M" : $"{{|{rule}:M|}}";
        var caller =
            $"public class Caller(Contracts.IStore store, Contracts.IWhole whole, System.Data.Common.DbConnection db) {{ public void {name}() {{ {body} }} }}";
        await ReadRules.Against(
            ReadRules.References,
            "using Dapper;\n" + contracts.Replace("using MonotonicReads;", "using MonotonicReads;\n", StringComparison.Ordinal) + caller
        );

        var other = Microsoft.CodeAnalysis.CSharp.CSharpCompilation.Create(
            "Contracts",
            [Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree.ParseText(contracts)],
            ReadRules.References,
            new(Microsoft.CodeAnalysis.OutputKind.DynamicallyLinkedLibrary)
        );
        using var image = new MemoryStream();
        Assert.True(other.Emit(image).Success);
        image.Position = 0;
        await ReadRules.Against(
            ReadRules.References.Add(Microsoft.CodeAnalysis.MetadataReference.CreateFromStream(image)),
            "using Dapper;\n" + caller
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData(
        "public int QueryFirst() => orders.Execute(); public int ExecuteScalar() => QueryFirst(); public int QuerySingle() => ExecuteScalar(); public int Read() => QuerySingle() + QuerySingle();"
    )]
    public Task A_large_project_finds_what_a_small_one_does(string othersOfThatName) =>
        ReadRules.Members(
            string.Concat(
                Enumerable
                    .Range(0, 200)
                    .Select(i =>
                        $$"""
                                private class Orders{{i}}(DbConnection db)
                                {
                                    public int Get() => db.QueryFirst<int>("SELECT a FROM t");
                                    public int Execute() => Query() + Query();
                                    private int Query() => 1;
                                }

                                private class Pages{{i}}(Orders{{i}} orders, DbCommand command)
                                {
                                    public int {|MR1002:Twice|}() => orders.Get() + orders.Get();
                                    public int {|MR1001:Own|}() { command.ExecuteScalar(); return (int)command.ExecuteScalar(); }
                                    public int Neither() => orders.Execute() + orders.Execute();
                                    {{othersOfThatName}}
                                }
                            """
                    )
            )
        );

    [Fact]
    public Task Connection_routing_holds_across_calls_on_one_connection() =>
        ReadRules.Members(
            """
                private static int On(DbConnection c) => c.QueryFirst<int>("SELECT a FROM t");
                public void One() { using var c = source.OpenConnection(); On(c); On(c); }
                public void {|MR1002:Two|}() { using var c = source.OpenConnection(); using var d = source.OpenConnection(); On(c); On(d); }
            """,
            routing: "connection"
        );

    private static Task Check(string name, string body) =>
        ReadRules.Members(
            Shared
                + $$"""

                    public void {{name}}(bool x, string name, int[] ids)
                    {
                        {{body}}
                    }

                    private void Use(int id) => A();
                }

                internal interface IReader { int Get(); }
                internal interface IUnread { int Get(); }
                internal interface Handler<T> { int Handle(T t); }
                internal class IntHandler(DbConnection db) : Handler<int> { public int Handle(int t) => db.QueryFirst<int>("SELECT a FROM t"); }
                internal class Reader(DbConnection db) : IReader { public int Get() => db.QueryFirst<int>("SELECT a FROM t"); }
                internal interface IVisitor { void Visit(int id); }
                internal class Visitor(DbConnection db) : IVisitor { public void Visit(int id) => db.Query("SELECT a FROM t"); }
                internal abstract class Base { public abstract int Get(); }
                internal class Derived(DbConnection db) : Base { public override int Get() => db.QueryFirst<int>("SELECT a FROM t"); }
                internal class Loader { public Loader(DbConnection db) { db.Query("SELECT a FROM t"); } }
                internal static class Extensions { public static int CountOrders(this DbConnection db) => db.QueryFirst<int>("SELECT COUNT(*) FROM orders"); 
                """
        );
}
