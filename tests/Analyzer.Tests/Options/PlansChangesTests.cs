using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Options;

namespace MonotonicReads.Analyzer.Tests.Options;

/// <summary>The text of a plans file under changes: what a user wrote stays as it is.</summary>
public class PlansChangesTests
{
    [Theory]
    [InlineData("", "M:A.B = 2", "M:A.B = 2\n")]
    [InlineData("M:A.C = 2\n", "M:A.B = 3|M:A.D = 4", "M:A.B = 3\nM:A.C = 2\nM:A.D = 4\n")]
    [InlineData("M:A.C = 2\r\n", "M:A.D = 4", "M:A.C = 2\r\nM:A.D = 4\r\n")]
    [InlineData("M:A.C = 2", "M:A.D = 4", "M:A.C = 2\nM:A.D = 4\n")]
    [InlineData("M:A.C = 2", "M:A.C = 13", "M:A.C = 13")]
    [InlineData("  M:A.C=2\t# three tables\n", "M:A.C = 3", "  M:A.C=3\t# three tables\n")]
    [InlineData("M:A.C   =   2   \n", "M:A.C = 3", "M:A.C   =   3   \n")]
    [InlineData("# all\n\n# of C\nM:A.C = 2\n", "M:A.B = 3", "# all\n\nM:A.B = 3\n# of C\nM:A.C = 2\n")]
    [InlineData("M:A.B = 2 # why\n# of C\nM:A.C = 2\n", "M:A.B = 0", "# of C\nM:A.C = 2\n")]
    [InlineData("M:A.C = 2\nM:A.B = 2\n", "M:A.A = 2", "M:A.A = 2\nM:A.C = 2\nM:A.B = 2\n")]
    [InlineData("M:A.B = 2\nM:A.B = 3\n", "M:A.B = 2", "M:A.B = 2\n")]
    [InlineData("M:A.B = 2\nM:A.B = 3\n", "M:A.B = 4", "M:A.B = 4\n")]
    [InlineData("M:A.B = 2\nM:A.B = 3\n", "M:A.B = 0", "")]
    [InlineData("M:A.B = 2\n", "M:A.C = 0", "M:A.B = 2\n")]
    [InlineData("nonsense\nM:A.B = 2\n", "M:A.B = 3|M:A.A = 2", "nonsense\nM:A.A = 2\nM:A.B = 3\n")]
    [InlineData("M:A.B(System.Int32) = 2\n", "M:A.B = 2", "M:A.B = 2\nM:A.B(System.Int32) = 2\n")]
    public void Lines_come_change_and_go(string before, string plans, string after)
    {
        Assert.Equal(after, Keeping(before, plans));
        Assert.Equal(after, Keeping(after, plans));
    }

    [Theory]
    [InlineData("M:Shop.Orders.Get(System.Int32) = 3", "M:Shop.Orders.Get(System.Int32)", 3)]
    [InlineData("M:Shop.Orders.Get=03", "M:Shop.Orders.Get", 3)]
    [InlineData("M:X.I<System#Int32>#Get = 2", "M:X.I{System#Int32}#Get", 2)]
    [InlineData("M:Shop.Orders.#ctor = 2", "M:Shop.Orders.#ctor", 2)]
    [InlineData("Shop.Orders.Get = 3", null, 0)]
    [InlineData("P:Shop.Orders.Get = 3", null, 0)]
    [InlineData("M:Shop.Orders.Get = 3 reads", null, 0)]
    [InlineData("M:Shop.Orders.Get(int, int) = 3", null, 0)]
    [InlineData("M:Shop.Orders.Get = 3 = 3", null, 0)]
    [InlineData("M:Shop.Orders.Get = 99999999999", null, 0)]
    [InlineData("M:Shop.Orders.Get = +3", null, 0)]
    [InlineData("M: = 3", null, 0)]
    public void A_line_is_a_method_and_a_number(string line, string? member, int reads)
    {
        var (_, _, entry) = Assert.Single(PlansFile.Lines(SourceText.From(line)));
        Assert.Equal(member is null ? null : new PlanEntry(member, reads), entry);
    }

    private static string Keeping(string before, string plans)
    {
        var text = SourceText.From(before);
        var entries = plans.Split('|').Select(static p => p.Split(" = ")).Select(static p => new PlanEntry(p[0], int.Parse(p[1], null)));
        return text.WithChanges(PlansChanges.Keeping(text, entries)).ToString();
    }
}
