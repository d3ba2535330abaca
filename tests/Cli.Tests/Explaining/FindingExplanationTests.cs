using MonotonicReads.Cli.Explaining;
using MonotonicReads.Cli.Output;
using MonotonicReads.Cli.Reports.Model;
using MonotonicReads.Cli.Tests.Reports;

namespace MonotonicReads.Cli.Tests.Explaining;

/// <summary>One finding as a terminal shows it.</summary>
public class FindingExplanationTests
{
    private static readonly Report Shop = ShopReport.OfShop();

    [Fact]
    public void Says_which_reads_meet_through_which_calls()
    {
        var text = Explain("Open", "Annotate with [Monotonic]");

        Assert.StartsWith(
            "MR1002 in Orders.Open(int)  src/Orders & more.cs:16  open\n\n'Open' reaches 2 sequential replica reads",
            text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            """
            Orders.Open(int)
            ├── line 16: QuerySingle (Dapper) reads
            │   SELECT name FROM orders WHERE id = @id
            └── line 16: Count reads
                └── Lines.Count(int)  src/Orders & more.cs:11
                    └── line 11: ExecuteScalar (Dapper) reads
                        SELECT count(*) FROM lines WHERE order_id = @order
            """,
            text,
            StringComparison.Ordinal
        );
        Assert.Contains("- Annotate with [Monotonic]", text, StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_write_waiting_comes_first_and_pinning_is_ruled_out()
    {
        var text = Explain("Saved");

        Assert.Contains("what was just saved is missing", text, StringComparison.Ordinal);
        Assert.Contains("What settles it\n[Causal]\n", text, StringComparison.Ordinal);
        Assert.Contains("[Monotonic] does not help here", text, StringComparison.Ordinal);
        Assert.Contains("Nothing for this place", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_settled_says_by_what()
    {
        var text = Explain("Accepted");

        Assert.Contains("Settled by [Eventual] on Orders.Accepted() (src/Orders & more.cs:", text, StringComparison.Ordinal);
        Assert.Contains("): a chart | nobody <decides> by it.", text, StringComparison.Ordinal);
        Assert.Contains("Without what settles it:", text, StringComparison.Ordinal);
    }

    [Fact]
    public void No_line_of_prose_is_wider_than_a_terminal_is_read()
    {
        Assert.All(
            Explain("Saved").Split('\n').Where(static l => !l.Contains("SELECT", StringComparison.Ordinal)),
            static l => Assert.InRange(l.Length, 0, 120)
        );
        Assert.All(Explain("Saved").Split('\n'), static l => Assert.False(l.EndsWith(' ')));
    }

    private static string Explain(string name, params string[] fixes)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var unit = Shop.Units.First(u => u.Name.StartsWith($"Orders.{name}(", StringComparison.Ordinal));
        FindingExplanation.Write(new Terminal(output, TextWriter.Null, "/", static _ => null).Results, Shop, unit, unit.Findings[0], fixes);
        return output.ToString().ReplaceLineEndings("\n");
    }
}
