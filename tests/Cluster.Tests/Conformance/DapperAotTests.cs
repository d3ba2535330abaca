using Dapper;

namespace MonotonicReads.Cluster.Tests.Conformance;

/// <summary>Dapper.AOT's intercepted calls over the wrapper, on each way to the servers, outside and inside a read session.</summary>
[DapperAot]
public sealed class DapperAotTests(ConformanceFixture fixture) : IClassFixture<ConformanceFixture>
{
    public static TheoryData<Way, bool> Ways => FrameworkTests.Ways;

    [Fact]
    public void Its_interceptors_were_generated() =>
        Assert.Contains(
            typeof(DapperAotTests).Assembly.GetTypes(),
            type => type.FullName!.StartsWith("Dapper.AOT.", StringComparison.Ordinal)
        );

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Dapper_aot_works(Way way, bool isInSession)
    {
        var subject = fixture.Subjects.Single(subject => subject.Way == way && subject.IsInSession == isInSession && subject.Reads == 0);
        using var session = isInSession ? ReadSession.Begin(ReadConsistency.Monotonic) : null;
        var servers = new HashSet<string>();
        for (var i = 0; i < 6; i++)
        {
            await using var connection = subject.Create();
            servers.Add((await connection.QuerySingleAsync<Server>("select id from who")).Id);
        }

        if (isInSession)
        {
            Assert.Single(servers);
        }

        await using (var connection = await subject.OpenAsync())
        {
            var read = (
                await connection.QueryAsync<Numbered>(
                    "select n as N, name as Name from numbers where n > @Least order by n",
                    new { Least = 1 }
                )
            ).ToList();
            Assert.Equal([(2, "two"), (3, null)], read.Select(number => (number.N, number.Name)));
            await using var transaction = await connection.BeginTransactionAsync();
            Assert.Equal(1, await connection.ExecuteAsync("insert into notes (note) values (@Note)", new { Note = "aot" }, transaction));
            Assert.Equal(
                1,
                connection.ExecuteScalar<int>(
                    "select count(*) from notes where id = last_insert_id() and note = @Note",
                    new { Note = "aot" },
                    transaction
                )
            );
            await transaction.RollbackAsync();
        }
    }

    public sealed class Server
    {
        public string Id { get; set; } = "";
    }

    public sealed class Numbered
    {
        public int N { get; set; }

        public string? Name { get; set; }
    }
}
