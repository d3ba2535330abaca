namespace MonotonicReads.Generator.Effects;

/// <summary>
/// Whose are the results of methods that call each other. Of one that is looked at already it is assumed first that all of it is its own;
/// where that turns out to be too much it is looked at again with less, until nothing changes. What rests on one that is still looked at
/// is kept for good only when that one is done.
/// </summary>
/// <typeparam name="TKey">What is looked at.</typeparam>
internal sealed class RecursiveResults<TKey>
    where TKey : notnull
{
    /// <summary>One that loses more, one after the other, is somebody else's.</summary>
    private const int MaxRounds = 10;

    private const int NoDepth = int.MaxValue;

    private readonly Dictionary<TKey, Ownership> _known = [];

    /// <summary>What is looked at: how deep, and what is assumed of it.</summary>
    private readonly Dictionary<TKey, (int Depth, Ownership Assumed)> _open = [];

    /// <summary>What was found as long as the assumptions at a depth hold, of several the least; in the order in which it was.</summary>
    private readonly List<(TKey Key, Ownership Found, int Least)> _resting = [];

    /// <summary>The least depth on which rests what is being looked at.</summary>
    private int _least = NoDepth;

    public Ownership Of(TKey key, Func<Ownership> find)
    {
        if (_known.TryGetValue(key, out var known))
        {
            return known;
        }

        if (_open.TryGetValue(key, out var open))
        {
            _least = Math.Min(_least, open.Depth);
            return open.Assumed;
        }

        var before = _resting.FindIndex(one => one.Key.Equals(key));
        if (before >= 0)
        {
            _least = Math.Min(_least, _resting[before].Least);
            return _resting[before].Found;
        }

        var around = _least;
        var found = Settled(key, find);
        _least = Math.Min(around, _least);
        return found;
    }

    private Ownership Settled(TKey key, Func<Ownership> find)
    {
        var (depth, since) = (_open.Count, _resting.Count);
        var assumed = Ownership.All;
        try
        {
            for (var round = 0; ; round++)
            {
                _least = NoDepth;
                _open[key] = (depth, assumed);
                var found = assumed.Or(find());
                if (found.Equals(assumed))
                {
                    break;
                }

                // What was found meanwhile rests on what was assumed.
                _resting.RemoveRange(since, _resting.Count - since);
                assumed = round < MaxRounds ? found : Ownership.None;
            }
        }
        finally
        {
            _open.Remove(key);
        }

        Keep(key, assumed, depth, since);
        return assumed;
    }

    private void Keep(TKey key, Ownership found, int depth, int since)
    {
        if (_least < depth)
        {
            var least = _least;
            for (var i = since; i < _resting.Count; i++)
            {
                _resting[i] = (_resting[i].Key, _resting[i].Found, Math.Min(least, _resting[i].Least));
            }

            _resting.Add((key, found, least));
            return;
        }

        foreach (var other in _resting.Skip(since))
        {
            _known[other.Key] = other.Found;
        }

        _resting.RemoveRange(since, _resting.Count - since);
        _known[key] = found;
        _least = NoDepth;
    }
}
