using System.Globalization;

namespace MonotonicReads.Runtime.Tests.Support;

internal static class VectorFile
{
    public static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Vectors", name);
}

internal static class TestReplicas
{
    public static WeightedReplica[] Of(params (string Name, int Weight)[] replicas) =>
        replicas.Select(replica => new WeightedReplica(replica.Name, replica.Weight, IsAvailable: true)).ToArray();
}

internal static class TestSessions
{
    /// <summary>The same ids in every run.</summary>
    public static IEnumerable<Guid> Take(int count) =>
        Enumerable.Range(0, count).Select(i => SessionKey.ToGuid(i.ToString(CultureInfo.InvariantCulture)));
}
