using MonotonicReads.Generator.Tests.Harness;

namespace MonotonicReads.Generator.Tests.Wrapping;

/// <summary>Generated code, loaded and run against the real session.</summary>
public class BehaviourTests
{
    private const string Shop = """
        using System;
        using System.Collections.Generic;
        using System.Threading.Tasks;
        using MonotonicReads;
        namespace Shop;
        public interface IOrders : IAsyncDisposable
        {
            Task<Guid?> TaskAsync(); Task PlainTaskAsync(); ValueTask<Guid?> ValueTaskAsync(); ValueTask PlainValueTaskAsync();
            Guid? Sync(); void Void(); Guid? Property { get; set; } Task<Guid?> Awaited { get; }
            Task<Guid?> NotAnnotatedAsync(); Task ThrowAsync(); Task ThrowBeforeTaskAsync(); void Throw(); Task<Guid?> EventualAsync();
            Task<Guid> KeyedAsync(int id);
        }
        public class Orders : IOrders
        {
            public List<ReadSession?> Seen { get; } = new();
            public bool Disposed { get; private set; }
            public TaskCompletionSource? Gate { get; set; }
            private Guid? Note() { var current = ReadSession.Current; Seen.Add(current); return current?.Id; }
            private async Task<Guid?> NoteTwice() { Note(); await (Gate?.Task ?? Task.CompletedTask); return Note(); }
            [Monotonic] public Task<Guid?> TaskAsync() => NoteTwice();
            [Monotonic] public Task PlainTaskAsync() => NoteTwice();
            [Monotonic] public async ValueTask<Guid?> ValueTaskAsync() => await NoteTwice();
            [Monotonic] public async ValueTask PlainValueTaskAsync() => await NoteTwice();
            [Monotonic] public Guid? Sync() => Note();
            [Monotonic] public void Void() => Note();
            public Guid? Property { [Monotonic] get => Note(); [Primary] set => Note(); }
            public Task<Guid?> Awaited { [Monotonic] get => NoteTwice(); }
            public Task<Guid?> NotAnnotatedAsync() => NoteTwice();
            [Monotonic] public async Task ThrowAsync() { await NoteTwice(); throw new InvalidOperationException("after"); }
            [Monotonic] public Task ThrowBeforeTaskAsync() { Note(); throw new InvalidOperationException("before"); }
            [Monotonic] public void Throw() { Note(); throw new InvalidOperationException("sync"); }
            [Eventual("fine")] public Task<Guid?> EventualAsync() => NoteTwice();
            [Monotonic(Key = "id")] public async Task<Guid> KeyedAsync(int id) => (await NoteTwice())!.Value;
            public ValueTask DisposeAsync() { Disposed = true; return default; }
        }
        public static class Check
        {
            private static void Assert(bool condition, string what) { if (!condition) throw new Exception(what); }

            private static async Task Covered(Func<IOrders, Task> call, int notes, ReadConsistency consistency = ReadConsistency.Monotonic)
            {
                var orders = new Orders();
                Assert(ReadSession.Current is null, "no session before");
                orders.Gate = new();
                var running = call(new ConsistentOrders(orders));
                orders.Gate.SetResult(); // Only now, after the call has returned, does the second read run.
                await running;
                Assert(ReadSession.Current is null, "no session after");
                Assert(orders.Seen.Count == notes, "noted " + orders.Seen.Count);
                Assert(orders.Seen[0] is not null, "a session inside");
                Assert(orders.Seen.TrueForAll(s => s?.Id == orders.Seen[0]!.Id), "one session throughout");
                Assert(orders.Seen[0]!.Consistency == consistency, "its guarantee is " + orders.Seen[0]!.Consistency);

                orders.Seen.Clear();
                using (var outer = ReadSession.Begin(ReadConsistency.Monotonic))
                {
                    await call(new ConsistentOrders(orders));
                    Assert(ReadSession.Current == outer, "the outer session is current again");
                    Assert(orders.Seen[0]!.Id == outer.Id, "the call joined the outer session");
                }
            }

            private static async Task Throws(Func<Task> call, string message)
            {
                try { await call(); }
                catch (InvalidOperationException exception) when (exception.Message == message) { return; }
                throw new Exception("did not throw " + message);
            }

            public static async Task All()
            {
                await Covered(o => o.TaskAsync(), 2);
                await Covered(o => o.PlainTaskAsync(), 2);
                await Covered(async o => await o.ValueTaskAsync(), 2);
                await Covered(async o => await o.PlainValueTaskAsync(), 2);
                await Covered(o => { o.Sync(); return Task.CompletedTask; }, 1);
                await Covered(o => { o.Void(); return Task.CompletedTask; }, 1);
                await Covered(o => { _ = o.Property; return Task.CompletedTask; }, 1);
                await Covered(o => { o.Property = null; return Task.CompletedTask; }, 1, ReadConsistency.Primary);
                await Covered(o => o.Awaited, 2);
                await Covered(o => Throws(o.ThrowAsync, "after"), 2);
                await Covered(o => Throws(o.ThrowBeforeTaskAsync, "before"), 1);
                await Covered(o => Throws(() => { o.Throw(); return Task.CompletedTask; }, "sync"), 1);
            }

            public static async Task NotCovered()
            {
                var orders = new Orders();
                var wrapper = new ConsistentOrders(orders);
                await wrapper.NotAnnotatedAsync();
                await wrapper.EventualAsync();
                Assert(orders.Seen.TrueForAll(s => s is null), "no session");
                await wrapper.DisposeAsync();
                Assert(orders.Disposed, "disposed");
            }

            public static async Task Separate()
            {
                var wrapper = new ConsistentOrders(new Orders());
                Assert(await wrapper.TaskAsync() != await wrapper.TaskAsync(), "two calls, two sessions");
                Assert(await wrapper.KeyedAsync(7) == await wrapper.KeyedAsync(7), "one key, one id");
                Assert(await wrapper.KeyedAsync(7) != await wrapper.KeyedAsync(8), "two keys, two ids");
            }

            public static async Task NotAwaitedAtOnce()
            {
                var wrapper = new ConsistentOrders(new Orders());
                var running = wrapper.TaskAsync();
                Assert(ReadSession.Current is null, "the caller's flow stays outside while the task runs");
                await running;
            }

            public static void NullIsRefused()
            {
                try { new ConsistentOrders(null!); } catch (ArgumentNullException) { return; }
                throw new Exception("null was taken");
            }
        }
        """;

    private static readonly Lazy<GeneratorRun> Run = new(() => GeneratorRun.Of(Shop).AssertAllWrapped());

    [Theory]
    [InlineData("All")]
    [InlineData("NotCovered")]
    [InlineData("Separate")]
    [InlineData("NotAwaitedAtOnce")]
    [InlineData("NullIsRefused")]
    public Task Sessions_span_what_is_annotated_and_nothing_else(string check) => LoadedShop.RunAsync(Run.Value, "Shop.Check", check);

    private static readonly Lazy<GeneratorRun> Restarting = new(() =>
        GeneratorRun
            .Of(
                Shop.Replace("[Monotonic]", "[Monotonic(OnReplicaLoss = ReplicaLoss.Restart)]", StringComparison.Ordinal)
                    .Replace("Key = \"id\"", "Key = \"id\", OnReplicaLoss = ReplicaLoss.Restart", StringComparison.Ordinal)
            )
            .AssertAllWrapped()
    );

    [Theory]
    [InlineData("All")]
    [InlineData("NotCovered")]
    [InlineData("Separate")]
    [InlineData("NotAwaitedAtOnce")]
    [InlineData("NullIsRefused")]
    public async Task They_do_where_a_call_can_be_run_again(string check)
    {
        Assert.Equal(12, DelegationTests.Count(Restarting.Value.Text, "RestartableReads.Run"));
        await LoadedShop.RunAsync(Restarting.Value, "Shop.Check", check);
    }

    [Fact]
    public Task A_derived_wrapper_is_reached_by_virtual_calls_on_this() =>
        LoadedShop.RunAsync(
            GeneratorRun
                .Of(
                    """
                    using System;
                    using MonotonicReads;
                    namespace Shop;
                    public class Repo
                    {
                        [Monotonic] public virtual bool HasSession() => ReadSession.Current is not null;
                        public bool Through() => HasSession();
                    }
                    public static class Check
                    {
                        public static void Run()
                        {
                            if (new Repo().Through()) throw new Exception("the class itself has no session");
                            if (!new ConsistentRepo().Through()) throw new Exception("the wrapper was not reached");
                            if (ReadSession.Current is not null) throw new Exception("the session leaked");
                        }
                    }
                    """
                )
                .AssertAllWrapped(),
            "Shop.Check",
            "Run"
        );

    [Fact]
    public Task Hidden_and_explicit_members_reach_the_one_that_the_class_would_run() =>
        LoadedShop.RunAsync(
            GeneratorRun
                .Of(
                    """
                    using System;
                    using MonotonicReads;
                    namespace Shop;
                    public interface IA { string Get(); string Two(object o); string Two(string s); }
                    public interface IB { string Get(); }
                    public interface IC { string Get(); }
                    public class Base : IA
                    {
                        [Monotonic] public string Get() => "base";
                        [Monotonic] public string Two(object o) => "object";
                        [Monotonic] public string Two(string s) => "string";
                    }
                    public class Repo : Base, IB, IC
                    {
                        [Monotonic] public new string Get() => "repo";
                        [Monotonic] string IC.Get() => "c";
                    }
                    public static class Check
                    {
                        public static void Run()
                        {
                            var repo = new Repo();
                            var wrapper = new ConsistentRepo(repo);
                            if (((IA)repo).Get() != ((IA)wrapper).Get()) throw new Exception("IA");
                            if (((IB)repo).Get() != ((IB)wrapper).Get()) throw new Exception("IB");
                            if (((IC)repo).Get() != ((IC)wrapper).Get()) throw new Exception("IC");
                            if (((IA)wrapper).Two((object)"x") != "object" || ((IA)wrapper).Two("x") != "string") throw new Exception("overloads");
                        }
                    }
                    """
                )
                .AssertAllWrapped(),
            "Shop.Check",
            "Run"
        );
}
