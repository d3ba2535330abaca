namespace MonotonicReads;

/// <summary>A replica as configuration names it.</summary>
/// <param name="Name">Its unique name in events, logs, metrics and rendezvous hashing.</param>
/// <param name="ConnectionString">Its connection string, with one host. Never printed.</param>
/// <param name="Weight">Its share relative to the others; 0 takes no new sessions.</param>
public sealed record ReplicaSettings(string Name, string ConnectionString, int Weight = 1)
{
    /// <summary>The name and the weight; a connection string has a password.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"{Name} (weight {Weight})";
}
