using Microsoft.CodeAnalysis.CSharp;

namespace MonotonicReads.Generator.Tests.Shapes;

/// <summary>What members of the class and its interfaces can be.</summary>
internal static class MemberShapes
{
    public static IEnumerable<Shape> All { get; } =
    [
        new(
            "Properties",
            "Each accessor on its own: covered or passed straight through",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { int Both { get; set; } string Only { get; } int Write { set; } int Wider { get; } Task<int> Awaited { get; } }
            public class Repo : IRepo
            {
                private int _both;
                public int Both { [Monotonic] get { Db.Read("get"); return _both; } [Primary] set { Db.Read("set"); _both = value; } }
                public string Only { get { Db.Touch("Only"); return "x"; } }
                public int Write { [Monotonic] set => Db.Read("Write " + value); }
                public int Wider { [Monotonic] get { Db.Read("Wider"); return 1; } set { } }
                public Task<int> Awaited { [Monotonic] get { return Answer(); async Task<int> Answer() { Db.Read("a"); await Task.Yield(); Db.Read("b"); return 3; } } }
            }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), async r => { r.Both = 4; Db.Say("set"); Db.Say(r.Both); Db.Say(r.Only); r.Write = 5; Db.Say("set"); Db.Say(r.Wider); Db.Say(await r.Awaited); }); }
            """
        ),
        new(
            "init accessors of the class",
            "Set on the class that is handed over; a derived wrapper covers them",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { int Get(); int Size { get; } }
            public class Repo : IRepo { public int Size { get; init; } [Monotonic] public int Get() { Db.Read("Get"); return Size; } }
            public class Open { private int _size; public virtual int Size { get { Db.Touch("get"); return _size; } [Monotonic] init { Db.Read("init"); _size = value; } } }
            public static class Script
            {
                public static async Task Run()
                {
                    await Compare.Calls<IRepo>(new Repo { Size = 2 }, new ConsistentRepo(new Repo { Size = 2 }), r => { Db.Say(r.Get()); Db.Say(r.Size); });
                    await Compare.Runs(
                        () => { var r = new Open { Size = 3 }; Db.Say("made"); Db.Say(r.Size); return Task.CompletedTask; },
                        () => { Open r = new ConsistentOpen { Size = 3 }; Db.Say("made"); Db.Say(r.Size); return Task.CompletedTask; });
                }
            }
            """
        ),
        new(
            "Indexers",
            "As properties; also under another name and overloaded",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { string this[int id] { get; set; } int this[string a, in long b] { get; } }
            public interface INamed { [IndexerName("Entry")] int this[Guid id] { get; } }
            public class Repo : IRepo, INamed
            {
                private readonly Dictionary<int, string> _items = new();
                public string this[int id] { [Monotonic] get { Db.Read("get"); return _items[id]; } set { Db.Touch("set"); _items[id] = value; } }
                public int this[string a, in long b] { [Monotonic] get { Db.Read("two"); return a.Length + (int)b; } }
                int INamed.this[Guid id] { [Monotonic] get { Db.Read("named"); return 9; } }
            }
            public static class Script
            {
                public static async Task Run()
                {
                    await Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r => { r[1] = "x"; Db.Say(r[1]); Db.Say(r["ab", 3]); });
                    await Compare.Calls<INamed>(new Repo(), new ConsistentRepo(new Repo()), r => Db.Say(r[Guid.Empty]));
                }
            }
            """
        ),
        new(
            "Events",
            "Added to and removed from the class",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { event EventHandler<int>? Changed; event Action Went; void Raise(int number); }
            public class Repo : IRepo
            {
                public event EventHandler<int>? Changed;
                private Action? _went;
                event Action IRepo.Went { add { Db.Touch("add"); _went += value; } remove { Db.Touch("remove"); _went -= value; } }
                public void Raise(int number) { Db.Touch("Raise"); Changed?.Invoke(this, number); _went?.Invoke(); }
            }
            public interface IOther { [Monotonic] int Get(); }
            public class Both : Repo, IOther { public int Get() { Db.Read("Get"); return 1; } }
            public static class Script
            {
                public static Task Run() => Compare.Calls<IRepo>(new Both(), new ConsistentBoth(new Both()), r =>
                {
                    EventHandler<int> seen = (_, number) => Db.Touch("seen " + number);
                    Action went = () => Db.Touch("went");
                    r.Changed += seen; r.Went += went; r.Raise(1); r.Changed -= seen; r.Went -= went; r.Raise(2); Db.Say(((IOther)r).Get());
                });
            }
            """
        ),
        new(
            "Inherited interface members",
            "All interfaces of the class are implemented",
            LanguageVersion.CSharp9,
            """
            public interface IBase { int Count(); } public interface IMiddle<T> : IBase { T Get(); } public interface IRepo : IMiddle<string>, IDisposable { int Own(); }
            public abstract class Base : IMiddle<string> { [Monotonic] public virtual int Count() { Db.Read("Count"); return 1; } public abstract string Get(); }
            public class Repo : Base, IRepo { [Monotonic] public override string Get() { Db.Read("Get"); return "x"; } public int Own() { Db.Touch("Own"); return 2; } public override int Count() { Db.Read("override"); return 3; } public void Dispose() => Db.Touch("Dispose"); }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r => { Db.Say(r.Count()); Db.Say(r.Get()); Db.Say(r.Own()); Db.Say(((IBase)r).Count()); r.Dispose(); }); }
            """
        ),
        new(
            "Re-declared and hidden members",
            "Each reaches the implementation that the class would run",
            LanguageVersion.CSharp9,
            """
            public interface IBase { int Get(); string Name { get; } } public interface IRepo : IBase { new int Get(); new object Name { get; } }
            public class Base : IBase { [Monotonic] public int Get() { Db.Read("base"); return 1; } public string Name => "base"; }
            public class Repo : Base, IRepo { [Monotonic] public new int Get() { Db.Read("repo"); return 2; } public new object Name => "repo"; int IBase.Get() { Db.Touch("explicit"); return 3; } }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r => { Db.Say(r.Get()); Db.Say(((IBase)r).Get()); Db.Say(r.Name); Db.Say(((IBase)r).Name); }); }
            """
        ),
        new(
            "Explicit implementations",
            "Stay explicit",
            LanguageVersion.CSharp9,
            """
            public interface ILeft { Task<int> GetAsync(); int Count { get; } int this[string key] { get; } event Action? Went; }
            public interface IRight { Task<int> GetAsync(); T? Need<T>(T? item) where T : class; }
            public class Repo : ILeft, IRight
            {
                [Monotonic] async Task<int> ILeft.GetAsync() { Db.Read("left"); await Task.Yield(); Db.Read("left"); return 1; }
                [Primary] public async Task<int> GetAsync() { Db.Read("right"); await Task.Yield(); Db.Read("right"); return 2; }
                int ILeft.Count { [Monotonic] get { Db.Read("Count"); return 3; } }
                int ILeft.this[string key] { get { Db.Touch("item"); return 4; } }
                event Action? ILeft.Went { add => Db.Touch("add"); remove => Db.Touch("remove"); }
                [Monotonic] T? IRight.Need<T>(T? item) where T : class { Db.Read("Need"); return item; }
            }
            public static class Script
            {
                public static async Task Run()
                {
                    await Compare.Calls<ILeft>(new Repo(), new ConsistentRepo(new Repo()), async r => { Db.Say(await r.GetAsync()); Db.Say(r.Count); Db.Say(r["k"]); r.Went += null; r.Went -= null; });
                    await Compare.Calls<IRight>(new Repo(), new ConsistentRepo(new Repo()), async r => { Db.Say(await r.GetAsync()); Db.Say(r.Need<string>(null)); });
                }
            }
            """
        ),
        new(
            "Default interface members",
            "Forwarded, so that an override of the class still runs; annotated ones are covered",
            LanguageVersion.CSharp9,
            """
            public interface IRepo
            {
                Task<int> OneAsync();
                [Monotonic] async Task<int> TwoAsync() { Db.Read("two"); var one = await OneAsync(); Db.Read("two"); return 2 * one; }
                int Plain() { Db.Touch("default"); return 1; }
                int Replaced() { Db.Touch("never"); return 1; }
                static int Shared() => 3;
                sealed int Fixed() => Plain() + 1;
                private int Hidden() => 1;
            }
            public class Repo : IRepo { [Monotonic] public async Task<int> OneAsync() { Db.Read("one"); await Task.Yield(); Db.Read("one"); return 1; } public int Replaced() { Db.Touch("replaced"); return 4; } }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), async r => { Db.Say(await r.OneAsync()); Db.Say(await r.TwoAsync()); Db.Say(r.Plain()); Db.Say(r.Replaced()); Db.Say(r.Fixed()); }); }
            """
        ),
        new(
            "Annotation on the interface, the type, the base member",
            "The nearest one counts",
            LanguageVersion.CSharp9,
            """
            [Monotonic] public interface IRepo { int A(); [Primary] int B(); int C(); [Eventual("a test")] int D(); }
            public class Repo : IRepo { public int A() => Level("A"); public int B() => Level("B"); [Causal] public int C() => Level("C"); public int D() { Db.Touch("D"); return 0; } private static int Level(string what) { Db.Read(what); return 1; } }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r => { Db.Say(r.A()); Db.Say(r.B()); Db.Say(r.C()); Db.Say(r.D()); }); }
            """
        ),
        new(
            "Obsolete members and types",
            "The attribute is repeated; naming an obsolete type gives no warning",
            LanguageVersion.CSharp9,
            """
            [Obsolete("old")] public class Row { }
            public interface IRepo
            {
                [Obsolete("use B")] int A();
                [Obsolete("gone", true)] int C();
                [Obsolete] int P { get; }
            #pragma warning disable CS0618
                int R(Row? row);
            #pragma warning restore CS0618
            }
            public class Repo : IRepo
            {
                [Monotonic, Obsolete("use B")] public int A() { Db.Read("A"); return 1; }
                [Monotonic, Obsolete("gone", true)] public int C() { Db.Read("C"); return 2; }
                [Obsolete] public int P { [Monotonic] get { Db.Read("P"); return 3; } }
            #pragma warning disable CS0618
                [Monotonic] public int R(Row? row) { Db.Read("R"); return 4; }
            #pragma warning restore CS0618
            }
            public static class Script
            {
            #pragma warning disable CS0612, CS0618
                public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r => { Db.Say(r.A()); Db.Say(r.P); Db.Say(r.R(null)); Db.Say(typeof(IRepo).GetMethod("C")!.Invoke(r, null)); });
            #pragma warning restore CS0612, CS0618
            }
            """
        ),
        new(
            "Experimental members and types",
            "The attribute is repeated; naming an experimental type gives no diagnostic",
            LanguageVersion.CSharp9,
            """
            [Experimental("EXP2")] public class Row { }
            public interface IRepo
            {
                [Experimental("EXP1")] int A();
            #pragma warning disable EXP2
                int R(Row? row);
            #pragma warning restore EXP2
            }
            public class Repo : IRepo
            {
                [Monotonic, Experimental("EXP1")] public int A() { Db.Read("A"); return 1; }
            #pragma warning disable EXP2
                [Monotonic] public int R(Row? row) { Db.Read("R"); return 2; }
            #pragma warning restore EXP2
            }
            public static class Script
            {
            #pragma warning disable EXP1, EXP2
                public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r => { Db.Say(r.A()); Db.Say(r.R(null)); });
            #pragma warning restore EXP1, EXP2
            }
            """
        ),
        new(
            "IDisposable and IAsyncDisposable",
            "Forwarded, outside any session",
            LanguageVersion.CSharp9,
            """
            public interface IRepo : IDisposable, IAsyncDisposable { int Get(); }
            [Monotonic] public sealed class Repo : IRepo
            {
                public int Get() { Db.Read("Get"); return 1; }
                public void Dispose() => Db.Touch("Dispose");
                public async ValueTask DisposeAsync() { Db.Touch("DisposeAsync"); await Task.Yield(); Db.Touch("DisposeAsync"); }
            }
            public static class Script
            {
                public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), async r =>
                {
                    using (r) { Db.Say(r.Get()); }
                    await using (r) { Db.Say(r.Get()); }
                    await using (r.ConfigureAwait(false)) { }
                });
            }
            """
        ),
        new(
            "Members of object in an interface",
            "Forwarded explicitly",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { string ToString(); bool Equals(object? other); int GetHashCode(); int Get(); }
            public class Repo : IRepo { [Monotonic] public int Get() { Db.Read("Get"); return 1; } public override string ToString() => "a repository"; public override bool Equals(object? other) => other is 5; public override int GetHashCode() => 6; }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r => { Db.Say(r.Get()); Db.Say(r.ToString()); Db.Say(r.Equals(5)); Db.Say(r.GetHashCode()); }); }
            """
        ),
        new(
            "Internal members of a public interface",
            "Implemented explicitly",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { int Get(); internal int Near(); int Size { get; internal set; } }
            public class Repo : IRepo
            {
                private int _size;
                [Monotonic] public int Get() { Db.Read("Get"); return 1; }
                int IRepo.Near() { Db.Touch("Near"); return 2; }
                int IRepo.Size { get => _size; set => _size = value; }
            }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r => { Db.Say(r.Get()); Db.Say(r.Near()); r.Size = 3; Db.Say(r.Size); }); }
            """
        ),
        new(
            "Several calls that throw",
            "The exception comes through; the session ends",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { int Now(); Task<int> LaterAsync(); Task<int> AtOnceAsync(); IAsyncEnumerable<int> StreamAsync(); }
            public class Repo : IRepo
            {
                [Monotonic] public int Now() { Db.Read("Now"); throw new InvalidOperationException("now"); }
                [Monotonic] public async Task<int> LaterAsync() { Db.Read("Later"); await Task.Yield(); Db.Read("Later"); throw new InvalidOperationException("later"); }
                [Monotonic] public Task<int> AtOnceAsync() { Db.Read("AtOnce"); throw new InvalidOperationException("at once"); }
                [Monotonic] public async IAsyncEnumerable<int> StreamAsync() { Db.Read("Stream"); await Task.Yield(); yield return 1; throw new InvalidOperationException("in the middle"); }
            }
            public static class Script
            {
                public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), async r =>
                {
                    Db.Fails(() => r.Now()); await Db.FailsAsync(() => r.LaterAsync()); await Db.FailsAsync(() => r.AtOnceAsync());
                    await Db.FailsAsync(async () => { await foreach (var i in r.StreamAsync()) { Db.Touch("item " + i); } });
                });
            }
            """
        ),
    ];
}
