using MonotonicReads.Proxies;

namespace MonotonicReads.Runtime.Tests.Proxies;

/// <summary>What a program says to MaxScale itself is taken out of its text, and of nothing else.</summary>
public class ProgramHintsTests
{
    [Theory]
    [InlineData("SELECT 1 -- maxscale route to slave", "SELECT 1  ")]
    [InlineData("SELECT 1 -- maxscale route to slave\n, 2", "SELECT 1  \n, 2")]
    [InlineData("SELECT 1 # maxscale route to server r1", "SELECT 1  ")]
    [InlineData("SELECT/*maxscale route to last*/1", "SELECT 1")]
    [InlineData("/* maxscale route to server r1 */ SELECT 1 -- maxscale route to master", "  SELECT 1  ")]
    [InlineData("/* maxscale max_slave_replication_lag=1 */SELECT 1", " SELECT 1")]
    [InlineData("/* maxscale one prepare route to server r1 */SELECT 1", " SELECT 1")]
    [InlineData("/* own */ SELECT 'x' /* maxscale end */", "/* own */ SELECT 'x'  ")]
    [InlineData("SELECT 1 --\t/* maxscale route to slave */ /* maxscale route to master */", "SELECT 1  ")]
    [InlineData("SELECT '-- maxscale route to slave' -- maxscale route to slave", "SELECT '-- maxscale route to slave'  ")]
    [InlineData("SELECT \"a\\\" # maxscale b\" /* maxscale end */", "SELECT \"a\\\" # maxscale b\"  ")]
    public void A_hint_is_taken_out_wherever_it_stands(string text, string without) =>
        Assert.Equal(without, ProgramHints.Without(text, lasting: false));

    [Theory]
    [InlineData("SELECT 1")]
    [InlineData("SELECT maxscale FROM t")]
    [InlineData("SELECT 'maxscale route to master'")]
    [InlineData("SELECT '/* maxscale route to master */', \"# maxscale end\", `-- maxscale end`")]
    [InlineData("SELECT 'it''s -- maxscale end'")]
    [InlineData("SELECT 'it\\'s -- maxscale end'")]
    [InlineData("SELECT 1 -- MaxScale route to slave")]
    [InlineData("SELECT 1 -- a word of maxscale")]
    [InlineData("SELECT 1 --\tmaxscale route to slave")]
    [InlineData("SELECT 1 /*! maxscale */")]
    [InlineData("/*+ maxscale */ SELECT 1")]
    public void What_is_no_hint_stays_as_it_is(string text) => Assert.Same(text, ProgramHints.Without(text, lasting: false));

    [Theory]
    [InlineData("SELECT 1 -- maxscale route to slave", false)]
    [InlineData("SELECT 1 -- maxscale max_slave_replication_lag=1", false)]
    [InlineData("SELECT 1 -- maxscale begin route to slave", true)]
    [InlineData("SELECT 1 -- maxscale start route to slave", true)]
    [InlineData("SELECT 1 -- maxscale end", true)]
    [InlineData("SELECT 1 -- maxscale stop", true)]
    [InlineData("SELECT 1 -- maxscale one prepare route to slave", true)]
    [InlineData("SELECT 1 -- maxscale one begin", true)]
    public void Outside_sessions_only_what_holds_for_later_statements_is(string text, bool isTakenOut) =>
        Assert.Equal(isTakenOut ? "SELECT 1  " : text, ProgramHints.Without(text, lasting: true));

    /// <summary>A backslash hides a quote from MaxScale in places where the server takes it as it is.</summary>
    [Theory]
    [InlineData("SELECT `a\\`, `b -- maxscale route to master \n`")]
    [InlineData("SELECT 1 -- maxscale route to master \\\n, 2")]
    public void What_only_MaxScale_takes_for_a_comment_is_refused(string text) =>
        Assert.Throws<NotSupportedException>(() => ProgramHints.Without(text, lasting: false));
}
