using Microsoft.Extensions.Logging;

namespace MonotonicReads.Testing;

/// <summary>How a set of lagging replicas is made. What is said of the data source is as the builder of a real one has it.</summary>
public sealed class LaggingReplicasOptions
{
    /// <summary>How many connections of a held replica can be open at once, each with a transaction of its own on the server, which are
    /// all opened when it is held. At least 1. Default: 4. Of no meaning on SQLite.</summary>
    public int ConnectionsHeld { get; set; } = 4;

    /// <summary>Whether the connection string gets what EF Core on Pomelo needs. Default: no.</summary>
    public bool ForPomelo { get; set; }

    /// <summary>What sessions do that say nothing of the loss of their replica. Default: <see cref="ReplicaLoss.Primary"/>.</summary>
    public ReplicaLoss OnReplicaLoss { get; set; }

    /// <summary>The replicas' weights by name. Those that it does not name have 1.</summary>
    public IDictionary<string, int> Weights { get; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Draws the replicas of sessions, except where an assignment does. Default:
    /// <see cref="ReplicaSelectors.WeightedModulo"/>.</summary>
    public IReplicaSelector Selector { get; set; } = ReplicaSelectors.WeightedModulo;

    /// <summary>Where the data source logs to. Default: null, nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>The clock of the data source, as for waits and bounds of age. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>How series of reads are looked for; null, the default, for not at all.</summary>
    public SeriesDetectorOptions? SeriesDetector { get; set; }

    /// <summary>How long a change of a table waits for who reads it.</summary>
    internal int LockWaitSeconds { get; set; } = 20;
}
