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

    public static string Export(ReadSession root, List<SourceState> states, SessionTokenOptions options)
    {
        root.NoteExport();

        // A snapshot ends here; what it saw travels.
        return new SessionToken(root.Id, Exported(root.Consistency), states).Protect(options);
    }

    /// <summary>A token, unless the one that the session was resumed from says the same and lives long enough.</summary>
    public static async ValueTask<string?> ExportIfChangedAsync(
        ReadSession root,
        SessionTokenOptions options,
        CancellationToken cancellationToken
    )
    {
        if (!root.HasBeenUsed)
        {
            return null;
        }

        var states = await StatesAsync(root, isAsync: true, cancellationToken).ConfigureAwait(false);
        if (states.Count == 0)
        {
            return null;
        }

        var isFresh = root.Resumed is { } resumed && resumed.Expiry - options.TimeProvider.GetUtcNow() > options.Lifetime / 2;
        return isFresh && root.Resumed!.Consistency == Exported(root.Consistency) && states.ToHashSet().SetEquals(root.Resumed.Sources)
            ? null
            : Export(root, states, options);
    }

    public static async ValueTask<List<SourceState>> StatesAsync(ReadSession root, bool isAsync, CancellationToken cancellation)
    {
        var states = new List<SourceState>();
        for (var pin = root.FirstPin; pin is not null; pin = pin.Next)
        {
            if (await pin.Source.StateOfAsync(pin, isAsync, cancellation).ConfigureAwait(false) is { } state)
            {
                states.Add(state);
            }
        }

        // What was resumed and not read here travels on.
        states.AddRange((root.Resumed?.Sources ?? []).Where(resumed => !states.Exists(state => state.Name == resumed.Name)));
        return states;
    }

    private static ReadConsistency Exported(ReadConsistency consistency) =>
        consistency == ReadConsistency.Snapshot ? ReadConsistency.Monotonic : consistency;
}
