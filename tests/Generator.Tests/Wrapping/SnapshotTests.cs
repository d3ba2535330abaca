using System.Runtime.CompilerServices;
using MonotonicReads.Generator.Tests.Harness;

namespace MonotonicReads.Generator.Tests.Wrapping;

/// <summary>
/// Whole generated files, as text that was read and accepted. The run never writes them: to accept a change, edit the
/// file under Expected/ by hand.
/// </summary>
public class SnapshotTests
{
    [Fact]
    public void A_delegating_wrapper_reads_as_written_by_a_person() =>
        AssertIsExpected(
            """
            using System;
            using System.Collections.Generic;
            using System.Threading;
            using System.Threading.Tasks;
            using MonotonicReads;

            namespace Shop.Orders;

            public sealed record Order(int Id);

            public interface IOrderRepository : IDisposable
            {
                Task<Order?> GetAsync(int id, CancellationToken cancellationToken = default);
                Task<IReadOnlyList<Order>> OfCustomerAsync(Guid customerId);
                ValueTask<bool> ExistsAsync(int id);
                int Count();
                Task SaveAsync(Order order);
                string Name { get; }
            }

            public sealed class OrderRepository : IOrderRepository
            {
                [Monotonic] public Task<Order?> GetAsync(int id, CancellationToken cancellationToken = default) => throw new NotImplementedException();
                [Monotonic(Key = "customerId", OnReplicaLoss = ReplicaLoss.Fail)] public Task<IReadOnlyList<Order>> OfCustomerAsync(Guid customerId) => throw new NotImplementedException();
                [Primary] public ValueTask<bool> ExistsAsync(int id) => throw new NotImplementedException();
                [Monotonic] public int Count() => throw new NotImplementedException();
                public Task SaveAsync(Order order) => throw new NotImplementedException();
                public string Name => "orders";
                public void Dispose() { }
            }
            """,
            "Delegating.cs.txt"
        );

    [Fact]
    public void A_deriving_wrapper_reads_as_written_by_a_person() =>
        AssertIsExpected(
            """
            using System.Threading.Tasks;
            using MonotonicReads;

            namespace Shop;

            public class StockLevels<T>
                where T : class
            {
                public StockLevels(string warehouse, int limit = 100) { }
                [Monotonic] public virtual Task<T?> OfAsync(int article) => Task.FromResult<T?>(null);
                protected virtual int Total { [Monotonic] get => 0; }
                public virtual void Clear() { }
            }
            """,
            "Deriving.cs.txt"
        );

    [Fact]
    public void A_wrapper_that_runs_calls_again_reads_as_written_by_a_person() =>
        AssertIsExpected(
            """
            using System;
            using System.Collections.Generic;
            using System.Threading;
            using System.Threading.Tasks;
            using MonotonicReads;

            namespace Shop;

            public interface IReports
            {
                Task<int> TotalAsync(int year, CancellationToken cancel);
                ValueTask WarmAsync();
                decimal Share(string region);
                void Check();
                bool TryGet(int year, out decimal sum);
                IAsyncEnumerable<int> LinesAsync(int year);
                Task<int> Newest { get; }
            }

            public class Reports : IReports
            {
                [Monotonic(OnReplicaLoss = ReplicaLoss.Restart)] public Task<int> TotalAsync(int year, CancellationToken cancel) => throw new NotImplementedException();
                [Monotonic(OnReplicaLoss = ReplicaLoss.Restart)] public ValueTask WarmAsync() => throw new NotImplementedException();
                [Monotonic(Key = "region", OnReplicaLoss = ReplicaLoss.Restart, Snapshot = true)] public decimal Share(string region) => throw new NotImplementedException();
                [Causal(OnReplicaLoss = ReplicaLoss.Restart, MaxWaitMilliseconds = 50)] public void Check() => throw new NotImplementedException();
                [Monotonic(OnReplicaLoss = ReplicaLoss.Restart)] public bool TryGet(int year, out decimal sum) => throw new NotImplementedException();
                [Monotonic(OnReplicaLoss = ReplicaLoss.Restart)] public IAsyncEnumerable<int> LinesAsync(int year) => throw new NotImplementedException();
                public Task<int> Newest { [Monotonic(OnReplicaLoss = ReplicaLoss.Restart)] get => throw new NotImplementedException(); }
            }
            """,
            "Restarting.cs.txt"
        );

    private static void AssertIsExpected(string source, string file, [CallerFilePath] string here = "")
    {
        var run = GeneratorRun.Of(source).AssertAllWrapped();
        var expected = File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "..", "Expected", file)).ReplaceLineEndings("\n");
        var version = typeof(ConsistentRepositoryGenerator).Assembly.GetName().Version!.ToString(3);
        Assert.Equal(expected, run.Text.Replace($"\"{version}\"", "\"VERSION\"", StringComparison.Ordinal));
    }
}
