using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Tests.Harness;

/// <summary>The assembly that declares the annotations and the session.</summary>
internal static class AnnotationApi
{
    private const string Source = """
        using System;
        using System.Threading;
        namespace MonotonicReads
        {
            public enum ReplicaLoss { Primary = 0, CaughtUp, Fail, Redraw }
            public enum ReadConsistency { Eventual, Monotonic, Snapshot, Causal, Primary }
            [AttributeUsage(AttributeTargets.Method | AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Assembly)]
            public sealed class MonotonicAttribute : Attribute { public string? Key { get; set; } public ReplicaLoss OnReplicaLoss { get; set; } }
            [AttributeUsage(AttributeTargets.Method | AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Assembly)]
            public sealed class CausalAttribute : Attribute { public int MaxWaitMilliseconds { get; set; } = 500; public ReplicaLoss OnReplicaLoss { get; set; } }
            [AttributeUsage(AttributeTargets.Method | AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Assembly)]
            public sealed class PrimaryAttribute : Attribute { }
            [AttributeUsage(AttributeTargets.Method | AttributeTargets.Class | AttributeTargets.Interface)]
            public sealed class EventualAttribute : Attribute { public EventualAttribute(string reason) { } }
            [AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
            public sealed class ConsistentRepositoryAttribute : Attribute
            {
                public ConsistentRepositoryAttribute(Type repository, Type wrapper) { Repository = repository; Wrapper = wrapper; }
                public Type Repository { get; }
                public Type Wrapper { get; }
            }
            public sealed class ReadSessionOptions { public ReplicaLoss OnReplicaLoss { get; init; } public int MaxWaitMilliseconds { get; init; } = 500; }
            public static class SessionKey { public static string Format<T>(T key) => key?.ToString() ?? throw new ArgumentNullException(nameof(key)); }
            public sealed class ReadSession : IDisposable
            {
                private static readonly AsyncLocal<ReadSession?> Ambient = new();
                private readonly ReadSession? _outer;
                private ReadSession(ReadConsistency consistency) { Consistency = consistency; _outer = Ambient.Value; Ambient.Value = this; }
                public static ReadSession? Current => Ambient.Value;
                public Guid Id { get; } = Guid.NewGuid();
                public ReadConsistency Consistency { get; }
                public static ReadSession Begin(ReadConsistency consistency, Guid? id = null) => new(consistency);
                public static ReadSession Begin(ReadConsistency consistency, string key) => new(consistency);
                public static ReadSession Begin(ReadConsistency consistency, ReadSessionOptions options) => new(consistency);
                public static ReadSession Begin(ReadConsistency consistency, string key, ReadSessionOptions options) => new(consistency);
                public void Dispose() => Ambient.Value = _outer;
            }
        }
        """;

    private static readonly byte[] Image = Emit();

    public static MetadataReference Reference { get; } = MetadataReference.CreateFromImage(Image);

    public static void Load(System.Runtime.Loader.AssemblyLoadContext context)
    {
        using var stream = new MemoryStream(Image);
        context.LoadFromStream(stream);
    }

    private static byte[] Emit()
    {
        using var stream = new MemoryStream();
        var result = Compilations.Of("MonotonicReads", Compilations.FrameworkReferences, Source).Emit(stream);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        return stream.ToArray();
    }
}
