using MonotonicReads.Cli.Explaining;
using MonotonicReads.Cli.Reports;

namespace MonotonicReads.Cli.Tests.Explaining;

/// <summary>The rules' pages as text.</summary>
public class RulePageTests
{
    public static TheoryData<string> Pages => [.. RulePage.Rules];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Says_what_the_page_says_without_its_marks(string rule)
    {
        var text = RulePage.Text(rule);

        Assert.StartsWith(rule + ": ", text, StringComparison.Ordinal);
        Assert.Contains("Severity: ", text, StringComparison.Ordinal);
        Assert.Contains("\nHOW TO FIX\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("```", text, StringComparison.Ordinal);
        Assert.DoesNotContain("](", text, StringComparison.Ordinal);
        Assert.DoesNotContain("|---", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\n#", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_rule_of_a_report_has_one() => Assert.All(ReportedRules.All, static r => Assert.Contains(r.Id, RulePage.Rules));
}
