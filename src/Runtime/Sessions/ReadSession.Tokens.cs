namespace MonotonicReads;

/// <content>Sessions that go on in another request, process or service.</content>
public sealed partial class ReadSession
{
    private SessionToken? _resumed;
    private volatile bool _wasExported;
    private int _readAfterTokenNoted;

    /// <summary>
    /// What the session saw and wrote, for <see cref="Resume(string, SessionTokenOptions?)"/> in another request, process or service: encrypted,
    /// authenticated, at most <see cref="SessionTokenOptions.MaxLength"/> characters, and taken for
    /// <see cref="SessionTokenOptions.Lifetime"/>. Asks each server that was read or written for its position: one round trip for each.
    /// </summary>
    /// <remarks>It holds for what was read before. Reads that end later are not in it.</remarks>
    /// <param name="options">The protection; <see langword="null"/> for <see cref="SessionTokenOptions.Default"/>.</param>
    /// <returns>The token; base64url.</returns>
    /// <exception cref="InvalidOperationException">No options, or too many data sources.</exception>
    public string ToToken(SessionTokenOptions? options = null)
    {
        var states = StatesAsync(isAsync: false, CancellationToken.None);
        return Export(states.IsCompleted ? states.GetAwaiter().GetResult() : states.AsTask().GetAwaiter().GetResult(), Required(options));
    }

    /// <inheritdoc cref="ToToken"/>
    /// <param name="options">The protection; <see langword="null"/> for <see cref="SessionTokenOptions.Default"/>.</param>
    /// <param name="cancellationToken">Ends the questions to the servers.</param>
    public async ValueTask<string> ToTokenAsync(SessionTokenOptions? options = null, CancellationToken cancellationToken = default)
    {
        var required = Required(options);
        return Export(await StatesAsync(isAsync: true, cancellationToken).ConfigureAwait(false), required);
    }

    /// <summary>
    /// Goes on with a session: its UUID and level, and every read contains what the session saw and wrote before its token was
    /// made, on a replica that has it by then or on the primary. Asks nobody yet.
    /// </summary>
    /// <param name="token">What <see cref="ToToken"/> returned.</param>
    /// <param name="options">The protection; <see langword="null"/> for <see cref="SessionTokenOptions.Default"/>.</param>
    /// <returns>The session. Dispose it where it was resumed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="token"/> is <see langword="null"/>.</exception>
    /// <exception cref="SessionTokenException">The token is forged, damaged, expired, or of an unknown version.</exception>
    /// <exception cref="InvalidOperationException">No options.</exception>
#pragma warning disable RS0027 // The overloads differ in required arguments, so that none can be mistaken for the other.
    public static ReadSession Resume(string token, SessionTokenOptions? options = null) =>
        Resume(token, ReadConsistency.Monotonic, new ReadSessionOptions(), options);
#pragma warning restore RS0027

    /// <summary>Goes on with a session that from now on guarantees at least a level, under policies of its own.</summary>
    /// <param name="token">What <see cref="ToToken"/> returned.</param>
    /// <param name="atLeast">The level; the token's own holds where it is stronger.</param>
    /// <param name="policies">The policies.</param>
    /// <param name="options">The protection; <see langword="null"/> for <see cref="SessionTokenOptions.Default"/>.</param>
    /// <returns>The session. Dispose it where it was resumed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="token"/> or <paramref name="policies"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A policy is out of range.</exception>
    /// <exception cref="ArgumentException"><paramref name="atLeast"/> is no level that a session can have.</exception>
    /// <exception cref="SessionTokenException">The token is forged, damaged, expired, or of an unknown version.</exception>
    /// <exception cref="InvalidOperationException">No options.</exception>
    public static ReadSession Resume(string token, ReadConsistency atLeast, ReadSessionOptions policies, SessionTokenOptions? options)
    {
        ArgumentNullException.ThrowIfNull(policies);
        return Resume(SessionToken.Unprotect(token, Required(options)), atLeast, policies);
    }

    internal static ReadSession Resume(SessionToken resumed, ReadConsistency atLeast, ReadSessionOptions policies)
    {
        if (atLeast is not (ReadConsistency.Monotonic or ReadConsistency.Causal or ReadConsistency.Primary))
        {
            throw Unavailable(atLeast);
        }

        var policy = Checked(policies) with { Reads = 0 };
        var consistency = resumed.Consistency > atLeast ? resumed.Consistency : atLeast;
        return Enter(new ReadSession(null, Live(Ambient.Value), consistency, policy) { _id = resumed.SessionId, _resumed = resumed });
    }

    /// <summary>Whether a token of the session was made, so that a later read is in none.</summary>
    internal bool WasExported => _root._wasExported;

    /// <summary>Whether anything was read or written in the session.</summary>
    public bool HasBeenUsed => Volatile.Read(ref _root._pins) is not null;

    internal bool TryNoteReadAfterToken() => Interlocked.Exchange(ref _root._readAfterTokenNoted, 1) == 0;

    /// <summary>A token, unless the one that the session was resumed from says the same and lives long enough.</summary>
    internal async ValueTask<string?> ToTokenIfChangedAsync(SessionTokenOptions options, CancellationToken cancellationToken)
    {
        if (!HasBeenUsed)
        {
            return null;
        }

        var states = await StatesAsync(isAsync: true, cancellationToken).ConfigureAwait(false);
        if (states.Count == 0)
        {
            return null;
        }

        var isFresh = _root._resumed is { } resumed && resumed.Expiry - options.TimeProvider.GetUtcNow() > options.Lifetime / 2;
        return isFresh && _root._resumed!.Consistency == Exported(_root.Consistency) && states.ToHashSet().SetEquals(_root._resumed.Sources)
            ? null
            : Export(states, options);
    }

    private static SessionTokenOptions Required(SessionTokenOptions? options) =>
        options
        ?? SessionTokenOptions.Default
        ?? throw new InvalidOperationException(
            "No options for session tokens: pass them, or set SessionTokenOptions.Default = SessionTokenOptions.WithKey(key) at the start."
        );

    private string Export(List<SourceState> states, SessionTokenOptions options)
    {
        _root._wasExported = true;

        // A snapshot ends here; what it saw travels.
        return new SessionToken(Id, Exported(_root.Consistency), states).Protect(options);
    }

    private static ReadConsistency Exported(ReadConsistency consistency) =>
        consistency == ReadConsistency.Snapshot ? ReadConsistency.Monotonic : consistency;

    private async ValueTask<List<SourceState>> StatesAsync(bool isAsync, CancellationToken cancellation)
    {
        var states = new List<SourceState>();
        for (var pin = Volatile.Read(ref _root._pins); pin is not null; pin = pin.Next)
        {
            if (await pin.Source.StateOfAsync(pin, isAsync, cancellation).ConfigureAwait(false) is { } state)
            {
                states.Add(state);
            }
        }

        // What was resumed and not read here travels on.
        states.AddRange((_root._resumed?.Sources ?? []).Where(resumed => !states.Exists(state => state.Name == resumed.Name)));
        return states;
    }

    private void TellResumed(SessionPin pin)
    {
        if (_root._resumed?.Sources.FirstOrDefault(state => state.Name == pin.Source.Name) is { } state)
        {
            pin.Resume(state.Position);
        }
    }
}
