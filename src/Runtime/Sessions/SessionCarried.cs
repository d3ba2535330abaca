namespace MonotonicReads.Sessions;

/// <summary>
/// What a session brought along or was told from elsewhere, and whether the last token was made that can carry what it sees. Safe for
/// concurrent use; changed together with the session's pins, under their lock.
/// </summary>
internal sealed class SessionCarried
{
    private volatile SourceState[] _states;
    private volatile bool _hasEnded;
    private volatile bool _hasTravelled;
    private int _lateUses;

    public SessionCarried(SessionToken? token)
    {
        Token = token;
        _states = token is null ? [] : [.. token.Sources];
    }

    /// <summary>What the session went on from; null where it began here.</summary>
    public SessionToken? Token { get; }

    /// <summary>What its reads must contain, each by what tokens call its data source.</summary>
    public IReadOnlyList<SourceState> States => _states;

    /// <summary>Whether a position of another cluster is left alone, which is an error otherwise; null where its name decides, as it does
    /// for data sources that were given none.</summary>
    public bool? IgnoresForeign { get; init; }

    /// <summary>Lets what others saw and wrote in the session come in before it opens its next connection; null where nobody has.</summary>
    public Func<Task>? Ahead { get; init; }

    /// <summary>Told when one of the session's connections was closed, and whether it was used on the primary; null where nobody is. Never
    /// fails.</summary>
    public Func<bool, Task>? Behind { get; init; }

    /// <summary>Something was seen or written that no connection's closing tells of.</summary>
    public void NoteNews() => _ = Behind?.Invoke(false);

    /// <summary>Whether somebody else was told of what the session carries.</summary>
    public bool HasTravelled => _hasTravelled;

    /// <inheritdoc cref="HasTravelled"/>
    public void NoteTravel() => _hasTravelled = true;

    /// <summary>Whether no token will be made any more, so that what is seen and written from now on is in none.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>Whether anything was seen or written since.</summary>
    public bool HadLateUse => Volatile.Read(ref _lateUses) != 0;

    /// <summary>The last token was made, or could not be.</summary>
    public void End() => _hasEnded = true;

    /// <summary>Something is seen or written that the last token has not.</summary>
    /// <returns>Whether it is the first time.</returns>
    public bool TryNoteLateUse() => HasEnded && Interlocked.Exchange(ref _lateUses, 1) == 0;

    /// <summary>What was told counts from now on, and what was known.</summary>
    public void Add(IEnumerable<SourceState> told) => _states = SourceState.Union(_states, told);
}
