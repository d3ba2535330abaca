using System.Collections.Immutable;

namespace MonotonicReads.Generator.Collections;

/// <summary>
/// An immutable map from objects. Most hold a handful of entries, for which an array is smaller and quicker than a tree; a large one is a
/// tree.
/// </summary>
/// <typeparam name="T">The value.</typeparam>
internal sealed class Map<T>
    where T : class
{
    public static readonly Map<T> Empty = new([], null);

    private const int MaxInArray = 16;

    private readonly KeyValuePair<object, T>[] _few;
    private readonly ImmutableDictionary<object, T>? _many;

    private Map(KeyValuePair<object, T>[] few, ImmutableDictionary<object, T>? many)
    {
        _few = few;
        _many = many;
    }

    public int Count => _many?.Count ?? _few.Length;

    public IEnumerable<KeyValuePair<object, T>> Entries => _many is null ? _few : _many;

    public bool Any(Func<T, bool> predicate) => Entries.Any(entry => predicate(entry.Value));

    public bool ContainsKey(object key) => TryGetValue(key, out _);

    public bool TryGetValue(object key, out T value)
    {
        if (_many is not null)
        {
            return _many.TryGetValue(key, out value!);
        }

        var at = IndexOf(key);
        value = at < 0 ? null! : _few[at].Value;
        return at >= 0;
    }

    /// <summary>The map with another value for a key; the map itself where it is the same one.</summary>
    public Map<T> SetItem(object key, T value)
    {
        if (_many is not null)
        {
            return new Map<T>([], _many.SetItem(key, value));
        }

        var at = IndexOf(key);
        if (at >= 0)
        {
            if (ReferenceEquals(_few[at].Value, value))
            {
                return this;
            }

            var changed = (KeyValuePair<object, T>[])_few.Clone();
            changed[at] = new KeyValuePair<object, T>(key, value);
            return new Map<T>(changed, null);
        }

        return Of([.. _few, new KeyValuePair<object, T>(key, value)]);
    }

    /// <summary>One map of two.</summary>
    /// <param name="other">The other map.</param>
    /// <param name="both">The value of a key that both have, where the two are not the same object.</param>
    /// <param name="alone">The value of a key that only one has.</param>
    public Map<T> Join(Map<T> other, Func<T, T, T> both, Func<object, T, T> alone)
    {
        if (ReferenceEquals(this, other))
        {
            return this;
        }

        var joined = new List<KeyValuePair<object, T>>(Count);
        var isChanged = false;
        foreach (var pair in Entries)
        {
            var value =
                !other.TryGetValue(pair.Key, out var theirs) ? alone(pair.Key, pair.Value)
                : ReferenceEquals(theirs, pair.Value) ? theirs
                : both(pair.Value, theirs);
            isChanged |= !ReferenceEquals(value, pair.Value);
            joined.Add(new KeyValuePair<object, T>(pair.Key, value));
        }

        foreach (var pair in other.Entries)
        {
            if (!ContainsKey(pair.Key))
            {
                isChanged = true;
                joined.Add(new KeyValuePair<object, T>(pair.Key, alone(pair.Key, pair.Value)));
            }
        }

        return isChanged ? Of([.. joined]) : this;
    }

    /// <summary>True where both have the same keys with equal values.</summary>
    public bool IsSameAs(Map<T> other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (Count != other.Count)
        {
            return false;
        }

        foreach (var pair in Entries)
        {
            if (!other.TryGetValue(pair.Key, out var theirs) || !(ReferenceEquals(theirs, pair.Value) || pair.Value.Equals(theirs)))
            {
                return false;
            }
        }

        return true;
    }

    private static Map<T> Of(KeyValuePair<object, T>[] entries) =>
        entries.Length <= MaxInArray ? new Map<T>(entries, null) : new Map<T>([], ImmutableDictionary.CreateRange(entries));

    private int IndexOf(object key)
    {
        for (var i = 0; i < _few.Length; i++)
        {
            if (ReferenceEquals(_few[i].Key, key) || _few[i].Key.Equals(key))
            {
                return i;
            }
        }

        return -1;
    }
}
