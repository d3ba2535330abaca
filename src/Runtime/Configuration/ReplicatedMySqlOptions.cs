namespace MonotonicReads;

/// <summary>A replicated data source as configuration describes it.</summary>
public sealed class ReplicatedMySqlOptions
{
    /// <summary>The connection string of the primary. Key <c>Primary</c>. Required, but through a proxy.</summary>
    public string? Primary { get; set; }

    /// <summary>See <see cref="ReplicatedMySqlDataSourceBuilder.UseName"/>. Key <c>Name</c>. Default: the key of a keyed data source,
    /// otherwise the primary's database.</summary>
    public string? Name { get; set; }

    /// <summary>The replicas, in the order that the selector sees. Key <c>Replicas</c>, each with <c>Name</c>, <c>ConnectionString</c>,
    /// <c>Weight</c>.</summary>
    public IList<ReplicaSettings> Replicas { get; } = [];

    /// <summary>The proxy before the servers; <see langword="null"/>, the default, where each is connected to. Key <c>Proxy</c>.</summary>
    public ProxyOptions? Proxy { get; set; }

    /// <summary>See <see cref="ReplicatedMySqlDataSourceBuilder.UseReplicaLoss"/>. Key <c>OnReplicaLoss</c>.</summary>
    public ReplicaLoss OnReplicaLoss { get; set; }

    /// <summary>The selector. Key <c>Selector</c>.</summary>
    public ReplicaSelection Selector { get; set; }

    /// <summary>See <see cref="ReplicatedMySqlDataSourceBuilder.ForPomelo"/>. Key <c>ForPomelo</c>.</summary>
    public bool ForPomelo { get; set; }

    /// <summary>See <see cref="ReplicatedMySqlDataSourceBuilder.AllowWritableReplicas"/>. Key <c>AllowWritableReplicas</c>.</summary>
    public bool AllowWritableReplicas { get; set; }

    /// <summary>See <see cref="ReplicatedMySqlDataSourceBuilder.AllowDivergedReplicas"/>. Key <c>AllowDivergedReplicas</c>.</summary>
    public bool AllowDivergedReplicas { get; set; }

    /// <summary>See <see cref="ReplicatedMySqlDataSourceBuilder.UseDrainTimeout"/>. Key <c>DrainTimeout</c>, as <c>hh:mm:ss</c>.</summary>
    public TimeSpan? DrainTimeout { get; set; }

    /// <summary>How servers are watched; <see langword="null"/> for not at all. Key <c>Monitor</c>: a section, or <c>false</c>. Not used
    /// through a proxy that picks the replicas itself.</summary>
    public MonitorOptions? Monitor { get; set; } = new();

    /// <summary>How series of reads are looked for while the program runs, see
    /// <see cref="ReplicatedMySqlDataSourceBuilder.UseSeriesDetector"/>; <see langword="null"/>, the default, for not at all. Key
    /// <c>SeriesDetector</c>: a section, or <c>true</c>.</summary>
    public SeriesDetectorOptions? SeriesDetector { get; set; }

    /// <summary>What is done about the topology at the start. Key <c>TopologyValidation</c>.</summary>
    public TopologyValidation TopologyValidation { get; set; }

    /// <summary>Has the last word on the builder: the driver's hooks, such as a password provider. Has no key; changes after the start are
    /// not followed.</summary>
    public Action<ReplicatedMySqlDataSourceBuilder>? ConfigureBuilder { get; set; }

    /// <summary>Everything that could not be read from configuration.</summary>
    internal List<string> Unread { get; } = [];
}

/// <summary>Which <see cref="IReplicaSelector"/> draws replicas.</summary>
public enum ReplicaSelection
{
    /// <summary><see cref="ReplicaSelectors.WeightedModulo"/>.</summary>
    WeightedModulo,

    /// <summary><see cref="ReplicaSelectors.WeightedRendezvous"/>.</summary>
    WeightedRendezvous,
}

/// <summary>What is done at the start about a topology that breaks the promises of read sessions.</summary>
public enum TopologyValidation
{
    /// <summary>Each finding is logged; the start does not wait for it.</summary>
    Warn,

    /// <summary>The start waits, and fails with <see cref="TopologyException"/> on an error.</summary>
    Fail,

    /// <summary>Nobody is asked.</summary>
    Off,
}
