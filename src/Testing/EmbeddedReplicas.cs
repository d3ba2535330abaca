namespace MonotonicReads.Testing;

/// <summary>Lagging replicas for those without a server: a SQLite file of its own, and copies of it where a replica is held.</summary>
public static class EmbeddedReplicas
{
    /// <inheritdoc cref="CreateAsync(LaggingReplicasOptions, IEnumerable{string}, CancellationToken)"/>
    public static Task<LaggingReplicas> CreateAsync(params string[] replicas) =>
        CreateAsync(new LaggingReplicasOptions(), replicas, CancellationToken.None);

    /// <inheritdoc cref="CreateAsync(LaggingReplicasOptions, IEnumerable{string}, CancellationToken)"/>
    public static Task<LaggingReplicas> CreateAsync(LaggingReplicasOptions options, params string[] replicas) =>
        CreateAsync(options, replicas, CancellationToken.None);

    /// <summary>Makes an empty database and replicas that show it as it is, until they are held.</summary>
    /// <param name="options">How.</param>
    /// <param name="replicas">The replicas' names; at least one.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The set; the caller disposes it, and the files with it.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An empty or repeated name, or a weight of a replica that there is not.</exception>
    /// <exception cref="InvalidOperationException">No name, or weights that sum to 0.</exception>
    /// <exception cref="IOException">The temporary directory cannot be written to.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<LaggingReplicas> CreateAsync(
        LaggingReplicasOptions options,
        IEnumerable<string> replicas,
        CancellationToken cancellationToken
    )
    {
        var names = LaggingReplicas.Check(options, replicas);
        var server = await EmbeddedServer.CreateAsync(cancellationToken).ConfigureAwait(false);
        return new LaggingReplicas(server, options, names);
    }
}
