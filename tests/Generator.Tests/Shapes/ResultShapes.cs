using Microsoft.CodeAnalysis.CSharp;

namespace MonotonicReads.Generator.Tests.Shapes;

/// <summary>What members can return, and how long the session has to be held for it.</summary>
internal static class ResultShapes
{
    public static IEnumerable<Shape> All { get; } =
    [
        new(
            "void",
            "The session spans the call",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { void Go(int id); }
            public class Repo : IRepo { [Monotonic] public void Go(int id) { Db.Read("Go " + id); Db.Read("again"); } }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r => { r.Go(1); Db.Say("gone"); r.Go(2); Db.Say("gone"); }); }
            """
        ),
        new(
            "Values",
            "The session spans the call",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { int Number(); string? Text(); List<int> Items(); int? Maybe(); (int, string) Pair(); object? Any(); Func<int> Later(); }
            public class Repo : IRepo
            {
                [Monotonic] public int Number() { Db.Read("a"); Db.Read("b"); return 1; }
                [Monotonic] public string? Text() { Db.Read("a"); return null; }
                [Monotonic] public List<int> Items() { Db.Read("a"); return new() { 1, 2 }; }
                [Monotonic] public int? Maybe() { Db.Read("a"); return null; }
                [Monotonic] public (int, string) Pair() { Db.Read("a"); return (1, "b"); }
                [Monotonic] public object? Any() { Db.Read("a"); return 3; }
                [Monotonic] public Func<int> Later() { Db.Read("a"); return () => 4; }
            }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r => { Db.Say(r.Number()); Db.Say(r.Text()); Db.Say(r.Items()); Db.Say(r.Maybe()); Db.Say(r.Pair()); Db.Say(r.Any()); Db.Say(r.Later()()); }); }
            """
        ),
        new(
            "Task and Task<T>",
            "Until the task has ended",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { Task GoAsync(); Task<int> GetAsync(int id, CancellationToken token = default); Task<T?> FindAsync<T>(T? item) where T : class; }
            public class Repo : IRepo
            {
                [Monotonic] public async Task GoAsync() { Db.Read("a"); await Task.Yield(); Db.Read("b"); }
                [Monotonic] public async Task<int> GetAsync(int id, CancellationToken token = default) { Db.Read("a" + token.CanBeCanceled); await Task.Delay(1, token); Db.Read("b"); return id; }
                [Monotonic] public async Task<T?> FindAsync<T>(T? item) where T : class { Db.Read("a"); await Task.Yield(); Db.Read("b"); return item; }
            }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), async r => { await r.GoAsync(); Db.Say("gone"); using var source = new CancellationTokenSource(); Db.Say(await r.GetAsync(2, source.Token)); Db.Say(await r.FindAsync<string>(null)); }); }
            """
        ),
        new(
            "ValueTask and ValueTask<T>",
            "Until it has ended",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { ValueTask GoAsync(); ValueTask<int> GetAsync(int id); ValueTask<int> Ready { get; } }
            public class Repo : IRepo
            {
                [Monotonic] public async ValueTask GoAsync() { Db.Read("a"); await Task.Yield(); Db.Read("b"); }
                [Monotonic] public async ValueTask<int> GetAsync(int id) { Db.Read("a"); await Task.Yield(); Db.Read("b"); return id; }
                public ValueTask<int> Ready { [Monotonic] get { Db.Read("a"); return new(3); } }
            }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), async r => { await r.GoAsync(); Db.Say("gone"); Db.Say(await r.GetAsync(2)); Db.Say(await r.Ready); }); }
            """
        ),
        new(
            "Custom awaitables with [AsyncMethodBuilder]",
            "Until it has ended",
            LanguageVersion.CSharp9,
            """
            [AsyncMethodBuilder(typeof(FlowBuilder))]
            public sealed class Flow
            {
                public Flow(Task task) => Task = task;
                public Task Task { get; }
                public TaskAwaiter GetAwaiter() => Task.GetAwaiter();
            }
            [AsyncMethodBuilder(typeof(FlowBuilder<>))]
            public readonly struct Flow<T>
            {
                public Flow(Task<T> task) => Task = task;
                public Task<T> Task { get; }
                public TaskAwaiter<T> GetAwaiter() => Task.GetAwaiter();
            }
            public struct FlowBuilder
            {
                private AsyncTaskMethodBuilder _inner;
                public static FlowBuilder Create() => new FlowBuilder { _inner = AsyncTaskMethodBuilder.Create() };
                public Flow Task => new(_inner.Task);
                public void Start<TMachine>(ref TMachine machine) where TMachine : IAsyncStateMachine => _inner.Start(ref machine);
                public void SetStateMachine(IAsyncStateMachine machine) => _inner.SetStateMachine(machine);
                public void SetResult() => _inner.SetResult();
                public void SetException(Exception exception) => _inner.SetException(exception);
                public void AwaitOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine) where TAwaiter : INotifyCompletion where TMachine : IAsyncStateMachine => _inner.AwaitOnCompleted(ref awaiter, ref machine);
                public void AwaitUnsafeOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine) where TAwaiter : ICriticalNotifyCompletion where TMachine : IAsyncStateMachine => _inner.AwaitUnsafeOnCompleted(ref awaiter, ref machine);
            }
            public struct FlowBuilder<T>
            {
                private AsyncTaskMethodBuilder<T> _inner;
                public static FlowBuilder<T> Create() => new FlowBuilder<T> { _inner = AsyncTaskMethodBuilder<T>.Create() };
                public Flow<T> Task => new(_inner.Task);
                public void Start<TMachine>(ref TMachine machine) where TMachine : IAsyncStateMachine => _inner.Start(ref machine);
                public void SetStateMachine(IAsyncStateMachine machine) => _inner.SetStateMachine(machine);
                public void SetResult(T result) => _inner.SetResult(result);
                public void SetException(Exception exception) => _inner.SetException(exception);
                public void AwaitOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine) where TAwaiter : INotifyCompletion where TMachine : IAsyncStateMachine => _inner.AwaitOnCompleted(ref awaiter, ref machine);
                public void AwaitUnsafeOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine) where TAwaiter : ICriticalNotifyCompletion where TMachine : IAsyncStateMachine => _inner.AwaitUnsafeOnCompleted(ref awaiter, ref machine);
            }
            public interface IRepo { Flow GoAsync(); Flow<int> GetAsync(int id); Flow<T?> FindAsync<T>(T? item) where T : class; Flow<string> Text { get; } Flow<int> FailAsync(); }
            public class Repo : IRepo
            {
                [Monotonic] public async Flow GoAsync() { Db.Read("a"); await Task.Yield(); Db.Read("b"); }
                [Monotonic] public async Flow<int> GetAsync(int id) { Db.Read("a"); await Task.Yield(); Db.Read("b"); return id; }
                [Monotonic] public async Flow<T?> FindAsync<T>(T? item) where T : class { Db.Read("a"); await Task.Yield(); Db.Read("b"); return item; }
                public Flow<string> Text { [Monotonic] get { return Answer(); async Flow<string> Answer() { Db.Read("a"); await Task.Yield(); Db.Read("b"); return "t"; } } }
                [Monotonic] public async Flow<int> FailAsync() { Db.Read("a"); await Task.Yield(); Db.Read("b"); throw new InvalidOperationException("failed"); }
            }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), async r => { await r.GoAsync(); Db.Say("gone"); Db.Say(await r.GetAsync(2)); Db.Say(await r.FindAsync("x")); Db.Say(await r.Text); await Db.FailsAsync(() => r.FailAsync().Task); }); }
            """
        ),
        new(
            "IAsyncEnumerable<T>",
            "In every MoveNextAsync and in DisposeAsync; each enumeration is a session",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { IAsyncEnumerable<int> StreamAsync(int count, CancellationToken token = default); IAsyncEnumerable<string?> Names { get; } IAsyncEnumerable<T> Of<T>(params T[] items); }
            public class Repo : IRepo
            {
                [Monotonic] public async IAsyncEnumerable<int> StreamAsync(int count, [EnumeratorCancellation] CancellationToken token = default)
                {
                    try { for (var i = 0; i < count; i++) { Db.Read("step " + token.CanBeCanceled); await Task.Yield(); Db.Read("step"); yield return i; } }
                    finally { Db.Read("end"); await Task.Yield(); Db.Read("end"); }
                }
                public IAsyncEnumerable<string?> Names { [Monotonic] get { return Walk(); async IAsyncEnumerable<string?> Walk() { Db.Read("name"); await Task.Yield(); yield return null; } } }
                [Monotonic] public async IAsyncEnumerable<T> Of<T>(params T[] items) { foreach (var item in items) { Db.Read("of"); await Task.Yield(); yield return item; } }
            }
            public static class Script
            {
                public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), async r =>
                {
                    using var source = new CancellationTokenSource();
                    await foreach (var i in r.StreamAsync(3).WithCancellation(source.Token)) { Db.Touch("item " + i); await Task.Yield(); }
                    Db.Say("walked");
                    var stream = r.StreamAsync(3);
                    await foreach (var i in stream) { Db.Touch("item " + i); break; }
                    Db.Say("left early");
                    await foreach (var i in stream) { Db.Touch("item " + i); }
                    Db.Say("again");
                    await foreach (var name in r.Names) { Db.Touch("name " + (name ?? "null")); }
                    Db.Say("named");
                    await foreach (var item in r.Of("a", "b")) { Db.Touch(item); }
                    Db.Say("of");
                });
            }
            """
        ),
        new(
            "IAsyncEnumerator<T>",
            "In every MoveNextAsync and in DisposeAsync",
            LanguageVersion.CSharp9,
            """
            public class Repo : IAsyncEnumerable<int>
            {
                [Monotonic] public async IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken token = default)
                {
                    try { for (var i = 0; i < 3; i++) { Db.Read("step"); await Task.Yield(); Db.Read("step"); yield return i; } }
                    finally { Db.Read("end"); await Task.Yield(); Db.Read("end"); }
                }
            }
            public static class Script
            {
                public static Task Run() => Compare.Calls<IAsyncEnumerable<int>>(new Repo(), new ConsistentRepo(new Repo()), async r =>
                {
                    await foreach (var i in r) { Db.Touch("item " + i); }
                    Db.Say("walked");
                    var walk = r.GetAsyncEnumerator();
                    Db.Check(await walk.MoveNextAsync() && walk.Current == 0, "the first item");
                    await walk.DisposeAsync();
                    Db.Say("disposed");
                });
            }
            """
        ),
        new(
            "IEnumerable<T> and IEnumerable",
            "In the call, in every MoveNext and in Dispose; a collection is returned as it is",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { IEnumerable<int> Lazy(int count); IEnumerable Untyped(); IEnumerable<int> Buffered(); IEnumerable BufferedUntyped(); IEnumerable<int>? Nothing(); IEnumerable<string?> Names { get; } }
            public class Repo : IRepo
            {
                [Monotonic] public IEnumerable<int> Lazy(int count) { Db.Read("call"); return Walk(); IEnumerable<int> Walk() { try { for (var i = 0; i < count; i++) { Db.Read("step"); yield return i; } } finally { Db.Read("end"); } } }
                [Monotonic] public IEnumerable Untyped() { try { Db.Read("step"); yield return 1; Db.Read("step"); yield return "b"; } finally { Db.Read("end"); } }
                [Monotonic] public IEnumerable<int> Buffered() { Db.Read("call"); return new List<int> { 1 }; }
                [Monotonic] public IEnumerable BufferedUntyped() { Db.Read("call"); return new ArrayList { 1 }; }
                [Monotonic] public IEnumerable<int>? Nothing() { Db.Read("call"); return null; }
                public IEnumerable<string?> Names { [Monotonic] get { Db.Read("name"); yield return null; } }
            }
            public static class Script
            {
                public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r =>
                {
                    var items = r.Lazy(2);
                    foreach (var i in items) { Db.Touch("item " + i); }
                    Db.Say("walked");
                    foreach (var i in r.Lazy(3)) { Db.Touch("item " + i); break; }
                    Db.Say("left early");
                    Db.Say(r.Buffered().GetType().Name); Db.Say(r.BufferedUntyped().GetType().Name); Db.Say(r.Nothing());
                    foreach (var item in r.Untyped()) { Db.Touch("item " + item); }
                    Db.Say("walked");
                    foreach (var name in r.Names) { Db.Touch("name"); }
                    Db.Say("named");
                });
            }
            """
        ),
        new(
            "IEnumerator<T> and IEnumerator",
            "In every MoveNext and in Dispose",
            LanguageVersion.CSharp9,
            """
            [Monotonic] public class Repo : IEnumerable<int>
            {
                public IEnumerator<int> GetEnumerator() { try { for (var i = 0; i < 3; i++) { Db.Read("step"); yield return i; } } finally { Db.Read("end"); } }
                IEnumerator IEnumerable.GetEnumerator() { Db.Read("untyped"); return GetEnumerator(); }
            }
            public static class Script
            {
                public static Task Run() => Compare.Calls<IEnumerable<int>>(new Repo(), new ConsistentRepo(new Repo()), r =>
                {
                    foreach (var i in r) { Db.Touch("item " + i); }
                    Db.Say("walked");
                    foreach (var i in (IEnumerable)r) { Db.Touch("item " + i); break; }
                    Db.Say("left early");
                    using (var walk = r.GetEnumerator()) { Db.Check(walk.MoveNext() && walk.Current == 0 && ((IEnumerator)walk).Current is 0, "the first item"); }
                    Db.Say("disposed");
                });
            }
            """
        ),
        new(
            "DbDataReader, IQueryable, GridReader",
            "The session spans the call alone; MR2004 warns",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { DbDataReader Open(); Task<DbDataReader> OpenAsync(); IQueryable<int> Query(); Dapper.SqlMapper.GridReader? Grid(); }
            public class Repo : IRepo
            {
                [Monotonic] public DbDataReader Open() { Db.Read("Open"); return new DataTable().CreateDataReader(); }
                [Monotonic] public async Task<DbDataReader> OpenAsync() { Db.Read("a"); await Task.Yield(); Db.Read("b"); return new DataTable().CreateDataReader(); }
                [Monotonic] public IQueryable<int> Query() { Db.Read("Query"); return new[] { 1 }.AsQueryable(); }
                [Monotonic] public Dapper.SqlMapper.GridReader? Grid() { Db.Read("Grid"); return null; }
            }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), async r => { Db.Say(r.Open().GetType().Name); Db.Say((await r.OpenAsync()).GetType().Name); Db.Say(r.Query().First()); Db.Say(r.Grid()); }); }
            """
        )
        {
            NeedsPackages = true,
        },
        new(
            "ref and ref readonly returns",
            "The reference itself is returned",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { ref int Place(int id); ref readonly int Seen { get; } ref string? this[int at] { get; } }
            public class Repo : IRepo
            {
                private readonly int[] _places = { 1, 2, 3 };
                private readonly string?[] _texts = { "a", null };
                [Monotonic] public ref int Place(int id) { Db.Read("Place"); return ref _places[id]; }
                public ref readonly int Seen { [Monotonic] get { Db.Read("Seen"); return ref _places[0]; } }
                public ref string? this[int at] { get { Db.Touch("item"); return ref _texts[at]; } }
            }
            public static class Script
            {
                public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r =>
                {
                    ref var place = ref r.Place(0); Db.Say(place); place = 9; ref readonly var seen = ref r.Seen; Db.Say(seen); place = 10; Db.Check(seen == 10, "one place"); r[1] = "b"; Db.Say(r[1]);
                });
            }
            """
        ),
        new(
            "ref structs",
            "Returned; the session spans the call",
            LanguageVersion.CSharp9,
            """
            public readonly ref struct Slice { public Slice(Span<int> items) => Items = items; public Span<int> Items { get; } }
            public interface IRepo { Span<int> Cut(int size); ReadOnlySpan<char> Text { get; } Slice Part(Span<int> from); }
            public class Repo : IRepo
            {
                private readonly int[] _items = { 1, 2, 3 };
                [Monotonic] public Span<int> Cut(int size) { Db.Read("Cut"); return _items.AsSpan(0, size); }
                public ReadOnlySpan<char> Text { [Monotonic] get { Db.Read("Text"); return "text"; } }
                [Monotonic] public Slice Part(Span<int> from) { Db.Read("Part"); return new Slice(from.Slice(1)); }
            }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), r => { var cut = r.Cut(2); cut[0] = 7; Db.Say(cut.ToArray()); Db.Say(r.Cut(1).ToArray()); Db.Say(r.Text.ToString()); Db.Say(r.Part(new[] { 1, 2 }).Items.ToArray()); }); }
            """
        ),
        new(
            "Delegates, tasks in containers, Lazy<T>",
            "The session spans the call: what is inside reads on its own account",
            LanguageVersion.CSharp9,
            """
            public interface IRepo { Task<Task<int>> NestedAsync(); Lazy<int> Lazy(); }
            public class Repo : IRepo
            {
                [Monotonic] public async Task<Task<int>> NestedAsync() { Db.Read("a"); await Task.Yield(); Db.Read("b"); return Task.FromResult(1); }
                [Monotonic] public Lazy<int> Lazy() { Db.Read("Lazy"); return new Lazy<int>(() => 2); }
            }
            public static class Script { public static Task Run() => Compare.Calls<IRepo>(new Repo(), new ConsistentRepo(new Repo()), async r => { Db.Say(await await r.NestedAsync()); Db.Say(r.Lazy().Value); }); }
            """
        ),
    ];
}
