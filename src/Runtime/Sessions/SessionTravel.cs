namespace MonotonicReads.Sessions;

/// <summary>What of a session goes into a token, and when a new one is needed.</summary>
internal static class SessionTravel
{
    /// <exception cref="InvalidOperationException">None were given, and there is no default.</exception>
    public static SessionTokenOptions Required(SessionTokenOptions? options) =>
        options
        ?? SessionTokenOptions.Default
        ?? throw new InvalidOperationException(
            "No options for session tokens: pass them, or set SessionTokenOptions.Default = SessionTokenOptions.WithKey(key) at the start."
        );

    /// <summary>A token of a program's own making: what is seen from now on is in none.</summary>
    public static async ValueTask<string> ExportAsync(
        ReadSession root,
        SessionTokenOptions options,
        bool isAsync,
        CancellationToken cancellation
    )
    {
        // Before anybody is asked: what ends meanwhile may be in no answer.
        root.Carried.End();
        return TokenOf(root, await StatesAsync(root, isAsync, cancellation).ConfigureAwait(false)).Protect(options);
    }

    /// <summary>What the session carries; null for nothing.</summary>
    public static async ValueTask<SessionToken?> CarriedByAsync(ReadSession root, bool isAsync, CancellationToken cancellation)
    {
        if (!root.HasBeenUsed && root.CarriedIfAny is not { States.Count: > 0 })
        {
            return null;
        }

        var states = await StatesAsync(root, isAsync, cancellation).ConfigureAwait(false);
        return states.Count == 0 ? null : TokenOf(root, states);
    }

    /// <summary>What the session carries, unless the token that it was resumed from says the same and lives long enough.</summary>
    public static async ValueTask<SessionToken?> ChangedInAsync(ReadSession root, SessionTokenOptions options)
    {
        var now = await CarriedByAsync(root, isAsync: true, CancellationToken.None).ConfigureAwait(false);
        if (now is null || root.CarriedIfAny?.Token is not { } before)
        {
            return now;
        }

        var isUsed = root.HasBeenUsed || root.Carried.HasTravelled;
        var isFresh = !isUsed || before.Expiry - options.TimeProvider.GetUtcNow() > options.Lifetime / 2;
        return isFresh && now.Sources.ToHashSet().SetEquals(before.Sources) ? null : now;
    }

    /// <summary>What the session saw and wrote, one state for each data source.</summary>
    /// <exception cref="InvalidOperationException">Two data sources of one name, and they are of two clusters.</exception>
    public static async ValueTask<List<SourceState>> StatesAsync(ReadSession root, bool isAsync, CancellationToken cancellation)
    {
        var states = new List<SourceState>();
        for (var pin = root.FirstPin; pin is not null; pin = pin.Next)
        {
            if (await pin.Source.StateOfAsync(pin, isAsync, cancellation).ConfigureAwait(false) is not { } state)
            {
                continue;
            }

            SessionPins.ThrowIfOtherOfThatName(pin, pin.Next);
            var at = states.FindIndex(known => known.Name == state.Name);
            if (at < 0)
            {
                states.Add(state);
            }
            else
            {
                states[at] = states[at].And(state);
            }
        }

        // What came from elsewhere and was not read here travels on.
        var carried = root.CarriedIfAny?.States ?? [];
        states.AddRange(carried.Where(resumed => !states.Exists(state => state.Name == resumed.Name)));
        return states;
    }

    private static SessionToken TokenOf(ReadSession root, List<SourceState> states) => new(root.Id, Exported(root.Consistency), states);

    // A snapshot ends here; what it saw travels. Who was shown the primary once is not shown it for good.
    private static ReadConsistency Exported(ReadConsistency consistency) =>
        consistency switch
        {
            ReadConsistency.Snapshot => ReadConsistency.Monotonic,
            ReadConsistency.Primary or ReadConsistency.Global => ReadConsistency.Causal,
            _ => consistency,
        };
}
