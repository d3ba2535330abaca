using System.Text;
using MonotonicReads.Proxies;

namespace MonotonicReads.Runtime.Tests.Proxies;

/// <summary>What stands in a statement, and what a dialect refuses.</summary>
public class ProxyDialectTests
{
    private const string Text = "SELECT name FROM product";

    [Fact]
    public void The_fork_gets_the_session_and_the_primarys_hostgroup()
    {
        var id = Guid.Parse("0B5C8A7E-0000-4000-8000-0123456789AB");
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, id);
        Assert.Equal(
            $"/* consistent_read_id:0b5c8a7e-0000-4000-8000-0123456789ab,hostgroup:1 */ {Text}",
            ProxyDialect.ShopifyFork.Tag(Text, session.Id)
        );
        Assert.Equal(
            $"/* job=0b5c8a7e-0000-4000-8000-0123456789ab;hostgroup=1 */ /*a=b*/{Text}",
            (ProxyDialect.ShopifyFork with { Key = "job", TokenDelimiter = ';', KeyValueDelimiter = '=' }).Tag("/*a=b*/" + Text, session.Id)
        );
        Assert.Equal(
            $"/*consistent_read_id:0b5c8a7e-0000-4000-8000-0123456789ab,hostgroup:7,application:shop*/{Text}",
            (ProxyDialect.ShopifyFork with { MergesComments = true, ReaderHostgroup = 7 }).Tag(
                "/*hostgroup:0, : Hostgroup:0,application:shop,max_lag_ms:5,min_gtid:x:1*/" + Text,
                session.Id
            )
        );
        Assert.Equal(
            $"/* consistent_read_id:0b5c8a7e-0000-4000-8000-0123456789ab,hostgroup:1 */ {Text}",
            (ProxyDialect.ShopifyFork with { MergesComments = true }).Tag(Text, session.Id)
        );
        Assert.Equal(
            "/* hostgroup:3 */ " + Text,
            (ProxyDialect.ShopifyFork with { PrimaryHostgroup = 3 }).AddressOf(null, 0)!.Annotate(Text)
        );
        Assert.Null(ProxyDialect.ShopifyFork.AddressOf("r1", 0));
    }

    [Fact]
    public void ProxySql_gets_a_hostgroup_for_each_server()
    {
        var byNumber = ProxyDialect.ProxySql with { PrimaryHostgroup = 10, FirstReplicaHostgroup = 200 };
        Assert.Equal("/* hostgroup=10 */ " + Text, byNumber.AddressOf(null, 0).Annotate(Text));
        Assert.Equal("/* hostgroup=202 */ " + Text, byNumber.AddressOf("r3", 2).Annotate(Text));
        var byName = ProxyDialect.ProxySql with { ReplicaHostgroups = new Dictionary<string, int> { ["r3"] = 77 } };
        Assert.Equal("/* hostgroup=77 */ " + Text, byName.AddressOf("r3", 2).Annotate(Text));
        Assert.Equal(
            "/* hostgroup=101 */ /* cache_ttl=5 */" + Text,
            ProxyDialect.ProxySql.AddressOf("r1", 0).Annotate("/* cache_ttl=5 */" + Text)
        );
        Assert.Equal(
            "/*hostgroup=101;cache_ttl=5*/" + Text,
            (ProxyDialect.ProxySql with { MergesComments = true }).AddressOf("r1", 0).Annotate("/* cache_ttl=5; HOSTGROUP=4 */" + Text)
        );
        Assert.Equal(
            "/* hostgroup=101;min_gtid=3e11fa47-71ca-11e1-9e33-c80aa9429562:7 */ ",
            ProxySqlDialect.WithMinGtid(ProxyDialect.ProxySql.AddressOf("r1", 0), "3e11fa47-71ca-11e1-9e33-c80aa9429562:7")
        );
    }

    [Fact]
    public void MaxScale_gets_a_server_name()
    {
        Assert.Equal("/* maxscale route to master */ " + Text, ProxyDialect.MaxScale.AddressOf(null, 0).Annotate(Text));
        Assert.Equal("/* maxscale route to server r-1.eu */ " + Text, ProxyDialect.MaxScale.AddressOf("r-1.eu", 0).Annotate(Text));
    }

    [Fact]
    public void SqlCommenter_gets_encoded_keys_in_their_order()
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, Guid.Parse("0b5c8a7e-0000-4000-8000-0123456789ab"));
        Assert.Equal(
            $"/*consistent_read_id='0b5c8a7e-0000-4000-8000-0123456789ab',read_consistency='monotonic'*/ {Text}",
            ProxyDialect.SqlCommenter.Tag(Text, session.Id)
        );
        Assert.Equal(
            $"/*read_consistency='monotonic',session%2F%2A%2A%2F='0b5c8a7e-0000-4000-8000-0123456789ab'*/ {Text}",
            (ProxyDialect.SqlCommenter with { Key = "session/**/" }).Tag(Text, session.Id)
        );
        Assert.Equal("/*read_consistency='primary'*/ " + Text, ProxyDialect.SqlCommenter.AddressOf(null, 0)!.Annotate(Text));
    }

    /// <summary>Whatever a caller can set: either it is refused, or the comment ends where ours ends and the statement stays whole behind it.</summary>
    [Theory]
    [InlineData("r1 */ DROP TABLE product; /* ")]
    [InlineData("*/")]
    [InlineData("r1\n")]
    [InlineData("r1 r2")]
    [InlineData("r'1")]
    [InlineData("r1;hostgroup=0")]
    [InlineData("r1,consistent_read_id:x")]
    [InlineData("server")]
    [InlineData("Master")]
    [InlineData("r1\0")]
    [InlineData("@r")]
    [InlineData("räplica")]
    [InlineData("\\")]
    public void No_name_ends_a_comment_early(string hostile)
    {
        Assert.Throws<ArgumentException>(() => ProxyDialect.MaxScale.Check([hostile]));
        var proxySql = ProxyDialect.ProxySql with { ReplicaHostgroups = new Dictionary<string, int> { [hostile] = 5 } };
        proxySql.Check([hostile]);
        Assert.Equal("/* hostgroup=5 */ " + Text, proxySql.AddressOf(hostile, 0).Annotate(Text));
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, hostile);
        Assert.Matches(
            "^/\\* consistent_read_id:[0-9a-f-]{36},hostgroup:1 \\*/ " + Text + "$",
            ProxyDialect.ShopifyFork.Tag(Text, session.Id)
        );
        if (!StatementComment.IsWord(hostile))
        {
            Assert.Throws<ArgumentException>(() => (ProxyDialect.ShopifyFork with { Key = hostile }).Check([]));
        }

        var tagged = (ProxyDialect.SqlCommenter with { Key = hostile }).Tag(Text, session.Id);
        Assert.Equal(tagged.Length - Text.Length - 1, tagged.IndexOf("*/", StringComparison.Ordinal) + 2);
        Assert.Equal(Encoding.UTF8.GetByteCount(tagged), tagged.Length);
    }

    [Theory]
    [InlineData(
        nameof(ProxyDialect.ShopifyFork),
        "Monotonic/Redraw Primary/Primary Primary/CaughtUp Primary/Fail Primary/Redraw Primary/Restart"
    )]
    [InlineData(
        nameof(ProxyDialect.SqlCommenter),
        "Monotonic/Redraw Primary/Primary Primary/CaughtUp Primary/Fail Primary/Redraw Primary/Restart"
    )]
    [InlineData(
        nameof(ProxyDialect.MaxScale),
        "Monotonic/Redraw Snapshot/Primary Snapshot/CaughtUp Snapshot/Fail Snapshot/Redraw Snapshot/Restart Causal/Redraw Global/Primary Global/CaughtUp Global/Fail Global/Redraw Global/Restart Primary/Primary Primary/CaughtUp Primary/Fail Primary/Redraw Primary/Restart"
    )]
    public void Each_dialect_says_what_it_keeps(string dialect, string kept) => Assert.Equal(kept, Kept(Dialect(dialect)));

    [Fact]
    public void ProxySql_keeps_everything() => Assert.Equal(25, Kept(ProxyDialect.ProxySql).Split(' ').Length);

    [Fact]
    public void Every_dialect_leaves_reads_outside_a_session_alone() =>
        Assert.All(
            new[] { "ShopifyFork", "ProxySql", "MaxScale", "SqlCommenter" },
            name => Assert.True(Dialect(name).Keeps(ReadConsistency.Eventual, ReplicaLoss.Fail))
        );

    [Fact]
    public void Hostgroups_and_delimiters_are_checked()
    {
        Assert.Contains(
            "'r2'",
            Assert
                .Throws<ArgumentException>(() =>
                    (ProxyDialect.ProxySql with { ReplicaHostgroups = new Dictionary<string, int> { ["r1"] = 5 } }).Check(["r1", "r2"])
                )
                .Message
        );
        Assert.Contains(
            "both",
            Assert.Throws<ArgumentException>(() => (ProxyDialect.ProxySql with { FirstReplicaHostgroup = 1 }).Check(["r1"])).Message
        );
        Assert.Contains(
            "both",
            Assert.Throws<ArgumentException>(() => (ProxyDialect.ProxySql with { PrimaryHostgroup = 102 }).Check(["r1", "r2"])).Message
        );
        Assert.Throws<ArgumentOutOfRangeException>(() => (ProxyDialect.ProxySql with { PrimaryHostgroup = -1 }).Check(["r1"]));
        Assert.Throws<ArgumentOutOfRangeException>(() => (ProxyDialect.ProxySql with { ReadDeadline = TimeSpan.Zero }).Check(["r1"]));
        Assert.Throws<ArgumentException>(() => (ProxyDialect.ShopifyFork with { TokenDelimiter = ':' }).Check([]));
        Assert.Throws<ArgumentException>(() => (ProxyDialect.ShopifyFork with { KeyValueDelimiter = '*' }).Check([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => (ProxyDialect.ShopifyFork with { PrimaryHostgroup = -1 }).Check([]));
        Assert.Throws<ArgumentException>(() => (ProxyDialect.ShopifyFork with { ReaderHostgroup = 0 }).Check([]));
        Assert.Throws<ArgumentException>(() => (ProxyDialect.ShopifyFork with { Key = "Hostgroup" }).Check([]));
        Assert.Throws<ArgumentException>(() => (ProxyDialect.SqlCommenter with { Key = " " }).Check([]));
        (ProxyDialect.ProxySql with { ReadDeadline = null }).Check(["r1", "r2"]);
    }

    [Fact]
    public void Numbered_hostgroups_stay_with_their_servers()
    {
        var numbered = ProxyDialect.ProxySql;
        numbered.CheckChange(["r1", "r2"], ["r1", "r2", "r3"]);
        Assert.Contains("'r1'", Assert.Throws<InvalidOperationException>(() => numbered.CheckChange(["r1", "r2"], ["r2"])).Message);
        Assert.Contains("'r2'", Assert.Throws<InvalidOperationException>(() => numbered.CheckChange(["r1", "r2"], ["r1"])).Message);
        var named = numbered with
        {
            ReplicaHostgroups = new Dictionary<string, int> { ["r1"] = 5, ["r2"] = 6 },
        };
        named.CheckChange(["r1", "r2"], ["r2"]);
        Assert.Throws<ArgumentException>(() => named.CheckChange(["r1", "r2"], ["r2", "r9"]));
    }

    private static string Kept(ProxyDialect dialect) =>
        string.Join(
            ' ',
            from level in new[]
            {
                ReadConsistency.Monotonic,
                ReadConsistency.Snapshot,
                ReadConsistency.Causal,
                ReadConsistency.Global,
                ReadConsistency.Primary,
            }
            from policy in Enum.GetValues<ReplicaLoss>()
            where dialect.Keeps(level, policy)
            select $"{level}/{policy}"
        );

    private static ProxyDialect Dialect(string name) =>
        name switch
        {
            nameof(ProxyDialect.ShopifyFork) => ProxyDialect.ShopifyFork,
            nameof(ProxyDialect.ProxySql) => ProxyDialect.ProxySql,
            nameof(ProxyDialect.MaxScale) => ProxyDialect.MaxScale,
            _ => ProxyDialect.SqlCommenter,
        };
}
