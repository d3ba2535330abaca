namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>A lambda counts where it is run, as often as it is run; one that is only kept counts for what is wrong inside it.</summary>
public class LambdaTests
{
    private const string A = "db.QueryFirst<int>(\"SELECT a FROM t\")";
    private const string B = "db.QueryFirst<int>(\"SELECT b FROM t\")";

    [Theory]
    [InlineData("Array.ForEach(ids, id => " + A + ");")]
    [InlineData("ids.Select(id => " + A + ").ToList();")]
    [InlineData("new List<int>(ids).ForEach(id => { " + A + "; });")]
    [InlineData("Parallel.ForEach(ids, id => { " + A + "; });")]
    [InlineData("Parallel.For(0, 3, i => { " + A + "; });")]
    [InlineData("Task.WhenAll(ids.Select(async id => await db.QueryAsync(\"SELECT a FROM t\"))).Wait();")]
    [InlineData("Retry(() => " + A + "); Retry(() => " + B + ");")]
    [InlineData("var a = " + A + "; cache(() => " + B + ");")]
    [InlineData("Retry(() => { " + A + "; return " + B + "; });")]
    [InlineData("Changed += (s, e) => { " + A + "; " + B + "; };")]
    [InlineData("kept = () => { foreach (var id in ids) " + A + "; };")]
    [InlineData("Action outer = () => { Action inner = () => { foreach (var id in ids) " + A + "; }; kept = inner; }; kept = outer;")]
    [InlineData("Action outer = () => { Action inner = () => { " + A + "; " + B + "; }; }; ")]
    [InlineData("Func<int> f = () => " + A + "; f(); f();")]
    [InlineData("Func<int> f = () => " + A + "; f.Invoke(); var b = " + B + ";")]
    [InlineData("Action f = () => { " + A + "; " + B + "; }; Keep(f);")]
    [InlineData("Task.Run(() => " + A + ").Wait(); Task.Run(() => " + B + ").Wait();")]
    [InlineData("new Thread(() => { " + A + "; " + B + "; }).Start();")]
    [InlineData("ids.Select(id => Retry(() => " + A + ")).ToList();")]
    [InlineData("Action a = null; a += () => { " + A + "; " + B + "; };")]
    [InlineData("db.Query<int, int, int>(\"SELECT a, b FROM t\", (a, b) => " + B + ");")]
    [InlineData("Task.Run(() => { " + A + "; }).ContinueWith(t => { " + B + "; }).Wait();")]
    [InlineData("ids.Aggregate(0, (sum, id) => sum + " + A + ");")]
    [InlineData("Func<Func<int>> f = () => () => " + A + " + " + B + ";")]
    [InlineData("var actions = new List<Action> { () => { " + A + "; " + B + "; } };")]
    [InlineData("Action f = () => { " + A + "; }; Action g = f; f(); g();")]
    [InlineData("Func<int> f; Retry(f = () => " + A + "); Retry(f);")]
    [InlineData("cache = run => { _ = " + A + "; _ = " + B + "; };")]
    [InlineData("Action g = null; g ??= () => { " + A + "; " + B + "; };")]
    [InlineData("kept0 = () => { " + A + "; " + B + "; };")]
    [InlineData("var actions = new Action[1]; actions[0] = () => { " + A + "; " + B + "; };")]
    [InlineData("Array.ForEach(ids, id => throw new Exception()); " + A + "; _ = " + B + ";")]
    [InlineData("Retry<int>(() => throw new Exception()); " + A + "; _ = " + B + ";")]
    [InlineData("using (var scope = new TransactionScope()) { Action f = () => { " + A + "; _ = " + B + "; }; kept = f; }")]
    public Task A_lambda_that_makes_reads_meet_is_reported(string body) => Check("{|MR1001:M|}", body);

    [Theory]
    [InlineData("Retry(() => " + A + ");")]
    [InlineData("Changed += (s, e) => { " + A + "; }; var b = " + B + ";")]
    [InlineData("kept = () => " + A + "; var b = " + B + ";")]
    [InlineData("var lazy = new Lazy<int>(() => " + A + "); var b = " + B + ";")]
    [InlineData("new Thread(() => { " + A + "; }).Start(); var b = " + B + ";")]
    [InlineData("Func<int> f = () => " + A + "; f();")]
    [InlineData("Func<int> f = () => " + A + "; Func<int> g = () => " + B + "; if (x) f(); else g();")]
    [InlineData("OnChange(() => " + A + "); OnChange(() => " + B + ");")]
    [InlineData("System.Linq.Expressions.Expression<Func<object>> e = () => new[] { cmd.ExecuteScalar(), cmd.ExecuteScalar() };")]
    [InlineData("db.Query<int, int, int>(\"SELECT a, b FROM t\", (a, b) => a + b).Select(n => n + 1).ToList();")]
    [InlineData("var rows = db.Query<int>(\"SELECT a FROM t\"); rows.Where(r => r > 1).ToList().ForEach(r => Console.WriteLine(r));")]
    [InlineData("Action a = null; a += () => { " + A + "; }; _ = " + B + ";")]
    [InlineData("Func<Func<int>> f = () => () => " + A + "; _ = " + B + ";")]
    [InlineData("var actions = new List<Action> { () => { " + A + "; }, () => { " + B + "; } };")]
    [InlineData("Action f = () => { " + A + "; }; f = () => Console.WriteLine(); f(); _ = " + B + ";")]
    [InlineData("Task.Run(() => " + A + ").Wait();")]
    [InlineData("cache = run => { _ = " + A + "; }; _ = " + B + ";")]
    [InlineData("Action g = null; g ??= () => { " + A + "; }; _ = " + B + ";")]
    [InlineData("kept0 = () => { " + A + "; }; _ = " + B + ";")]
    [InlineData("var actions = new Action[1]; actions[0] = () => { " + A + "; }; _ = " + B + ";")]
    [InlineData("using var scope = new TransactionScope(); Action f = () => { " + A + "; _ = " + B + "; }; f();")]
    [InlineData("new System.Collections.Concurrent.ConcurrentQueue<Action>().Enqueue(() => { " + A + "; }); _ = " + B + ";")]
    [InlineData("new System.Collections.Concurrent.BlockingCollection<Action>().Add(() => { " + A + "; }); _ = " + B + ";")]
    public Task A_lambda_that_does_not_is_not(string body) => Check("M", body);

    [Theory]
    [InlineData("new List<int>(ids).ConvertAll(id => " + A + ");")]
    [InlineData("new List<int>(ids).FindAll(id => " + A + " > 1);")]
    [InlineData("new List<int>(ids).Find(id => " + A + " > 1);")]
    [InlineData("new List<int>(ids).Exists(id => " + A + " > 1);")]
    [InlineData("new List<int>(ids).RemoveAll(id => " + A + " > 1);")]
    [InlineData("new List<int>(ids).TrueForAll(id => " + A + " > 1);")]
    [InlineData("Array.ConvertAll(ids, id => " + A + ");")]
    [InlineData("Array.Exists(ids, id => " + A + " > 1);")]
    [InlineData("((IShelf)null).ForEachBook(() => " + A + ");")]
    [InlineData("ids.Any(id => " + A + " > 1);")]
    public Task A_lambda_that_runs_for_each_element_meets_itself(string body) => Check("{|MR1001:M|}", body);

    [Theory]
    [InlineData("((IShelf)null).ConvertAll(() => " + A + ");")]
    [InlineData("((IShelf)null).Find(() => " + A + ");")]
    [InlineData("((IShelf)null).For(() => " + A + ");")]
    [InlineData("Array.BinarySearch(ids, " + A + ");")]
    [InlineData("new List<int>(ids).Sort((a, b) => a.CompareTo(" + "b" + ")); _ = " + A + ";")]
    public Task One_of_another_type_or_member_runs_once(string body) => Check("M", body);

    [Theory]
    [InlineData("Add")]
    [InlineData("AddBook")]
    [InlineData("Map")]
    [InlineData("MapBook")]
    [InlineData("On")]
    [InlineData("OnBook")]
    [InlineData("Register")]
    [InlineData("Subscribe")]
    [InlineData("Use")]
    [InlineData("Configure")]
    [InlineData("Schedule")]
    [InlineData("Enqueue")]
    [InlineData("Queue")]
    [InlineData("Bind")]
    [InlineData("Handle")]
    [InlineData("When")]
    [InlineData("Setup")]
    [InlineData("Begin")]
    public Task A_registration_keeps_it_for_later(string member) =>
        Check("M", "IShelf shelf = null; shelf." + member + "(() => " + A + "); _ = " + B + ";");

    [Theory]
    [InlineData("Once")]
    [InlineData("Address")]
    [InlineData("Username")]
    [InlineData("Beginning")]
    [InlineData("Append")]
    [InlineData("AddOrUpdate")]
    public Task Any_other_call_runs_it(string member) =>
        Check("{|MR1001:M|}", "IShelf shelf = null; shelf." + member + "(() => " + A + "); _ = " + B + ";");

    [Theory]
    [InlineData(
        "new System.Collections.Concurrent.ConcurrentDictionary<int, int>().AddOrUpdate(1, k => " + A + ", (k, v) => v); _ = " + B + ";"
    )]
    [InlineData("new System.Collections.Concurrent.ConcurrentDictionary<int, int>().GetOrAdd(1, k => " + A + "); _ = " + B + ";")]
    public Task A_concurrent_collection_runs_it_before_it_returns(string body) => Check("{|MR1001:M|}", body);

    [Theory]
    [InlineData(6, "{|MR1001:M|}")]
    [InlineData(7, "M")]
    public Task A_lambda_in_a_lambda_is_followed_so_far(int depth, string name) =>
        Check(name, string.Concat(Enumerable.Repeat("Retry(() => ", depth)) + A + new string(')', depth) + "; _ = " + B + ";");

    [Fact]
    public Task One_after_the_other_is_followed_however_many_there_are() =>
        Check("{|MR1001:M|}", string.Concat(Enumerable.Repeat("Retry(() => 1); ", 8)) + "Retry(() => " + A + "); Retry(() => " + B + ");");

    [Fact]
    public Task A_local_function_reports_for_itself() =>
        ReadRules.Members(
            $$"""
                public void M(int[] ids)
                {
                    Inner();
                    void {|MR1001:Inner|}() { {{A}}; {{B}}; }
                    void One() { {{A}}; }
                    void Outer() { Within(); void {|MR1001:Within|}() { {{A}}; {{B}}; } }
                }
            """
        );

    [Fact]
    public Task A_local_function_in_a_lambda_reports_for_itself() =>
        ReadRules.Members(
            $$"""
                public Action M() => () =>
                {
                    Inner();
                    void {|MR1001:Inner|}() { {{A}}; {{B}}; }
                };
            """
        );

    private static Task Check(string name, string body) =>
        ReadRules.Members(
            $$"""
                private event EventHandler Changed;
                private Action kept0; private Func<int> keptInt; private Delegate kept1;
                private Action kept { set { } }

                public void {{name}}(bool x, int[] ids, Action<Func<int>> cache)
                {
                    {{body.Replace("kept = () => db", "keptInt = () => db", StringComparison.Ordinal)}}
                }

                private static T Retry<T>(Func<T> read) => read();
                            private interface IShelf
                {
                    void Add(Func<int> a); void AddBook(Func<int> a); void Map(Func<int> a); void MapBook(Func<int> a); void On(Func<int> a); void OnBook(Func<int> a); void Register(Func<int> a); void Subscribe(Func<int> a); void Use(Func<int> a);
                    void Configure(Func<int> a); void Schedule(Func<int> a); void Enqueue(Func<int> a); void Queue(Func<int> a); void Bind(Func<int> a); void Handle(Func<int> a); void When(Func<int> a); void Setup(Func<int> a); void Begin(Func<int> a);
                    void ForEachBook(Func<int> a); void ConvertAll(Func<int> a); void Find(Func<int> a); void For(Func<int> a); void Once(Func<int> a); void Address(Func<int> a); void Username(Func<int> a); void Beginning(Func<int> a); void Append(Func<int> a); void AddOrUpdate(Func<int> a);
                }
                private static void Keep(Action a) { }
                private static void OnChange(Func<int> a) { }
            """
        );
}
