using System.Numerics;

namespace MonotonicReads.Selection;

/// <summary>
/// Minus the binary logarithm of a hash read as a fraction, in fixed-point integers alone: the same bits on every
/// platform, which no floating-point logarithm promises.
/// </summary>
/// <remarks>
/// The leading 8 bits of the mantissa choose an entry of a table of log2(1 + i/256); what is left is a quotient r
/// below 1/256, for which ln(1 + r) is summed to the sixth power. The error is below 2^-50, so that the shares of the
/// replicas are those of the weights to fifteen decimal places.
/// </remarks>
internal static class BinaryLogarithm
{
    /// <summary>Fraction bits of a result.</summary>
    public const int FractionBits = 56;

    private const int TableBits = 8;
    private const int MantissaBits = 63;
    private const ulong Log2E = 0xB8AA3B29_5C17F0BC; // 1.4426950408889634 with 63 fraction bits

    // No logarithm is further above its entry: ln(1 + r) is below r, and r below 1/256.
    private const ulong TableStep = (Log2E >> (MantissaBits - FractionBits + TableBits)) + 1;

    // 64 is the most that the logarithm is; behind it, and one more, 32 bits are full.
    private const int BoundShift = 31;

    private static readonly ulong[] Table = CreateTable();

    /// <summary>-log2(<paramref name="hash"/> / 2^64) with <see cref="FractionBits"/> fraction bits, 0 counted as 1.</summary>
    public static ulong Negative(ulong hash)
    {
        hash |= hash == 0 ? 1UL : 0;
        var zeros = BitOperations.LeadingZeroCount(hash);
        var mantissa = hash << zeros;
        return ((ulong)(zeros + 1) << FractionBits) - Fraction(mantissa);
    }

    /// <summary>
    /// Numbers between which <see cref="Negative"/> lies, in units of which a weight times a bound fits 64 bits: two shifts and an entry of
    /// the table, where the logarithm itself needs a division and seven products.
    /// </summary>
    public static (uint Least, uint Most) NegativeBounds(ulong hash)
    {
        hash |= hash == 0 ? 1UL : 0;
        var zeros = BitOperations.LeadingZeroCount(hash);
        var index = (int)((hash << zeros) >> (MantissaBits - TableBits)) & ((1 << TableBits) - 1);
        var most = ((ulong)(zeros + 1) << FractionBits) - Table[index];
        var least = most > TableStep ? most - TableStep : 0;
        return ((uint)(least >> BoundShift), (uint)(most >> BoundShift) + 1);
    }

    private static ulong Fraction(ulong mantissa)
    {
        var index = (int)(mantissa >> (MantissaBits - TableBits)) - (1 << TableBits);
        var rest = mantissa & ((1UL << (MantissaBits - TableBits)) - 1);
        var r = (rest << (64 - MantissaBits + TableBits)) / (ulong)((1 << TableBits) + index);

        var power2 = High(r, r);
        var power3 = High(power2, r);
        var power4 = High(power3, r);
        var power5 = High(power4, r);
        var power6 = High(power5, r);
        var natural = r - (power2 / 2) + (power3 / 3) - (power4 / 4) + (power5 / 5) - (power6 / 6);

        // 64 + 63 - 64 fraction bits after the multiplication.
        return Table[index] + (High(natural, Log2E) >> (MantissaBits - FractionBits));
    }

    private static ulong High(ulong x, ulong y) => Math.BigMul(x, y, out _);

    // One bit of the logarithm for each squaring; integers again, so that no table has to be trusted.
    private static ulong[] CreateTable()
    {
        var table = new ulong[1 << TableBits];
        for (var i = 0; i < table.Length; i++)
        {
            var x = (ulong)(table.Length + i) << (MantissaBits - TableBits);
            for (var bit = FractionBits - 1; bit >= 0; bit--)
            {
                var square = Math.BigMul(x, x, out var low);
                var carried = square >> MantissaBits != 0;
                table[i] |= carried ? 1UL << bit : 0;
                x = carried ? square : (square << 1) | (low >> MantissaBits);
            }
        }

        return table;
    }
}
