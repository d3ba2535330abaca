using BenchmarkDotNet.Attributes;

namespace MonotonicReads.Benchmarks.Wrapping;

/// <summary>
/// One call through each kind of wrapper, opening a session. The joining case runs many calls inside one open session, as
/// a call that is nested in another one does.
/// </summary>
[MemoryDiagnoser]
public class WrapperBenchmarks
{
    public const int JoiningCalls = 1_000;

    // The class without its wrapper is what the others are compared with.
#pragma warning disable MR2002
    private readonly ICatalog _direct = new Catalog();
    private readonly ICatalog _handWritten = new HandWrittenCatalog(new Catalog());
    private readonly ICatalog _generated = new ConsistentCatalog(new Catalog());
    private readonly ICatalog _generatedWithId = new ConsistentDrawingCatalog(new DrawingCatalog());
    private readonly ICatalog _proxy = SessionProxy.Around<ICatalog>(new Catalog());
#pragma warning restore MR2002

    [Benchmark(Baseline = true)]
    public Task<string> Direct() => _direct.FindAsync(1);

    [Benchmark]
    public Task<string> HandWrittenOpening() => _handWritten.FindAsync(1);

    [Benchmark]
    public Task<string> GeneratedOpening() => _generated.FindAsync(1);

    [Benchmark]
    public Task<string> GeneratedOpeningWithId() => _generatedWithId.FindAsync(1);

    [Benchmark]
    public Task<string> DispatchProxyOpening() => _proxy.FindAsync(1);

    [Benchmark(OperationsPerInvoke = JoiningCalls)]
    public Task<int> HandWrittenJoining() => HandWrittenCatalog.InsideAsync(() => ManyAsync(_handWritten));

    [Benchmark(OperationsPerInvoke = JoiningCalls)]
    public async Task<int> GeneratedJoining()
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        return await ManyAsync(_generated);
    }

    private static async Task<int> ManyAsync(ICatalog catalog)
    {
        var length = 0;
        for (var call = 0; call < JoiningCalls; call++)
        {
            length += (await catalog.FindAsync(call)).Length;
        }

        return length;
    }
}
