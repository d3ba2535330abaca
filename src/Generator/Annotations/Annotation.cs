using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Annotations;

/// <summary>One annotation as it stands in source or metadata.</summary>
internal sealed class Annotation
{
    /// <summary>What a fix would write: <c>[Monotonic]</c> without arguments.</summary>
    public static readonly Annotation PlainMonotonic = new(AnnotationKind.Monotonic, null);

    private const string AttributeNamespace = "MonotonicReads";
    private const int DefaultMaxWaitMilliseconds = 500;
    private const int RestartValue = 4;

    private readonly int _reads;

    private Annotation(AnnotationKind kind, AttributeData? data)
    {
        Kind = kind;
        Data = data;
        Key = Named(data, "Key")?.Value as string;
        OnReplicaLoss = Named(data, "OnReplicaLoss");
        _reads = Named(data, "Reads")?.Value as int? ?? 0;
        IsSnapshot = kind == AnnotationKind.Monotonic && Named(data, "Snapshot")?.Value is true;
        MaxStalenessMilliseconds = Named(data, "MaxStalenessMilliseconds")?.Value as int? ?? 0;
        MaxWaitMilliseconds = Named(data, "MaxWaitMilliseconds")?.Value as int? ?? DefaultMaxWaitMilliseconds;
    }

    public AnnotationKind Kind { get; }

    /// <summary>The attribute that it was read from; null where it stands nowhere yet.</summary>
    public AttributeData? Data { get; }

    /// <summary>The symbol that it stands on; null where it stands nowhere yet.</summary>
    public ISymbol? Bearer { get; private set; }

    public string? Key { get; }

    public TypedConstant? OnReplicaLoss { get; }

    /// <summary>Whether a call that loses its replica is to be run again (<c>ReplicaLoss.Restart</c>).</summary>
    public bool Restarts => OnReplicaLoss?.Value is RestartValue;

    public int MaxWaitMilliseconds { get; }

    /// <summary>How old the state may be that a read shows; 0 for any age.</summary>
    public int MaxStalenessMilliseconds { get; }

    /// <summary>
    /// How many reads a call makes one after the other; 0 where that is not said. A type has no series: what it says there is nothing.
    /// </summary>
    public int Reads => Bearer is ITypeSymbol or IAssemblySymbol ? 0 : _reads;

    /// <summary>Whether all reads of a call show one moment.</summary>
    public bool IsSnapshot { get; }

    public bool HasDefaultWait => MaxWaitMilliseconds == DefaultMaxWaitMilliseconds;

    /// <summary>Whether a wrapper has anything to do: <c>[Eventual]</c> opens no session.</summary>
    public bool NeedsSession => Kind != AnnotationKind.Eventual;

    public string Display => "[" + Kind + "]";

    /// <summary>The strongest annotation that stands on the symbol itself, or null.</summary>
    public static Annotation? On(ISymbol symbol)
    {
        Annotation? strongest = null;
        foreach (var attribute in symbol.GetAttributes())
        {
            if (KindOf(attribute.AttributeClass) is { } kind && (strongest is null || kind > strongest.Kind))
            {
                strongest = new Annotation(kind, attribute) { Bearer = symbol };
            }
        }

        return strongest;
    }

    public static Annotation? Stronger(Annotation? left, Annotation? right) =>
        left is null || (right is not null && right.Kind > left.Kind) ? right : left;

    /// <summary>The annotation that an attribute's class is, or null where it is none of ours.</summary>
    public static AnnotationKind? KindOf(INamedTypeSymbol? attribute)
    {
        if (
            attribute
            is not { ContainingType: null, ContainingNamespace: { Name: AttributeNamespace, ContainingNamespace.IsGlobalNamespace: true } }
        )
        {
            return null;
        }

        return KindOfName(attribute.Name);
    }

    /// <summary>The same for a name as it is written, with or without its namespace.</summary>
    public static AnnotationKind? KindOfName(string name) =>
        name.Substring(name.LastIndexOf('.') + 1) switch
        {
            "MonotonicAttribute" => AnnotationKind.Monotonic,
            "CausalAttribute" => AnnotationKind.Causal,
            "GlobalAttribute" => AnnotationKind.Global,
            "PrimaryAttribute" => AnnotationKind.Primary,
            "EventualAttribute" => AnnotationKind.Eventual,
            _ => null,
        };

    private static TypedConstant? Named(AttributeData? data, string name)
    {
        if (data is not null)
        {
            foreach (var argument in data.NamedArguments)
            {
                if (argument.Key == name && argument.Value.Kind != TypedConstantKind.Error)
                {
                    return argument.Value;
                }
            }
        }

        return null;
    }
}

/// <summary>The guarantees in the order of their strength.</summary>
internal enum AnnotationKind
{
    Eventual,
    Monotonic,
    Causal,
    Global,
    Primary,
}
