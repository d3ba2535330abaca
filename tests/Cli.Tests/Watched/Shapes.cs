namespace MonotonicReads.Cli.Tests.Watched;

/// <summary>
/// A program with a unit of every shape that a member can have, each with two reads that a helper sends on connections of its own. What
/// stands in <c>Runs</c> runs one of them.
/// </summary>
internal static class Shapes
{
    public const string File = "Shapes.cs";

    public const string Source = """
        #nullable enable
        using System;
        using System.Collections.Generic;
        using System.Data.Common;
        using System.Linq;
        using System.Threading.Tasks;
        using Dapper;
        using Microsoft.AspNetCore.Builder;
        using Microsoft.AspNetCore.Routing;

        Web.Build();
        var app = Web.App!;
        app.MapGet("/first", () => Db.One() + Db.One()); app.MapGet("/second", () => Db.One() + Db.One());
        app.MapGet("/third", async () =>
        {
            await Task.Yield();
            int Both() => Db.One() + Db.One();
            return Both();
        });
        app.MapPost("/fourth", async () =>
        {
            var read = async () => { await Task.Yield(); return Db.One(); };
            return await read() + await read();
        });
        int Local() => Db.One() + Db.One();
        Web.Local = Local;

        public static class Web
        {
            public static WebApplication? App;
            public static Func<int>? Local;
            public static void Build() => App = WebApplication.CreateSlimBuilder().Build();
        }

        public static class Db
        {
            public static DbDataSource Shop = null!;

            public static int One()
            {
                using var connection = Shop.OpenConnection();
                return connection.ExecuteScalar<int>("SELECT id FROM item");
            }
        }

        namespace Shop
        {
            public interface IPair<TKey, TValue>
            {
                int Get(TKey key);
                int Width { get; }
                int Twice() => Db.One() + Db.One();
            }

            public class Plain
            {
                public int Method(int id) => Db.One() + Db.One() + id;
                public int Method(string id) => Db.One() + Db.One() + id.Length;
                public async Task<int> LaterAsync() { await Task.Yield(); var one = Db.One(); await Task.Yield(); return one + Db.One(); }
                public async ValueTask<int> SoonAsync(int n) { await Task.Yield(); return Db.One() + Db.One() + n; }

                public IEnumerable<int> Iterator()
                {
                    yield return Db.One();
                    yield return Db.One();
                }

                public IEnumerable<int> Finally()
                {
                    try { yield return Db.One(); }
                    finally { Db.One(); }
                }

                public async IAsyncEnumerable<int> Stream()
                {
                    await Task.Yield();
                    yield return Db.One();
                    yield return Db.One();
                }

                public int Lambda(int n) => Enumerable.Range(0, n).Select(i => i + Db.One() + Db.One()).Sum();
                public int Captured() { var n = 1; Func<int> f = () => { Func<int> g = () => n + Db.One(); return g() + Db.One(); }; return f(); }

                public int Arity(int n) { Func<int> f = () => n + Db.One() + Db.One(); return f(); }
                public int Arity<T>(int n) { Func<int> f = () => n + Db.One() + Db.One(); return f(); }
                public int Arity<T>(T n, int m) { Func<int> f = () => m + Db.One() + Db.One(); return f(); }

                public int Outer()
                {
                    return First() + 1;
                    int First() { return Inner(); int Inner() => Db.One() + Db.One(); }
                }

                public int Siblings(bool first)
                {
                    return first ? First() : Second();
                    int First() { return Inner(); int Inner() => Db.One() + Db.One(); }
                    int Second() { return Inner(); int Inner() => Db.One() + Db.One(); }
                }

                public async Task<int> AsyncLocal()
                {
                    return await InnerAsync(1);
                    static async Task<int> InnerAsync<T>(T one) { await Task.Yield(); return Db.One() + Db.One(); }
                }

                public int InLambda() { Func<int> f = () => { return Inner(); int Inner() => Db.One() + Db.One(); }; return f(); }

                public int Property => Db.One() + Db.One();
                public int Accessors { get { return Db.One() + Db.One(); } set { Db.One(); Db.One(); } }
                public int this[int i] => Db.One() + Db.One() + i;
                public int this[string i] { get { return Db.One() + Db.One(); } set { Db.One(); Db.One(); } }
                public int this[Dictionary<string, int[]> i, int j] { get => Db.One() + Db.One(); set { Db.One(); Db.One(); } }
                public int ByLambda { get { Func<int> f = () => Db.One() + Db.One(); return f(); } }
                public event Action Changed { add { Db.One(); Db.One(); } remove { } }

                public static Plain operator +(Plain a, int b) { Db.One(); Db.One(); return a; }
                public static implicit operator int(Plain a) => Db.One() + Db.One();
                public static explicit operator string(Plain a) => "" + Db.One() + Db.One();
                public static explicit operator long(Plain a) => Db.One() + Db.One();

                public unsafe int Types(ref int a, out string b, in long c, int[][] d, int[,] e, List<(int, string)?> f, dynamic g, int* h, nint i)
                {
                    b = "";
                    return Db.One() + Db.One();
                }
            }

            public class Made { public Made() { } public Made(int n) { Db.One(); Db.One(); } }
            public class Field { public readonly int Both = Db.One() + Db.One(); }
            public class StaticField { public static readonly int Both = Db.One() + Db.One(); public static int Get() => Both; }
            public class AutoProperty { public int Both { get; } = Db.One() + Db.One(); }
            public class Called { public readonly int Both = Read(); static int Read() => Db.One() + Db.One(); }
            public class Kept
            {
                public readonly Func<int> First = () => Db.One() + Db.One();
                public Func<int> Second { get; } = () => Db.One() + Db.One();
                public static readonly Func<int> Shared = () => Db.One() + Db.One();
                public Kept() { }
                public Kept(int n) { Db.One(); Db.One(); }
            }
            public class Primary(int n) { public int Get() => Db.One() + Db.One() + n; }
            public record Row(int Id) { public int Get() => Db.One() + Db.One() + Id; }
            public struct Value { public readonly int Get() => Db.One() + Db.One(); }

            public class Explicit : IPair<int, string>, IPair<List<int>, int?>
            {
                int IPair<int, string>.Get(int key) => Db.One() + Db.One();
                int IPair<int, string>.Width => Db.One() + Db.One();
                int IPair<List<int>, int?>.Get(List<int> key) => Db.One() + Db.One();
                int IPair<List<int>, int?>.Width => 1;
            }

            public class Outer<T>
            {
                public class Inner<TOther>
                {
                    public int Get<TMore>(T a, TOther b, TMore c, Outer<int>.Inner<TMore>[] d) => Db.One() + Db.One();
                    public async Task<int> GetAsync<TMore>(T a, Dictionary<TOther, TMore>? b) where TMore : class
                    {
                        await Task.Yield();
                        Func<T, int> f = t => Db.One();
                        return f(a) + f(a);
                    }
                    public int this[T a] => Db.One() + Db.One();
                }
            }

            public class Base { public virtual int Get() => 1; }
            public class Derived : Base { public override int Get() => Db.One() + Db.One() + base.Get(); }
            public partial class Half { public partial int Get(); }
            public partial class Half { public partial int Get() => Db.One() + Db.One(); }

            public static class Extensions
            {
                public static int Twice(this string text) => Db.One() + Db.One() + text.Length;
            }

            public static class Runs
            {
                public static void MethodOfInt() => new Plain().Method(1);
                public static void MethodOfString() => new Plain().Method("");
                public static Task Later() => new Plain().LaterAsync();
                public static async Task Soon() => await new Plain().SoonAsync(1);
                public static void Iterator() => new Plain().Iterator().ToList();
                public static void Finally() => new Plain().Finally().ToList();
                public static async Task Stream() { await foreach (var _ in new Plain().Stream()) { } }
                public static void Lambda() => new Plain().Lambda(1);
                public static void Captured() => new Plain().Captured();
                public static void Arity0() => new Plain().Arity(1);
                public static void Arity1() => new Plain().Arity<string>(1);
                public static void Arity2() => new Plain().Arity("", 1);
                public static void Outer() => new Plain().Outer();
                public static void FirstSibling() => new Plain().Siblings(true);
                public static void SecondSibling() => new Plain().Siblings(false);
                public static Task AsyncLocal() => new Plain().AsyncLocal();
                public static void InLambda() => new Plain().InLambda();
                public static void Property() => _ = new Plain().Property;
                public static void Getter() => _ = new Plain().Accessors;
                public static void Setter() => new Plain().Accessors = 1;
                public static void IndexerOfInt() => _ = new Plain()[1];
                public static void IndexerOfString() => _ = new Plain()[""];
                public static void SetterOfString() => new Plain()[""] = 1;
                public static void IndexerOfMore() => _ = new Plain()[[], 1];
                public static void SetterOfMore() => new Plain()[[], 1] = 2;
                public static void ByLambda() => _ = new Plain().ByLambda;
                public static void Event() => new Plain().Changed += () => { };
                public static void Plus() => _ = new Plain() + 1;
                public static void ToInt() { int i = new Plain(); }
                public static void ToText() => _ = (string)new Plain();
                public static void ToLong() => _ = (long)new Plain();
                public static unsafe void Types() { var a = 1; var c = 1L; new Plain().Types(ref a, out _, in c, [], new int[0, 0], [], 1, null, 1); }
                public static void Constructor() => _ = new Made(1);
                public static void OfField() => _ = new Field();
                public static void OfStaticField() => StaticField.Get();
                public static void OfAutoProperty() => _ = new AutoProperty();
                public static void CalledOfField() => _ = new Called();
                public static void LambdaOfField() => new Kept().First();
                public static void LambdaOfProperty() => new Kept().Second();
                public static void LambdaOfStaticField() => Kept.Shared();
                public static void BesideFields() => _ = new Kept(1);
                public static void PrimaryConstructor() => new Primary(1).Get();
                public static void Record() => new Row(1).Get();
                public static void Struct() => new Value().Get();
                public static void ExplicitOfInt() => ((IPair<int, string>)new Explicit()).Get(1);
                public static void ExplicitOfList() => ((IPair<List<int>, int?>)new Explicit()).Get([]);
                public static void ExplicitProperty() => _ = ((IPair<int, string>)new Explicit()).Width;
                public static void Default() => ((IPair<int, string>)new Explicit()).Twice();
                public static void Nested() => new Outer<string>.Inner<int>().Get("", 1, 1L, []);
                public static Task NestedAsync() => new Outer<string>.Inner<int>().GetAsync<string>("", null);
                public static void NestedIndexer() => _ = new Outer<string>.Inner<int>()[""];
                public static void Override() => new Derived().Get();
                public static void Partial() => new Half().Get();
                public static void Extension() => "".Twice();
                public static void LocalOfMain() => Web.Local!();
            }
        }
        """;

    /// <summary>What runs, and the one unit of which it is.</summary>
    public static IReadOnlyDictionary<string, string> Units { get; } =
        new Dictionary<string, string>
        {
            ["MethodOfInt"] = "Plain.Method(int)",
            ["MethodOfString"] = "Plain.Method(string)",
            ["Later"] = "Plain.LaterAsync()",
            ["Soon"] = "Plain.SoonAsync(int)",
            ["Iterator"] = "Plain.Iterator()",
            ["Finally"] = "Plain.Finally()",
            ["Stream"] = "Plain.Stream()",
            ["Lambda"] = "Plain.Lambda(int)",
            ["Captured"] = "Plain.Captured()",
            ["Arity0"] = "Plain.Arity(int)",
            ["Arity1"] = "Plain.Arity<T>(int)",
            ["Arity2"] = "Plain.Arity<T>(T, int)",
            ["Outer"] = "First() › Inner",
            ["FirstSibling"] = "First() › Inner",
            ["SecondSibling"] = "Second() › Inner",
            ["AsyncLocal"] = "Plain.AsyncLocal() › InnerAsync",
            ["InLambda"] = "lambda expression › Inner",
            ["OfField"] = "Field.Both",
            ["OfStaticField"] = "StaticField.Both",
            ["OfAutoProperty"] = "AutoProperty.Both",
            ["CalledOfField"] = "Called.Read()",
            ["LambdaOfField"] = "Kept.First",
            ["LambdaOfProperty"] = "Kept.Second",
            ["LambdaOfStaticField"] = "Kept.Shared",
            ["BesideFields"] = "Kept.Kept(int)",
            ["Property"] = "Plain.Property",
            ["Getter"] = "Plain.Accessors.get",
            ["Setter"] = "Plain.Accessors.set",
            ["IndexerOfInt"] = "Plain.this[int]",
            ["IndexerOfString"] = "Plain.this[string].get",
            ["SetterOfString"] = "Plain.this[string].set",
            ["IndexerOfMore"] = "Plain.this[Dictionary<string, int[]>, int].get",
            ["SetterOfMore"] = "Plain.this[Dictionary<string, int[]>, int].set",
            ["ByLambda"] = "Plain.ByLambda.get",
            ["Event"] = "Plain.Changed.add",
            ["Plus"] = "Plain.operator +(Plain, int)",
            ["ToInt"] = "Plain.implicit operator int(Plain)",
            ["ToText"] = "Plain.explicit operator string(Plain)",
            ["ToLong"] = "Plain.explicit operator long(Plain)",
            ["Types"] = "Plain.Types",
            ["Constructor"] = "Made.Made(int)",
            ["PrimaryConstructor"] = "Primary.Get()",
            ["Record"] = "Row.Get()",
            ["Struct"] = "Value.Get()",
            ["ExplicitOfInt"] = "Explicit.Get(int)",
            ["ExplicitOfList"] = "Explicit.Get(List<int>)",
            ["ExplicitProperty"] = "Explicit.Width",
            ["Default"] = "IPair<TKey, TValue>.Twice()",
            ["Nested"] = "Outer<T>.Inner<TOther>.Get",
            ["NestedAsync"] = "Outer<T>.Inner<TOther>.GetAsync",
            ["NestedIndexer"] = "Outer<T>.Inner<TOther>.this[T]",
            ["Override"] = "Derived.Get()",
            ["Partial"] = "Half.Get()",
            ["Extension"] = "Extensions.Twice(string)",
            ["LocalOfMain"] = "<top-level-statements-entry-point> › Local",
        };
}
