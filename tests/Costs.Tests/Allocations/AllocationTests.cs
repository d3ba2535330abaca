using System.Diagnostics;
using System.Reflection;
using MonotonicReads.Costs.Tests.Ledger;

namespace MonotonicReads.Costs.Tests.Allocations;

/// <summary>What sessions and reads allocate, where no network and no driver hides it.</summary>
public sealed class AllocationTests
{
    private static readonly Guid Session = new("e88b7591-31db-4e32-98dc-b35f94c662cd");

    private readonly List<Cost> _costs = [];

    [Fact]
    public void Each_operation_allocates_what_costs_txt_says()
    {
        Assert.True(
            AppContext.TryGetSwitch("System.Runtime.TieredCompilation", out var isTiered) && !isTiered && IsOptimized(typeof(ReadSession)),
            "These are the costs of optimized code that is compiled once: build MonotonicReads in Release."
        );

        var time = new CreepingTime();
        using var driver = new FakeSource();
        using var source = FakeServers.Create(time);
        MeasureReads(driver, source);
        MeasureSeries(driver, source);
        MeasureWaits(time);
        MeasureSessions();
        MeasureTokens(source, time);
        MeasureProtection(SessionTokenOptions.WithKey(new byte[32]).Protector);
        MeasureSelection();
        CostFile.Check(CostFile.Allocations, _costs);
    }

    private void MeasureReads(FakeSource driver, ReplicatedDataSource source)
    {
        Add("one row, the driver alone", () => Row.Read(driver));
        Add("one row, outside a session", () => Row.Read(source));
        Add("one row, the driver alone, asynchronous", () => Row.ReadAsync(driver));
        Add("one row, outside a session, asynchronous", () => Row.ReadAsync(source));
        foreach (var level in new[] { ReadConsistency.Monotonic, ReadConsistency.Causal, ReadConsistency.Primary })
        {
            using var session = ReadSession.Begin(level);
            if (level == ReadConsistency.Causal)
            {
                session.ObserveWrite(FakeServers.Written, source);
            }

            var name = level switch
            {
                ReadConsistency.Monotonic => "pinned session",
                ReadConsistency.Causal => "causal session whose replica has caught up",
                _ => "session on the primary",
            };
            Add($"one row, in a {name}", () => Row.Read(source));
            Add($"one row, in a {name}, asynchronous", () => Row.ReadAsync(source));
        }
    }

    private void MeasureSeries(FakeSource driver, ReplicatedDataSource source)
    {
        var direct = new UnplannedPages(driver);
        var single = new ConsistentSinglePages(new SinglePages(source));
        var planned = new ConsistentPlannedPages(new PlannedPages(source));
        var unplanned = new ConsistentUnplannedPages(new UnplannedPages(source));
        Add("three rows, the driver alone, asynchronous", direct.ReadAsync);
        Add("one row, wrapped", single.ReadAsync);
        Add("three rows, wrapped, Reads = 3", planned.ReadAsync);
        Add("three rows, wrapped, no plan", unplanned.ReadAsync);
    }

    // What waits for a network is kept on the heap meanwhile: whoever waits for it too.
    private void MeasureWaits(TimeProvider time)
    {
        using var driver = new FakeSource(waits: true);
        using var source = FakeServers.Create(time, waits: true);
        Add("one row, the driver alone, which is waited for", () => Row.ReadAsync(driver));
        Add("one row, outside a session, which is waited for", () => Row.ReadAsync(source));
        Add("one row, in a pinned session of its own, which is waited for", () => InSessionAsync(ReadConsistency.Monotonic));
        Add("one row, in a causal session of its own, which is waited for", () => InSessionAsync(ReadConsistency.Causal));

        async Task InSessionAsync(ReadConsistency level)
        {
            using var session = ReadSession.Begin(level);
            if (level == ReadConsistency.Causal)
            {
                session.ObserveWrite(FakeServers.Written, source);
            }

            await Row.ReadAsync(source);
        }
    }

    private void MeasureSessions()
    {
        var wrapper = new ConsistentEmptyPages(new EmptyPages());
        Add("call of a wrapper, a session of its own", wrapper.ReadAsync);
        using (ReadSession.Begin(ReadConsistency.Monotonic))
        {
            Add("call of a wrapper, in a session that runs", wrapper.ReadAsync);
        }

        var options = new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.CaughtUp };
        Add("session begun and ended", () => ReadSession.Begin(ReadConsistency.Monotonic).Dispose());
        Add("session begun and ended, with options", () => ReadSession.Begin(ReadConsistency.Monotonic, options).Dispose());
        Add("session begun and ended, with a key", () => ReadSession.Begin(ReadConsistency.Monotonic, "customer 1").Dispose());
    }

    // Encrypted, a token is another text each time, and what a text allocates depends on its characters: that is measured by itself.
    private void MeasureTokens(ReplicatedDataSource source, TimeProvider time)
    {
        var options = new SessionTokenOptions { Protector = new PlainProtector(), TimeProvider = time };
        string token;
        using (var session = ReadSession.Begin(ReadConsistency.Causal, Session))
        {
            session.ObserveWrite(FakeServers.Written, source);
            Add("token made, without encryption", () => session.ToToken(options));
            token = session.ToToken(options);
        }

        Add("token resumed, without encryption, and its session ended", () => ReadSession.Resume(token, options).Dispose());
    }

    private void MeasureProtection(ISessionTokenProtector protector)
    {
        var plain = new byte[64];
        var encrypted = protector.Protect(plain);
        Add("token encrypted", () => protector.Protect(plain));
        Add("token decrypted", () => protector.Unprotect(encrypted));
    }

    private void MeasureSelection()
    {
        (string Name, IReplicaSelector Selector)[] selectors =
        [
            (nameof(ReplicaSelectors.WeightedModulo), ReplicaSelectors.WeightedModulo),
            (nameof(ReplicaSelectors.WeightedRendezvous), ReplicaSelectors.WeightedRendezvous),
        ];
        foreach (var (name, selector) in selectors)
        {
            foreach (var count in new[] { 3, 64 })
            {
                var replicas = Enumerable.Range(1, count).Select(i => new WeightedReplica($"replica{i}", 1 + (i % 3), true)).ToArray();
                Add($"pick of {count} replicas, {name}", () => selector.Select(Session, replicas));
            }
        }
    }

    private void Add(string what, Action operation) => _costs.Add(new Cost(what, Allocated.By(operation)));

    private void Add(string what, Func<Task> operation) => _costs.Add(new Cost(what, Allocated.By(operation)));

    private static bool IsOptimized(Type type) =>
        type.Assembly.GetCustomAttribute<DebuggableAttribute>() is not { IsJITOptimizerDisabled: true };
}
