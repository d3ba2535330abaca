namespace MonotonicReads.Generator.Names;

/// <summary>
/// A set of codes that is filled once and handed out as an array: smaller and quicker than a general one, and emptied without being given
/// up.
/// </summary>
internal sealed class WordSet
{
    [ThreadStatic]
    private static WordSet? _ofThread;

    private ulong[] _slots = new ulong[256];
    private int[] _places = new int[256];
    private int _count;

    /// <summary>The thread's own, for whoever empties it before it goes on.</summary>
    public static WordSet OfThread => _ofThread ??= new WordSet();

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
                if (++_count > _slots.Length / 2)
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
        for (int slot = 0, next = 0; next < codes.Length; slot++)
        {
            if (_slots[slot] != 0)
            {
                if (withPlaces)
                {
                    found[next] = _places[slot];
                }

                codes[next++] = _slots[slot];
                _slots[slot] = 0;
            }
        }

        _count = 0;
        return codes;
    }

    private void Grow()
    {
        var (oldSlots, oldPlaces) = (_slots, _places);
        _slots = new ulong[oldSlots.Length * 2];
        _places = new int[_slots.Length];
        _count = 0;
        for (var i = 0; i < oldSlots.Length; i++)
        {
            if (oldSlots[i] != 0)
            {
                Add(oldSlots[i], oldPlaces[i]);
            }
        }
    }
}
