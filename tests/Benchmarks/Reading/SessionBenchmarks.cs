using BenchmarkDotNet.Attributes;

namespace MonotonicReads.Benchmarks.Reading;

/// <summary>What a session and its token cost where nobody is asked anything.</summary>
[MemoryDiagnoser]
public class SessionBenchmarks
{
    private readonly SessionTokenOptions _options = SessionTokenOptions.WithKey(new byte[32]);
    private string _token = "";

    [GlobalSetup]
    public void Setup()
    {
        using var session = ReadSession.Begin(ReadConsistency.Causal);
        _token = new Sessions.SessionToken(
            session.Id,
            ReadConsistency.Causal,
            [new("shop", MariaDbGtidList.Parse("0-1-2000000000"))]
        ).Protect(_options);
    }

    [Benchmark(Baseline = true)]
    public void BegunAndEnded()
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
    }

    [Benchmark]
    public Guid BegunWithIdAndEnded()
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        return session.Id;
    }

    [Benchmark]
    public void TokenResumed()
    {
        using var session = ReadSession.Resume(_token, _options);
    }

    [Benchmark]
    public string TokenResumedAndMade()
    {
        using var session = ReadSession.Resume(_token, _options);
        return session.ToToken(_options);
    }
}
