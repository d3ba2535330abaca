using Dapper;
using MonotonicReads.Cluster.Relay;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Relay;

/// <summary>
/// What MySqlConnector itself does to comments on their way: text arrives as it is, but what is prepared has lost the comments
/// before its first word.
/// </summary>
public sealed class DriverTextTests(RelayFixture fixture) : IClassFixture<RelayFixture>
{
    /// <summary>The same read behind a WITH that nothing uses, so that no comment stands before its first word.</summary>
    public static string KeptWhenPrepared(string text) =>
        text.StartsWith("select", StringComparison.Ordinal) ? text : $"with nothing as (select 1) {text}";

    [Theory]
    [InlineData("/* a */ select 1")]
    [InlineData("-- a\nselect 1")]
    [InlineData("select /* a */ 1")]
    [InlineData("select 1 /* a */")]
    [InlineData("select 1; /* a */ select 2")]
    public async Task A_text_arrives_with_its_comments(string text)
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        relay.Reset();
        await connection.ExecuteAsync(text);
        Assert.Equal(text, Assert.Single(relay.Statements).Text);
    }

    [Fact]
    public async Task A_line_comment_at_the_end_gets_a_line_end()
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        relay.Reset();
        await connection.ExecuteAsync("select 1 -- a");
        Assert.Equal("select 1 -- a\n", Assert.Single(relay.Statements).Text);
    }

    [Theory]
    [InlineData("/* a */ select 1", "select 1")] // lost
    [InlineData("-- a\nselect 1", "select 1")] // lost
    [InlineData("# a\nselect 1", "select 1")] // lost
    [InlineData("select /* a */ 1", "select /* a */ 1")]
    [InlineData("select 1 /* a */", "select 1 /* a */")]
    public async Task A_prepared_text_has_lost_the_comments_before_its_first_word(string text, string arrived)
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        relay.Reset();
        await using var command = new MySqlCommand(text, connection);
        await command.PrepareAsync();
        await command.ExecuteScalarAsync();
        Assert.Equal(
            [(StatementKind.Prepare, arrived), (StatementKind.Execute, arrived)],
            relay.Statements.Select(statement => (statement.Kind, statement.Text))
        );
    }

    [Fact]
    public async Task Each_statement_of_a_prepared_text_is_prepared_by_itself()
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        relay.Reset();
        await using var command = new MySqlCommand("select /* a */ 1; select 2 /* b */", connection);
        await command.PrepareAsync();
        Assert.Equal(["select /* a */ 1", "select 2 /* b */"], relay.Statements.Select(statement => statement.Text.Trim().TrimEnd(';')));
    }
}
