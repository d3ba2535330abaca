using MonotonicReads.Sql;

namespace MonotonicReads.Runtime.Tests.Sql;

public class PreparedTextTests
{
    [Theory]
    [InlineData("SELECT 1", "SELECT /* c */ 1")]
    [InlineData("select* from t", "select /* c */* from t")]
    [InlineData("  /* own */ SELECT /* other */ 1", "  /* own */ SELECT /* c */ /* other */ 1")]
    [InlineData("-- own\nSELECT 1 -- end", "-- own\nSELECT /* c */ 1 -- end")]
    [InlineData("((SELECT 1))", "( /* c */(SELECT 1))")]
    [InlineData("(/* own */ SELECT 1)", "( /* c *//* own */ SELECT 1)")]
    [InlineData("SELECT ';' ;", "SELECT /* c */ ';' ;")]
    [InlineData("INSERT INTO t VALUES (1)", "INSERT /* c */ INTO t VALUES (1)")]
    public void The_comment_stands_behind_the_first_word_or_parenthesis_and_before_any_other(string text, string with) =>
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
