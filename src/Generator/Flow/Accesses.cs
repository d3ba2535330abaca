using System.Collections;
using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// The accesses of a path, each once. Few paths have many, so that an array serves. Of a path that has very many only those are kept that
/// a later read may meet first: of each kind the first, and the first that may run elsewhere.
/// </summary>
internal sealed class Accesses : IReadOnlyCollection<Access>
{
    public static readonly Accesses Empty = new([], isComplete: true);

    /// <summary>A path with more accesses than this keeps the first of each kind.</summary>
    private const int MaxComplete = 64;

    private readonly Access[] _items;
    private readonly bool _isComplete;

    private Accesses(Access[] items, bool isComplete)
    {
        _items = items;
        _isComplete = isComplete;
    }

    public int Count => _items.Length;

    public bool IsEmpty => _items.Length == 0;

    /// <summary>False where the path has certainly not been at a place.</summary>
    public bool MayHaveBeenAt(Site site) => !_isComplete || Array.Exists(_items, a => a.Site.Equals(site));

    public Accesses Add(Access access) => Contains(access) ? this : Of([.. _items, access], _isComplete);

    public Accesses Union(Accesses other)
    {
        if (ReferenceEquals(this, other) || (other.Count == 0 && other._isComplete))
        {
            return this;
        }

        if (Count == 0 && _isComplete)
        {
            return other;
        }

        List<Access>? all = null;
        foreach (var access in other._items)
        {
            if (!Contains(access))
            {
                (all ??= [.. _items]).Add(access);
            }
        }

        return all is null && (other._isComplete || !_isComplete) ? this : Of(all?.ToArray() ?? _items, _isComplete && other._isComplete);
    }

    /// <summary>The same after a unit's object was made or opened anew.</summary>
    public Accesses Retired(object unit)
    {
        if (!Array.Exists(_items, a => !a.Retired(unit).Equals(a)))
        {
            return this;
        }

        var all = new List<Access>(_items.Length);
        foreach (var access in _items)
        {
            var now = access.Retired(unit);
            if (!all.Contains(now))
            {
                all.Add(now);
            }
        }

        return Of([.. all], _isComplete);
    }

    /// <summary>The same without what an operation has added to what was there before.</summary>
    public Accesses WithoutNewAt(IOperation operation, Accesses before)
    {
        var all = Array.FindAll(_items, a => !ReferenceEquals(a.Site.Operation, operation) || before.Contains(a));
        return all.Length == _items.Length ? this : new Accesses(all, _isComplete);
    }

    public bool SetEquals(Accesses other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (Count != other.Count || _isComplete != other._isComplete)
        {
            return false;
        }

        for (var i = 0; i < _items.Length; i++)
        {
            if (!_items[i].Equals(other._items[i]) && !other.Contains(_items[i]))
            {
                return false;
            }
        }

        return true;
    }

    public IEnumerator<Access> GetEnumerator() => ((IEnumerable<Access>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    private static Accesses Of(Access[] items, bool isComplete) =>
        isComplete && items.Length <= MaxComplete ? new Accesses(items, isComplete: true) : new Accesses(First(items), isComplete: false);

    /// <summary>
    /// Of each kind the first access; and where a read in its unit does not meet it, the first that such a read may meet. What came later
    /// meets no read that these do not meet before it.
    /// </summary>
    private static Access[] First(Access[] items)
    {
        var kept = new List<Access>();
        foreach (var kind in items.GroupBy(static a => (a with { Site = null!, Unit = null, IsCurrent = false }, a.Site.ThroughCall)))
        {
            var first = kind.Aggregate(Earlier);
            kept.Add(first);
            var others = kind.Where(a => !(first.SharesServerWith(a.Unit) && a.SharesServerWith(first.Unit))).ToList();
            if (first is { Unit: not null, IsCurrent: true } && others.Count > 0)
            {
                kept.Add(others.Aggregate(Earlier));
            }
        }

        return [.. kept];
    }

    private static Access Earlier(Access a, Access b) => b.Site.Position < a.Site.Position ? b : a;

    private bool Contains(Access access) => Array.IndexOf(_items, access) >= 0;
}
