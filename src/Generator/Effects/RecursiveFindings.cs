namespace MonotonicReads.Generator.Effects;

/// <summary>
/// What was found of things that are looked for through each other, such as methods that call each other. Of one that is looked at already
/// it is assumed that nothing is found; what rests on that is kept for good only when it has turned out to be so.
/// </summary>
/// <typeparam name="TKey">What is looked at.</typeparam>
/// <typeparam name="TFinding">What is found; null for nothing.</typeparam>
internal sealed class RecursiveFindings<TKey, TFinding>
    where TKey : notnull
    where TFinding : class
{
    private const int NoDepth = int.MaxValue;

    private readonly Dictionary<TKey, TFinding?> _known = [];

    /// <summary>What is looked at, and how deep.</summary>
    private readonly Dictionary<TKey, int> _open = [];

    /// <summary>Where nothing was found as long as nothing is found at a depth, of several the least.</summary>
    private readonly Dictionary<TKey, int> _resting = [];

    /// <summary>The least depth on which rests what is being looked at.</summary>
    private int _least = NoDepth;

    /// <summary>What is found; null for nothing.</summary>
    /// <param name="key">What is looked at.</param>
    /// <param name="find">Looks at it, and through this at others.</param>
    public TFinding? Of(TKey key, Func<TFinding?> find)
    {
        if (_known.TryGetValue(key, out var known))
        {
            return known;
        }

        if (_open.TryGetValue(key, out var depth) || _resting.TryGetValue(key, out depth))
        {
            _least = Math.Min(_least, depth);
            return null;
        }

        var around = _least;
        _least = NoDepth;
        depth = _open.Count;
        _open.Add(key, depth);
        TFinding? found;
        try
        {
            found = find();
        }
        finally
        {
            _open.Remove(key);
        }

        Settle(key, found, depth);
        _least = Math.Min(around, _least);
        return found;
    }

    private void Settle(TKey key, TFinding? found, int depth)
    {
        if (found is null && _least < depth)
        {
            _resting.Add(key, _least);
            return;
        }

        _known.Add(key, found);
        _least = NoDepth;

        // What rested on this is as it was assumed, or has to be looked at again.
        foreach (var other in _resting.Where(one => found is not null || one.Value >= depth).Select(static one => one.Key).ToList())
        {
            _resting.Remove(other);
            if (found is null)
            {
                _known.Add(other, null);
            }
        }
    }
}
