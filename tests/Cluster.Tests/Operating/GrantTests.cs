using System.Data.Common;
using System.Text.RegularExpressions;
using Dapper;
using MonotonicReads.Cluster;
using MonotonicReads.Cluster.Tests.Routing;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Operating;

/// <summary>The statements of docs/operating.md, as they stand there, on real servers: nothing is missing, and what is left out is
/// told.</summary>
public sealed class GrantTests(RoutingFixture maria, OldestMySqlFixture oldest, CurrentMySqlFixture current)
    : IClassFixture<RoutingFixture>,
        IClassFixture<OldestMySqlFixture>,
        IClassFixture<CurrentMySqlFixture>
{
    private const string Create = "CREATE USER 'app'@'%' IDENTIFIED BY 'a-password'";
    private const int Held = 5;
    private const string Data = "GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON app.* TO 'app'@'%'";

    [Theory]
    [InlineData(null, "")]
    [InlineData("BINLOG MONITOR", "MRT011 primary: GRANT BINLOG MONITOR ON *.* TO 'granted'@'%'")]
    [InlineData(
        "SLAVE MONITOR",
        "MRT022 replica1: GRANT SLAVE MONITOR ON *.* TO 'granted'@'%'; MRT022 replica2: GRANT SLAVE MONITOR ON *.* TO 'granted'@'%'; "
            + "MRT022 replica3: GRANT SLAVE MONITOR ON *.* TO 'granted'@'%'"
    )]
    public async Task On_MariaDB(string? without, string told)
    {
        var statement = Statement("MariaDB");
        Assert.Contains("BINLOG MONITOR, SLAVE MONITOR", statement, StringComparison.Ordinal);
        await HealthTests.AdminAsync(
            maria.Cluster.Primary,
            $"drop user if exists granted; {Create}; {Data}".Replace("'app'@", "'granted'@", StringComparison.Ordinal)
        );
        await HealthTests.AdminAsync(maria.Cluster.Primary, Without(statement, without));
        await maria.Cluster.WaitForReplicasAsync();
        await using var app = new Checked(
            As(maria.Cluster.Primary.ConnectionString),
            maria.Cluster.Replicas.Select(r => As(r.ConnectionString))
        );
        Assert.Equal(told, Told(await app.Source.ValidateTopologyAsync()));
        if (without is null)
        {
            await app.StatesAsync(states => states.All(one => one.IsPrimary || one.Lag is not null));
        }
        else
        {
            // What is told is enough.
            foreach (var finding in (await app.Source.ValidateTopologyAsync()).DistinctBy(f => f.Statement))
            {
                await HealthTests.AdminAsync(maria.Cluster.Primary, finding.Statement!);
            }

            await maria.Cluster.WaitForReplicasAsync();
            await using var mended = new Checked(
                As(maria.Cluster.Primary.ConnectionString),
                maria.Cluster.Replicas.Select(r => As(r.ConnectionString))
            );
            Assert.Equal("", Told(await mended.Source.ValidateTopologyAsync()));
        }
    }

    [Fact]
    public async Task On_MariaDB_everything_is_asked_for_at_once()
    {
        await HealthTests.AdminAsync(
            maria.Cluster.Primary,
            $"drop user if exists granted; {Create}; {Data}".Replace("'app'@", "'granted'@", StringComparison.Ordinal)
        );
        await maria.Cluster.WaitForReplicasAsync();
        await using var app = new Checked(
            As(maria.Cluster.Primary.ConnectionString),
            maria.Cluster.Replicas.Take(1).Select(r => As(r.ConnectionString))
        );
        var findings = await app.Source.ValidateTopologyAsync();
        Assert.Equal(
            [
                ("MRT011", "BINLOG MONITOR, SLAVE MONITOR", "GRANT BINLOG MONITOR, SLAVE MONITOR ON *.* TO 'granted'@'%'"),
                ("MRT022", "SLAVE MONITOR", "GRANT SLAVE MONITOR ON *.* TO 'granted'@'%'"),
            ],
            findings.Select(f => (f.Id, string.Join(", ", f.MissingGrants), f.Statement!))
        );
    }

    [SkippableTheory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task On_MySQL(bool isOldest, bool leavesOut)
    {
        MySqlFixture fixture = isOldest ? oldest : current;
        var statement = Statement("MySQL");
        var primary = fixture.Cluster.Primary;
        await MySqlCluster.ExecuteAsync(
            primary,
            "create table if not exists app.t (id int); "
                + $"{(isOldest ? "" : "drop user if exists 'granted'@'%'; ")}{Create}; {Data}".Replace(
                    "'app'@",
                    "'granted'@",
                    StringComparison.Ordinal
                )
        );
        if (!leavesOut)
        {
            await MySqlCluster.ExecuteAsync(primary, Without(statement, null));
        }

        await using var app = new Checked(
            As(primary),
            fixture.Cluster.Replicas.Select(As),
            o => o.Monitor = Checked.Often(m => m.MaxLag = TimeSpan.FromSeconds(30))
        );
        var told = string.Join(
            "; ",
            fixture.Cluster.Replicas.Select((_, i) => $"MRT022 replica{i + 1}: GRANT REPLICATION CLIENT ON *.* TO 'granted'@'%'")
        );
        await Eventually.BecomesAsync(leavesOut ? told : "", async () => Told(await app.Source.ValidateTopologyAsync()));
        if (leavesOut)
        {
            Assert.All(await app.Source.ValidateTopologyAsync(), f => Assert.Equal(TopologySeverity.Error, f.Severity));
            var unknown = await app.StatesAsync(states =>
                states.Skip(1).All(one => one is { Health: ServerHealth.Up, ReplicationProblem: not null })
            );
            Assert.All(
                unknown.Skip(1),
                one => Assert.Equal((null, ReplicationState.Unknown, false), (one.Lag, one.Replication, one.IsKeptOut))
            );
        }
        else
        {
            await app.StatesAsync(states => states.All(one => one.IsPrimary || one.Lag is not null));
        }

        if (isOldest)
        {
            await MySqlCluster.ExecuteAsync(primary, "drop user 'granted'@'%'");
        }
    }

    /// <summary>What a user may do on the whole server is fixed when a connection logs in, and those of the pool have.</summary>
    [SkippableFact]
    public async Task On_MySQL_what_is_granted_later_counts_without_a_restart()
    {
        var primary = current.Cluster.Primary;
        await MySqlCluster.ExecuteAsync(
            primary,
            $"create table if not exists app.t (id int); drop user if exists 'later'@'%'; {Create}; {Data}".Replace(
                "'app'@",
                "'later'@",
                StringComparison.Ordinal
            )
        );
        await using var app = new Checked(
            As(primary, "later"),
            current.Cluster.Replicas.Select(replica => As(replica, "later")),
            o => o.Monitor = Checked.Often(m => m.MaxLag = TimeSpan.FromSeconds(30))
        );
        await app.StatesAsync(states => states.Skip(1).All(one => one is { Health: ServerHealth.Up, ReplicationProblem: not null }));

        // Several of the pool's, all older.
        await HoldAsync(app.Source, Held * app.Source.GetServers().Count);
        await MySqlCluster.ExecuteAsync(
            primary,
            Without(Statement("MySQL"), null).Replace("'granted'@", "'later'@", StringComparison.Ordinal)
        );
        await app.StatesAsync(states => states.All(one => one.IsPrimary || one is { Lag: not null, ReplicationProblem: null }));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task On_MariaDB_what_is_granted_later_counts_without_a_restart(bool isAsync)
    {
        var primary = maria.Cluster.Primary;
        await HealthTests.AdminAsync(
            primary,
            $"drop user if exists later; {Create}; {Data}".Replace("'app'@", "'later'@", StringComparison.Ordinal)
        );
        await maria.Cluster.WaitForReplicasAsync();
        await using var app = new Checked(
            As(primary.ConnectionString, "later"),
            maria.Cluster.Replicas.Select(r => As(r.ConnectionString, "later"))
        );
        await app.StatesAsync(states => states.Skip(1).All(one => one is { Health: ServerHealth.Up, ReplicationProblem: not null }));
        await Assert.ThrowsAsync<ReplicaLostException>(MoveAsync);
        await HoldAsync(app.Source.Primary, Held);
        var older = await LoginsAsync(primary, "later");
        await HealthTests.AdminAsync(
            primary,
            Without(Statement("MariaDB"), null).Replace("'granted'@", "'later'@", StringComparison.Ordinal)
        );
        await maria.Cluster.WaitForReplicasAsync();
        await app.StatesAsync(states => states.All(one => one.IsPrimary || one is { Lag: not null, ReplicationProblem: null }));

        // Each connection that is older than the grant may be denied once more.
        for (var denials = 1; await WasDeniedAsync(); denials++)
        {
            Assert.InRange(denials, 1, older);
        }

        async Task<bool> WasDeniedAsync()
        {
            try
            {
                await MoveAsync();
                return false;
            }
            catch (ReplicaLostException lost) when (lost.InnerException is MySqlException { Number: 1227 })
            {
                return true;
            }
        }

        async Task MoveAsync()
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions());
            await RoutingFixture.AskAsync(app.Source);
            using var strong = ReadSession.Begin(ReadConsistency.Primary);
            if (isAsync)
            {
                Assert.Equal("primary", await RoutingFixture.AskAsync(app.Source));
                return;
            }

            using var connection = app.Source.OpenConnection();
            Assert.Equal("primary", connection.QuerySingle<string>(RoutingFixture.WhoAnswers));
        }
    }

    private static async Task<int> LoginsAsync(MariaDbServer server, string user)
    {
        await using var connection = new MySqlConnection(server.AdminConnectionString);
        return await connection.ExecuteScalarAsync<int>(
            "select count(*) from information_schema.processlist where user = @user",
            new { user }
        );
    }

    private static async Task HoldAsync(DbDataSource source, int connections)
    {
        var held = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => source.OpenConnectionAsync().AsTask()));
        foreach (var connection in held)
        {
            await connection.DisposeAsync();
        }
    }

    private static string Told(IEnumerable<TopologyFinding> findings) =>
        string.Join("; ", findings.Select(f => $"{f.Id} {f.Server}: {f.Statement}"));

    private static string Without(string statement, string? privilege)
    {
        var shorter = privilege is null
            ? statement
            : Regex
                .Replace(statement, $"{privilege}(, )?", "")
                .Replace(",  ON", " ON", StringComparison.Ordinal)
                .Replace(", ON", " ON", StringComparison.Ordinal);
        return shorter.Replace("'app'@'%'", "'granted'@'%'", StringComparison.Ordinal);
    }

    private static string As(string server) => As(server, "granted");

    private static string As(string server, string user) =>
        new MySqlConnectionStringBuilder(server)
        {
            UserID = user,
            Password = "a-password",
            AllowPublicKeyRetrieval = true,
        }.ConnectionString;

    // The one statement that stands under the kind's name.
    private static string Statement(string kind)
    {
        var text = File.ReadAllText(Path.Combine(Root(), "docs", "operating.md"));
        var match = Regex.Match(text, $@"^{kind}[^\n]*:\n\n```sql\n(?<statement>GRANT [^\n]+);\n```", RegexOptions.Multiline);
        Assert.True(match.Success, $"docs/operating.md has no statement for {kind}.");
        return match.Groups["statement"].Value;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Analyzer.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
