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
    /// <param name="pin">In which data source.</param>
    /// <param name="at">What <see cref="Begin"/> returned; of a moment that has been left since nothing is noted.</param>
    public void End(SessionPin pin, long at)
    {
        lock (_lock)
        {
            if (_moments.Find(moment => ReferenceEquals(moment.Pin, pin) && moment.At == at) is { } known)
            {
                known.IsKnown = true;
            }
        }
    }

    /// <summary>Something new begins in a session that lasts: what is read from now on is of its moment, or of a later one.</summary>
    public void Renew()
    {
        lock (_lock)
        {
            _moments.Clear();
        }
    }

    private sealed class Moment(SessionPin pin, long at)
    {
        public SessionPin Pin => pin;

        public long At => at;

        public bool IsKnown { get; set; }
    }
}
