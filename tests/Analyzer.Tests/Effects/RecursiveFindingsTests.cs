using MonotonicReads.Generator.Effects;

namespace MonotonicReads.Analyzer.Tests.Effects;

public class RecursiveFindingsTests
{
    /// <summary>Each looks at the letters that it calls, in order; a capital letter finds something in itself, at last.</summary>
    [Theory]
    [InlineData("A:b b:A", "A", "b")]
    [InlineData("A:b b:A", "b", "A")]
    [InlineData("r:A A:bc b:cA c:br", "r", "A", "b", "c")]
    [InlineData("r:A A:bc b:cA c:br", "c", "b", "r", "A")]
    public void What_calls_a_finding_is_one_whichever_is_asked_first(string calls, params string[] asked) =>
        Assert.All(Ask(calls, asked), static found => Assert.NotNull(found));

    [Theory]
    [InlineData("a:b b:a", "a", "b")]
    [InlineData("a:a", "a")]
    [InlineData("a:bc b:ca c:ab D:a", "b", "c", "a")]
    public void A_circle_without_one_has_none(string calls, params string[] asked) =>
        Assert.All(Ask(calls, asked), static found => Assert.Null(found));

    [Fact]
    public void What_rests_on_a_circle_is_looked_at_once()
    {
        var looks = 0;
        Ask("a:bcd b:acd c:abd d:abc", ["a", "b", "c", "d"], () => looks++);
        Assert.Equal(4, looks);
    }

    private static List<string?> Ask(string calls, string[] asked, Action? looked = null)
    {
        var findings = new RecursiveFindings<char, string>();
        var callees = calls.Split(' ').ToDictionary(static c => c[0], static c => c[2..]);
        return [.. asked.Select(name => Of(name[0]))];

        string? Of(char name) =>
            findings.Of(
                name,
                () =>
                {
                    looked?.Invoke();
                    return callees[name].Select(Of).FirstOrDefault(static found => found is not null)
                        ?? (char.IsUpper(name) ? name.ToString() : null);
                }
            );
    }
}
