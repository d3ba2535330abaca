namespace MonotonicReads.Testing;

/// <summary>Lagging replicas for those without a server: a SQLite file of its own, and copies of it where a replica is held.</summary>
public static class EmbeddedReplicas
{
    /// <summary>Makes an empty database and replicas that show it as it is, until they are held.</summary>
    /// <param name="replicas">The replicas' names; at least one.</param>
    /// <returns>The set; the caller disposes it, and the files with it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="replicas"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An empty or repeated name.</exception>
    /// <exception cref="InvalidOperationException">No name.</exception>
    public static Task<LaggingReplicas> CreateAsync(params string[] replicas) => CreateAsync(new LaggingReplicasOptions(), replicas);

    /// <summary>Makes an empty database and replicas that show it as it is, until they are held.</summary>
    /// <param name="options">How.</param>
    /// <param name="replicas">The replicas' names; at least one.</param>
    /// <returns>The set; the caller disposes it, and the files with it.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An empty or repeated name.</exception>
    /// <exception cref="InvalidOperationException">No name.</exception>
    public static async Task<LaggingReplicas> CreateAsync(LaggingReplicasOptions options, params string[] replicas)
    {
        LaggingReplicas.Check(options, replicas);
        return new LaggingReplicas(await EmbeddedServer.CreateAsync(CancellationToken.None).ConfigureAwait(false), options, replicas);
    }
}
