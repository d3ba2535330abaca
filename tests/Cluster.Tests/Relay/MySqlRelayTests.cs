using Dapper;
using MonotonicReads.Cluster.Relay;
using MonotonicReads.Cluster.Tests.Routing;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Relay;

/// <summary>In front of MySQL 5.6, which ends metadata and rows with EOF packets.</summary>
public sealed class OldestMySqlRelayTests(OldestMySqlFixture fixture) : MySqlRelayTests(fixture), IClassFixture<OldestMySqlFixture>;

/// <summary>In front of the newest MySQL that Debian has; skipped where it cannot be had.</summary>
public sealed class CurrentMySqlRelayTests(CurrentMySqlFixture fixture) : MySqlRelayTests(fixture), IClassFixture<CurrentMySqlFixture>;

/// <summary>The relay delimits what MySQL answers, too.</summary>
public abstract class MySqlRelayTests(MySqlFixture fixture)
{
    [SkippableFact]
    public async Task Texts_and_prepared_statements_are_answered_where_their_comments_say()
    {
        var servers = new List<RelayServer> { new("primary", fixture.Cluster.Primary, isPrimary: true) };
        servers.AddRange(fixture.Cluster.Replicas.Select((replica, index) => new RelayServer($"replica{index + 1}", replica)));
        await using var relay = await StatementRelay.StartAsync(servers, ProxySqlRoute.WithHostgroupPerReplica(seed: 1, servers));
        await using var connection = await RelayFixture.OpenAsync(relay);
        for (var i = 0; i < 3; i++)
        {
            foreach (var (hostgroup, server) in ((int, RelayServer)[])[(0, servers[0]), (101, servers[1]), (102, servers[2])])
            {
                var text =
                    $"select /* hostgroup={hostgroup} */ variable_value as port from {await SchemaAsync()}.global_variables where variable_name = 'port'";
                Assert.Equal(server.Port, await connection.ExecuteScalarAsync<int>(text));
                await using var prepared = new MySqlCommand(text, connection);
                await prepared.PrepareAsync();
                Assert.Equal(server.Port, Convert.ToInt32(await prepared.ExecuteScalarAsync(), null));
            }
        }

        await using var several = await connection.QueryMultipleAsync(
            "select 1, null; select 2 where 1 = 0; select repeat('x', 70000)".Replace(
                " where",
                " from dual where",
                StringComparison.Ordinal
            )
        );
        Assert.Equal(1, Assert.Single(await several.ReadAsync<int>()));
        Assert.Empty(await several.ReadAsync<int>());
        Assert.Equal(70000, Assert.Single(await several.ReadAsync<string>()).Length);
        Assert.Equal(
            1146,
            (await Assert.ThrowsAsync<MySqlException>(() => connection.ExecuteAsync("select 1 from app.no_such_table"))).Number
        );
        Assert.Equal(1, await connection.ExecuteScalarAsync<int>("select 1"));

        // information_schema's went with 5.7.
        async Task<string> SchemaAsync() =>
            await connection.ExecuteScalarAsync<int>(
                "select count(*) from information_schema.tables where table_schema = 'information_schema' and table_name = 'GLOBAL_VARIABLES'"
            ) > 0
                ? "information_schema"
                : "performance_schema";
    }
}
