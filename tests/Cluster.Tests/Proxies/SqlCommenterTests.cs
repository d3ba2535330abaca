using Dapper;
using MonotonicReads.Cluster.Relay;
using MonotonicReads.Cluster.Tests.Relay;

namespace MonotonicReads.Cluster.Tests.Proxies;

/// <summary>For whatever else reads comments; here nothing does, and the text is looked at.</summary>
public sealed class SqlCommenterTests(RelayFixture fixture) : IClassFixture<RelayFixture>
{
    [Fact]
    public async Task Reads_carry_the_session_and_what_needs_the_primary_says_so()
    {
        await using var through = await ThroughProxy.StartAsync(fixture, ProxyDialect.SqlCommenter);
        var id = Guid.NewGuid();
        using (ReadSession.Begin(ReadConsistency.Monotonic, id))
        {
            await through.AskAsync();
            await using var connection = await through.Source.OpenConnectionAsync();
            await connection.ExecuteAsync("insert into notes (note) values ('c')");
        }

        using (ReadSession.Begin(ReadConsistency.Primary))
        {
            await through.AskAsync();
        }

        await through.AskAsync();
        Assert.Equal(
            [
                $"/*consistent_read_id='{id}',read_consistency='monotonic'*/ {ThroughProxy.WhoAnswers}",
                "/*read_consistency='primary'*/ insert into notes (note) values ('c')",
                $"/*read_consistency='primary'*/ {ThroughProxy.WhoAnswers}",
                ThroughProxy.WhoAnswers,
            ],
            through.Relay.Statements.Where(statement => statement.Kind == StatementKind.Text).Select(statement => statement.Text)
        );
    }
}
