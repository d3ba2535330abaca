using System.Globalization;
using MonotonicReads.Generator.Tests.Harness;

namespace MonotonicReads.Generator.Tests.Incremental;

/// <summary>What is generated and what MR2001 says is the same on every machine.</summary>
/// <remarks>The rest of the repository runs in the invariant globalization mode, where every culture is the same one: this project does not.</remarks>
public class CultureTests
{
    private const string Source = """
        using System.Threading.Tasks;
        using MonotonicReads;
        namespace Shop.Iiıİ;
        public enum Size { Small = -7, Big = 1234567 }
        public interface IItems
        {
            Task<int> FIndItemIdAsync(double price = -1234.5, float share = 0.25f, decimal money = -1234567.10m, long big = -1234567, Size size = (Size)(-5), int iI = -1);
            int INIT();
            void Give(int i);
        }
        public class ItemIndex : IItems
        {
            [Causal(MaxWaitMilliseconds = 1234, OnReplicaLoss = ReplicaLoss.Fail)] public Task<int> FIndItemIdAsync(double price = -1234.5, float share = 0.25f, decimal money = -1234567.10m, long big = -1234567, Size size = (Size)(-5), int iI = -1) => Task.FromResult(1);
            [Monotonic(OnReplicaLoss = (ReplicaLoss)(-9), Reads = 1234)] public int INIT() => 1;
            [Causal(MaxWaitMilliseconds = -1234)] public void Give(int i) { }
        }
        public class itemindex2 : IItems
        {
            [Monotonic] public Task<int> FIndItemIdAsync(double price, float share, decimal money, long big, Size size, int iI) => Task.FromResult(1);
            public int INIT() => 1;
            public void Give(int i) { }
        }
        """;

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("sv-SE")]
    [InlineData("fa-IR")]
    [InlineData("ar-SA")]
    [InlineData("de-DE")]
    public void Files_and_messages_are_those_of_the_invariant_culture(string name)
    {
        var culture = CultureInfo.GetCultureInfo(name);
        var expected = In(CultureInfo.InvariantCulture);
        var actual = In(culture);
        Assert.Equal(expected.Files, actual.Files);
        Assert.Equal(expected.Messages, actual.Messages);
        Assert.Contains(
            expected.Files.Values,
            static text =>
                text.Contains(
                    "double price = -1234.5D, float share = 0.25F, decimal money = -1234567.10M, long big = -1234567L",
                    StringComparison.Ordinal
                )
        );
    }

    [Fact]
    public void These_cultures_do_write_differently()
    {
        Assert.Equal("\u0130", "i".ToUpper(CultureInfo.GetCultureInfo("tr-TR")));
        Assert.Equal("1,5", 1.5.ToString(CultureInfo.GetCultureInfo("tr-TR")));
        Assert.Equal("\u22121", (-1).ToString(CultureInfo.GetCultureInfo("sv-SE")));
    }

    private static (IReadOnlyDictionary<string, string> Files, IReadOnlyList<string> Messages) In(CultureInfo culture)
    {
        var (before, beforeUi) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, culture);
            var run = GeneratorRun.Of(Source);
            var messages = run.AssertSound().Select(d => d.GetMessage(culture)).ToList();
            Assert.NotEmpty(messages);
            return (run.Files, messages);
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (before, beforeUi);
        }
    }
}
