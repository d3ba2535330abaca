using System.Transactions;
using Dapper;
using MonotonicReads.Cluster.Tests.Relay;

namespace MonotonicReads.Cluster.Tests.Proxies;

/// <summary>A session that has read on a replica comes to the primary before anybody else has met it.</summary>
public sealed class FirstMeetingTests(RelayFixture fixture) : IClassFixture<RelayFixture>
{
    public enum Way
    {
        PrimaryDataSource,
        NestedPrimary,
        Scope,
        Transaction,
    }

    public static IEnumerable<object[]> Ways =>
        from dialect in (string[])["ShopifyFork", "MaxScale", "ProxySql"]
        from way in Enum.GetValues<Way>()
        from isAsync in (bool[])[false, true]
        select new object[] { dialect, way, isAsync };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task It_reads_there(string name, Way way, bool isAsync)
    {
        ProxyDialect dialect = name switch
        {
            "ShopifyFork" => ProxyDialect.ShopifyFork,
            "MaxScale" => ProxyDialect.MaxScale,
            _ => ProxyDialect.ProxySql,
        };

        // Where there is a monitor it may have met the primary; behind the fork there is none.
        await using var through = await ThroughProxy.StartAsync(fixture, dialect);
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        Assert.StartsWith("replica", await through.AskAsync(), StringComparison.Ordinal);
        Assert.Equal("primary", await AskAsync(through, way, isAsync));
        Assert.Equal("primary", session.GetDecisions()[^1].Server);
    }

    private static async Task<string?> AskAsync(ThroughProxy through, Way way, bool isAsync)
    {
        using var nested = way == Way.NestedPrimary ? ReadSession.Begin(ReadConsistency.Primary) : null;
        using var scope = way == Way.Scope ? new TransactionScope(TransactionScopeAsyncFlowOption.Enabled) : null;
        await using var connection =
            way == Way.PrimaryDataSource ? through.Source.Primary.CreateConnection() : through.Source.CreateConnection();
        if (isAsync)
        {
            await connection.OpenAsync();
            await using var begun = way == Way.Transaction ? await connection.BeginTransactionAsync() : null;
            return await connection.ExecuteScalarAsync<string>(ThroughProxy.WhoAnswers, transaction: begun);
        }

        connection.Open();
        using var transaction = way == Way.Transaction ? connection.BeginTransaction() : null;
        return connection.ExecuteScalar<string>(ThroughProxy.WhoAnswers, transaction: transaction);
    }
}
