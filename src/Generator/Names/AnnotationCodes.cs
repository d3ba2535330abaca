namespace MonotonicReads.Generator.Names;

/// <summary>The codes of the names without which a file says nothing of sessions.</summary>
internal static class AnnotationCodes
{
    public const string RuntimeAssembly = "MonotonicReads";

    /// <summary>The annotations, however they are reached.</summary>
    public static readonly HashSet<ulong> Annotations =
    [
        .. new[] { "Monotonic", "Causal", "Global", "Primary", "Eventual" }
            .SelectMany(static name => new[] { name, name + "Attribute" })
            .Select(NameCode.Of),
    ];

    /// <summary>The session in code.</summary>
    public static readonly ulong Session = NameCode.Of("ReadSession");

    /// <summary>Our namespace.</summary>
    public static readonly ulong Namespace = NameCode.Of(RuntimeAssembly);
}
