using MonotonicReads.Generator.Tests.Harness;

namespace MonotonicReads.Generator.Tests.Wrapping;

/// <summary>Sequences that read while they are enumerated, run against the real session.</summary>
public class SequenceBehaviourTests
{
    private const string Shop = """
        using System;
        using System.Collections.Generic;
        using System.Runtime.CompilerServices;
        using System.Threading;
        using System.Threading.Tasks;
        using MonotonicReads;
        namespace Shop;
        public interface IOrders
        {
            IAsyncEnumerable<int> StreamAsync(int count, CancellationToken cancellationToken = default);
            IAsyncEnumerable<int> Streamed { get; }
            IEnumerable<int> Lazy(int count); IEnumerable<int> Buffered(); IEnumerable<int>? Nothing(); IEnumerable<int> Throws(); IAsyncEnumerable<int> ThrowsAsync();
        }
        public class Orders : IOrders
        {
            public List<Guid?> Seen { get; } = new();
            public bool Ended { get; private set; }
            public CancellationToken Token { get; private set; }
            private void Note() => Seen.Add(ReadSession.Current?.Id);
            [Monotonic] public async IAsyncEnumerable<int> StreamAsync(int count, [EnumeratorCancellation] CancellationToken cancellationToken = default)
            {
                Token = cancellationToken;
                try { for (var i = 0; i < count; i++) { Note(); await Task.Yield(); Note(); yield return i; } }
                finally { Note(); Ended = true; }
            }
            public IAsyncEnumerable<int> Streamed { [Monotonic] get => StreamAsync(2); }
            [Monotonic] public IEnumerable<int> Lazy(int count) { Note(); return Rest(); IEnumerable<int> Rest() { try { for (var i = 0; i < count; i++) { Note(); yield return i; } } finally { Note(); Ended = true; } } }
            [Monotonic] public IEnumerable<int> Buffered() { Note(); return new List<int> { 1 }; }
            [Monotonic] public IEnumerable<int>? Nothing() => null;
            [Monotonic] public IEnumerable<int> Throws() => throw new InvalidOperationException("now");
            [Monotonic] public IAsyncEnumerable<int> ThrowsAsync() => throw new InvalidOperationException("later");
        }
        public static class Check
        {
            private static void Assert(bool condition, string what) { if (!condition) throw new Exception(what); }

            private static void OneSession(Orders orders, int notes)
            {
                Assert(orders.Seen.Count == notes, "noted " + orders.Seen.Count);
                Assert(orders.Seen[0] is not null && orders.Seen.TrueForAll(s => s == orders.Seen[0]), "one session throughout: " + string.Join(",", orders.Seen));
                Assert(ReadSession.Current is null, "no session around");
            }

            public static async Task EachStep()
            {
                var orders = new Orders();
                await foreach (var item in new ConsistentOrders(orders).StreamAsync(3))
                {
                    Assert(ReadSession.Current is null, "the consumer stays outside");
                    await Task.Yield();
                }
                OneSession(orders, 7);
                Assert(orders.Ended, "ended");
            }

            public static async Task EarlyEnd()
            {
                var orders = new Orders();
                await foreach (var item in new ConsistentOrders(orders).StreamAsync(3)) { break; }
                OneSession(orders, 3);
                Assert(orders.Ended, "disposed");
            }

            public static async Task Property()
            {
                var orders = new Orders();
                await foreach (var item in new ConsistentOrders(orders).Streamed) { }
                OneSession(orders, 5);
            }

            public static async Task TwoEnumerations()
            {
                var orders = new Orders();
                var stream = new ConsistentOrders(orders).StreamAsync(1);
                await foreach (var item in stream) { }
                var first = orders.Seen[0];
                orders.Seen.Clear();
                await foreach (var item in stream) { }
                OneSession(orders, 3);
                Assert(orders.Seen[0] != first, "each enumeration is a session of its own");
            }

            public static async Task Interleaved()
            {
                var left = new Orders(); var right = new Orders();
                await using var a = new ConsistentOrders(left).StreamAsync(2).GetAsyncEnumerator();
                await using var b = new ConsistentOrders(right).StreamAsync(2).GetAsyncEnumerator();
                await a.MoveNextAsync(); await b.MoveNextAsync(); await a.MoveNextAsync(); await b.MoveNextAsync();
                OneSession(left, 4); OneSession(right, 4);
                Assert(left.Seen[0] != right.Seen[0], "two sequences, two sessions");
            }

            public static async Task Cancellation()
            {
                var orders = new Orders();
                using var source = new CancellationTokenSource();
                await foreach (var item in new ConsistentOrders(orders).StreamAsync(1).WithCancellation(source.Token)) { }
                Assert(orders.Token == source.Token, "the token reaches the class");
            }

            public static async Task Joins()
            {
                var orders = new Orders();
                using var outer = ReadSession.Begin(ReadConsistency.Monotonic);
                await foreach (var item in new ConsistentOrders(orders).StreamAsync(2)) { Assert(ReadSession.Current == outer, "the outer one stays current"); }
                Assert(orders.Seen.TrueForAll(s => s == outer.Id), "joined");
            }

            public static void LazySequence()
            {
                var orders = new Orders();
                var items = new ConsistentOrders(orders).Lazy(2);
                Assert(ReadSession.Current is null, "outside after the call");
                foreach (var item in items) { Assert(ReadSession.Current is null, "the consumer stays outside"); }
                OneSession(orders, 4);
                var first = orders.Seen[0];
                orders.Seen.Clear();
                foreach (var item in items) { break; }
                OneSession(orders, 2);
                Assert(orders.Seen[0] != first, "the second enumeration has its own");
            }

            public static void Collections()
            {
                var orders = new Orders();
                var wrapper = new ConsistentOrders(orders);
                Assert(wrapper.Buffered() is List<int>, "a collection comes as it is");
                OneSession(orders, 1);
                Assert(wrapper.Nothing() is null, "null comes through");
            }

            public static void Suppressed()
            {
                var orders = new Orders();
                using (ExecutionContext.SuppressFlow()) { foreach (var item in new ConsistentOrders(orders).Lazy(1)) { } Assert(ExecutionContext.IsFlowSuppressed(), "still suppressed"); }
                OneSession(orders, 3);
            }

            public static async Task Exceptions()
            {
                var wrapper = new ConsistentOrders(new Orders());
                var caught = 0;
                try { wrapper.Throws(); } catch (InvalidOperationException) { caught++; }
                try { await foreach (var item in wrapper.ThrowsAsync()) { } } catch (InvalidOperationException) { caught++; }
                Assert(caught == 2, "both came through");
                Assert(ReadSession.Current is null, "no session left");
            }
        }
        """;

    private static readonly Lazy<GeneratorRun> Run = new(() => GeneratorRun.Of(Shop).AssertAllWrapped());

    [Theory]
    [InlineData("EachStep")]
    [InlineData("EarlyEnd")]
    [InlineData("Property")]
    [InlineData("TwoEnumerations")]
    [InlineData("Interleaved")]
    [InlineData("Cancellation")]
    [InlineData("Joins")]
    [InlineData("LazySequence")]
    [InlineData("Collections")]
    [InlineData("Suppressed")]
    [InlineData("Exceptions")]
    public Task A_session_spans_every_step_of_a_sequence(string check) => LoadedShop.RunAsync(Run.Value, "Shop.Check", check);
}
