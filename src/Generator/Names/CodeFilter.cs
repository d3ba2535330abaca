namespace MonotonicReads.Generator.Names;

/// <summary>
/// Says quickly of most codes that a set does not hold them: a Bloom filter of two bits for each code and about eight times as many bits as
/// codes, so that one foreign code in twenty passes.
/// </summary>
internal readonly struct CodeFilter
{
    private const int BitsPerCode = 8;

    private readonly ulong[] _bits;

    public CodeFilter(ulong[] codes)
    {
        var words = 1;
        while (words * 64 < codes.Length * BitsPerCode)
        {
            words *= 2;
        }

        _bits = new ulong[words];
        foreach (var code in codes)
        {
            var (first, second) = PlacesOf(code);
            _bits[first >> 6] |= 1ul << (first & 63);
            _bits[second >> 6] |= 1ul << (second & 63);
        }
    }

    /// <summary>False where the set certainly does not hold the code.</summary>
    public bool MayHold(ulong code)
    {
        var (first, second) = PlacesOf(code);
        return (_bits[first >> 6] & 1ul << (first & 63)) != 0 && (_bits[second >> 6] & 1ul << (second & 63)) != 0;
    }

    private (int First, int Second) PlacesOf(ulong code)
    {
        var mask = _bits.Length * 64 - 1;
        return ((int)(code >> 8) & mask, (int)(code >> 36) & mask);
    }
}
