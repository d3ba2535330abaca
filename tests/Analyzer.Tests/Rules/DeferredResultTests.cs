using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>MR2004: a result that reads when the session has ended.</summary>
public class DeferredResultTests
{
    [Theory]
    [InlineData("IQueryable<int> {|MR2004:A|}();", "IQueryable<int>")]
    [InlineData("IOrderedQueryable<int> {|MR2004:A|}();", "IOrderedQueryable<int>")]
    [InlineData("IQueryable {|MR2004:A|}();", "IQueryable")]
    [InlineData("Task<IQueryable<int>> {|MR2004:A|}();", "Task<IQueryable<int>>")]
    [InlineData("SqlMapper.GridReader {|MR2004:A|}();", "SqlMapper.GridReader")]
    [InlineData("Task<SqlMapper.GridReader> {|MR2004:A|}();", "Task<SqlMapper.GridReader>")]
    [InlineData("DbDataReader {|MR2004:A|}();", "DbDataReader")]
    [InlineData("Task<MySqlDataReader> {|MR2004:A|}();", "Task<MySqlDataReader>")]
    [InlineData("IDataReader {|MR2004:A|}();", "IDataReader")]
    [InlineData("Task<IAsyncEnumerable<int>> {|MR2004:A|}();", "Task<IAsyncEnumerable<int>>")]
    [InlineData("ValueTask<IAsyncEnumerator<int>> {|MR2004:A|}();", "ValueTask<IAsyncEnumerator<int>>")]
    [InlineData("IOrderedEnumerable<int> {|MR2004:A|}();", "IOrderedEnumerable<int>")]
    public Task An_annotated_member_returns_it(string declaration, string type) => Annotated(declaration, type);

    [Theory]
    [InlineData("int A();", "int")]
    [InlineData("Task<int> A();", "Task<int>")]
    [InlineData("IEnumerable<int> A();", "IEnumerable<int>")]
    [InlineData("IAsyncEnumerable<int> A();", "IAsyncEnumerable<int>")]
    [InlineData("List<int> A();", "List<int>")]
    [InlineData("Task<IReadOnlyList<int>> A();", "Task<IReadOnlyList<int>>")]
    [InlineData("DataTable A();", "DataTable")]
    [InlineData("Task<IEnumerable<int>> A();", "Task<IEnumerable<int>>")]
    [InlineData("IAsyncEnumerator<int> A();", "IAsyncEnumerator<int>")]
    [InlineData("IEnumerator<int> A();", "IEnumerator<int>")]
    [InlineData("ILookup<int, int> A();", "ILookup<int, int>")]
    public Task The_wrapper_follows_it_or_it_is_complete(string declaration, string type) => Annotated(declaration, type);

    [Fact]
    public Task What_is_not_annotated_is_nobodys_business() =>
        ReadRules.Whole<WrapperRulesAnalyzer>(
            """
            public interface IOrders { IQueryable<int> A(); IQueryable<int> B(); int C(); }
            public class Orders : IOrders
            {
                public IQueryable<int> A() => null;
                [Eventual("a test")] public IQueryable<int> B() => null;
                [Monotonic] public int C() => 1;
            }
            """
        );

    [Theory]
    [InlineData("IQueryable<int> M() { using var s = ReadSession.Begin(ReadConsistency.Monotonic); return {|MR2004:query|}; }")]
    [InlineData("object M() { using (ReadSession.Begin(ReadConsistency.Causal, \"job\")) { return {|MR2004:query.Where(x => x > 1)|}; } }")]
    [InlineData(
        "IEnumerable<int> M() { using var s = ReadSession.Begin(ReadConsistency.Monotonic); return {|MR2004:query.AsEnumerable()|}; }"
    )]
    [InlineData(
        "IEnumerable<int> M() { using var s = ReadSession.Begin(ReadConsistency.Monotonic); return {|MR2004:db.Query<int>(\"select 1\", buffered: false)|}; }"
    )]
    [InlineData(
        "IAsyncEnumerable<int> M() { using var s = ReadSession.Begin(ReadConsistency.Monotonic); return {|MR2004:db.QueryUnbufferedAsync<int>(\"select 1\")|}; }"
    )]
    [InlineData(
        "async Task<DbDataReader> M() { using var s = ReadSession.Begin(ReadConsistency.Monotonic); return {|MR2004:await db.ExecuteReaderAsync(\"select 1\")|}; }"
    )]
    [InlineData(
        "async Task<object> M() { using var s = ReadSession.Begin(ReadConsistency.Monotonic); if (query is null) { return {|MR2004:await db.QueryMultipleAsync(\"select 1\")|}; } return 1; }"
    )]
    [InlineData("IEnumerable<int> M() { using var s = {|MR2004:ReadSession.Begin(ReadConsistency.Monotonic)|}; yield return 1; }")]
    [InlineData(
        "async IAsyncEnumerable<int> M() { using (var s = {|MR2004:ReadSession.Begin(ReadConsistency.Monotonic)|}) { await Task.Yield(); yield return 1; } }"
    )]
    [InlineData("IQueryable<int> M(string t) { using var s = ReadSession.Resume(t); return {|MR2004:query|}; }")]
    public Task It_leaves_a_session_in_code(string member) => InCode(member);

    [Theory]
    [InlineData("List<int> M() { using var s = ReadSession.Begin(ReadConsistency.Monotonic); return query.ToList(); }")]
    [InlineData("IEnumerable<int> M() { using var s = ReadSession.Begin(ReadConsistency.Monotonic); return db.Query<int>(\"select 1\"); }")]
    [InlineData(
        "IEnumerable<int> M() { using var s = ReadSession.Begin(ReadConsistency.Monotonic); return db.Query<int>(\"select 1\", buffered: true); }"
    )]
    [InlineData("int M() { using (ReadSession.Begin(ReadConsistency.Monotonic)) { return query.Count(); } }")]
    [InlineData("IQueryable<int> M() { using (ReadSession.Begin(ReadConsistency.Monotonic)) { query.Count(); } return query; }")]
    [InlineData(
        "int M() { using var s = ReadSession.Begin(ReadConsistency.Monotonic); Func<IQueryable<int>> f = () => { return query; }; return f().Count(); }"
    )]
    [InlineData(
        "int M() { using var s = ReadSession.Begin(ReadConsistency.Monotonic); return L().Sum(); IEnumerable<int> L() { yield return 1; } }"
    )]
    [InlineData("IQueryable<int> M() { using var s = new Other(); return query; } class Other : IDisposable { public void Dispose() { } }")]
    public Task It_stays_in_the_session(string member) => InCode(member);

    private const string Begin = "using var s = ReadSession.Begin(ReadConsistency.Monotonic); ";

    private const string Price = " int Price(int id) => db.QueryFirst<int>(\"SELECT a FROM t\"); IEnumerable<int> kept;";

    [Theory]
    [InlineData("IEnumerable<int> M(int[] ids) { " + Begin + "return {|MR2004:ids.Select(id => Price(id))|}; }")]
    [InlineData("IEnumerable<int> M(int[] ids) { " + Begin + "var q = ids.Select(Price); return {|MR2004:q|}; }")]
    [InlineData("(IEnumerable<int>, int) M(int[] ids) { " + Begin + "return {|MR2004:(ids.Select(Price), 1)|}; }")]
    [InlineData("Task<IEnumerable<int>> M(int[] ids) { " + Begin + "return {|MR2004:Task.FromResult(ids.Select(Price))|}; }")]
    [InlineData("void M(int[] ids) { " + Begin + "kept = {|MR2004:ids.Select(Price)|}; }")]
    [InlineData("void M(int[] ids) { " + Begin + "Keep({|MR2004:ids.Select(Price)|}); } void Keep(IEnumerable<int> x) { kept = x; }")]
    [InlineData("Func<int> M() { " + Begin + "return {|MR2004:() => Price(1)|}; }")]
    [InlineData("object M(int[] ids) { " + Begin + "return {|MR2004:new { A = ids.Select(Price) }|}; }")]
    [InlineData("IEnumerable<int> M(int[] ids) { " + Begin + "return {|MR2004:ids?.Select(id => Price(id)).Skip(1) ?? []|}; }")]
    [InlineData(
        "IEnumerable<int> M(int[] ids) { "
            + Begin
            + "return {|MR2004:A()|}; IEnumerable<int> A() { foreach (var i in ids) yield return Price(i); } }"
    )]
    [InlineData("IEnumerable<int> M(int[] ids) { " + Begin + "return {|MR2004:A()|}; IEnumerable<int> A() => ids.Select(Price); }")]
    [InlineData(
        "IEnumerable<int> M(int[] ids) { IEnumerable<int> A() => ids.Select(Price); using (ReadSession.Begin(ReadConsistency.Monotonic)) { return {|MR2004:A()|}; } }"
    )]
    [InlineData(
        "List<IEnumerable<int>> M(int[][] all) { " + Begin + "return {|MR2004:all.Select(ids => ids.Select(id => Price(id))).ToList()|}; }"
    )]
    [InlineData("Func<int> later; void M() { " + Begin + "later = {|MR2004:() => Price(1)|}; }")]
    [InlineData("Lazy<int> later; void M() { " + Begin + "this.later ??= {|MR2004:new Lazy<int>(() => Price(1))|}; }")]
    [InlineData(
        "IEnumerable<int> M() { " + Begin + "IEnumerable<int> q = query.Where(x => x > 1); return {|MR2004:q.Where(x => x < 9)|}; }"
    )]
    [InlineData("IEnumerable<int> M() { " + Begin + "return {|MR2004:db.Query<int>(\"select 1\", new { A = 1 }, null, false)|}; }")]
    [InlineData(
        "interface IPrices { IEnumerable<int> All(); } class Prices(Reports reports) : IPrices { public IEnumerable<int> All() => new[] { 1 }.Select(reports.Price); } IEnumerable<int> M(IPrices prices) { "
            + Begin
            + "return {|MR2004:prices.All()|}; }"
    )]
    public Task A_read_that_is_not_made_yet_leaves_a_session(string member) => InCode(member + Price);

    [Theory]
    [InlineData("IEnumerable<int> M(int[] ids) { " + Begin + "return ids.Select(Price).ToList(); }")]
    [InlineData("IEnumerable<int> M(int[] ids) { " + Begin + "var q = ids.Select(Price); q = q.ToList(); return q; }")]
    [InlineData("IEnumerable<int> M(int[] ids) { " + Begin + "var first = Price(1); return ids.Select(id => id + first); }")]
    [InlineData("int M(int[] ids) { " + Begin + "Func<int, int> f = id => Price(id); return ids.Select(f).Sum(); }")]
    [InlineData("void M(int[] ids) { " + Begin + "Print(ids.Select(Price)); } void Print(IEnumerable<int> x) { foreach (var i in x) { } }")]
    [InlineData(
        "IEnumerable<int> M() { " + Begin + "var all = db.Query<int>(\"select 1\"); return all.Where(x => x > 2).OrderBy(x => x); }"
    )]
    [InlineData("IQueryable<int> M(int[] ids) { " + Begin + "return ids.Select(Price).ToList().AsQueryable(); }")]
    [InlineData("IEnumerable<int> M(int[] ids) { " + Begin + "return ids?.Select(id => Price(id)).ToList() ?? []; }")]
    [InlineData(
        "List<int> M(int[] ids) { "
            + Begin
            + "return A().ToList(); IEnumerable<int> A() { foreach (var i in ids) yield return Price(i); } }"
    )]
    [InlineData("int M() { var before = A(); " + Begin + "return before + A(); int A() => Price(1); }")]
    [InlineData(
        "int[] M(int[][] all) { " + Begin + "return all.Select(ids => ids.Select(id => Price(id))).SelectMany(x => x).ToArray(); }"
    )]
    [InlineData("event Action Changed; Action then; void M() { " + Begin + "Changed += () => Price(1); then = () => Price(2); }")]
    [InlineData("Func<Task> later; void M() { " + Begin + "later = async () => { await Task.Yield(); Price(1); }; }")]
    [InlineData(
        "interface IPrices { IEnumerable<int> All(); } class Prices(Reports reports) : IPrices { public IEnumerable<int> All() => new[] { 1 }.Select(reports.Price).ToList(); } IEnumerable<int> M(IPrices prices) { "
            + Begin
            + "return prices.All(); }"
    )]
    public Task A_read_that_is_made_in_time_does_not(string member) => InCode(member + Price);

    private static Task Annotated(string declaration, string type) =>
        ReadRules.Whole<WrapperRulesAnalyzer>(
            $$"""
            public interface IOrders { {{declaration.Replace("{|MR2004:A|}", "A", StringComparison.Ordinal)}} }
            public class Orders : IOrders { [Monotonic] public {{declaration.Replace(
                ";",
                $" => default({type});",
                StringComparison.Ordinal
            )}} }
            """
        );

    private static Task InCode(string member) =>
        ReadRules.Whole<WrapperRulesAnalyzer>(
            $$"""
            public class Reports(DbConnection db, IQueryable<int> query) { DbConnection Db => db; IQueryable<int> Query => query; {{member}} }
            """
        );
}
