using CsCheck;
using MonotonicReads.Selection;

namespace MonotonicReads.Runtime.Tests.Selection;

public class BinaryLogarithmTests
{
    // What a bound leaves out.
    private const int Unit = 31;

    [Fact]
    public void Lies_between_its_bounds()
    {
        Gen.ULong.Sample(IsBetweenBounds);
    }

    [Fact]
    public void Lies_between_its_bounds_at_every_power_and_every_entry_of_the_table()
    {
        for (var zeros = 0; zeros < 64; zeros++)
        {
            for (var entry = 256UL; entry < 512; entry++)
            {
                var first = (entry << 55) >> zeros;
                Assert.True(IsBetweenBounds(first), $"{first}");
                Assert.True(IsBetweenBounds(first - 1), $"{first - 1}");
            }
        }

        Assert.True(IsBetweenBounds(0));
        Assert.True(IsBetweenBounds(ulong.MaxValue));
    }

    [Fact]
    public void Bounds_are_close_enough_to_tell_most_hashes_apart()
    {
        Gen.ULong.Sample(hash =>
        {
            var (least, most) = BinaryLogarithm.NegativeBounds(hash);
            return (most - least) * Math.Pow(2, Unit) / Math.Pow(2, BinaryLogarithm.FractionBits) < 0.006;
        });
    }

    private static bool IsBetweenBounds(ulong hash)
    {
        var (least, most) = BinaryLogarithm.NegativeBounds(hash);
        var exact = BinaryLogarithm.Negative(hash);
        return (ulong)least << Unit <= exact && exact < (ulong)most << Unit;
    }
}
