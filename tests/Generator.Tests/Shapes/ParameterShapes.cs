using Microsoft.CodeAnalysis.CSharp;

namespace MonotonicReads.Generator.Tests.Shapes;

/// <summary>What parameters and type parameters of a member can be.</summary>
internal static class ParameterShapes
{
    public static IEnumerable<Shape> All { get; } =
    [
        new(
            "Generic method with every kind of constraint",
            "Same constraints; an explicit implementation inherits them",
            LanguageVersion.CSharp9,
            """
            public interface IRepo
            {
                T A<T>(T item) where T : notnull;
                T? B<T>(T? item) where T : class;
                T? C<T>(T? item) where T : struct;
                T D<T>(T item) where T : unmanaged;
                T E<T>() where T : Exception, IEnumerable, new();
                U F<T, U>(T item, Func<T, U> map) where U : class?, IComparable<U> where T : U;
                T? G<T>(T? item);
            }
            public class Repo : IRepo
            {
                [Monotonic] public T A<T>(T item) where T : notnull { Db.Read("A"); return item; }
                [Monotonic] public T? B<T>(T? item) where T : class { Db.Read("B"); return item; }
                [Monotonic] public T? C<T>(T? item) where T : struct { Db.Read("C"); return item; }
                [Monotonic] public T D<T>(T item) where T : unmanaged { Db.Read("D"); return item; }
                [Monotonic] public T E<T>() where T : Exception, IEnumerable, new() { Db.Read("E"); return new T(); }
                [Monotonic] public U F<T, U>(T item, Func<T, U> map) where U : class?, IComparable<U> where T : U { Db.Read("F"); return map(item); }
                [Monotonic] T? IRepo.G<T>(T? item) where T : default { Db.Read("G"); return item; }
            }
            public class Fault : Exception, IEnumerable { public IEnumerator GetEnumerator() => throw new NotSupportedException(); public override string Message => "fault"; }
            public static class Script
            {
                public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r =>
                {
                    Db.Say(r.A(1)); Db.Say(r.B("b")); Db.Say(r.C<int>(null)); Db.Say(r.D(2.5)); Db.Say(r.E<Fault>()); Db.Say(r.F<string, string>("f", t => t + t)); Db.Say(r.G<string>(null));
                });
            }
            """
        ),
        new(
            "Type parameter that would hide the wrapper's",
            "Renamed",
            LanguageVersion.CSharp9,
            """
            #pragma warning disable CS0693
            public interface IRepo { T Get<T>(T item); }
            public class Repo<T> : IRepo { [Monotonic] T IRepo.Get<T>(T item) { Db.Read("Get " + typeof(T).Name); return item; } }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo<int>(), new ConsistentRepo<int>(new()), r => Db.Say(r.Get("x"))); }
            """
        ),
        new(
            "allows ref struct",
            "Repeated",
            (LanguageVersion)1300,
            """
            public interface IRepo { int Measure<T>(T item) where T : ISized, allows ref struct; int Both<T>(scoped T item, int by) where T : ISized, allows ref struct; }
            public interface ISized { int Size { get; } }
            public ref struct Slice(Span<int> items) : ISized { private readonly Span<int> _items = items; public int Size => _items.Length; }
            public class Repo : IRepo
            {
                [Monotonic] public int Measure<T>(T item) where T : ISized, allows ref struct { Db.Read("Measure"); return item.Size; }
                [Monotonic] int IRepo.Both<T>(scoped T item, int by) { Db.Read("Both"); return item.Size * by; }
            }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r => { Db.Say(r.Measure(new Slice(new int[3]))); Db.Say(r.Both(new Slice(new int[3]), 2)); }); }
            """
        ),
        new(
            "allows ref struct on a type",
            "Repeated",
            (LanguageVersion)1300,
            """
            public interface IRepo<T> where T : allows ref struct { int Measure(T item, Func<T, int> by); }
            public class Repo<T> : IRepo<T> where T : allows ref struct { [Monotonic] public int Measure(T item, Func<T, int> by) { Db.Read("Measure"); return by(item); } }
            public static class Script { public static Task Run() => Compare.Calls<IRepo<Span<int>>>(new Repo<Span<int>>(), new ConsistentRepo<Span<int>>(new()), r => Db.Say(r.Measure(new int[3], s => s.Length))); }
            """
        ),
        new(
            "ref, in and out parameters",
            "Passed by reference; not together with a result that outlives the call",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { int Get(ref int a, in int b, out int c); bool TryGet(int id, [NotNullWhen(true)] out string? text); void Swap<T>(ref T a, ref T b); }
            public class Repo : IRepo
            {
                [Monotonic] public int Get(ref int a, in int b, out int c) { Db.Read("Get " + a + b); a += b; c = a; return a + c; }
                [Monotonic] public bool TryGet(int id, [NotNullWhen(true)] out string? text) { Db.Read("TryGet"); text = id > 0 ? "x" : null; return id > 0; }
                [Monotonic] public void Swap<T>(ref T a, ref T b) { Db.Read("Swap"); (a, b) = (b, a); }
            }
            public static class Script
            {
                public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r =>
                {
                    int a = 1, b = 2; Db.Say(r.Get(ref a, b, out var c)); Db.Say((a, b, c));
                    Db.Say(r.TryGet(1, out var text)); Db.Say(text); r.Swap(ref a, ref b); Db.Say((a, b));
                });
            }
            """
        ),
        new(
            "ref readonly parameters",
            "Passed by reference",
            LanguageVersion.CSharp12,
            """
            public interface IRepo { int Get(ref readonly int a, in long b); }
            public class Repo : IRepo { [Monotonic] public int Get(ref readonly int a, in long b) { Db.Read("Get"); return Unsafe.AreSame(in a, in Script.Place) ? a : -1; } }
            public static class Script
            {
                public static int Place = 7;
                public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r => Db.Say(r.Get(in Place, 2)));
            }
            """
        ),
        new(
            "scoped parameters",
            "Repeated",
            LanguageVersion.CSharp11,
            """
            public interface IRepo { Span<int> Cut(Span<int> from, scoped ReadOnlySpan<int> by); int Seen(scoped ref int at); }
            public class Repo : IRepo
            {
                [Monotonic] public Span<int> Cut(Span<int> from, scoped ReadOnlySpan<int> by) { Db.Read("Cut"); return from.Slice(by.Length); }
                [Monotonic] public int Seen(scoped ref int at) { Db.Read("Seen"); return at++; }
            }
            public static class Script
            {
                public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r =>
                {
                    Span<int> by = stackalloc int[1]; Db.Say(r.Cut(new[] { 1, 2, 3 }, by).ToArray()); var at = 3; Db.Say(r.Seen(ref at)); Db.Say(at);
                });
            }
            """
        ),
        new(
            "params arrays",
            "Repeated",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { int Sum(string name, params int[] values); Task<int> CountAsync(params object?[] items); int this[params string[] keys] { get; } }
            public class Repo : IRepo
            {
                [Monotonic] public int Sum(string name, params int[] values) { Db.Read("Sum"); return values.Sum(); }
                [Monotonic] public Task<int> CountAsync(params object?[] items) { Db.Read("CountAsync"); return Task.FromResult(items.Length); }
                public int this[params string[] keys] { [Monotonic] get { Db.Read("item"); return keys.Length; } }
            }
            public static class Script
            {
                public static async Task Run()
                {
                    await Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), async r => { Db.Say(r.Sum("a")); Db.Say(r.Sum("a", 1, 2)); Db.Say(await r.CountAsync(1, null)); Db.Say(r["a", "b"]); });
                    await Compare.Runs(
                        () => { Db.Say(new Repo().Sum("a", 1, 2)); return Task.CompletedTask; },
                        () => { Db.Say(new ConsistentRepo(new Repo()).Sum("a", 1, 2)); return Task.CompletedTask; });
                }
            }
            """
        ),
        new(
            "params collections",
            "Repeated",
            (LanguageVersion)1300,
            """
            public interface IRepo { int Sum(params ReadOnlySpan<int> values); int Count(params IEnumerable<string> names); Task<int> ListAsync(params List<int> items); }
            public class Repo : IRepo
            {
                [Monotonic] public int Sum(params ReadOnlySpan<int> values) { Db.Read("Sum"); return values.Length; }
                [Monotonic] public int Count(params IEnumerable<string> names) { Db.Read("Count"); return names.Count(); }
                [Monotonic] public Task<int> ListAsync(params List<int> items) { Db.Read("ListAsync"); return Task.FromResult(items.Count); }
            }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), async r => { Db.Say(r.Sum(1, 2, 3)); Db.Say(r.Count("a")); Db.Say(await r.ListAsync(1, 2)); }); }
            """
        ),
        new(
            "Default values",
            "Repeated, and the same through wrapper and interface",
            LanguageVersion.CSharp9,
            """
            public enum Order { Up, Down = 5 }
            public interface IRepo
            {
                string Get(int a = -1, long b = 5_000_000_000, double c = 0.5, float d = float.NaN, decimal e = 1.10m, string? f = "q\"\\\n\u0130", char g = '\'', bool h = true, Order i = Order.Down, Order j = (Order)9, int? k = 3, Guid l = default, string? m = null, byte n = 255, ulong o = ulong.MaxValue, double p = double.NegativeInfinity, CancellationToken q = default);
                Task<int> GetAsync(int size = 20, DayOfWeek? day = null);
                int this[int at, int by = 4] { get; }
            }
            public class Repo : IRepo
            {
                [Monotonic] public string Get(int a = -1, long b = 5_000_000_000, double c = 0.5, float d = float.NaN, decimal e = 1.10m, string? f = "q\"\\\n\u0130", char g = '\'', bool h = true, Order i = Order.Down, Order j = (Order)9, int? k = 3, Guid l = default, string? m = null, byte n = 255, ulong o = ulong.MaxValue, double p = double.NegativeInfinity, CancellationToken q = default) { Db.Read("Get"); return FormattableString.Invariant($"{a}|{b}|{c}|{d}|{e}|{f}|{g}|{h}|{i}|{j}|{k}|{l}|{m}|{n}|{o}|{p}"); }
                [Monotonic] public Task<int> GetAsync(int size = 20, DayOfWeek? day = null) { Db.Read("GetAsync"); return Task.FromResult(size); }
                public int this[int at, int by = 4] { [Monotonic] get { Db.Read("item"); return at * by; } }
            }
            public static class Script
            {
                public static async Task Run()
                {
                    await Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), async r => { Db.Say(r.Get()); Db.Say(r.Get(c: 2)); Db.Say(await r.GetAsync()); Db.Say(r[3]); });
                    await Compare.Runs(
                        async () => { var r = new Repo(); Db.Say(r.Get()); Db.Say(r.Get(c: 2)); Db.Say(await r.GetAsync()); Db.Say(r[3]); },
                        async () => { var r = new ConsistentRepo(new Repo()); Db.Say(r.Get()); Db.Say(r.Get(c: 2)); Db.Say(await r.GetAsync()); Db.Say(r[3]); });
                }
            }
            """
        ),
        new(
            "Optional parameters without a default value",
            "Optional in the interface; in the wrapper an argument is given",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { int Get([Optional] int a, [Optional, DefaultParameterValue(4)] int b); string When([Optional, DateTimeConstant(1)] DateTime at); }
            public class Repo : IRepo
            {
                [Monotonic] public int Get([Optional] int a, [Optional, DefaultParameterValue(4)] int b) { Db.Read("Get"); return a + b; }
                [Monotonic] public string When([Optional, DateTimeConstant(1)] DateTime at) { Db.Read("When"); return at.Ticks.ToString(System.Globalization.CultureInfo.InvariantCulture); }
            }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r => { Db.Say(r.Get()); Db.Say(r.Get(1)); Db.Say(r.When()); }); }
            """
        ),
        new(
            "Caller information",
            "Repeated, so that the wrapper's caller is the one that is named",
            LanguageVersion.CSharp10,
            """
            public interface IRepo { string Get(int id, [CallerMemberName] string? who = null, [CallerLineNumber] int line = 0, [CallerFilePath] string path = "", [CallerArgumentExpression("id")] string text = ""); }
            public class Repo : IRepo { [Monotonic] public string Get(int id, [CallerMemberName] string? who = null, [CallerLineNumber] int line = 0, [CallerFilePath] string path = "", [CallerArgumentExpression("id")] string text = "") { Db.Read("Get"); return who + (line > 0) + path + text; } }
            public static class Script
            {
                public static async Task Run()
                {
                    await Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r => Db.Say(r.Get(1 + 1)));
                    await Compare.Runs(
                        () => { Db.Say(new Repo().Get(2 + 2)); return Task.CompletedTask; },
                        () => { Db.Say(new ConsistentRepo(new Repo()).Get(2 + 2)); return Task.CompletedTask; });
                }
            }
            """
        ),
        new(
            "Tuples with names",
            "Names repeated",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { (int Id, string? Name) Get((int A, (long B, string C) More) key); Task<List<(int Id, int Count)>> AllAsync(IReadOnlyList<(int From, int To)?> spans); }
            public class Repo : IRepo
            {
                [Monotonic] public (int Id, string? Name) Get((int A, (long B, string C) More) key) { Db.Read("Get"); return (key.A, key.More.C); }
                [Monotonic] public Task<List<(int Id, int Count)>> AllAsync(IReadOnlyList<(int From, int To)?> spans) { Db.Read("AllAsync"); return Task.FromResult(new List<(int Id, int Count)> { (1, spans.Count) }); }
            }
            public static class Script
            {
                public static async Task Run()
                {
                    await Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), async r => { Db.Say(r.Get((1, (2, "c"))).Name); Db.Say((await r.AllAsync(new (int, int)?[] { null }))[0].Count); });
                    await Compare.Runs(
                        () => { Db.Say(new Repo().Get((1, (2, "c"))).Id); return Task.CompletedTask; },
                        () => { Db.Say(new ConsistentRepo(new Repo()).Get((1, (2, "c"))).Id); return Task.CompletedTask; });
                }
            }
            """
        ),
        new(
            "dynamic",
            "Passed on as object, so that nothing is bound anew",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { dynamic Get(dynamic key); Task<dynamic?> GetAsync(List<dynamic> keys); dynamic? Name { get; set; } T Same<T>(T item, dynamic other); }
            public class Repo : IRepo
            {
                private dynamic? _name = "n";
                [Monotonic] public dynamic Get(dynamic key) { Db.Read("object"); return key; }
                public string Get(string key) => throw new InvalidOperationException("the wrong overload");
                [Monotonic] public Task<dynamic?> GetAsync(List<dynamic> keys) { Db.Read("GetAsync"); return Task.FromResult<dynamic?>(keys[0]); }
                public dynamic? Name { [Monotonic] get { Db.Read("Name"); return _name; } set => _name = value; }
                [Monotonic] public T Same<T>(T item, dynamic other) { Db.Read("Same"); return item; }
            }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), async r => { Db.Say((object)r.Get((object)"text")); Db.Say((object?)await r.GetAsync(new List<dynamic> { 1 })); r.Name = "m"; Db.Say((object?)r.Name); Db.Say(r.Same(1, "x")); }); }
            """
        ),
        new(
            "Nullable annotations and flow attributes",
            "Repeated; class and interface may differ",
            LanguageVersion.CSharp9,
            """
            public interface IRepo
            {
                [return: MaybeNull] T First<T>();
                [return: NotNullIfNotNull("x")] string? Echo(string? x);
                [AllowNull] string Text { get; set; }
                Dictionary<string, List<int?>?> Map(string?[]?[] jagged, int[,] grid);
                string? Find([DisallowNull] string? key);
                Task<string?>? Maybe();
            }
            public class Repo : IRepo
            {
                private string _text = "t";
                [Monotonic] [return: MaybeNull] public T First<T>() { Db.Read("First"); return default; }
                [Monotonic] [return: NotNullIfNotNull("x")] public string? Echo(string? x) { Db.Read("Echo"); return x; }
                [AllowNull] public string Text { [Monotonic] get { Db.Read("Text"); return _text; } set => _text = value ?? "none"; }
                [Monotonic] public Dictionary<string, List<int?>?> Map(string?[]?[] jagged, int[,] grid) { Db.Read("Map"); return new() { ["a"] = null }; }
                [Monotonic] public string Find(string? key) { Db.Read("Find"); return key ?? ""; }
                [Monotonic] public Task<string?> Maybe() { Db.Read("Maybe"); return Task.FromResult<string?>(null); }
            }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), async r => { Db.Say(r.First<string>()); Db.Say(r.Echo("e").Length); r.Text = null; Db.Say(r.Text); Db.Say(r.Map(new string?[]?[] { null }, new int[1, 1]).Count); Db.Say(r.Find("f")); Db.Say(await r.Maybe()!); }); }
            """
        ),
        new(
            "Pointers and function pointers",
            "The member is unsafe",
            LanguageVersion.CSharp9,
            """
            public unsafe interface IRepo { int* Raw(int* start, delegate*<int, int> map); void*[] Many { get; } nint Native(nuint size); }
            public unsafe class Repo : IRepo
            {
                [Monotonic] public int* Raw(int* start, delegate*<int, int> map) { Db.Read("Raw"); *start = map(*start); return start; }
                public void*[] Many { [Monotonic] get { Db.Read("Many"); return new void*[2]; } }
                [Monotonic] public nint Native(nuint size) { Db.Read("Native"); return (nint)size; }
            }
            public static unsafe class Script
            {
                private static int Twice(int number) => 2 * number;
                public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r => { var number = 4; Db.Say(*r.Raw(&number, &Twice)); Db.Say(r.Many.Length); Db.Say(r.Native(3)); });
            }
            """
        ),
        new(
            "Key of a session, by parameter and by path",
            "The UUID is derived from the argument",
            LanguageVersion.CSharp9,
            """
            public class Customer { public Guid Id { get; set; } public Address? Home { get; set; } }
            public class Address { public string City { get; set; } = ""; }
            public interface IRepo { Task<Guid?> ById(Guid id); Task<Guid?> ByPath(Customer customer); Task<Guid?> ByCity(Customer request); }
            public class Repo : IRepo
            {
                [Monotonic(Key = "id")] public Task<Guid?> ById(Guid id) { Db.Read("ById"); return Task.FromResult(ReadSession.Current?.Id); }
                [Monotonic(Key = "customer.Id")] public Task<Guid?> ByPath(Customer customer) { Db.Read("ByPath"); return Task.FromResult(ReadSession.Current?.Id); }
                [Monotonic(Key = "customer.Home.City")] public Task<Guid?> ByCity(Customer customer) { Db.Read("ByCity"); return Task.FromResult(ReadSession.Current?.Id); }
            }
            public static class Script
            {
                public static async Task Run()
                {
                    var guid = new Guid("01234567-89ab-cdef-0123-456789abcdef");
                    var customer = new Customer { Id = guid, Home = new Address { City = "42" } };
                    await Compare.Runs(
                        async () => { var r = new Repo(); await r.ById(guid); Db.Say("1d7d5f54-317a-5751-8709-b1b700b5dafa"); await r.ByCity(customer); Db.Say("4e2eb12f-f36d-5a76-ac0b-5a676d17cc0a"); },
                        async () => { var r = new ConsistentRepo(new Repo()); Db.Say((await r.ById(guid)).ToString()); Db.Say((await r.ByCity(customer)).ToString()); });
                    Db.Check(await new ConsistentRepo(new Repo()).ByCity(new Customer { Home = new Address { City = "7" } }) is { } other && other != guid, "another key is another session");
                    try { await new ConsistentRepo(new Repo()).ByCity(new Customer()); } catch (ArgumentNullException) { return; }
                    throw new Exception("null is no key");
                }
            }
            """
        ),
    ];
}
