using System.IO.Hashing;
using BenchmarkDotNet.Attributes;

namespace MonotonicReads.Benchmarks.Selection;

/// <summary>One draw, against the least that any selector by session id must do: format the id and hash the text.</summary>
[MemoryDiagnoser]
public class SelectionBenchmarks
{
    private readonly Guid _session = new("e88b7591-31db-4e32-98dc-b35f94c662cd");
    private WeightedReplica[] _replicas = [];

    [Params(3, 16, 64)]
    public int Replicas { get; set; }

    [GlobalSetup]
    public void Setup() =>
        _replicas = Enumerable
            .Range(1, Replicas)
            .Select(number => new WeightedReplica($"replica{number}", 1 + (number % 3), IsAvailable: true))
            .ToArray();

    [Benchmark(Baseline = true)]
    public ulong FormatAndXxHash3()
    {
        Span<byte> text = stackalloc byte[36];
        _session.TryFormat(text, out _, "D");
        return XxHash3.HashToUInt64(text);
    }

    [Benchmark]
    public int WeightedModulo() => ReplicaSelectors.WeightedModulo.Select(_session, _replicas);

    [Benchmark]
    public int WeightedRendezvous() => ReplicaSelectors.WeightedRendezvous.Select(_session, _replicas);
}
