using System.Transactions;
using Dapper;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>In a transaction of System.Transactions the driver hands on a connection that was opened elsewhere: nobody has asked it which
/// server it leads to.</summary>
public sealed class AdoptedConnectionTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_session_that_read_on_a_replica_reads_on_it(bool isAsync)
    {
        await using var source = fixture.BuildSource();
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        Assert.StartsWith("replica", await RoutingFixture.AskAsync(source), StringComparison.Ordinal);
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        var primary = new MySqlConnectionStringBuilder(fixture.Cluster.Primary.ConnectionString);
        await using (var before = new MySqlConnection(primary.ConnectionString))
        {
            await before.ExecuteAsync("insert into writes (server) values ('')");
        }

        await using var connection = source.CreateConnection();
        Assert.Equal(
            "primary",
            isAsync
                ? await connection.ExecuteScalarAsync<string>(RoutingFixture.WhoAnswers)
                : connection.ExecuteScalar<string>(RoutingFixture.WhoAnswers)
        );
    }
}
