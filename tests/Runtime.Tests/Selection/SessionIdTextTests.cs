using System.Text;
using CsCheck;
using MonotonicReads.Selection;

namespace MonotonicReads.Runtime.Tests.Selection;

public class SessionIdTextTests
{
    [Fact]
    public void Is_the_same_in_registers_as_the_frameworks()
    {
        Gen.Guid.Sample(id => SessionIdText.Vectorized(id) == SessionIdText.Formatted(id));
    }

    [Fact]
    public void Has_each_digit_in_each_place()
    {
        foreach (var digit in "0123456789abcdef")
        {
            for (var place = 0; place < 32; place++)
            {
                var digits = new string('0', place) + digit + new string('f', 31 - place);
                var id = Guid.ParseExact(digits, "N");
                Assert.Equal(id.ToString("D"), TextOf(SessionIdText.Vectorized(id)));
                Assert.Equal(id.ToString("D"), TextOf(SessionIdText.Formatted(id)));
            }
        }
    }

    [Fact]
    public void Is_what_the_fork_hashes_both_ways()
    {
        Assert.All(
            ForkPick.ReadAll(),
            pick =>
            {
                Assert.Equal(pick.Hash, SpookyHashV2.Hash32(SessionIdText.Vectorized(pick.SessionId)));
                Assert.Equal(pick.Hash, SpookyHashV2.Hash32(SessionIdText.Formatted(pick.SessionId)));
            }
        );
    }

    private static string TextOf(SessionIdText text)
    {
        var bytes = new byte[SessionIdText.Length];
        text.CopyTo(bytes);
        return Encoding.ASCII.GetString(bytes);
    }
}
