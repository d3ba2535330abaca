namespace MonotonicReads.Sessions;

/// <summary>
/// What a handle of level <see cref="ReadConsistency.Global"/> knows of the moment in which it began: in each data source what the primary
/// had is asked for once, at the handle's first read there. Safe for concurrent use.
/// </summary>
internal sealed class PrimaryMoments
{
    private readonly object _lock = new();
    private readonly List<Moment> _moments = [];

    /// <summary>Whether the reads' position in this data source is among those that the session requires.</summary>
    public bool AreKnown(SessionPin pin)
    {
        lock (_lock)
        {
            return _moments.Exists(moment => ReferenceEquals(moment.Pin, pin) && moment.IsKnown);
        }
    }

    /// <summary>The first read in the data source begins, or one beside it.</summary>
    /// <returns>The timestamp of the first one: whatever the primary says that it is asked after that will do.</returns>
    public long Begin(SessionPin pin)
    {
        lock (_lock)
        {
            if (_moments.Find(moment => ReferenceEquals(moment.Pin, pin)) is { } known)
            {
                return known.At;
            }

            var at = pin.Source.Time.GetTimestamp();
            _moments.Add(new Moment(pin, at));
            return at;
        }
    }

    /// <summary>The session requires what the primary had.</summary>
    public void End(SessionPin pin)
    {
        lock (_lock)
        {
            if (_moments.Find(moment => ReferenceEquals(moment.Pin, pin)) is { } known)
            {
                known.IsKnown = true;
            }
        }
    }

    private sealed class Moment(SessionPin pin, long at)
    {
        public SessionPin Pin => pin;

        public long At => at;

        public bool IsKnown { get; set; }
    }
}
