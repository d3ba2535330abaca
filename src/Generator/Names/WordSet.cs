namespace MonotonicReads.Generator.Names;

/// <summary>A set of codes that is filled once and handed out as an array: smaller and quicker than a general one, and emptied without being given up.</summary>
internal sealed class WordSet
{
    private ulong[] slots = new ulong[256];
    private int[] places = new int[256];
    private int count;

    /// <summary>Adds a code, which is never 0, with where it was first met.</summary>
    public void Add(ulong code, int place)
    {
        for (var slot = (int)(code >> 32) & (slots.Length - 1); ; slot = (slot + 1) & (slots.Length - 1))
        {
            if (slots[slot] == code)
            {
                return;
            }

            if (slots[slot] == 0)
            {
                slots[slot] = code;
                places[slot] = place;
                if (++count > slots.Length / 2)
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
        var codes = count == 0 ? [] : new ulong[count];
        found = withPlaces ? new int[count] : [];
        for (int slot = 0, next = 0; next < codes.Length; slot++)
        {
            if (slots[slot] != 0)
            {
                if (withPlaces)
                {
                    found[next] = places[slot];
                }

                codes[next++] = slots[slot];
                slots[slot] = 0;
            }
        }

        count = 0;
        return codes;
    }

    private void Grow()
    {
        var (oldSlots, oldPlaces) = (slots, places);
        slots = new ulong[oldSlots.Length * 2];
        places = new int[slots.Length];
        count = 0;
        for (var i = 0; i < oldSlots.Length; i++)
        {
            if (oldSlots[i] != 0)
            {
                Add(oldSlots[i], oldPlaces[i]);
            }
        }
    }
}
