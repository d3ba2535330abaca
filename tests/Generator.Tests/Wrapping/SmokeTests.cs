using MonotonicReads.Generator.Tests.Harness;
using Xunit.Abstractions;

namespace MonotonicReads.Generator.Tests.Wrapping;

public class SmokeTests(ITestOutputHelper output)
{
    [Fact]
    public void An_annotated_class_is_wrapped()
    {
        var run = GeneratorRun.Of("""
            using System;
            using System.Collections.Generic;
            using System.Threading;
            using System.Threading.Tasks;
            using MonotonicReads;
            namespace Shop;
            public record Order(int Id);
            public interface IOrderRepository : IDisposable
            {
                Task<Order?> GetAsync(int id, CancellationToken cancellationToken = default);
                ValueTask<int> CountAsync(string? status = "open");
                Task TouchAsync();
                bool TryGet(int id, out Order? order);
                Order this[int index] { get; set; }
                string Name { get; }
                event EventHandler? Changed;
                T Map<T>(T item) where T : class, new();
                string ToString();
            }
            public class OrderRepository : IOrderRepository
            {
                [Monotonic] public async Task<Order?> GetAsync(int id, CancellationToken cancellationToken = default) { await Task.Yield(); return new(id); }
                [Monotonic(Key = "status")] public ValueTask<int> CountAsync(string? status) => new(1);
                [Causal(MaxWaitMilliseconds = 20)] public Task TouchAsync() => Task.CompletedTask;
                [Primary] public bool TryGet(int id, out Order? order) { order = null; return false; }
                public Order this[int index] { [Monotonic(OnReplicaLoss = ReplicaLoss.Fail)] get => new(index); set { } }
                public string Name => "x";
                public event EventHandler? Changed { add { } remove { } }
                public T Map<T>(T item) where T : class, new() => item;
                public override string ToString() => "me";
                public void Dispose() { }
            }
            """);
        output.WriteLine(run.Text);
        run.AssertCompiles();
        Assert.Empty(run.MR2001());
    }
}
