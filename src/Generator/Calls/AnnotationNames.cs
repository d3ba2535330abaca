namespace MonotonicReads.Generator.Calls;

/// <summary>The names without which a file says nothing of sessions: those of the annotations, however they are reached, and of the session in code.</summary>
internal static class AnnotationNames
{
    private static readonly HashSet<ulong> Annotations =
        [.. new[] { "Monotonic", "Causal", "Primary", "Eventual" }.SelectMany(static name => new[] { name, name + "Attribute" }).Select(NameCode.Of)];

    private static readonly ulong Session = NameCode.Of("ReadSession");

    /// <summary>True where an annotation may be written in the file, or be given another name.</summary>
    public static bool MayStandIn(NameIndex index) => index.HasAnyOf(Annotations);

    /// <summary>True where the file may begin or resume a session.</summary>
    public static bool MayBeginSession(NameIndex index) => index.Has(Session);
}
