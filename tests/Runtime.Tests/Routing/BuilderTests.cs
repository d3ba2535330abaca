using Microsoft.Data.Sqlite;
using MonotonicReads.AdoNet;

namespace MonotonicReads.Runtime.Tests.Routing;

public class BuilderTests
{
    private const string Local = "Server=127.0.0.1;Port=1;User ID=app;Password=secret";

    [Fact]
    public void Bad_input_has_its_own_message()
    {
        Fails<InvalidOperationException>("No primary", builder => builder.AddReplica("r1", Local));
        Fails<InvalidOperationException>("No replica", builder => builder.UsePrimary(Local));
        Fails<ArgumentException>("empty name", builder => builder.UsePrimary(Local).AddReplica(" ", Local));
        Fails<ArgumentException>(
            "Two servers are named 'r1'",
            builder => builder.UsePrimary(Local).AddReplica("r1", Local).AddReplica("r1", Local)
        );
        Fails<ArgumentException>("Two servers are named 'primary'", builder => builder.UsePrimary(Local).AddReplica("primary", Local));
        Fails<ArgumentOutOfRangeException>("'r1' has a negative weight", builder => builder.UsePrimary(Local).AddReplica("r1", Local, -1));
        Fails<InvalidOperationException>("all replicas are 0", builder => builder.UsePrimary(Local).AddReplica("r1", Local, 0));
        Fails<OverflowException>(
            "beyond 2147483647",
            builder => builder.UsePrimary(Local).AddReplica("r1", Local, int.MaxValue).AddReplica("r2", Local)
        );
        Fails<ArgumentException>("'r1' cannot be parsed", builder => builder.UsePrimary(Local).AddReplica("r1", "no connection string"));
        Fails<ArgumentException>("'r1' cannot be parsed", builder => builder.UsePrimary(Local).AddReplica("r1", Local + ";Port=many"));
        Fails<ArgumentException>("'r1' cannot be parsed", builder => builder.UsePrimary(Local).AddReplica("r1", Local + ";Nonsense=1"));
        Fails<ArgumentException>(
            "'primary' names several hosts",
            builder => builder.UsePrimary("Server=a,b;Password=secret").AddReplica("r1", Local)
        );
        Fails<ArgumentException>(
            "'r1' lets the server redirect",
            builder => builder.UsePrimary(Local).AddReplica("r1", Local + ";ServerRedirectionMode=Preferred")
        );
        Fails<ArgumentException>("'r1' names no host", builder => builder.UsePrimary(Local).AddReplica("r1", "User ID=app"));
    }

    [Fact]
    public void Good_input_builds()
    {
        using var source = new ReplicatedMySqlDataSourceBuilder()
            .UsePrimary(Local)
            .AddReplica("r1", Local, int.MaxValue - 1)
            .AddReplica("r2", Local)
            .AddReplica("drained", Local, 0)
            .Build();
        Assert.Equal(3, source.Replicas.Length);
    }

    [Fact]
    public void The_generic_builder_checks_alike()
    {
        using var any = SqliteFactory.Instance.CreateDataSource("Data Source=:memory:");
        Assert.Throws<InvalidOperationException>(() => new ReplicatedDataSourceBuilder().AddReplica("r1", any).Build());
        Assert.Throws<InvalidOperationException>(() => new ReplicatedDataSourceBuilder().UsePrimary(any).Build());
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new ReplicatedDataSourceBuilder().UsePrimary(any).AddReplica("r1", any, -1).Build()
        );
        Assert.Throws<ArgumentNullException>(() => new ReplicatedDataSourceBuilder().UsePrimary(null!));
        Assert.Throws<ArgumentNullException>(() => new ReplicatedDataSourceBuilder().AddReplica("r1", null!));
        Assert.Throws<ArgumentNullException>(() => new ReplicatedDataSourceBuilder().UseSelector(null!));
        new ReplicatedDataSourceBuilder().UsePrimary(any).AddReplica("r1", any).Build().Dispose();
    }

    [Fact]
    public void No_connection_string_shows_a_password()
    {
        using var source = new ReplicatedMySqlDataSourceBuilder()
            .UsePrimary(Local + ";Certificate Password=hidden")
            .AddReplica("r1", Local)
            .Build();
        foreach (
            var shown in new[] { source.ConnectionString, source.Primary.ConnectionString, source.CreateConnection().ConnectionString }
        )
        {
            Assert.Contains("127.0.0.1", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("hidden", shown, StringComparison.Ordinal);
        }

        Assert.Equal("", PublicConnectionString.Of("=Password"));
    }

    [Fact]
    public void Pomelo_gets_what_it_needs()
    {
        using var plain = new ReplicatedMySqlDataSourceBuilder().UsePrimary(Local).AddReplica("r1", Local).Build();
        Assert.DoesNotContain("Allow User Variables", plain.ConnectionString, StringComparison.OrdinalIgnoreCase);
        using var source = new ReplicatedMySqlDataSourceBuilder().UsePrimary(Local).AddReplica("r1", Local).ForPomelo().Build();
        foreach (var text in new[] { source.ConnectionString, source.Replicas[0].Pool.Source.ConnectionString })
        {
            Assert.Contains("Allow User Variables=True", text, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("Use Affected Rows=False", text, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Disposing_leaves_the_callers_data_sources_alone()
    {
        using var set = new SqliteReplicaSet();
        await set.Source.DisposeAsync();
        set.Source.Dispose();
        Assert.False(set.Primary.DataSource.IsDisposed);
        Assert.Throws<ObjectDisposedException>(set.Source.OpenConnection);
        Assert.Throws<ObjectDisposedException>(set.Source.Primary.OpenConnection);
    }

    [Fact]
    public void Disposing_closes_the_pools_of_the_MySql_builder()
    {
        var source = new ReplicatedMySqlDataSourceBuilder().UsePrimary(Local).AddReplica("r1", Local).Build();
        var pools = new[] { source.PrimaryServer.Pool.Source, source.Replicas[0].Pool.Source };
        source.Dispose();
        Assert.All(pools, pool => Assert.Throws<ObjectDisposedException>(pool.CreateConnection));
    }

    private static void Fails<TException>(string message, Action<ReplicatedMySqlDataSourceBuilder> configure)
        where TException : Exception
    {
        var builder = new ReplicatedMySqlDataSourceBuilder();
        configure(builder);
        var error = Assert.Throws<TException>(() => builder.Build());
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }
}
