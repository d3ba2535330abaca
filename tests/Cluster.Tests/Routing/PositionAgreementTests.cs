using Dapper;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>Positions mean what MariaDB's own functions say; MySqlTests has the same for MySQL.</summary>
public sealed class PositionAgreementTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    [Fact]
    public async Task A_list_is_contained_where_the_server_does_not_wait()
    {
        // Three domains of their own, far from the cluster's.
        await using var replica = new MySqlConnection(fixture.Cluster.Replicas[0].AdminConnectionString);
        await replica.OpenAsync();
        await replica.ExecuteAsync("stop slave");
        var before = await replica.ExecuteScalarAsync<string>("select @@global.gtid_slave_pos");
        var random = new Random(7);
        try
        {
            for (var i = 0; i < 30; i++)
            {
                await replica.ExecuteAsync("set global gtid_slave_pos = @here", new { here = Draw(random, 3, 2) });
                var here = MariaDbGtidList.Parse((await replica.ExecuteScalarAsync<string>("select @@global.gtid_slave_pos"))!);
                for (var j = 0; j < 20; j++)
                {
                    var wanted = Draw(random, 3, 2);
                    var isReached = await replica.ExecuteScalarAsync<int>("select master_gtid_wait(@wanted, 0)", new { wanted }) == 0;
                    var isContained = here.Contains(MariaDbGtidList.Parse(wanted));

                    // The server ignores who made a transaction, which is the one difference.
                    Assert.True(
                        isContained == isReached || (isReached && IsOfAnotherServer(here.ToString(), wanted)),
                        $"'{wanted}' in '{here}': the server says {isReached}"
                    );
                }
            }
        }
        finally
        {
            await replica.ExecuteAsync("set global gtid_slave_pos = @before; start slave", new { before });
        }
    }

    [Fact]
    public async Task The_position_at_the_end_of_the_log_is_the_servers_own()
    {
        await using var primary = new MySqlConnection(fixture.Cluster.Primary.AdminConnectionString);
        await primary.ExecuteAsync("insert into app.writes (server, note) values ('primary', 'end')");
        var (file, at) = await primary.QuerySingleAsync<(string, long)>("show master status");
        var end = MariaDbGtidList.Parse(
            (await primary.ExecuteScalarAsync<string>("select binlog_gtid_pos(@file, @at)", new { file, at }))!
        );
        Assert.Equal(end, MariaDbGtidList.Parse((await primary.ExecuteScalarAsync<string>("select @@global.gtid_binlog_pos"))!));
        Assert.False(end.IsEmpty);
    }

    /// <summary>An empty position is in every other: nothing is waited for.</summary>
    [Fact]
    public async Task Nothing_is_waited_for_where_nothing_is_asked()
    {
        await using var source = fixture.BuildSource(b => b.RecordDecisions());
        await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StopApplyingAsync()));
        try
        {
            using var session = ReadSession.Begin(ReadConsistency.Causal);
            session.ObserveWrite(MariaDbGtidList.Empty);
            await RoutingFixture.AskAsync(source);
            await RoutingFixture.AskAsync(source);
            Assert.All(session.GetDecisions(), d => Assert.StartsWith("replica", d.Server, StringComparison.Ordinal));
        }
        finally
        {
            await Task.WhenAll(fixture.Cluster.Replicas.Select(r => r.StartApplyingAsync()));
        }
    }

    private static string Draw(Random random, int domains, int servers) =>
        string.Join(
            ",",
            Enumerable
                .Range(40, domains)
                .Where(_ => random.Next(3) > 0)
                .Select(domain => $"{domain}-{random.Next(7, 7 + servers)}-{random.Next(1, 6)}")
        );

    // Whether a domain's last transaction is of one server here and of another there.
    private static bool IsOfAnotherServer(string here, string wanted) =>
        Gtids(wanted).Any(w => Gtids(here).Any(h => h[0] == w[0] && h[1] != w[1]));

    private static IEnumerable<string[]> Gtids(string list) =>
        list.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(g => g.Split('-'));
}
