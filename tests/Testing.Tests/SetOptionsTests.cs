using Dapper;
using MySqlConnector;

namespace MonotonicReads.Testing.Tests;

/// <summary>What a set is told when it is made.</summary>
public sealed class SetOptionsTests
{
    [Fact]
    public async Task A_weight_of_zero_draws_nobody_there()
    {
        var options = new LaggingReplicasOptions { Weights = { ["r1"] = 0 } };
        await using var set = await EmbeddedReplicas.CreateAsync(options, "r1", "r2");
        Assert.Equal(["r2"], await DrawnAsync(set));
        await using var even = await EmbeddedReplicas.CreateAsync("r1", "r2");
        Assert.Equal(["r1", "r2"], await DrawnAsync(even));
    }

    [Fact]
    public async Task A_selector_draws()
    {
        var options = new LaggingReplicasOptions { Selector = new Last() };
        await using var set = await EmbeddedReplicas.CreateAsync(options, "r1", "r2", "r3");
        Assert.Equal(["r3"], await DrawnAsync(set));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task A_detector_finds_reads_that_no_session_holds_together(int reads, bool isFound)
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var options = new LaggingReplicasOptions { SeriesDetector = new SeriesDetectorOptions { ReportFile = file } };
        try
        {
            await using (var set = await EmbeddedReplicas.CreateAsync(options, "r1", "r2"))
            {
                using (SeriesUnit.Begin())
                {
                    for (var i = 0; i < reads; i++)
                    {
                        await using var db = await set.DataSource.OpenConnectionAsync();
                        await db.QueryAsync<long>("select count(*) from sqlite_master");
                    }
                }
            }

            Assert.Equal(
                isFound,
                File.Exists(file) && (await File.ReadAllTextAsync(file)).Contains("\"series\"", StringComparison.Ordinal)
            );
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task What_cannot_be_is_told_before_anything_is_made()
    {
        var unknown = new LaggingReplicasOptions { Weights = { ["r9"] = 1 } };
        var told = await Assert.ThrowsAsync<ArgumentException>(() => EmbeddedReplicas.CreateAsync(unknown, "r1"));
        Assert.Contains("'r9'", told.Message, StringComparison.Ordinal);
        var none = new LaggingReplicasOptions { Weights = { ["r1"] = 0 } };
        await Assert.ThrowsAsync<InvalidOperationException>(() => EmbeddedReplicas.CreateAsync(none, "r1"));
        var noDatabase = await Assert.ThrowsAsync<ArgumentException>(() => LaggingReplicas.OverAsync("Server=127.0.0.1;Port=1", "r1"));
        Assert.Contains("names no database", noDatabase.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<MySqlException>(() => LaggingReplicas.OverAsync("Server=127.0.0.1;Port=1;Database=d", "r1"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            EmbeddedReplicas.CreateAsync(new LaggingReplicasOptions(), ["r1"], new CancellationToken(canceled: true))
        );
    }

    [SkippableTheory]
    [InlineData("MariaDB")]
    [InlineData("MySQL")]
    public async Task A_server_without_a_connection_left_is_told_with_what_to_do(string kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        await using (var db = new MySqlConnection(server.ConnectionString))
        {
            await db.ExecuteAsync("set global max_connections = 12");
        }

        MySqlConnection.ClearAllPools();
        await using var set = await LaggingReplicas.OverAsync(
            server.ConnectionString,
            new LaggingReplicasOptions { ConnectionsHeld = 30 },
            "r1"
        );
        var told = await Assert.ThrowsAsync<InvalidOperationException>(() => set.HoldAsync("r1"));
        Assert.Contains("LaggingReplicasOptions.ConnectionsHeld", told.Message, StringComparison.Ordinal);
        Assert.IsType<MySqlException>(told.InnerException);

        // What opened was given back.
        await using var reading = await set.DataSource.OpenConnectionAsync();
        Assert.Equal(1, await reading.ExecuteScalarAsync<long>("select 1"));
    }

    private static async Task<string[]> DrawnAsync(LaggingReplicas set)
    {
        var drawn = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 50; i++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic, $"key {i}");
            await using var db = await set.DataSource.OpenConnectionAsync();
            await db.ExecuteScalarAsync<long>("select 1");
            drawn.Add(session.GetDecisions()[^1].Server);
        }

        return [.. drawn];
    }

    private sealed class Last : IReplicaSelector
    {
        public int Select(Guid sessionId, ReadOnlySpan<WeightedReplica> replicas) => replicas.Length - 1;
    }
}
