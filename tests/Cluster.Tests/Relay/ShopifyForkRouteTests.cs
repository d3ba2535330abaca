using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Dapper;
using MonotonicReads.Cluster.Relay;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Relay;

/// <summary>Statements go where Shopify's fork sends them.</summary>
public sealed class ShopifyForkRouteTests(RelayFixture fixture) : IClassFixture<RelayFixture>
{
    private static readonly Guid Session = new("e88b7591-31db-4e32-98dc-b35f94c662cd");

    [Fact]
    public void The_forks_own_picks_are_drawn()
    {
        var picks = 0;
        foreach (var line in File.ReadLines(Vectors()).Skip(1))
        {
            var fields = line.Split(',');
            var hash = ForkHash.Of(Encoding.ASCII.GetBytes(fields[0]), 0);
            Assert.Equal(uint.Parse(fields[1], CultureInfo.InvariantCulture), hash);
            var unavailable = fields[3].Split(' ');
            var servers = fields[2]
                .Split(' ')
                .Select(
                    (weight, index) =>
                        new RelayServer($"{index + 1}", "", int.Parse(weight, CultureInfo.InvariantCulture))
                        {
                            IsAvailable = !unavailable.Contains($"{index + 1}"),
                        }
                )
                .ToArray();
            Assert.Equal(fields[4], ShopifyForkRoute.Pick(Math.Max(hash, 1), servers)?.Name);
            picks++;
        }

        Assert.Equal(900, picks);
    }

    [Theory]
    [InlineData("/* hostgroup:0 */ select name from who", true)]
    [InlineData("/* hostgroup:0,consistent_read_id:e88b7591-31db-4e32-98dc-b35f94c662cd */ select name from who", true)]
    [InlineData("/* hostgroup:1 */ select name from who", false)]
    [InlineData("/* hostgroup=0 */ select name from who", false)] // stock ProxySQL's delimiter
    public async Task A_hostgroup_in_the_comment_overrides_the_rules(string text, bool isPrimary)
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(isPrimary, await connection.ExecuteScalarAsync<string>(text) == "primary");
        }
    }

    [Theory]
    [InlineData("/* consistent_read_id:{0} */ select name from who")]
    [InlineData("/*application:shop,consistent_read_id:{0}*/ select name from who")]
    [InlineData("/* CONSISTENT_READ_ID:{0} */ select name from who")]
    [InlineData("select /* consistent_read_id:{0} */ name from who")]
    [InlineData("select name from who /* consistent_read_id:{0} */")]
    [InlineData("-- first a line\n/* consistent_read_id:{0} */ select name from who")]
    [InlineData("select name from who where '/* consistent_read_id:no */' <> '' /* consistent_read_id:{0} */")]
    public async Task A_read_with_an_id_stays_on_the_server_of_its_hash(string text)
    {
        await using var relay = await fixture.ThroughForkAsync(1, 2, 3);
        await using var connection = await RelayFixture.OpenAsync(relay);
        foreach (var id in Enumerable.Range(0, 20).Select(_ => Guid.NewGuid()))
        {
            var expected = Expected(id, relay.Servers);
            var sql = string.Format(CultureInfo.InvariantCulture, text, id);
            Assert.Equal(expected, await connection.ExecuteScalarAsync<string>(sql));
            await using var prepared = new MySqlCommand(DriverTextTests.KeptWhenPrepared(sql), connection);
            await prepared.PrepareAsync();
            Assert.Equal(expected, await prepared.ExecuteScalarAsync());
            Assert.Equal(expected, await prepared.ExecuteScalarAsync());
        }
    }

    [Theory]
    [InlineData("/* consistent_read_id={0} */ select name from who")] // another delimiter
    [InlineData("/* consistent_read_id:{0}; */ select name from who", true)] // part of the id: another hash
    [InlineData("/* other */ /* consistent_read_id:{0} */ select name from who")] // not the first comment
    [InlineData("-- consistent_read_id:{0}\nselect name from who")] // not that kind of comment
    [InlineData("select name from who where '/* consistent_read_id:{0} */' <> ''")] // not a comment
    [InlineData("/* my_consistent_read_id:{0} */ select name from who")]
    [InlineData("/* consistent_read_id: */ select name from who")]
    public async Task A_read_without_one_is_spread(string text, bool isPinned = false)
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        var sql = string.Format(CultureInfo.InvariantCulture, text, Session);
        var servers = new List<string?>();
        for (var i = 0; i < 40; i++)
        {
            servers.Add(await connection.ExecuteScalarAsync<string>(sql));
        }

        Assert.Equal(isPinned ? 1 : 3, servers.Distinct().Count());
    }

    [Fact]
    public async Task An_id_behind_the_first_1021_bytes_of_its_comment_is_cut_off()
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        foreach (var (padding, isSeen) in ((int, bool)[])[(1021, true), (1022, false), (2000, false)])
        {
            var id = $"consistent_read_id:{Session}";
            var sql = $"/*{new string('x', padding - id.Length - 1)},{id}*/ select name from who";
            var servers = new HashSet<string?>();
            for (var i = 0; i < 40; i++)
            {
                servers.Add(await connection.ExecuteScalarAsync<string>(sql));
            }

            // One byte less is another id, and so another hash, but still one server; without any it is spread.
            Assert.Equal(padding < 1100 ? 1 : 3, servers.Count);
            if (isSeen)
            {
                Assert.Equal(Expected(Session, relay.Servers), servers.Single());
            }
        }
    }

    [Fact]
    public async Task Delimiters_and_identifiers_are_settings_and_ids_are_chained()
    {
        var servers = fixture.Servers(1, 2, 3);
        await using var relay = await StatementRelay.StartAsync(servers, new ShopifyForkRoute(1, ";", "=", ["request_id", "job_id"]));
        await using var connection = await RelayFixture.OpenAsync(relay);
        var first = ForkHash.Of("abc"u8, 0);
        var both = Math.Max(ForkHash.Of("xyz"u8, Math.Max(first, 1)), 1);
        var readers = servers.Skip(1).ToArray();
        Assert.Equal(
            ShopifyForkRoute.Pick(first, readers)!.Name,
            await connection.ExecuteScalarAsync<string>("/* request_id=abc */ select name from who")
        );
        Assert.Equal(
            ShopifyForkRoute.Pick(both, readers)!.Name,
            await connection.ExecuteScalarAsync<string>("/* request_id=abc; a=b ;job_id=xyz */ select name from who")
        );
    }

    [Fact]
    public async Task Writes_and_transactions_go_to_the_primary_whatever_the_comment()
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        var comment = $"/* consistent_read_id:{Session} */";
        relay.Reset();
        await connection.ExecuteAsync($"{comment} insert into notes (note) values ('by the fork')");
        await connection.ExecuteAsync($"{comment} start transaction");
        Assert.Equal("primary", await connection.ExecuteScalarAsync<string>($"{comment} select name from who"));
        await connection.ExecuteAsync("commit");
        Assert.Equal("primary", await connection.ExecuteScalarAsync<string>($"{comment} select name from who for update"));
        Assert.Equal("primary", Assert.Single(relay.Statements.Select(statement => statement.Server).Distinct()));
        Assert.Equal(Expected(Session, relay.Servers), await connection.ExecuteScalarAsync<string>($"{comment} select name from who"));
    }

    [Fact]
    public async Task Reads_without_an_id_spread_by_weight_and_the_same_seed_spreads_alike()
    {
        var first = await SpreadAsync();
        Assert.Equal(first, await SpreadAsync());
        var counts = first.CountBy(server => server).ToDictionary();

        // Chi-square for 1:2:3 over 600 draws, two degrees of freedom: above 13.8 in one of a thousand. The seed is fixed.
        var square = ((string Server, double Expected)[])[("replica1", 100), ("replica2", 200), ("replica3", 300)];
        Assert.True(square.Sum(each => Math.Pow(counts[each.Server] - each.Expected, 2) / each.Expected) < 13.8);

        async Task<List<string>> SpreadAsync()
        {
            await using var relay = await fixture.ThroughForkAsync(1, 2, 3);
            await using var connection = await RelayFixture.OpenAsync(relay);
            relay.Reset();
            for (var i = 0; i < 600; i++)
            {
                await connection.ExecuteScalarAsync<string>(RelayFixture.WhoAnswers);
            }

            return [.. relay.Statements.Select(statement => statement.Server)];
        }
    }

    [Fact]
    public async Task An_unavailable_server_is_drawn_away_from_and_its_neighbours_keep_theirs()
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        var ids = Enumerable.Range(0, 60).Select(_ => Guid.NewGuid()).ToArray();
        var before = ids.Select(id => Expected(id, relay.Servers)).ToArray();
        relay.Servers[2].IsAvailable = false;
        for (var i = 0; i < ids.Length; i++)
        {
            var now = await connection.ExecuteScalarAsync<string>($"/* consistent_read_id:{ids[i]} */ select name from who");
            Assert.Equal(Expected(ids[i], relay.Servers), now);
            Assert.NotEqual("replica2", now);
            Assert.True(before[i] == "replica2" || before[i] == now);
        }

        Assert.Contains("replica2", before);
    }

    [Fact]
    public async Task Every_statement_is_recorded_as_it_came()
    {
        await using var relay = await fixture.ThroughForkAsync(1, 0, 0);
        await using var first = await RelayFixture.OpenAsync(relay);
        await using var second = await RelayFixture.OpenAsync(relay);
        relay.Reset();
        const string Text = "/* a:b */ select 'ž' /* and so on */";
        await first.ExecuteAsync(Text);
        await using var command = new MySqlCommand("select ?", second) { Parameters = { new() { Value = 1 } } };
        await command.PrepareAsync();
        await command.ExecuteScalarAsync();
        Assert.Equal(
            [
                new(first.ServerThread, StatementKind.Text, Text, "replica1", InTransaction: false),
                new(second.ServerThread, StatementKind.Prepare, "select ?", "replica1", InTransaction: false),
                new RelayedStatement(second.ServerThread, StatementKind.Execute, "select ?", "replica1", InTransaction: false),
            ],
            relay.Statements
        );
        Assert.Equal(3, relay.Commands);
        relay.Reset();
        Assert.Empty(relay.Statements);
    }

    /// <summary>Its rules say by the first word what a read is; a hostgroup beside the id says it whatever they know.</summary>
    [Theory]
    [InlineData("select name from who", true)]
    [InlineData("with one as (select 1) select name from who, one", false)]
    [InlineData("(select name from who)", false)]
    [InlineData("values (1)", false)]
    [InlineData("show tables", false)]
    [InlineData("explain select 1", false)]
    public async Task A_read_that_the_rules_do_not_know_goes_to_the_primary(string text, bool isKnown)
    {
        await using var relay = await StatementRelay.StartAsync(fixture.Servers(), new ShopifyForkRoute(seed: 1));
        await using var written = await fixture.ThroughForkAsync();
        foreach (
            var (through, prefix, isPrimary) in new[]
            {
                (relay, $"/* consistent_read_id:{Session} */ ", !isKnown),
                (relay, $"/* consistent_read_id:{Session},hostgroup:1 */ ", false),
                (written, $"/* consistent_read_id:{Session} */ ", false),
                (written, "", false),
            }
        )
        {
            await using var connection = await RelayFixture.OpenAsync(through);
            through.Reset();
            await connection.QueryAsync(prefix + text);
            var server = Assert.Single(through.Statements).Server;
            Assert.Equal(isPrimary, server == "primary");
            Assert.True(isPrimary || prefix.Length == 0 || server == Expected(Session, relay.Servers));
        }
    }

    [Theory]
    [InlineData("select name from who for update")]
    [InlineData("(select name from who) for update")]
    [InlineData("with one as (select 1) select name from servers for update")]
    [InlineData("select name from who lock in share mode")]
    [InlineData("delete from notes where 1 = 0")]
    [InlineData("explain update notes set note = ''")]
    [InlineData("show master status")]
    [InlineData("show variables like 'port'")]
    public async Task The_rules_that_we_write_leave_the_rest_on_the_primary(string text)
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var connection = await RelayFixture.OpenAsync(relay);
        relay.Reset();
        await connection.QueryAsync(text);
        Assert.Equal("primary", Assert.Single(relay.Statements).Server);
    }

    [Fact]
    public void A_replica_that_has_more_than_its_share_to_do_is_passed_over()
    {
        var servers = Enumerable.Range(1, 3).Select(number => new RelayServer($"{number}", "")).ToArray();
        var busy = new BusyServers();
        Assert.Equal(servers, busy.NotOverloaded(servers).OrderBy(server => server.Name));
        var first = busy.Occupy(servers[1]);
        Assert.DoesNotContain(servers[1], busy.NotOverloaded(servers));
        using (busy.Occupy(servers[0]))
        using (busy.Occupy(servers[2]))
        {
            Assert.Contains(servers[1], busy.NotOverloaded(servers));
        }

        first.Dispose();
        Assert.Contains(servers[1], busy.NotOverloaded(servers));
        Assert.NotEqual(servers[1], ShopifyForkRoute.Pick(1, servers, [servers[0], servers[2]]));
    }

    private static string Expected(Guid id, IReadOnlyList<RelayServer> servers) =>
        ShopifyForkRoute.Pick(Math.Max(ForkHash.Of(Encoding.ASCII.GetBytes($"{id}"), 0), 1), [.. servers.Skip(1)])!.Name;

    private static string Vectors([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../Runtime.Tests/Vectors/shopify-proxysql-fork.csv"));
}
