using Microsoft.CodeAnalysis.CSharp;

namespace MonotonicReads.Generator.Tests.Shapes;

/// <summary>What the class itself can be.</summary>
internal static class TypeShapes
{
    public static IEnumerable<Shape> All { get; } =
    [
        new(
            "Generic class with every kind of constraint",
            "The wrapper has the same type parameters and constraints",
            LanguageVersion.CSharp9,
            """
            public class Row { public override string ToString() => "row"; }
            public sealed class Special : Row, IDisposable { public void Dispose() { } public override string ToString() => "special"; }
            public interface IRead<TKey, TItem, TBase, TMaybe, TNumber, TRaw>
                where TKey : notnull where TItem : TBase, IDisposable, new() where TBase : class where TMaybe : class? where TNumber : struct, IComparable<TNumber> where TRaw : unmanaged
            {
                TItem Get(TKey key, TNumber number, TRaw raw);
                TBase? Find(TKey key);
                TMaybe Same(TMaybe item);
            }
            public class Repo<TKey, TItem, TBase, TMaybe, TNumber, TRaw> : IRead<TKey, TItem, TBase, TMaybe, TNumber, TRaw>
                where TKey : notnull where TItem : TBase, IDisposable, new() where TBase : class where TMaybe : class? where TNumber : struct, IComparable<TNumber> where TRaw : unmanaged
            {
                [Monotonic] public TItem Get(TKey key, TNumber number, TRaw raw) { Db.Read("Get " + key + number + raw); return new TItem(); }
                [Monotonic] public TBase? Find(TKey key) { Db.Read("Find " + key); return null; }
                [Monotonic] public TMaybe Same(TMaybe item) { Db.Read("Same"); return item; }
            }
            public static class Script
            {
                public static Task Run() => Compare.Calls<IRead<string, Special, Row, string?, int, long>>(
                    new Repo<string, Special, Row, string?, int, long>(),
                    new ConsistentRepo<string, Special, Row, string?, int, long>(new()),
                    r => { Db.Say(r.Get("k", 1, 2)); Db.Say(r.Find("k")); Db.Say(r.Same(null)); });
            }
            """
        ),
        new(
            "Variant interface, closed by a class that is not generic",
            "Delegated under the closed interface",
            LanguageVersion.CSharp9,
            """
            public interface IMap<in TKey, out TItem> { TItem Get(TKey key); }
            public class Repo : IMap<object, string> { [Monotonic] public string Get(object key) { Db.Read("Get " + key); return "item"; } }
            public static class Script
            {
                public static Task Run() => Compare.Calls<IMap<string, object>>(new Repo(), new ConsistentRepo(new Repo()), r => Db.Say(r.Get("k")));
            }
            """
        ),
        new(
            "One generic interface implemented for two arguments",
            "Both forwarded, the second explicitly",
            LanguageVersion.CSharp9,
            """
            public interface IRead<T> { T? Get(T? key); int Count { get; } }
            public class Repo : IRead<string>, IRead<int>
            {
                [Monotonic] public string? Get(string? key) { Db.Read("text"); return key; }
                [Monotonic] public int Get(int key) { Db.Read("number"); return key; }
                int IRead<string>.Count { [Monotonic] get { Db.Read("texts"); return 1; } }
                int IRead<int>.Count { [Monotonic] get { Db.Read("numbers"); return 2; } }
            }
            public static class Script
            {
                public static async Task Run()
                {
                    await Compare.Calls<IRead<string>>(new Repo(), new ConsistentRepo(new Repo()), r => { Db.Say(r.Get("a")); Db.Say(r.Count); });
                    await Compare.Calls<IRead<int>>(new Repo(), new ConsistentRepo(new Repo()), r => { Db.Say(r.Get(3)); Db.Say(r.Count); });
                }
            }
            """
        ),
        new(
            "Internal class",
            "The wrapper is internal",
            LanguageVersion.CSharp9,
            """
            internal interface IRepo { int Get(); }
            internal sealed class Repo : IRepo { [Monotonic] public int Get() { Db.Read("Get"); return 1; } }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r => Db.Say(r.Get())); }
            """
        ),
        new(
            "Nested class, also in a generic one",
            "The containing names come first: ConsistentOuterRepo",
            LanguageVersion.CSharp9,
            """
            public interface IRepo<T> { T Get(T item); }
            public class Outer<T> { public class Repo<U> : IRepo<(T, U)> { [Monotonic] public (T, U) Get((T, U) item) { Db.Read("Get"); return item; } } }
            public static class Script { public static Task Run() => Compare.Calls<IRepo<(int, string)>>(new Outer<int>.Repo<string>(), new ConsistentOuterRepo<int, string>(new()), r => Db.Say(r.Get((1, "a")))); }
            """
        ),
        new(
            "Interface nested in the class",
            "Implemented where it is accessible",
            LanguageVersion.CSharp9,
            """
            public class Repo : Repo.IReads
            {
                public interface IReads { int Get(); }
                [Monotonic] public int Get() { Db.Read("Get"); return 1; }
            }
            public static class Script { public static Task Run() => Compare.Calls<Repo.IReads>(new Repo(), new ConsistentRepo(new Repo()), r => Db.Say(r.Get())); }
            """
        ),
        new(
            "Record behind an interface",
            "Delegated; equality stays the record's own",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { int Get(); int Size { get; } }
            public sealed record Repo(int Size) : IRepo { [Monotonic] public int Get() { Db.Read("Get"); return Size; } }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(3), new ConsistentRepo(new Repo(3)), r => { Db.Say(r.Get()); Db.Say(r.Size); }); }
            """
        ),
        new(
            "Required members",
            "Set on the class that is handed over; a derived wrapper inherits them",
            LanguageVersion.CSharp11,
            """
            public interface IRepo { string Get(); string Name { get; } }
            public class Repo : IRepo { public required string Name { get; init; } [Monotonic] public string Get() { Db.Read("Get"); return Name; } }
            public class Open { public required string Name { get; init; } [Monotonic] public virtual string Get() { Db.Read("Get"); return Name; } }
            public class Set { [SetsRequiredMembers] public Set(string name) => Name = name; public required string Name { get; init; } [Monotonic] public virtual string Get() { Db.Read("Get"); return Name; } }
            public static class Script
            {
                public static async Task Run()
                {
                    await Compare.Calls<IRepo>(new Repo { Name = "a" }, new ConsistentRepo(new Repo { Name = "a" }), r => { Db.Say(r.Get()); Db.Say(r.Name); });
                    await Compare.Calls<Open>(new Open { Name = "b" }, new ConsistentOpen { Name = "b" }, r => Db.Say(r.Get()));
                    await Compare.Calls<Set>(new Set("c"), new ConsistentSet("c"), r => Db.Say(r.Get()));
                }
            }
            """
        ),
        new(
            "Primary constructor",
            "Repeated by a derived wrapper",
            LanguageVersion.CSharp12,
            """
            public interface IRepo { int Get(); }
            public class Repo(int size) : IRepo { [Monotonic] public int Get() { Db.Read("Get"); return size; } }
            public class Open(int size, string name = "open") { [Monotonic] public virtual string Get() { Db.Read("Get"); return name + size; } }
            public static class Script
            {
                public static async Task Run()
                {
                    await Compare.Calls<IRepo>(new Repo(2), new ConsistentRepo(new Repo(2)), r => Db.Say(r.Get()));
                    await Compare.Calls<Open>(new Open(2), new ConsistentOpen(2), r => Db.Say(r.Get()));
                }
            }
            """
        ),
        new(
            "Several partial declarations, partial methods",
            "Seen as the one class that they are",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { int Get(); int Other(); }
            public partial class Repo { [Monotonic] public partial int Get(); }
            public partial class Repo : IRepo { public partial int Get() { Db.Read("Get"); return 1; } }
            public partial class Repo { [Monotonic] public int Other() { Db.Read("Other"); return 2; } }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r => { Db.Say(r.Get()); Db.Say(r.Other()); }); }
            """
        ),
        new(
            "Partial properties",
            "As partial methods",
            (LanguageVersion)1300,
            """
            public interface IRepo { int Size { get; } }
            public partial class Repo : IRepo { public partial int Size { [Monotonic] get; } }
            public partial class Repo { public partial int Size { get { Db.Read("Size"); return 1; } } }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r => Db.Say(r.Size)); }
            """
        ),
        new(
            "Partial constructors and events",
            "Repeated and forwarded",
            (LanguageVersion)1400,
            """
            public interface IRepo { int Get(); event Action? Changed; }
            public partial class Repo : IRepo { public partial Repo(int size); public partial event Action? Changed; }
            public partial class Repo
            {
                private readonly int _size;
                public partial Repo(int size) => _size = size;
                public partial event Action? Changed { add => Db.Touch("add"); remove => Db.Touch("remove"); }
                [Monotonic] public int Get() { Db.Read("Get"); return _size; }
            }
            public partial class Open { public partial Open(int size = 7); [Monotonic] public virtual int Get() { Db.Read("Get"); return Size; } }
            public partial class Open { public int Size { get; } public partial Open(int size) => Size = size; }
            public static class Script
            {
                public static async Task Run()
                {
                    await Compare.Calls<IRepo>(new Repo(1), new ConsistentRepo(new Repo(1)), r => { r.Changed += null; r.Changed -= null; Db.Say(r.Get()); });
                    await Compare.Calls<Open>(new Open(), new ConsistentOpen(), r => Db.Say(r.Get()));
                }
            }
            """
        ),
        new(
            "Names that clash across namespaces and arities",
            "Every name is written from global:: on",
            LanguageVersion.CSharp9,
            """
            namespace System { public class Task { } public class Guid { } }
            namespace MonotonicReads { public class ReadSession { } }
            namespace Left { public class Row { public override string ToString() => "left"; } }
            namespace Right { public class Row { public override string ToString() => "right"; } public class Row<T> { public override string ToString() => "right of " + typeof(T).Name; } }
            public interface IRepo { Left.Row A(Right.Row row); Right.Row<Left.Row> B(); global::System.Threading.Tasks.Task<int> C(); }
            public class Repo : IRepo
            {
                [global::MonotonicReads.Monotonic] public Left.Row A(Right.Row row) { Db.Read("A " + row); return new Left.Row(); }
                [global::MonotonicReads.Monotonic] public Right.Row<Left.Row> B() { Db.Read("B"); return new Right.Row<Left.Row>(); }
                [global::MonotonicReads.Monotonic] public global::System.Threading.Tasks.Task<int> C() { Db.Read("C"); return global::System.Threading.Tasks.Task.FromResult(1); }
            }
            public class Repo<T> : IRepo
            {
                [global::MonotonicReads.Monotonic] public Left.Row A(Right.Row row) { Db.Read("generic A"); return new Left.Row(); }
                public Right.Row<Left.Row> B() => new Right.Row<Left.Row>();
                public global::System.Threading.Tasks.Task<int> C() => global::System.Threading.Tasks.Task.FromResult(2);
            }
            public static class Script
            {
                public static async global::System.Threading.Tasks.Task Run()
                {
                    await Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), async r => { Db.Say(r.A(new Right.Row())); Db.Say(r.B()); Db.Say(await r.C()); });
                    await Compare.Calls<IRepo>(new Repo<int>(), new ConsistentRepo<int>(new Repo<int>()), async r => { Db.Say(r.A(new Right.Row())); Db.Say(r.B()); Db.Say(await r.C()); });
                }
            }
            """
        ),
        new(
            "Keywords as names",
            "Written with @ where C# needs it",
            LanguageVersion.CSharp9,
            """
            namespace @await { public class @class { public override string ToString() => "item"; } }
            public interface @interface
            {
                Task<@await.@class> @return(int @await, int @yield, int field, int value, int @async, int @var = 3);
                int @event { get; set; }
                int this[int field] { get; }
                T @default<T>(T @in);
                int @record(int @scoped, int @required, int @file, int @allows, int @extension, int @partial, int @where, int @dynamic);
                event Action? @lock;
            }
            public class @namespace : @interface
            {
                [Monotonic] public async Task<@await.@class> @return(int @await, int @yield, int field, int value, int @async, int @var = 3) { await Task.Yield(); Db.Read("return " + @await + @yield + field + value + @async + @var); return new @await.@class(); }
                public int @event { [Monotonic] get { Db.Read("event"); return 1; } set => Db.Touch("set event " + value); }
                public int this[int field] { [Monotonic] get { Db.Read("item"); return @field; } }
                [Monotonic] public T @default<T>(T @in) { Db.Read("default"); return @in; }
                [Monotonic] public int @record(int @scoped, int @required, int @file, int @allows, int @extension, int @partial, int @where, int @dynamic) { Db.Read("record"); return @scoped + @dynamic; }
                public event Action? @lock { add => Db.Touch("add lock"); remove => Db.Touch("remove lock"); }
            }
            public static class Script
            {
                public static Task Run() => Compare.Calls<@interface>(new @namespace(), new Consistentnamespace(new @namespace()), async r =>
                {
                    Db.Say(await r.@return(1, 2, 3, 4, 5)); r.@event = 2; Db.Say(r.@event); Db.Say(r[4]); Db.Say(r.@default("x")); Db.Say(r.@record(1, 2, 3, 4, 5, 6, 7, 8)); r.@lock += null; r.@lock -= null;
                });
            }
            """
        ),
        new(
            "Names that the wrapper itself uses",
            "The wrapper's own names give way",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { int _inner { get; } int session(int _inner, int session1); Task<int> Read { get; } Task<int> this[int Read] { get; } int ConsistentRepo(); string ToString(); }
            public class Repo : IRepo
            {
                public int _inner { get { Db.Touch("_inner"); return 1; } }
                [Monotonic] public int session(int _inner, int session1) { Db.Read("session"); return _inner + session1; }
                public Task<int> Read { [Monotonic] get { Db.Read("Read"); return Task.FromResult(2); } }
                public Task<int> this[int Read] { [Monotonic] get { Db.Read("item"); return Task.FromResult(Read); } }
                [Monotonic] public int ConsistentRepo() { Db.Read("ConsistentRepo"); return 4; }
                public override string ToString() => "a repository";
            }
            public static class Script
            {
                public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), async r =>
                {
                    Db.Say(r._inner); Db.Say(r.session(1, 2)); Db.Say(await r.Read); Db.Say(await r[3]); Db.Say(r.ConsistentRepo()); Db.Say(r.ToString());
                });
            }
            """
        ),
        new(
            "Interface from a referenced assembly",
            "Implemented like one of the project's own",
            LanguageVersion.CSharp9,
            """
            public class Repo : Contracts.IRepo<int>
            {
                [Monotonic] public int Get(int key, string? text, Contracts.Level level, params int[] rest) { Db.Read("Get " + key + text + level + rest.Length); return key; }
                public string Name { get; set; } = "x";
                public async Task<(int, string?)> PairAsync() { Db.Read("PairAsync"); await Task.Yield(); Db.Read("again"); return (1, null); }
            }
            public static class Script
            {
                public static Task Run() => Compare.Calls<Contracts.IRepo<int>>(new Repo(), new ConsistentRepo(new Repo()), async r =>
                {
                    Db.Say(r.Get(1)); Db.Say(r.Get(1, "b", Contracts.Level.Low, 1, 2)); r.Name = "y"; Db.Say(r.Name); Db.Say((await r.PairAsync()).Id); Db.Say(r.Twice(2));
                });
            }
            """
        )
        {
            Library = """
                using System.Threading.Tasks;
                namespace Contracts
                {
                    public enum Level { Low, High }
                    public interface IRepo<T>
                    {
                        T Get(T key, string? text = "a", Level level = Level.High, params int[] rest);
                        string Name { get; set; }
                        [MonotonicReads.Monotonic] Task<(int Id, string? Text)> PairAsync();
                        int Twice(int number) => 2 * number;
                    }
                }
                """,
        },
        new(
            "Without nullable annotations (#nullable disable)",
            "Repeated as the class is meant: neither ? nor a warning",
            LanguageVersion.CSharp9,
            """
            #nullable disable
            public interface IRepo { string Get(string key, List<string> keys = null); Task<string> GetAsync(); T Find<T>(T other) where T : class; string Name { get; set; } event EventHandler Went; }
            public class Repo : IRepo
            {
                [Monotonic] public string Get(string key, List<string> keys = null) { Db.Read("Get"); return key; }
                [Monotonic] public async Task<string> GetAsync() { Db.Read("GetAsync"); await Task.Yield(); Db.Read("again"); return null; }
                [Monotonic] public T Find<T>(T other) where T : class { Db.Read("Find"); return other; }
                public string Name { get; set; }
                public event EventHandler Went { add { } remove { } }
            }
            public static class Script
            {
                public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), async r =>
                {
                    Db.Say(r.Get(null)); Db.Say(await r.GetAsync()); Db.Say(r.Find("x")); r.Name = "n"; Db.Say(r.Name);
                });
            }
            """
        ),
        new(
            "Class without an interface",
            "A derived wrapper overrides the virtual annotated members and repeats the constructors",
            LanguageVersion.CSharp9,
            """
            public class Repo
            {
                private readonly string _text;
                public Repo(string text, int size = 3, params int[] rest) { _text = text + size + rest.Length; }
                internal Repo() : this("none") { }
                [Monotonic] public virtual async Task<string> GetAsync() { Db.Read("GetAsync"); await Task.Yield(); Db.Read("again"); return _text; }
                public virtual int Size { [Monotonic] get { Db.Read("Size"); return 1; } set => Db.Touch("set Size " + value); }
                [Monotonic] protected virtual T? Find<T>(T? item) where T : class { Db.Read("Find"); return item; }
                [Monotonic] public virtual async IAsyncEnumerable<int> StreamAsync() { for (var i = 0; i < 2; i++) { Db.Read("stream"); await Task.Yield(); yield return i; } }
                [Monotonic] public virtual ref readonly int Place(in int at) { Db.Read("Place"); return ref Numbers[at]; }
                public virtual int Plain() { Db.Touch("Plain"); return 1; }
                public string? Through(string? item) => Find(item);
                private static readonly int[] Numbers = { 4, 5 };
            }
            public static class Script
            {
                public static async Task Run()
                {
                    await Compare.Calls<Repo>(new Repo("a", 2, 1, 1), new ConsistentRepo("a", 2, 1, 1), async r =>
                    {
                        Db.Say(await r.GetAsync()); Db.Say(r.Size); r.Size = 2; Db.Say(r.Plain()); Db.Say(r.Through("x"));
                        await foreach (var i in r.StreamAsync()) { Db.Touch("item " + i); }
                        Db.Say("end"); Say(r);
                    });
                    await Compare.Calls<Repo>(new Repo("b"), new ConsistentRepo("b"), async r => Db.Say(await r.GetAsync()));
                    await Compare.Calls<Repo>(new Repo(), new ConsistentRepo(), async r => Db.Say(await r.GetAsync()));
                }
                private static void Say(Repo r) { ref readonly var place = ref r.Place(1); Db.Say(place); }
            }
            """
        ),
        new(
            "Class that derives from an annotated base",
            "One wrapper for each concrete class",
            LanguageVersion.CSharp9,
            """
            public abstract class Base<T> { [Monotonic] public abstract T Get(); [Monotonic] public virtual T Twice() { Db.Read("Twice"); return Get(); } [Monotonic] public virtual int Other() { Db.Read("Other"); return 1; } }
            public class Repo : Base<string> { public override string Get() { Db.Read("Get"); return "x"; } [Eventual("a test")] public sealed override int Other() { Db.Touch("sealed"); return 2; } }
            public static class Script { public static Task Run() => Compare.Calls<Base<string>>(new Repo(), new ConsistentRepo(), r => { Db.Say(r.Get()); Db.Say(r.Twice()); Db.Say(r.Other()); }); }
            """
        ),
    ];
}
