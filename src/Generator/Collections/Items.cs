using System.Collections;
using System.Runtime.CompilerServices;

namespace MonotonicReads.Generator.Collections;

/// <summary>A small immutable collection that compares as a set, so that states that hold it compare by content.</summary>
[CollectionBuilder(typeof(Items), nameof(Items.Create))]
internal sealed class Items<T> : IReadOnlyList<T>, IEquatable<Items<T>>
{
    public static readonly Items<T> Empty = new([]);

    private readonly T[] _items;

    internal Items(T[] items) => _items = items;

    public int Count => _items.Length;

    public bool IsEmpty => _items.Length == 0;

    public T this[int index] => _items[index];

    public Items<T> Union(Items<T> other)
    {
        if (IsEmpty || ReferenceEquals(this, other))
        {
            return other;
        }

        List<T>? all = null;
        foreach (var item in other._items)
        {
            if (!Contains(item))
            {
                (all ??= [.. _items]).Add(item);
            }
        }

        return all is null ? this : new Items<T>([.. all]);
    }

    public bool Contains(T item) => Array.IndexOf(_items, item) >= 0;

    public bool Equals(Items<T>? other) =>
        other is not null && (ReferenceEquals(this, other) || (Count == other.Count && Array.TrueForAll(_items, other.Contains)));

    public override bool Equals(object? obj) => Equals(obj as Items<T>);

    public override int GetHashCode() => Count;

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();
}

internal static class Items
{
    public static Items<T> Create<T>(ReadOnlySpan<T> items) => items.IsEmpty ? Items<T>.Empty : new Items<T>(items.ToArray());
}
