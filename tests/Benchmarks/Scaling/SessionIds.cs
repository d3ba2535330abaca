namespace MonotonicReads.Benchmarks.Scaling;

internal static class SessionIds
{
    /// <summary>The same ids in every run.</summary>
    public static Guid[] Take(int count, int seed = 1)
    {
        var random = new Random(seed);
        var ids = new Guid[count];
        Span<byte> bytes = stackalloc byte[16];
        for (var i = 0; i < count; i++)
        {
            random.NextBytes(bytes);
            ids[i] = new Guid(bytes);
        }

        return ids;
    }
}
