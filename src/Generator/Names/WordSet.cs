namespace MonotonicReads.Generator.Names;

/// <summary>
/// A set of codes that is filled once and handed out as an array: smaller and quicker than a general one, and emptied without being given
/// up. What a large file has made it is not paid for by the members and files that follow: emptying it costs what was in it.
/// </summary>
internal sealed class WordSet
{
    private const int Initial = 256;

    /// <summary>A set of more slots than this is given up when it is emptied: few files have so many words.</summary>
    private const int MaxKept = 1 << 14;

    [ThreadStatic]
    private static WordSet? _ofThread;

    private ulong[] _slots = new ulong[Initial];
    private int[] _places = new int[Initial];

    /// <summary>The slots that are taken, in the order in which they were.</summary>
    private int[] _taken = new int[Initial / 2 + 1];
    private int _count;

    /// <summary>The thread's own, for whoever empties it before it goes on.</summary>
    public static WordSet OfThread => _ofThread ??= new WordSet();

    /// <summary>How many slots it holds on to.</summary>
    public int Capacity => _slots.Length;

    /// <summary>Adds a code, which is never 0, with where it was first met.</summary>
    public void Add(ulong code, int place)
    {
        for (var slot = (int)(code >> 32) & (_slots.Length - 1); ; slot = (slot + 1) & (_slots.Length - 1))
        {
            if (_slots[slot] == code)
            {
                return;
            }

            if (_slots[slot] == 0)
            {
                _slots[slot] = code;
                _places[slot] = place;
                _taken[_count++] = slot;
                if (_count > _slots.Length / 2)
                {
                    Grow();
                }

                return;
            }
        }
    }

    /// <summary>What the set holds; it is empty afterwards.</summary>
    public ulong[] Take() => Take(out _, withPlaces: false);

    /// <summary>What the set holds, and for each code its place; it is empty afterwards.</summary>
    public ulong[] Take(out int[] found, bool withPlaces = true)
    {
        var codes = _count == 0 ? [] : new ulong[_count];
        found = withPlaces ? new int[_count] : [];
        for (var i = 0; i < codes.Length; i++)
        {
            var slot = _taken[i];
            if (withPlaces)
            {
                found[i] = _places[slot];
            }

            codes[i] = _slots[slot];
            _slots[slot] = 0;
        }

        _count = 0;
        if (_slots.Length > MaxKept)
        {
            Resize(Initial);
        }

        return codes;
    }

    private void Grow()
    {
        var (oldSlots, oldPlaces, oldTaken, oldCount) = (_slots, _places, _taken, _count);
        Resize(oldSlots.Length * 2);
        _count = 0;
        for (var i = 0; i < oldCount; i++)
        {
            Add(oldSlots[oldTaken[i]], oldPlaces[oldTaken[i]]);
        }
    }

    private void Resize(int slots)
    {
        _slots = new ulong[slots];
        _places = new int[slots];
        _taken = new int[slots / 2 + 1];
    }
}
