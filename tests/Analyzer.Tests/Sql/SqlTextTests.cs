using MonotonicReads.Generator.Sql;

namespace MonotonicReads.Analyzer.Tests.Sql;

/// <summary>Texts of which the source shows only a part.</summary>
public class SqlTextTests
{
    private const string Hole = "\uFFFC";
    private const string Rest = "\uFFFB";

    [Theory]
    [InlineData("SELECT ", "a", "SELECT a")]
    [InlineData("", "a", "a")]
    [InlineData("a", "", "a")]
    [InlineData("a" + Rest, "b", "a" + Rest)]
    [InlineData("a" + Hole, Hole + "b", "a" + Hole + "b")]
    [InlineData("a" + Hole, Hole, "a" + Hole)]
    [InlineData("a" + Hole, "b", "a" + Hole + "b")]
    [InlineData("a", Hole + "b", "a" + Hole + "b")]
    [InlineData("", Hole, Hole)]
    [InlineData("a", Rest, "a" + Rest)]
    public void Appending_keeps_the_head_and_one_hole_for_several(string head, string tail, string text) =>
        Assert.Equal(text, SqlText.Append(head, tail));

    [Fact]
    public void A_long_text_keeps_its_head()
    {
        var half = new string('x', 8192);
        Assert.Equal(half + half, SqlText.Append(half, half));
        Assert.Equal(half + half + Rest, SqlText.Append(half, half + "y"));
        Assert.Equal(half + half + Rest, SqlText.Append(SqlText.Append(half, half + "y"), "z"));
    }

    [Theory]
    [InlineData("SELECT a", "SELECT b", "SELECT " + Rest)]
    [InlineData("SELECT a", "SELECT ab", "SELECT a" + Rest)]
    [InlineData("SELECT ab", "SELECT a", "SELECT a" + Rest)]
    [InlineData("a" + Rest, "a" + Rest, "a" + Rest)]
    [InlineData("a", "b", Rest)]
    [InlineData("", "b", Rest)]
    public void Two_texts_have_their_head_in_common(string a, string b, string head) => Assert.Equal(head, SqlText.CommonHead(a, b));

    [Theory]
    [InlineData("a", "a" + Rest)]
    [InlineData("", Rest)]
    [InlineData("a" + Rest, "a" + Rest)]
    public void A_rest_is_unknown_once(string head, string text) => Assert.Equal(text, SqlText.WithUnknownRest(head));

    [Fact]
    public void A_parameter_is_a_sign_of_its_own_as_long_as_there_are_signs()
    {
        Assert.Equal("\uE000", SqlText.Parameter(0));
        Assert.Equal("\uE0FF", SqlText.Parameter(255));
        Assert.Equal(Hole, SqlText.Parameter(256));
        Assert.True(SqlText.HasParameters("a" + SqlText.Parameter(255)));
        Assert.True(SqlText.HasParameters(SqlText.Parameter(0)));
        Assert.False(SqlText.HasParameters("a" + Hole + Rest + "\uDFFF\uE100"));
    }

    [Fact]
    public void What_is_known_only_at_run_time_is_a_hole_a_rest_or_a_parameter()
    {
        Assert.All(Hole + Rest + SqlText.Parameter(3), c => Assert.True(SqlText.IsUnknown(c)));
        Assert.All("aZ0? \u00FF\uE100", c => Assert.False(SqlText.IsUnknown(c)));
    }

    [Fact]
    public void A_parameter_is_replaced_by_each_text_that_its_argument_may_be()
    {
        Assert.Equal(["SELECT a"], SqlText.Substitute("SELECT a", _ => throw new InvalidOperationException()));
        Assert.Equal([""], SqlText.Substitute("", _ => throw new InvalidOperationException()));
        Assert.Equal(
            ["x FROM 1-2", "y FROM 1-2"],
            SqlText.Substitute($"{SqlText.Parameter(1)} FROM {SqlText.Parameter(2)}", ordinal => ordinal == 1 ? ["x", "y"] : ["1-2"])
        );
        Assert.Equal(
            ["a0b0", "a0b1", "a1b0", "a1b1"],
            SqlText.Substitute($"a{SqlText.Parameter(0)}b{SqlText.Parameter(7)}", _ => ["0", "1"])
        );
        Assert.Equal(8, SqlText.Substitute(SqlText.Parameter(0), _ => Enumerable.Range(0, 20).Select(i => $"{i}")).Count());
    }
}
