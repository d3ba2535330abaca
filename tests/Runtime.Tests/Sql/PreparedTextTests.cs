using MonotonicReads.Sql;

namespace MonotonicReads.Runtime.Tests.Sql;

public class PreparedTextTests
{
    [Theory]
    [InlineData("SELECT 1", "/* c */ SELECT /* c */ 1")]
    [InlineData("select* from t", "/* c */ select /* c */* from t")]
    [InlineData("  /* own */ SELECT /* other */ 1", "/* c */   /* own */ SELECT /* c */ /* other */ 1")]
    [InlineData("-- own\nSELECT 1 -- end", "/* c */ -- own\nSELECT /* c */ 1 -- end")]
    [InlineData("((SELECT 1))", "/* c */ ( /* c */(SELECT 1))")]
    [InlineData("(/* own */ SELECT 1)", "/* c */ ( /* c *//* own */ SELECT 1)")]
    [InlineData("SELECT ';' ;", "/* c */ SELECT /* c */ ';' ;")]
    [InlineData("INSERT INTO t VALUES (1)", "/* c */ INSERT /* c */ INTO t VALUES (1)")]
    public void The_comment_stands_before_everything_and_behind_the_first_word_or_parenthesis(string text, string with) =>
        Assert.Equal(with, PreparedText.With(text, "/* c */ "));

    [Theory]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("")]
    [InlineData("(")]
    [InlineData("'SELECT'")]
    [InlineData("/*! SELECT */ 1")]
    [InlineData("SELECT 'a\\'; b")]
    public void Where_it_is_not_one_statement_there_is_none(string text) => Assert.Null(PreparedText.With(text, "/* c */ "));
}
