using System.Collections.Concurrent;

namespace MonotonicReads.Detection;

/// <summary>One object for each place: what was found keeps many, and they are few. Safe for concurrent use.</summary>
internal sealed class CallingPlaces : IEqualityComparer<CallingMethods>
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<CallingMethods, CallingMethods> _known;
    private int _count;

    public CallingPlaces() => _known = new(this);

    /// <summary>The same methods as they are kept.</summary>
    public CallingMethods Known(CallingMethods callers)
    {
        if (_known.TryGetValue(callers, out var known))
        {
            return known;
        }

        // The dictionary counts by taking all its locks.
        if (Volatile.Read(ref _count) >= Most || !_known.TryAdd(callers, callers))
        {
            return callers;
        }

        Interlocked.Increment(ref _count);
        return callers;
    }

    public bool Equals(CallingMethods? one, CallingMethods? other) =>
        ReferenceEquals(one, other) || (one is not null && other is not null && one.Methods.SequenceEqual(other.Methods));

    public int GetHashCode(CallingMethods callers)
    {
        var hash = default(HashCode);
        foreach (var method in callers.Methods)
        {
            hash.Add(method.Id, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }
}
