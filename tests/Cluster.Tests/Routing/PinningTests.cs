using System.Data.Common;
using Dapper;

namespace MonotonicReads.Cluster.Tests.Routing;

public sealed class PinningTests(RoutingFixture fixture) : IClassFixture<RoutingFixture>
{
    [Fact]
    public async Task Each_of_200_sessions_reads_on_the_one_replica_that_the_selector_names()
    {
        var used = new HashSet<string>();
        for (var i = 0; i < 200; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic);
            string[] answers = [await fixture.AskAsync(), await fixture.AskAsync(), await fixture.AskAsync()];
            var named = fixture.Replicas[ReplicaSelectors.WeightedModulo.Select(session.Id, fixture.Replicas)].Name;
            Assert.Equal([named, named, named], answers);
            used.Add(named);
        }

        Assert.Equal(3, used.Count);
    }

    [Fact]
    public async Task Sessions_side_by_side_do_not_disturb_each_other()
    {
        await Task.WhenAll(
            Enumerable
                .Range(0, 40)
                .Select(async _ =>
                {
                    using var session = ReadSession.Begin(ReadConsistency.Monotonic);
                    var first = await fixture.AskAsync();
                    for (var i = 0; i < 10; i++)
                    {
                        Assert.Equal(first, await fixture.AskAsync());
                    }
                })
        );
    }

    [Fact]
    public async Task Reads_of_one_session_that_run_at_once_agree_on_one_replica()
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => fixture.AskAsync()));
        Assert.Single(answers.Distinct());
    }

    [Fact]
    public async Task Outside_sessions_reads_spread_by_weight()
    {
        const int reads = 3_000;
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < reads; i++)
        {
            var server = await fixture.AskAsync();
            counts[server] = counts.GetValueOrDefault(server) + 1;
        }

        Assert.Equal(["replica1", "replica2", "replica3"], counts.Keys.Order());
        var chiSquare = fixture.Replicas.Sum(replica =>
        {
            var expected = reads * replica.Weight / 6.0;
            return Math.Pow(counts[replica.Name] - expected, 2) / expected;
        });
        Assert.InRange(chiSquare, 0, 27.6); // two degrees of freedom: a fair draw exceeds it once in a million runs
    }

    [Fact]
    public async Task Every_way_of_reading_stays_on_the_replica_of_the_session()
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        var pinned = await fixture.AskAsync();
        Assert.StartsWith("replica", pinned, StringComparison.Ordinal);

        await using var connection = await fixture.Source.OpenConnectionAsync();
        using (var grid = await connection.QueryMultipleAsync($"{RoutingFixture.WhoAnswers}; {RoutingFixture.WhoAnswers}"))
        {
            Assert.Equal(pinned, await grid.ReadSingleAsync<string>());
            Assert.Equal(pinned, await grid.ReadSingleAsync<string>());
        }

        await using (var reader = await connection.ExecuteReaderAsync(RoutingFixture.WhoAnswers))
        {
            Assert.True(await reader.ReadAsync());
            Assert.Equal(pinned, reader.GetString(0));
        }

        Assert.Equal([pinned], await connection.QueryUnbufferedAsync<string>(RoutingFixture.WhoAnswers).ToListAsync());
        Assert.Equal(pinned, connection.QuerySingle<string>("select name from this_server where name <> @none", new { none = "" }));

        await using var batch = connection.CreateBatch();
        AddCommand(batch, RoutingFixture.WhoAnswers);
        AddCommand(batch, RoutingFixture.WhoAnswers);
        await using var results = await batch.ExecuteReaderAsync();
        Assert.True(await results.ReadAsync());
        Assert.Equal(pinned, results.GetString(0));
        Assert.True(await results.NextResultAsync() && await results.ReadAsync());
        Assert.Equal(pinned, results.GetString(0));
    }

    [Fact]
    [Eventual("its first half reads outside a session on purpose")]
    public async Task A_closed_connection_that_Dapper_opens_for_each_query_is_pinned_in_a_session_and_not_outside()
    {
        await using var connection = fixture.Source.CreateConnection();
        var outside = new HashSet<string>();
        for (var i = 0; i < 60; i++)
        {
            outside.Add(await connection.QuerySingleAsync<string>(RoutingFixture.WhoAnswers));
        }

        Assert.True(outside.Count > 1);

        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        var inside = new HashSet<string>();
        for (var i = 0; i < 60; i++)
        {
            inside.Add(await connection.QuerySingleAsync<string>(RoutingFixture.WhoAnswers));
        }

        Assert.Single(inside);
    }

    [Fact]
    public async Task The_same_key_draws_the_same_replica_also_through_another_data_source()
    {
        await using var other = fixture.BuildSource();
        var used = new HashSet<string>();
        for (var customer = 0; customer < 40; customer++)
        {
            var key = SessionKey.Format(customer);
            string first;
            using (ReadSession.Begin(ReadConsistency.Monotonic, key))
            {
                first = await fixture.AskAsync();
            }

            using (ReadSession.Begin(ReadConsistency.Monotonic, key))
            {
                Assert.Equal(first, await RoutingFixture.AskAsync(other));
            }

            used.Add(first);
        }

        Assert.True(used.Count > 1);
    }

    private static void AddCommand(DbBatch batch, string text)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = text;
        batch.BatchCommands.Add(command);
    }
}
