namespace MonotonicReads.AspNetCore;

/// <summary>What an endpoint, or a method of a hub, asks for.</summary>
internal readonly record struct WantedSession(ReadConsistency Level, ReadSessionOptions Policies)
{
    /// <param name="annotations">Annotations and whatever else stands there; of several the last one is the nearest.</param>
    /// <param name="options">What holds where nothing is said.</param>
    public static WantedSession Of(IReadOnlyList<object> annotations, RequestSessionOptions options)
    {
        for (var i = annotations.Count - 1; i >= 0; i--)
        {
            switch (annotations[i])
            {
                case MonotonicAttribute monotonic:
                    return With(
                        ReadConsistency.Monotonic,
                        options,
                        monotonic.OnReplicaLoss,
                        maxStalenessMilliseconds: monotonic.MaxStalenessMilliseconds
                    );
                case CausalAttribute causal:
                    return With(
                        ReadConsistency.Causal,
                        options,
                        causal.OnReplicaLoss,
                        causal.MaxWaitMilliseconds,
                        causal.MaxStalenessMilliseconds
                    );
                case GlobalAttribute global:
                    return With(ReadConsistency.Global, options, global.OnReplicaLoss, global.MaxWaitMilliseconds);
                case PrimaryAttribute:
                    return With(ReadConsistency.Primary, options);
                case EventualAttribute:
                    return With(ReadConsistency.Eventual, options);
            }
        }

        return With(options.Level, options);
    }

    /// <summary>Whether anything is asked for there.</summary>
    public static bool IsAnyIn(IReadOnlyList<object> annotations) =>
        annotations.Any(a => a is MonotonicAttribute or CausalAttribute or GlobalAttribute or PrimaryAttribute or EventualAttribute);

    // What an annotation leaves at its default is as the options say.
    private static WantedSession With(
        ReadConsistency level,
        RequestSessionOptions options,
        ReplicaLoss onReplicaLoss = default,
        int maxWaitMilliseconds = ReadSessionOptions.DefaultMaxWaitMilliseconds,
        int maxStalenessMilliseconds = 0
    ) =>
        new(
            level,
            new ReadSessionOptions
            {
                OnReplicaLoss = OfRequest(onReplicaLoss == default ? options.OnReplicaLoss : onReplicaLoss),
                MaxWaitMilliseconds =
                    maxWaitMilliseconds == ReadSessionOptions.DefaultMaxWaitMilliseconds
                        ? options.MaxWaitMilliseconds
                        : maxWaitMilliseconds,
                MaxStalenessMilliseconds = maxStalenessMilliseconds == 0 ? options.MaxStalenessMilliseconds : maxStalenessMilliseconds,
            }
        );

    // Nobody runs a request again.
    private static ReplicaLoss OfRequest(ReplicaLoss policy) => policy == ReplicaLoss.Restart ? ReplicaLoss.Primary : policy;
}
