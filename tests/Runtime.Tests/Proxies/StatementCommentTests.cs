using MonotonicReads.Proxies;

namespace MonotonicReads.Runtime.Tests.Proxies;

public class StatementCommentTests
{
    private static readonly StatementComment Fork = new(',', ':');

    [Theory]
    [InlineData("/*application:shop*/SELECT 1", "/*id:7,application:shop*/SELECT 1")]
    [InlineData("  /* application:shop , job:3 */ SELECT 1", "/*id:7,application:shop,job:3*/ SELECT 1")]
    [InlineData("/* ID:1,application:shop,id : 2 */SELECT 1", "/*id:7,application:shop*/SELECT 1")]
    [InlineData("/**/SELECT 1", "/*id:7*/SELECT 1")]
    [InlineData("/*identity:1*/SELECT 1", "/*id:7,identity:1*/SELECT 1")]
    [InlineData("/*a*/ /*id:1*/ SELECT 1", "/*id:7,a*/ /*id:1*/ SELECT 1")]
    public void A_key_goes_first_into_the_comment_that_a_statement_begins_with(string text, string merged) =>
        Assert.Equal(merged, Fork.Merged(text, ("id", "7")));

    [Theory]
    [InlineData("SELECT 1 /* a:b */")]
    [InlineData("SELECT 1")]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("-- a:b\nSELECT 1")]
    [InlineData("# a:b\nSELECT 1")]
    [InlineData("/*!40001 SQL_NO_CACHE */ SELECT 1")]
    [InlineData("/*M!100100 x */ SELECT 1")]
    [InlineData("/*+ MAX_EXECUTION_TIME(1) */ SELECT 1")]
    [InlineData("/* never ends")]
    public void Where_there_is_no_such_comment_nothing_is_merged(string text) => Assert.Null(Fork.Merged(text, ("id", "7")));

    [Fact]
    public void A_comment_that_would_not_be_read_whole_is_left_alone()
    {
        string Of(int bytes) => "/*" + new string('x', bytes) + "*/SELECT 1";
        var room = StatementComment.LongestComment - "id:7,".Length;
        Assert.NotNull(Fork.Merged(Of(room), ("id", "7")));
        Assert.Null(Fork.Merged(Of(room + 1), ("id", "7")));

        // Bytes count, not characters.
        Assert.Null(Fork.Merged("/*" + new string('ä', (room / 2) + 1) + "*/SELECT 1", ("id", "7")));
    }

    [Theory]
    [InlineData("consistent_read_id", true)]
    [InlineData("Id7", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a*/", false)]
    [InlineData("a:b", false)]
    [InlineData("ä", false)]
    public void A_key_is_a_word(string key, bool isWord) => Assert.Equal(isWord, StatementComment.IsWord(key));
}
